// Loads and saves customers in sets: what a batch of events and the nightly close share.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/customer.h"
#include "sql/store/session.h"

namespace engine {

/// Ids in blocks from the database; what is left of a block when the program ends is a gap.
class BlockIds : public IdSource {
 public:
  explicit BlockIds(store::Session& session) : session_(session) {}
  std::int64_t next() override;

 private:
  store::Session& session_;
  std::int64_t next_ = 0;
  std::int64_t end_ = 0;
};

/// Account ids by key and currency; the table is small and kept in memory. Missing accounts are
/// made in a transaction of their own, on a connection of their own, so that batches don't wait for
/// each other's new accounts.
class AccountBook {
 public:
  explicit AccountBook(std::string conninfo);
  ~AccountBook();

  /// Makes sure that every account the journals use exists; afterwards `id` finds it.
  void prepare(std::span<const ledger::Journal* const> journals);
  std::int32_t id(const ledger::AccountKey& key, base::Currency currency);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct LoadOptions {
  bool plans = true;                            ///< with the plans that still owe something
  std::span<const base::PlanId> named_plans{};  ///< and with these, whatever they owe
  bool lock = false;                            ///< SELECT ... FOR UPDATE, for one party only
};

/// The customers of these parties that have a credit account in that currency, sorted by party.
std::vector<Customer> load_customers(store::Session& session,
                                     std::span<const base::PartyId> parties,
                                     base::Currency currency, LoadOptions options = {});

/// Adds the plans to customers loaded without; they are sorted by party.
void load_plans(store::Session& session, std::span<Customer*> customers, base::Currency currency,
                std::span<const base::PlanId> named = {});

/// Loads Customer::history for these, sorted by party: all earlier allocations.
void load_history(store::Session& session, std::span<Customer*> customers);

/// Adds these holds to the customers they belong to, sorted by party.
void load_holds(store::Session& session, std::span<Customer> customers,
                std::span<const std::int64_t> holds);

/// In the caller's transaction: updates the credit accounts on their versions (new ones are
/// inserted), then writes everything the winners add. Returns who won, beside `customers`.
/// Only customers with `is_changed` take part; the others count as winners.
std::vector<char> save_customers(store::Session& session, BlockIds& ids, AccountBook& accounts,
                                 std::span<Customer> customers);

/// Writes journals that belong to no customer (settlement, channels, recognition).
void save_journals(store::Session& session, AccountBook& accounts,
                   std::span<const ledger::Journal* const> journals);
void save_journals(store::Session& session, AccountBook& accounts,
                   std::span<const ledger::Journal> journals);
void save_items(store::Session& session, std::span<const store::ItemRow> items);

}  // namespace engine
