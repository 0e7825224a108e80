#include "engine/year_end.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "ledger/posting.h"
#include "sql/store/year_end_store.h"

namespace engine {
namespace {

/// Merchants have accounts of their own: what is one journal in a small book is several in a large
/// one, so that a voucher stays a size that one can look at.
constexpr std::size_t kTransfersMax = 1'000;

ledger::Journal closing_journal(base::PartyId platform, base::Currency currency, base::Day day,
                                base::EventId event, BlockIds& ids) {
  return {.party = platform,
          .id = {ids.next()},
          .event = event,
          .rule = ledger::Rule::YearEnd,
          .currency = currency,
          .business_date = day,
          .value_date = day,
          .source_ref = fmt::format("year to {}", base::to_string(day))};
}

}  // namespace

base::Day year_begins(base::Day day, const Catalog& catalog) {
  const auto date = base::ymd(day);
  const auto month = static_cast<int>(unsigned{date.month()});
  const int year = static_cast<int>(date.year()) - (month > catalog.year_ends_in ? 0 : 1);
  return base::plus_days(
      base::end_of_month(base::make_day(year, static_cast<unsigned>(catalog.year_ends_in), 1)), 1);
}

bool is_year_end(base::Day day, const Catalog& catalog) {
  const base::Day next = base::plus_days(day, 1);
  return year_begins(next, catalog) == next;
}

YearClosed close_year(store::Session& session, BlockIds& ids, AccountBook& accounts,
                      const Catalog& catalog, base::PartyId platform, base::Day day) {
  YearClosed closed;
  if (!is_year_end(day, catalog)) return closed;
  std::vector<ledger::Journal> journals;
  base::EventId event{};
  for (const store::ResultBalance& balance : store::list_result_balances(session, day)) {
    const bool is_new = journals.empty() || journals.back().currency != balance.currency;
    if (is_new) event = {ids.next()};
    if (is_new || journals.back().transfers.size() == kTransfersMax) {
      journals.push_back(closing_journal(platform, balance.currency, day, event, ids));
    }
    journals.back().transfers.push_back(ledger::year_end(balance.account, balance.minor));
    ++closed.accounts;
    if (balance.currency == catalog.currency) closed.result_minor -= balance.minor;
  }
  save_journals(session, accounts, journals);
  return closed;
}

}  // namespace engine
