// Merkle trees of RFC 6962 section 2.1 (RFC 9162 section 2.1): one root for a list of leaves, short
// proofs that a leaf is in it and that one list continues another.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/hash.h"

namespace base {

/// SHA-256 of a zero byte and the data; the byte tells leaves from inner nodes.
Hash merkle_leaf(std::string_view data);
/// SHA-256 of a one byte and both children.
Hash merkle_node(const Hash& left, const Hash& right);

/// The root of leaves that come one after the other, in the memory of one hash a level. With the
/// index of a leaf, counted from 0, the proof for that leaf comes with it.
class MerkleTree {
 public:
  MerkleTree() = default;
  explicit MerkleTree(std::uint64_t proved_index) : proved_(proved_index) {}

  void add(const Hash& leaf);
  std::uint64_t size() const { return size_; }

  /// Of the leaves so far; of none, SHA-256 of nothing.
  Hash root() const { return fold(nullptr); }

  /// The audit path of the proved leaf, from the leaf's sibling to the root's child. That leaf must
  /// have been added.
  std::vector<Hash> path() const;

 private:
  /// Joins the complete subtrees from the right; appends to `path` what the proved leaf lacks.
  Hash fold(std::vector<Hash>* path) const;
  /// Two neighbours, `left` from leaf `first` on, each half as wide as what they become or less.
  Hash join(const Hash& left, const Hash& right, std::uint64_t first, std::uint64_t middle,
            std::uint64_t end, std::vector<Hash>* path) const;

  std::vector<Hash> subtrees_;  // complete ones, their widths are the bits of the size
  std::uint64_t size_ = 0;
  std::optional<std::uint64_t> proved_;
  std::vector<Hash> path_;  // as far as complete subtrees reach
};

/// Does `path` lead from the leaf at `index` to the root of a tree of `size` leaves? RFC 9162
/// section 2.1.3.2.
bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> path, const Hash& root);

/// The proof that the tree of all `leaves` continues the one of the first `old_size`, which is
/// between 1 and their number. RFC 9162 section 2.1.4.1.
std::vector<Hash> consistency_proof(std::span<const Hash> leaves, std::uint64_t old_size);

/// RFC 9162 section 2.1.4.2. Nothing is proved about a tree without leaves: that is refused.
bool verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Hash& old_root,
                        const Hash& new_root, std::span<const Hash> proof);

}  // namespace base
