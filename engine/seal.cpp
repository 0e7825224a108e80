#include "engine/seal.h"

#include "base/check.h"
#include "base/merkle.h"
#include "sql/store/party_store.h"
#include "sql/store/seal_store.h"

namespace engine {

std::int64_t write_account_days(store::Session& session, base::Day day) {
  return store::insert_account_days(session, day);
}

SignedSeal seal_day(store::Session& session, base::Day day, const base::SecretSeed& key) {
  store::Session lookups = store::connect_beside(session);
  LeafReaders readers(session, lookups);
  DayLeaves leaves(readers, day);
  return seal_day(session, day, key, leaves);
}

SignedSeal seal_day(store::Session& session, base::Day day, const base::SecretSeed& key,
                    DayLeaves& leaves) {
  if (const auto sealed = store::find_seal(session, day)) return *sealed;
  const auto last = store::find_last_sealed_day(session);
  CHECK(!last || base::plus_days(*last, 1) == day, "sealing {} after {}", base::to_string(day),
        base::to_string(last.value_or(day)));
  base::MerkleTree tree;
  for (auto piece = leaves.next(); !piece.empty(); piece = leaves.next()) {
    for (const store::VoucherRow& voucher : piece) tree.add(voucher.leaf);
    store::copy_vouchers(session, piece);
  }
  const auto previous = last ? store::find_seal(session, *last) : std::nullopt;
  const SignedSeal seal =
      ledger::sign_seal({.format = std::string(ledger::kMerkleSeal),
                         .book = store::find_book_name(session),
                         .business_date = day,
                         .journal_count = tree.size(),
                         .content_hash = tree.root(),
                         .previous_hash = previous ? previous->hash : base::Hash{}},
                        key);
  // A report of what was known at an instant waits for this lock, and so sees every seal that was
  // written by then. From here to the commit is a moment.
  store::lock_book_shared(session);
  store::insert_seal(session, seal);
  return seal;
}

}  // namespace engine
