#include "engine/batch.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/check.h"
#include "engine/close_load.h"
#include "engine/customer_close.h"
#include "sql/store/customer_store.h"

namespace engine {
namespace {

/// After this many lost races an item is handled alone, under a row lock.
constexpr int kLossesMax = 3;
/// A deadlock or serialization failure this often in a row is a fault, not bad luck.
constexpr int kRetriesMax = 20;

std::string hash_of(const std::string& canonical) {
  std::string hash(crypto_generichash_BYTES_MIN, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(canonical.data()), canonical.size(),
                     nullptr, 0);
  return hash;
}

bool is_decline(Refusal refusal) {
  return refusal == Refusal::LimitInsufficient || refusal == Refusal::AccountBlocked ||
         refusal == Refusal::AccountClosed;
}

ItemResult rejected(Refusal refusal) { return {.status = Status::Rejected, .refusal = refusal}; }

/// What can be said of an item without the database.
Refusal check_alone(const Operation& operation, std::size_t i, base::Day day, base::Day opens_on,
                    const Catalog& catalog, const BatchContext& context) {
  if (const auto amount = operation.amount(i)) {
    if (!amount->is_positive()) return Refusal::AmountNotPositive;
    // A tenth of the largest amount, so that a purchase with its cost still fits.
    if (amount->minor() > base::kAmountMinorMax / 10) return Refusal::AmountTooLarge;
  }
  if (!catalog.find_currency(operation.currency(i).code())) return Refusal::CurrencyUnknown;
  if (day < opens_on) return Refusal::BeforeBookOpened;
  if (day > context.today) return Refusal::AfterToday;
  return Refusal::None;
}

/// One transaction over some items of a batch.
class Pass {
 public:
  Pass(Engine::Impl& engine, Operation& operation, std::span<Work*> items,
       std::vector<ItemResult>& results, bool lock)
      : engine_(engine), operation_(operation), items_(items), results_(results), lock_(lock) {}

  /// Runs and commits. Returns the items that lost a race.
  std::vector<Work*> run() {
    store::Transaction transaction(engine_.session);
    store::lock_book_shared(engine_.session);
    book_ = store::load_book(engine_.session).value();
    for (Work* work : items_) {
      work->business_date = std::max(work->value_date, book_.open_date);
      work->command.business_date = work->business_date;
    }
    const std::vector<Work*> claimed = claim();
    std::map<base::Currency, std::vector<Work*>> by_currency;
    for (Work* work : claimed) by_currency[work->currency].push_back(work);
    for (auto& [currency, works] : by_currency) decide_currency(currency, works);
    store::delete_commands(engine_.session, operation_.kind(), store::kOperatorScope, taken_back_);
    store::decline_commands(engine_.session, operation_.kind(), store::kOperatorScope, declined_,
                            decline_reasons_);
    transaction.commit();
    for (const auto& [index, result] : answers_) results_[index] = result;
    return std::move(lost_);
  }

 private:
  /// Claims the commands; answers those that were there before.
  std::vector<Work*> claim() {
    std::vector<const store::CommandRow*> rows;
    for (const Work* work : items_) rows.push_back(&work->command);
    const std::vector<std::string> won =
        store::claim_commands(engine_.session, operation_.kind(), store::kOperatorScope, rows);
    const std::unordered_set<std::string_view> is_new(won.begin(), won.end());
    std::vector<Work*> claimed;
    std::vector<std::string> old_keys;
    for (Work* work : items_) {
      if (is_new.contains(work->command.key)) {
        claimed.push_back(work);
      } else {
        old_keys.push_back(work->command.key);
      }
    }
    if (old_keys.empty()) return claimed;
    std::unordered_map<std::string, store::CommandRow> old;
    for (store::CommandRow& row : store::load_commands(engine_.session, operation_.kind(),
                                                       store::kOperatorScope, old_keys)) {
      old.emplace(row.key, row);
    }
    for (Work* work : items_) {
      if (is_new.contains(work->command.key)) continue;
      const auto found = old.find(work->command.key);
      if (found == old.end()) {
        lost_.push_back(work);  // another transaction took its command back meanwhile
        continue;
      }
      const store::CommandRow& row = found->second;
      if (row.request_hash != work->command.request_hash) {
        answers_.emplace_back(work->index, rejected(Refusal::IdempotencyConflict));
        continue;
      }
      answers_.emplace_back(work->index, ItemResult{.status = Status::Repeated,
                                                    .refusal = static_cast<Refusal>(row.outcome),
                                                    .event = {row.event},
                                                    .party = {row.party},
                                                    .plan = {row.subject},
                                                    .business_date = row.business_date});
    }
    return claimed;
  }

  void decide_currency(base::Currency currency, std::vector<Work*>& works) {
    std::vector<Customer> customers = load(currency, works);
    std::unordered_map<std::int64_t, std::size_t> at;
    for (std::size_t i = 0; i < customers.size(); ++i) at[customers[i].credit.party.value] = i;
    close_inline(currency, customers, at, works);
    operation_.prepare(engine_, customers);

    std::vector<std::vector<Work*>> posted(customers.size());
    for (Work* work : works) {
      const auto found = at.find(work->command.party);
      if (found == at.end()) {
        refuse(*work, Refusal::CurrencyMismatch);
        continue;
      }
      Customer& customer = customers[found->second];
      if (needs_close(customer.credit, *work)) {
        const base::Day shut =
            std::max(book_.closed_through, book_.waived_through.value_or(book_.closed_through));
        close_customer(customer, base::plus_days(work->business_date, -1), *engine_.catalog,
                       engine_.ids, base::plus_days(shut, 1));
      }
      const EventContext context{*engine_.catalog,    engine_.ids,      {work->command.event},
                                 work->business_date, work->value_date, book_.open_date};
      const Refusal refusal = operation_.decide(customer, *work, context);
      if (refusal != Refusal::None) {
        refuse(*work, refusal);
        continue;
      }
      posted[found->second].push_back(work);
    }
    const std::vector<char> won =
        save_customers(engine_.session, engine_.ids, engine_.accounts, customers);
    for (std::size_t i = 0; i < customers.size(); ++i) {
      for (Work* work : posted[i]) settle(*work, won[i] != 0);
    }
  }

  std::vector<Customer> load(base::Currency currency, const std::vector<Work*>& works) {
    std::set<base::PartyId> parties;
    std::vector<base::PlanId> named;
    for (const Work* work : works) {
      parties.insert({work->command.party});
      if (!operation_.needs_plans()) continue;
      const std::vector<base::PlanId> of_item = operation_.named_plans(*work);
      named.insert(named.end(), of_item.begin(), of_item.end());
    }
    const std::vector<base::PartyId> sorted(parties.begin(), parties.end());
    std::vector<Customer> customers =
        load_customers(engine_.session, sorted, currency,
                       {.plans = operation_.needs_plans(), .named_plans = named, .lock = lock_});
    for (const Customer& customer : customers) parties.erase(customer.credit.party);
    if (parties.empty()) return customers;
    for (const Work* work : works) {
      if (!parties.contains({work->command.party})) continue;
      std::optional<store::CreditRow> credit = operation_.new_credit(*work, *engine_.catalog);
      if (!credit) continue;
      parties.erase({work->command.party});
      credit->closed_through = base::plus_days(work->business_date, -1);
      Customer& customer = customers.emplace_back();
      customer.credit = *std::move(credit);
      customer.is_new = true;
    }
    std::ranges::sort(customers, {}, [](const Customer& c) { return c.credit.party; });
    return customers;
  }

  bool needs_close(const store::CreditRow& credit, const Work& work) const {
    return behind_.contains(credit.party.value) &&
           credit.closed_through < base::plus_days(work.business_date, -1);
  }

  /// Makes ready for the inline close: finds who is behind with something to do, and loads what
  /// closing them needs. In a book whose closes are done nobody is.
  void close_inline(base::Currency currency, std::vector<Customer>& customers,
                    const std::unordered_map<std::int64_t, std::size_t>& at,
                    const std::vector<Work*>& works) {
    std::map<std::int64_t, base::Day> through;  // by party, the latest day it must be closed for
    for (const Work* work : works) {
      const base::Day day = base::plus_days(work->business_date, -1);
      if (day <= book_.closed_through) continue;
      const auto found = at.find(work->command.party);
      if (found == at.end() || customers[found->second].credit.closed_through >= day) continue;
      base::Day& latest = through[work->command.party];
      latest = std::max(latest, day);
    }
    if (!through.empty()) find_behind(currency, customers, at, through);
    std::vector<Customer*> without_plans;
    for (Customer& customer : customers) {
      if (behind_.contains(customer.credit.party.value) && !operation_.needs_plans()) {
        without_plans.push_back(&customer);
      }
    }
    load_plans(engine_.session, without_plans, currency);
    std::set<std::size_t> wanted;
    for (const Work* work : works) {
      const auto found = at.find(work->command.party);
      if (found == at.end()) continue;
      const Customer& customer = customers[found->second];
      const bool to_close =
          behind_.contains(work->command.party) &&
          engine::needs_history(customer, through.at(work->command.party), *engine_.catalog);
      if (to_close || operation_.needs_history(customer, *work, *engine_.catalog)) {
        wanted.insert(found->second);
      }
    }
    std::vector<Customer*> with_history;
    for (const std::size_t i : wanted) with_history.push_back(&customers[i]);
    load_history(engine_.session, with_history);
    std::vector<Customer*> behind;
    base::Day last;
    for (const auto& [party, day] : through) {
      if (behind_.contains(party)) behind.push_back(&customers[at.at(party)]);
      last = std::max(last, day);
    }
    load_settled_dues(engine_.session, behind, last, *engine_.catalog);
  }

  void find_behind(base::Currency currency, const std::vector<Customer>& customers,
                   const std::unordered_map<std::int64_t, std::size_t>& at,
                   const std::map<std::int64_t, base::Day>& through) {
    std::vector<std::int64_t> parties;
    base::Day last = through.begin()->second;
    for (const auto& [party, day] : through) {
      parties.push_back(party);
      last = std::max(last, day);
      const store::CreditRow& credit = customers[at.at(party)].credit;
      // Limits move by the calendar too: episodes end, cycles are judged.
      if (credit.former_base || credit.episode_base) behind_.insert(party);
    }
    const std::vector<std::int64_t> to_act =
        store::parties_to_act_on(engine_.session, parties, currency, last);
    behind_.insert(to_act.begin(), to_act.end());
  }

  void settle(Work& work, bool won) {
    if (!won) {
      ++work.losses;
      lost_.push_back(&work);
      taken_back_.push_back(work.command.key);
      return;
    }
    answers_.emplace_back(work.index, ItemResult{.status = Status::Posted,
                                                 .event = {work.command.event},
                                                 .party = {work.command.party},
                                                 .plan = {work.command.subject},
                                                 .business_date = work.business_date});
  }

  void refuse(const Work& work, Refusal refusal) {
    ItemResult result = rejected(refusal);
    result.party = {work.command.party};
    if (is_decline(refusal)) {
      result.status = Status::Declined;
      result.event = {work.command.event};
      result.business_date = work.business_date;
      declined_.push_back(work.command.key);
      decline_reasons_.push_back(static_cast<std::int16_t>(refusal));
    } else {
      taken_back_.push_back(work.command.key);
    }
    answers_.emplace_back(work.index, result);
  }

  Engine::Impl& engine_;
  Operation& operation_;
  std::span<Work*> items_;
  std::vector<ItemResult>& results_;
  const bool lock_;
  store::BookRow book_;
  std::unordered_set<std::int64_t> behind_;
  std::vector<std::pair<std::size_t, ItemResult>> answers_;  // applied once the commit is through
  std::vector<Work*> lost_;
  std::vector<std::string> taken_back_;
  std::vector<std::string> declined_;
  std::vector<std::int16_t> decline_reasons_;
};

/// Runs a pass; a deadlock runs it again, a constraint's refusal halves it until the item is alone.
std::vector<Work*> attempt(Engine::Impl& engine, Operation& operation, std::span<Work*> items,
                           std::vector<ItemResult>& results, bool lock) {
  for (int tries = 1;; ++tries) {
    try {
      return Pass(engine, operation, items, results, lock).run();
    } catch (const store::Fault& fault) {
      if (fault.is_retryable() && tries < kRetriesMax) continue;
      if (!fault.is_constraint()) throw;
      if (items.size() == 1) {
        results[items.front()->index] = rejected(Refusal::StorageRefused);
        return {};
      }
    }
    break;
  }
  const std::size_t half = items.size() / 2;
  std::vector<Work*> lost = attempt(engine, operation, items.first(half), results, lock);
  const std::vector<Work*> more = attempt(engine, operation, items.subspan(half), results, lock);
  lost.insert(lost.end(), more.begin(), more.end());
  return lost;
}

}  // namespace

std::string join_fields(std::span<const std::string> fields) {
  std::string joined;
  for (const std::string& field : fields) joined += fmt::format("{}:{}", field.size(), field);
  return joined;
}

std::vector<ItemResult> run_batch(Engine::Impl& engine, Operation& operation,
                                  const BatchContext& context) {
  CHECK(operation.size() <= kBatchMax, "a batch of {} items", operation.size());
  const Catalog& catalog = *engine.catalog;
  std::vector<ItemResult> results(operation.size());
  std::vector<Work> works;
  works.reserve(operation.size());
  for (std::size_t i = 0; i < operation.size(); ++i) {
    const base::Day day = catalog.zone.day_of(operation.instant(i), catalog.cutoff);
    const Refusal refusal = check_alone(operation, i, day, engine.opens_on, catalog, context);
    if (refusal != Refusal::None) {
      results[i] = rejected(refusal);
      continue;
    }
    Work& work = works.emplace_back();
    work.index = i;
    work.currency = operation.currency(i);
    work.value_date = day;
    work.command.key = operation.key(i);
    work.command.request_hash = hash_of(operation.canonical(i));
  }
  const std::vector<Refusal> unresolved = operation.resolve(engine, works, context);
  std::vector<Work*> pending;
  for (std::size_t i = 0; i < works.size(); ++i) {
    if (unresolved[i] != Refusal::None) {
      results[works[i].index] = rejected(unresolved[i]);
    } else {
      pending.push_back(&works[i]);
    }
  }

  while (!pending.empty()) {
    // A key that stands twice in a batch is claimed by its first item; the others wait for its
    // answer, and so does what follows for the same customer.
    std::vector<Work*> now, later;
    std::unordered_set<std::string_view> keys;
    std::unordered_set<std::int64_t> waiting;
    const bool alone = pending.front()->losses >= kLossesMax;
    for (Work* work : pending) {
      const bool fits = alone
                            ? now.empty()
                            : work->losses < kLossesMax && !waiting.contains(work->command.party) &&
                                  keys.insert(work->command.key).second;
      if (fits) {
        work->command.event = engine.ids.next();
        now.push_back(work);
      } else {
        waiting.insert(work->command.party);
        later.push_back(work);
      }
    }
    std::vector<Work*> lost = attempt(engine, operation, now, results, alone);
    pending.clear();
    std::ranges::merge(lost, later, std::back_inserter(pending), {}, &Work::index, &Work::index);
    std::ranges::sort(pending, {}, &Work::index);
  }
  return results;
}

}  // namespace engine
