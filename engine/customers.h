// Loads and saves customers in sets: what a batch of events and the nightly close share.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/catalog.h"
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

/// Account ids by key and currency; the table is small and kept in memory. Missing accounts are made
/// in a transaction of their own, on a connection of their own.
class AccountBook {
 public:
  AccountBook(store::Session& session, std::string conninfo);
  ~AccountBook();

  /// Makes sure that every account the journals use exists; afterwards `id` finds it.
  void prepare(std::span<const ledger::Journal> journals);
  std::int32_t id(const ledger::AccountKey& key, base::Currency currency);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The customers with their open plans, in the order of `parties` (without repeats). Those without
/// a credit account in that currency are left out.
std::vector<Customer> load_customers(store::Session& session,
                                     std::span<const base::PartyId> parties,
                                     base::Currency currency);

/// Loads Customer::history for these: all earlier allocations of their open plans.
void load_history(store::Session& session, std::span<Customer*> customers);

/// In the caller's transaction: updates the credit accounts on their versions (new ones are
/// inserted), then writes everything the winners add. Returns who won, beside `customers`.
/// Only customers with `is_changed` take part; the others count as winners.
std::vector<char> save_customers(store::Session& session, BlockIds& ids, AccountBook& accounts,
                                 std::span<Customer> customers);

/// Writes journals that belong to no customer (settlement, channels, recognition).
void save_journals(store::Session& session, AccountBook& accounts,
                   std::span<const ledger::Journal> journals);
void save_items(store::Session& session, std::span<const store::ItemRow> items);

/// The book's lock (docs/architecture.md): shared by whoever posts, exclusive for the moment the
/// close moves the open date on. Both end with the transaction.
void lock_book_shared(store::Session& session);
void lock_book_exclusive(store::Session& session);

}  // namespace engine
