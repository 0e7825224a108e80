#include "engine/close_load.h"

#include <algorithm>
#include <map>
#include <vector>

#include "credit/limit_policy.h"
#include "engine/customer_close.h"
#include "engine/customers.h"
#include "sql/store/close_store.h"

namespace engine {
namespace {

using base::Day;

/// The first month end judged after `closed_through` and by `through`.
std::optional<Day> first_judged(Day closed_through, Day through, int grace_days) {
  for (Day day = base::plus_days(closed_through, 1); day <= through;
       day = base::plus_days(day, 1)) {
    if (const auto last = credit::month_judged_on(day, grace_days)) return last;
  }
  return std::nullopt;
}

}  // namespace

void load_settled_dues(store::Session& session, std::span<Customer*> customers, Day through,
                       const Catalog& catalog) {
  const int grace = grace_days_max(catalog);
  std::map<base::PartyId, Customer*> judged;
  Day from = through;
  for (Customer* customer : customers) {
    const store::CreditRow& credit = customer->credit;
    if (!credit.former_base || credit.block == store::Block::Closed) continue;
    const auto last = first_judged(credit.closed_through, through, grace);
    if (!last) continue;
    judged[credit.party] = customer;
    const auto day_of_month = static_cast<int>(unsigned(base::ymd(*last).day()));
    from = std::min(from, base::plus_days(*last, 1 - day_of_month));
  }
  if (judged.empty()) return;
  std::vector<std::int64_t> parties;
  for (const auto& [party, customer] : judged) parties.push_back(party.value);
  for (const store::SettledDue& due : store::list_settled_dues(
           session, parties, customers.front()->credit.currency, from, through)) {
    judged.at(due.party)->settled_dues.push_back(due.due);
  }
}

void load_for_close(store::Session& session, std::span<Customer*> customers, Day through,
                    const Catalog& catalog) {
  std::vector<Customer*> with_history;
  for (Customer* customer : customers) {
    if (needs_history(*customer, through, catalog)) with_history.push_back(customer);
  }
  load_history(session, with_history);
  load_settled_dues(session, customers, through, catalog);
}

}  // namespace engine
