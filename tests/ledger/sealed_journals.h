// A date of made-up journals, sealed, for tests of proofs that want no database.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/merkle.h"
#include "ledger/proof.h"

namespace tests {

inline constexpr base::SecretSeed kSeed = {1, 2, 3};

class SealedJournals {
 public:
  explicit SealedJournals(std::uint64_t count) : count_(count) {
    base::MerkleTree tree;
    for (std::uint64_t i = 0; i < count; ++i) tree.add(base::merkle_leaf(content(i)));
    sealed_ = ledger::sign_seal({.format = "merkle-1",
                                 .book = "small",
                                 .business_date = base::make_day(2026, 6, 18),
                                 .journal_count = count,
                                 .content_hash = tree.root()},
                                kSeed);
  }

  static std::string content(std::uint64_t i) {
    const std::string party = "C" + std::to_string(i);
    const std::string amount = std::to_string(700 + i);
    return "7:plain-1,1:1," + std::to_string(party.size()) + ":" + party +
           ",7:CAPTURE,7:O\"\xe5\x88\x86 1,-,3:CNY,10:2026-06-18,10:2026-06-18,-,1:1,4:1101,-,0:,"
           "4:2101,2:M1,4:sale," +
           std::to_string(amount.size()) + ":" + amount + ",";
  }

  const ledger::SignedSeal& sealed() const { return sealed_; }
  std::vector<base::PublicKey> keys() const { return {base::public_key_of(kSeed)}; }

  ledger::Proof proof(std::uint64_t index) const {
    base::MerkleTree tree(index);
    for (std::uint64_t i = 0; i < count_; ++i) tree.add(base::merkle_leaf(content(i)));
    return {.content = content(index), .leaf_index = index, .path = tree.path(), .seal = sealed_};
  }

 private:
  std::uint64_t count_;
  ledger::SignedSeal sealed_;
};

}  // namespace tests
