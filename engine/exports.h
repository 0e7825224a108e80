// Exports for accountants: tables, and journals as programs for accounting in plain text read them;
// of any length, a piece at a time. docs/exports.md has the columns and the names.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "engine/account_map.h"
#include "engine/journal_text.h"
#include "engine/reading.h"
#include "engine/table_export.h"
#include "sql/store/report_store.h"
#include "sql/store/session.h"
#include "sql/store/statement_store.h"

namespace engine {

/// A trial balance: every account that had moved, the sides proved equal per currency.
struct TrialBalance {
  base::Day as_of;
  std::vector<store::AccountBalance> rows;
};
TrialBalance trial_balance(store::Session& session, const Reading& reading);
ReportResult<TrialBalance> trial_balance(store::Session& session, std::optional<base::Day> as_of);

/// `accounts` says how accounts are printed, here and below.
ExportResult export_trial_balance(store::Session& session, const ReadingRequest& request,
                                  TableFormat format = TableFormat::Csv,
                                  const AccountMap& accounts = {});
/// Journal lines of business dates from `from` on; of the last date of the reading if not given.
ExportResult export_lines(store::Session& session, std::optional<base::Day> from,
                          const ReadingRequest& request, TableFormat format = TableFormat::Csv,
                          const AccountMap& accounts = {});
/// Journals of a reading from `from` on, all of them if not given. Balances carried from before
/// come first, so that the balances of the file are the reading's trial balance.
ExportResult export_journal(store::Session& session, JournalFormat format,
                            std::optional<base::Day> from, const ReadingRequest& request,
                            const AccountMap& accounts = {});
/// Accounting vouchers as GB/T 24589.1 has them, in XML: the general ledger of closed dates, all of
/// them if none are given, or the base data it refers to.
enum class VoucherPart { Ledger, BaseData };
ExportResult export_vouchers(store::Session& session, VoucherPart part,
                             std::optional<base::Day> from, std::optional<base::Day> to,
                             const AccountMap& accounts = {});
/// Installments of all plans of a reading.
ExportResult export_installments(store::Session& session, const ReadingRequest& request,
                                 TableFormat format = TableFormat::Csv);
/// Limit changes of a reading from `from` on, all of them if not given.
ExportResult export_limit_changes(store::Session& session, std::optional<base::Day> from,
                                  const ReadingRequest& request,
                                  TableFormat format = TableFormat::Csv);

/// What differs between two readings. Accounts whose balance does, with both balances.
ExportResult export_trial_balance_diff(store::Session& session, const DiffRequest& request,
                                       TableFormat format = TableFormat::Csv,
                                       const AccountMap& accounts = {});
/// The lines that were posted in between; a book is append-only, so that is all.
ExportResult export_lines_diff(store::Session& session, std::optional<base::Day> from,
                               const DiffRequest& request, TableFormat format = TableFormat::Csv,
                               const AccountMap& accounts = {});
/// Installments that are not the same, as they were before and after.
ExportResult export_installments_diff(store::Session& session, const DiffRequest& request,
                                      TableFormat format = TableFormat::Csv);
/// The limit changes that became known in between.
ExportResult export_limit_changes_diff(store::Session& session, std::optional<base::Day> from,
                                       const DiffRequest& request,
                                       TableFormat format = TableFormat::Csv);

/// The seals of closed dates, for who keeps them outside the database; all if no dates are given.
ExportResult export_seals(store::Session& session, std::optional<base::Day> from,
                          std::optional<base::Day> to);
/// Their columns, in order, as the first line has them.
inline constexpr std::string_view kSealsHeader =
    "book,business_date,format,tree_size,root,previous,hash,key,signature";

std::string_view name(store::PlanStatus status);   ///< "active"
std::string_view name(store::LimitAction action);  ///< "cut"
std::string_view name(store::Block block);         ///< "until_paid"

}  // namespace engine
