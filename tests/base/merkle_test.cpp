// Merkle trees: every leaf of every tree can be proved, and nothing else can.
#include "base/merkle.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "tests/support/property.h"

namespace {

using base::Hash;

// MTH of RFC 6962 section 2.1 as it is written there.
Hash recursive_root(std::span<const Hash> leaves) {
  if (leaves.empty()) return base::sha256("");
  if (leaves.size() == 1) return leaves.front();
  std::size_t middle = 1;
  while (2 * middle < leaves.size()) middle *= 2;
  return base::merkle_node(recursive_root(leaves.first(middle)),
                           recursive_root(leaves.subspan(middle)));
}

// The first `count` of a list that is the same for every test.
std::vector<Hash> some_leaves(std::size_t count) {
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(base::merkle_leaf(std::to_string(i)));
  return leaves;
}

base::MerkleTree tree_of(std::span<const Hash> leaves, std::uint64_t proved = 0) {
  base::MerkleTree tree(proved);
  for (const Hash& leaf : leaves) tree.add(leaf);
  return tree;
}

Hash with_flipped_bit(Hash hash, std::uint64_t bit) {
  const auto mask = static_cast<unsigned char>(1U << (bit % 8));
  hash[bit / 8 % base::kHashBytes] ^= mask;
  return hash;
}

TEST(Hash, IsSpelledInLowerCaseDigits) {
  EXPECT_EQ(base::to_hex(base::sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-2
  EXPECT_EQ(base::parse_hex("00ff7f"), std::string("\0\xff\x7f", 3));
  EXPECT_EQ(base::parse_hex(""), "");
  EXPECT_EQ(base::parse_hex("0"), std::nullopt);
  EXPECT_EQ(base::parse_hex("FF"), std::nullopt);
  EXPECT_EQ(base::parse_hex("0g"), std::nullopt);
  EXPECT_EQ(base::parse_hash(std::string(62, '0')), std::nullopt);
  EXPECT_EQ(base::parse_hash(std::string(64, '0')), Hash{});
  EXPECT_THROW(base::hash_of_bytes("short"), base::CheckFailure);
}

TEST(Merkle, AnEmptyTreeHasARoot) {
  EXPECT_EQ(base::to_hex(base::MerkleTree().root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");  // RFC 6962 2.1
  EXPECT_THROW(tree_of({}).path(), base::CheckFailure);
}

TEST(Merkle, TheStreamedRootIsTheRecursiveOne) {
  const std::vector<Hash> leaves = some_leaves(300);
  for (std::size_t size = 0; size <= leaves.size(); ++size) {
    const auto first = std::span(leaves).first(size);
    EXPECT_EQ(tree_of(first).root(), recursive_root(first)) << size;
  }
}

TEST(Merkle, EveryLeafOfEverySmallTreeIsProved) {
  const std::vector<Hash> leaves = some_leaves(70);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    for (std::size_t index = 0; index < size; ++index) {
      const base::MerkleTree tree = tree_of(std::span(leaves).first(size), index);
      EXPECT_TRUE(base::verify_inclusion(leaves[index], index, size, tree.path(), tree.root()))
          << index << " of " << size;
    }
  }
}

TEST(Merkle, EverySmallTreeContinuesTheSmallerOnes) {
  const std::vector<Hash> leaves = some_leaves(40);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    const auto all = std::span(leaves).first(size);
    for (std::size_t old_size = 1; old_size <= size; ++old_size) {
      const Hash old_root = tree_of(all.first(old_size)).root();
      EXPECT_TRUE(base::verify_consistency(old_size, size, old_root, tree_of(all).root(),
                                           base::consistency_proof(all, old_size)))
          << old_size << " of " << size;
    }
  }
}

// Each part of an inclusion proof counts: a flipped bit anywhere, another index, another size, one
// hash more or less.
TEST(Merkle, AnAlteredInclusionProofIsRefused) {
  tests::property("altered inclusion", [] {
    const auto size = *rc::gen::inRange<std::uint64_t>(1, 400);
    const auto index = *rc::gen::inRange<std::uint64_t>(0, size);
    const std::vector<Hash> leaves = some_leaves(size);
    const base::MerkleTree tree = tree_of(leaves, index);
    const std::vector<Hash> path = tree.path();
    const Hash& leaf = leaves[index];
    const Hash root = tree.root();
    RC_ASSERT(base::verify_inclusion(leaf, index, size, path, root));

    const auto bit = *rc::gen::inRange<std::uint64_t>(0, 256);
    RC_ASSERT(!base::verify_inclusion(with_flipped_bit(leaf, bit), index, size, path, root));
    RC_ASSERT(!base::verify_inclusion(leaf, index, size, path, with_flipped_bit(root, bit)));
    for (std::size_t i = 0; i < path.size(); ++i) {
      std::vector<Hash> altered = path;
      altered[i] = with_flipped_bit(altered[i], bit);
      RC_ASSERT(!base::verify_inclusion(leaf, index, size, altered, root));
    }
    for (std::uint64_t other = 0; other < size + 3; ++other) {
      if (other != index) RC_ASSERT(!base::verify_inclusion(leaf, other, size, path, root));
    }
    std::vector<Hash> longer = path;
    longer.push_back(root);
    RC_ASSERT(!base::verify_inclusion(leaf, index, size, longer, root));
    if (!path.empty()) {
      const auto shorter = std::span(path).first(path.size() - 1);
      RC_ASSERT(!base::verify_inclusion(leaf, index, size, shorter, root));
    }
    RC_ASSERT(!base::verify_inclusion(leaf, index, 0, path, root));
  });
}

TEST(Merkle, AnAlteredConsistencyProofIsRefused) {
  tests::property("altered consistency", [] {
    const auto size = *rc::gen::inRange<std::uint64_t>(2, 300);
    const auto old_size = *rc::gen::inRange<std::uint64_t>(1, size);
    const std::vector<Hash> leaves = some_leaves(size);
    const Hash root = tree_of(leaves).root();
    const Hash old_root = tree_of(std::span(leaves).first(old_size)).root();
    const std::vector<Hash> proof = base::consistency_proof(leaves, old_size);
    const auto holds = [&](const Hash& before, const Hash& after, std::span<const Hash> with) {
      return base::verify_consistency(old_size, size, before, after, with);
    };
    RC_ASSERT(holds(old_root, root, proof));

    const auto bit = *rc::gen::inRange<std::uint64_t>(0, 256);
    RC_ASSERT(!holds(with_flipped_bit(old_root, bit), root, proof));
    RC_ASSERT(!holds(old_root, with_flipped_bit(root, bit), proof));
    for (std::size_t i = 0; i < proof.size(); ++i) {
      std::vector<Hash> altered = proof;
      altered[i] = with_flipped_bit(altered[i], bit);
      RC_ASSERT(!holds(old_root, root, altered));
    }
    RC_ASSERT(!holds(old_root, root, std::span(proof).first(proof.size() - 1)));
    std::vector<Hash> longer = proof;
    longer.push_back(root);
    RC_ASSERT(!holds(old_root, root, longer));
    RC_ASSERT(!base::verify_consistency(0, size, old_root, root, proof));
    RC_ASSERT(!base::verify_consistency(size, old_size, root, old_root, proof));
  });
}

}  // namespace
