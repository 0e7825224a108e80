// Exports for accountants: CSV (RFC 4180), and journals as programs for accounting in plain text
// read them; of any length, a piece at a time. docs/exports.md has the columns and the names.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "engine/journal_text.h"
#include "sql/store/report_store.h"
#include "sql/store/session.h"
#include "sql/store/statement_store.h"

namespace engine {

/// Why there is no report of a date.
enum class ReportRefusal {
  BookMissing,
  DateNotClosed,  ///< open or in the future: it can still change
  DateBeforeBook,
  DatesReversed,
};
struct ReportRefused {
  ReportRefusal refusal;
  std::string sentence;  ///< with the dates in it
};
template <class T>
using ReportResult = base::Result<T, ReportRefused>;

std::string_view code(ReportRefusal refusal);
std::unexpected<ReportRefused> refused(ReportRefusal refusal, std::string sentence);

/// The last closed date if none is asked for; else `asked`, if it is closed.
ReportResult<base::Day> closed_date(store::Session& session, std::optional<base::Day> asked);

/// Both included.
struct DateRange {
  base::Day first;
  base::Day last;
};
/// Refuses dates whose end is before their start.
ReportResult<DateRange> in_order(base::Day first, base::Day last);

/// Closed dates from..to; the last closed one if none are given.
ReportResult<DateRange> lines_dates(store::Session& session, std::optional<base::Day> from,
                                    std::optional<base::Day> to);

/// A trial balance: every account that had moved, the sides proved equal per currency.
struct TrialBalance {
  base::Day as_of;
  std::vector<store::AccountBalance> rows;
};
ReportResult<TrialBalance> trial_balance(store::Session& session, std::optional<base::Day> as_of);

/// A file that is written while it is read from the database. Holds a transaction open on the
/// session as long as it lives.
class Export {
 public:
  virtual ~Export() = default;
  /// Appends the next piece. False: there is nothing left.
  virtual bool next(std::string& out) = 0;
};
using ExportResult = ReportResult<std::unique_ptr<Export>>;

ExportResult export_trial_balance(store::Session& session, std::optional<base::Day> as_of);
/// Journal lines of closed dates; the last closed one if none are given.
ExportResult export_lines(store::Session& session, std::optional<base::Day> from,
                          std::optional<base::Day> to);
/// The same as spreadsheets (Office Open XML).
ExportResult export_trial_balance_xlsx(store::Session& session, std::optional<base::Day> as_of);
ExportResult export_lines_xlsx(store::Session& session, std::optional<base::Day> from,
                               std::optional<base::Day> to);
/// Journals of closed dates, all of them if no dates are given. Balances carried from before `from`
/// come first, so that the balances of the file are the trial balance of `to`.
ExportResult export_journal(store::Session& session, JournalFormat format,
                            std::optional<base::Day> from, std::optional<base::Day> to);
/// Installments of all plans as they are now.
ExportResult export_installments(store::Session& session);
/// Limit changes; all of them if no dates are given.
ExportResult export_limit_changes(store::Session& session, std::optional<base::Day> from,
                                  std::optional<base::Day> to);

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
