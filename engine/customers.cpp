#include "engine/customers.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "base/check.h"
#include "sql/store/clearing_store.h"
#include "sql/store/customer_store.h"
#include "sql/store/limit_feed_store.h"
#include "sql/store/party_store.h"
#include "sql/store/suspense_store.h"

namespace engine {
namespace {

struct AccountHash {
  std::size_t operator()(const std::pair<ledger::AccountKey, base::Currency>& key) const {
    const std::size_t tag = std::hash<std::string>{}(key.first.tag);
    const std::size_t currency = std::hash<std::string_view>{}(key.second.code());
    const auto owner = static_cast<std::size_t>(key.first.owner.value) * 0x9e3779b97f4a7c15;
    return tag ^ (currency << 1) ^ owner ^ (static_cast<std::size_t>(key.first.code) << 7);
  }
};

std::vector<std::int64_t> values(std::span<const base::PartyId> parties) {
  std::vector<std::int64_t> ids;
  ids.reserve(parties.size());
  for (const base::PartyId party : parties) ids.push_back(party.value);
  return ids;
}

/// Puts the rows, sorted by party, with the customers they belong to, sorted by party as well.
template <class Row, class Add>
void hand_out(std::vector<Row> rows, std::span<Customer*> customers, Add add) {
  auto customer = customers.begin();
  for (Row& row : rows) {
    while ((*customer)->credit.party < row.party) ++customer;
    CHECK((*customer)->credit.party == row.party, "a row of a party nobody asked for");
    add(**customer, std::move(row));
  }
}

/// What the winners add, gathered over customers so that each table gets one COPY.
struct Gathered {
  std::vector<const store::PlanRow*> new_plans, changed_plans, moved_plans;
  std::vector<const store::PlanVersionRow*> versions;
  std::vector<const store::AllocationRow*> allocations;
  std::vector<const store::RepaymentRow*> repayments;
  std::vector<const store::RefundRow*> refunds;
  std::vector<const store::LifeEventRow*> life_events;
  std::vector<const store::RefundPayoutRow*> refund_payouts;
  std::vector<store::SuspenseClearing> suspense_cleared;
  std::vector<const store::ItemRow*> items;
  std::vector<const store::LimitChangeRow*> limit_changes;
  std::vector<const store::HoldRow*> new_holds, changed_holds;
  std::vector<const ledger::Journal*> journals;
  std::map<std::tuple<base::Day, std::int16_t, std::string, base::Currency>,
           std::pair<std::int64_t, std::int32_t>>
      recognized;

  void add(const Customer& customer) {
    for (std::size_t i = 0; i < customer.plans.size(); ++i) {
      if (customer.plan_is_new[i]) {
        new_plans.push_back(&customer.plans[i]);
      } else if (customer.plan_change[i] == PlanChange::Schedule) {
        changed_plans.push_back(&customer.plans[i]);
      } else if (customer.plan_change[i] == PlanChange::Progress) {
        moved_plans.push_back(&customer.plans[i]);
      }
    }
    append(versions, customer.versions);
    append(allocations, customer.allocations);
    append(repayments, customer.repayments);
    append(refunds, customer.refunds);
    append(life_events, customer.life_events);
    append(refund_payouts, customer.refund_payouts);
    suspense_cleared.insert(suspense_cleared.end(), customer.suspense_cleared.begin(),
                            customer.suspense_cleared.end());
    append(items, customer.items);
    append(limit_changes, customer.limit_changes);
    for (std::size_t i = 0; i < customer.holds.size(); ++i) {
      (customer.hold_is_new[i] ? new_holds : changed_holds).push_back(&customer.holds[i]);
    }
    append(journals, customer.journals);
    for (const Recognized& r : customer.recognized) {
      auto& [amount, plans] = recognized[{r.business_date, r.kind, r.product, r.currency}];
      amount += r.amount;
      ++plans;
    }
  }

  template <class Row>
  static void append(std::vector<const Row*>& to, const std::vector<Row>& from) {
    for (const Row& row : from) to.push_back(&row);
  }
};

store::StoredJournal resolve(const ledger::Journal& journal, AccountBook& accounts) {
  CHECK(!journal.transfers.empty(), "a {} journal without transfers", ledger::name(journal.rule));
  store::StoredJournal stored{&journal, {}, {}, {}};
  for (const ledger::Transfer& t : journal.transfers) {
    stored.debit.push_back(accounts.id(t.debit, journal.currency));
    stored.credit.push_back(accounts.id(t.credit, journal.currency));
    stored.amount.push_back(t.amount_minor);
  }
  return stored;
}

/// What the journals do to channel clearing and the FX position. A repayment is an item of its own.
std::vector<store::ClearingItem> clearing_items_of(
    std::span<const ledger::Journal* const> journals) {
  std::vector<store::ClearingItem> items;
  for (const ledger::Journal* journal : journals) {
    if (journal->rule == ledger::Rule::Repay || journal->rule == ledger::Rule::Capture) continue;
    std::int16_t number = 0;
    for (const ledger::Transfer& t : journal->transfers) {
      ++number;
      for (const auto& [account, amount] :
           {std::pair(&t.debit, t.amount_minor), std::pair(&t.credit, -t.amount_minor)}) {
        if (account->code != ledger::Code::ChannelClearing &&
            account->code != ledger::Code::FxPosition) {
          continue;
        }
        items.push_back({.party = journal->party,
                         .journal = journal->id,
                         .transfer = number,
                         .code = static_cast<std::int32_t>(account->code),
                         .owner = account->owner,
                         .currency = journal->currency,
                         .bill_date = journal->bill_date.value_or(journal->business_date),
                         .business_date = journal->business_date,
                         .amount = amount});
      }
    }
  }
  return items;
}

}  // namespace

std::int64_t BlockIds::next() {
  if (next_ == end_) {
    next_ = store::reserve_id_block(session_);
    end_ = next_ + store::kIdBlock;
  }
  return next_++;
}

struct AccountBook::Impl {
  std::string conninfo;
  std::unique_ptr<store::Session> own;  // so that a new account outlives a batch that rolls back
  std::unordered_map<std::pair<ledger::AccountKey, base::Currency>, std::int32_t, AccountHash> ids;
};

AccountBook::AccountBook(std::string conninfo) : impl_(std::make_unique<Impl>()) {
  impl_->conninfo = std::move(conninfo);
}
AccountBook::~AccountBook() = default;

void AccountBook::prepare(std::span<const ledger::Journal* const> journals) {
  std::map<std::pair<ledger::AccountKey, base::Currency>, std::int32_t> missing;
  for (const ledger::Journal* journal : journals) {
    for (const ledger::Transfer& t : journal->transfers) {
      for (const ledger::AccountKey* key : {&t.debit, &t.credit}) {
        const std::pair wanted{*key, journal->currency};
        if (!impl_->ids.contains(wanted)) missing.emplace(wanted, 0);
      }
    }
  }
  if (missing.empty()) return;
  std::vector<store::AccountRow> rows;
  for (const auto& [key, id] : missing) {
    rows.push_back({0, static_cast<std::int32_t>(key.first.code), key.first.owner.value,
                    key.first.tag, std::string(key.second.code())});
  }
  if (!impl_->own) impl_->own = std::make_unique<store::Session>(impl_->conninfo);
  store::find_or_insert_accounts(*impl_->own, rows);
  std::size_t i = 0;
  for (const auto& [key, id] : missing) impl_->ids.emplace(key, rows[i++].id);
}

std::int32_t AccountBook::id(const ledger::AccountKey& key, base::Currency currency) {
  const auto found = impl_->ids.find({key, currency});
  CHECK(found != impl_->ids.end(), "account {} was not prepared", static_cast<int>(key.code));
  return found->second;
}

std::vector<Customer> load_customers(store::Session& session,
                                     std::span<const base::PartyId> parties,
                                     base::Currency currency, LoadOptions options) {
  const std::vector<std::int64_t> ids = values(parties);
  std::vector<Customer> customers;
  for (store::CreditRow& row :
       store::load_credit(session, ids, currency,
                          options.lock ? store::RowLock::ForUpdate : store::RowLock::None)) {
    customers.emplace_back().credit = std::move(row);
  }
  if (options.plans && !customers.empty()) {
    std::vector<Customer*> all;
    for (Customer& customer : customers) all.push_back(&customer);
    load_plans(session, all, currency, options.named_plans);
  }
  return customers;
}

void load_plans(store::Session& session, std::span<Customer*> customers, base::Currency currency,
                std::span<const base::PlanId> named) {
  if (customers.empty()) return;
  std::vector<std::int64_t> parties, plans;
  for (const Customer* customer : customers) parties.push_back(customer->credit.party.value);
  for (const base::PlanId plan : named) plans.push_back(plan.value);
  hand_out(store::load_plans(session, parties, plans, currency), customers,
           [](Customer& customer, store::PlanRow row) {
             customer.plans.push_back(std::move(row));
             customer.plan_is_new.push_back(0);
             customer.plan_change.push_back(PlanChange::None);
           });
}

void load_history(store::Session& session, std::span<Customer*> customers) {
  if (customers.empty()) return;
  std::vector<std::int64_t> parties;
  for (Customer* customer : customers) {
    parties.push_back(customer->credit.party.value);
    customer->history.clear();
  }
  hand_out(store::load_allocations(session, parties, customers.front()->credit.currency), customers,
           [](Customer& customer, store::AllocationRow row) {
             customer.history.push_back(std::move(row));
           });
}

void load_holds(store::Session& session, std::span<Customer> customers,
                std::span<const std::int64_t> holds) {
  if (holds.empty() || customers.empty()) return;
  std::vector<std::int64_t> parties;
  std::vector<Customer*> all;
  for (Customer& customer : customers) {
    parties.push_back(customer.credit.party.value);
    all.push_back(&customer);
  }
  hand_out(store::load_holds(session, parties, holds), all,
           [](Customer& customer, store::HoldRow row) {
             customer.holds.push_back(std::move(row));
             customer.hold_is_new.push_back(0);
           });
}

std::vector<char> save_customers(store::Session& session, BlockIds& ids, AccountBook& accounts,
                                 std::span<Customer> customers) {
  std::vector<const store::CreditRow*> updates, inserts;
  for (const Customer& customer : customers) {
    if (!customer.is_changed) continue;
    (customer.is_new ? inserts : updates).push_back(&customer.credit);
  }
  auto by_party = [](const store::CreditRow* row) { return row->party; };
  std::ranges::sort(updates, {}, by_party);
  std::ranges::sort(inserts, {}, by_party);
  std::vector<std::int64_t> winners = store::update_credit(session, updates);
  const std::vector<std::int64_t> inserted = store::insert_credit(session, inserts);
  winners.insert(winners.end(), inserted.begin(), inserted.end());
  std::ranges::sort(winners);

  std::vector<char> won(customers.size(), 1);
  Gathered gathered;
  for (std::size_t i = 0; i < customers.size(); ++i) {
    const Customer& customer = customers[i];
    if (!customer.is_changed) continue;
    won[i] = std::ranges::binary_search(winners, customer.credit.party.value) ? 1 : 0;
    if (won[i]) gathered.add(customer);
  }
  store::update_plans(session, gathered.changed_plans);
  store::update_plan_progress(session, gathered.moved_plans);
  store::copy_plans(session, gathered.new_plans);
  store::copy_versions(session, gathered.versions);
  save_journals(session, accounts, gathered.journals);
  store::copy_allocations(session, gathered.allocations);
  store::copy_repayments(session, gathered.repayments);
  store::copy_refunds(session, gathered.refunds);
  store::copy_life_events(session, gathered.life_events);
  store::copy_refund_payouts(session, gathered.refund_payouts);
  store::clear_suspense(session, gathered.suspense_cleared);
  store::copy_items(session, gathered.items);
  store::copy_limit_changes(session, gathered.limit_changes);
  store::copy_limit_outbox(session, gathered.limit_changes);
  store::copy_holds(session, gathered.new_holds);
  store::update_holds(session, gathered.changed_holds);
  std::vector<store::AccrualPart> parts;
  for (const auto& [key, sum] : gathered.recognized) {
    const auto& [day, kind, product, currency] = key;
    if (sum.first == 0) continue;
    parts.push_back({day, ids.next(), kind, product, currency, sum.first, sum.second});
  }
  store::copy_accrual_parts(session, parts);
  return won;
}

void save_journals(store::Session& session, AccountBook& accounts,
                   std::span<const ledger::Journal* const> journals) {
  accounts.prepare(journals);
  std::vector<store::StoredJournal> stored;
  stored.reserve(journals.size());
  for (const ledger::Journal* journal : journals) stored.push_back(resolve(*journal, accounts));
  store::copy_journals(session, stored);
  store::copy_clearing_items(session, clearing_items_of(journals));
}

void save_journals(store::Session& session, AccountBook& accounts,
                   std::span<const ledger::Journal> journals) {
  std::vector<const ledger::Journal*> pointers;
  for (const ledger::Journal& journal : journals) pointers.push_back(&journal);
  save_journals(session, accounts, pointers);
}

void save_items(store::Session& session, std::span<const store::ItemRow> items) {
  std::vector<const store::ItemRow*> pointers;
  for (const store::ItemRow& item : items) pointers.push_back(&item);
  store::copy_items(session, pointers);
}

}  // namespace engine
