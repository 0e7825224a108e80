// What accountants and risk officers ask of the books beside the trial balance. The same question
// has the same answer for ever. docs/exports.md has the columns.
#pragma once

#include <optional>
#include <string>

#include "base/day.h"
#include "engine/account_map.h"
#include "engine/reading.h"
#include "engine/report.h"
#include "ledger/chart.h"
#include "sql/store/session.h"

namespace engine {

struct LedgerRequest {
  ledger::Code code{};
  std::optional<std::string> owner = {};  ///< of this owner only; "": of none
  std::optional<std::string> tag = {};
  std::string number = {};  ///< of the user's, instead of the code
};
/// `accounts` says how accounts are printed, here and below. The accounts asked for with their
/// opening balances, each line and the balance after it, and their closing balances, which are
/// those of the trial balance. From the opening of the book if `from` is not given.
ReportAnswer report_ledger(store::Session& session, const LedgerRequest& request,
                           std::optional<base::Day> from, const ReadingRequest& reading,
                           const AccountMap& accounts = {});

/// Income and expenses from `from` on, of the month of the last date if not given.
ReportAnswer report_income_statement(store::Session& session, std::optional<base::Day> from,
                                     const ReadingRequest& request,
                                     const AccountMap& accounts = {});

/// Assets, liabilities, equity with the result, and memo accounts by themselves. Fee that is
/// neither billed nor earned is taken off both sides.
ReportAnswer report_balance_sheet(store::Session& session, const ReadingRequest& request,
                                  const AccountMap& accounts = {});

/// Opening balance, movements by posting rule and closing balance of what customers owe, of what is
/// not yet earned, of what merchants are owed and of the allowance; each closing balance is proved
/// to be the ledger's. `from` as in the income statement.
ReportAnswer report_roll_forward(store::Session& session, std::optional<base::Day> from,
                                 const ReadingRequest& request, bool by_product,
                                 const AccountMap& accounts = {});

/// Merchants whose balance is owed to us, by the days since it went negative: a row a bucket, or
/// with `lists_merchants` a row a merchant.
ReportAnswer report_merchant_ageing(store::Session& session, const ReadingRequest& request,
                                    bool lists_merchants);

/// Each control account beside the sum of its parts; with `lists_differences` the parts that don't
/// agree follow, also where their sums do.
ReportAnswer report_tie_out(store::Session& session, const ReadingRequest& request,
                            bool lists_differences, const AccountMap& accounts = {});

/// Months by any of their days. A closed month never changes, so what was known of it at `known_at`
/// is what is known now, if its last date was sealed then; else the request is refused.
struct MonthRequest {
  std::optional<base::Day> first = {};
  std::optional<base::Day> last = {};
  std::optional<base::Instant> known_at = {};
};
/// From month end to month end, which bucket of days past due plans and their principal went to: a
/// row a move, or `as_matrix` a row a bucket. The last two closed month ends if none are given.
ReportAnswer report_roll_rates(store::Session& session, const MonthRequest& request,
                               bool as_matrix);

/// As long as products run.
inline constexpr int kVintageMonths = 60;
/// Purchases by month: what of them was owed, had been late and was written off at each month end
/// since. All closed months, the last kVintageMonths at most, if none are given.
ReportAnswer report_vintages(store::Session& session, const MonthRequest& request);

}  // namespace engine
