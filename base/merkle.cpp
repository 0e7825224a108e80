#include "base/merkle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "base/check.h"

namespace base {
namespace {

Hash root_of(std::span<const Hash> leaves) {
  MerkleTree tree;
  for (const Hash& leaf : leaves) tree.add(leaf);
  return tree.root();
}

/// SUBPROOF(m, D[n], b) of RFC 9162; `is_known` says that the checker has the root of `leaves`.
void append_subproof(std::vector<Hash>& proof, std::span<const Hash> leaves, std::uint64_t old_size,
                     bool is_known) {
  if (old_size == leaves.size()) {
    if (!is_known) proof.push_back(root_of(leaves));
    return;
  }
  const std::uint64_t middle = std::bit_floor(leaves.size() - 1);
  if (old_size <= middle) {
    append_subproof(proof, leaves.first(middle), old_size, is_known);
    proof.push_back(root_of(leaves.subspan(middle)));
  } else {
    append_subproof(proof, leaves.subspan(middle), old_size - middle, false);
    proof.push_back(root_of(leaves.first(middle)));
  }
}

/// Where a checker is in the tree: a node and the last node of its level.
struct Position {
  std::uint64_t node;
  std::uint64_t last;

  bool is_right() const { return (node & 1) != 0; }
  void up() {
    node >>= 1;
    last >>= 1;
  }
  /// To the level below the one where this node is a right child, or to the root: nodes without a
  /// sibling are their own parents.
  void up_to_right_child() {
    while (!is_right() && node != 0) up();
  }
};

}  // namespace

Hash merkle_leaf(std::string_view data) {
  std::string bytes(1, '\0');
  bytes += data;
  return sha256(bytes);
}

Hash merkle_node(const Hash& left, const Hash& right) {
  std::array<unsigned char, 1 + 2 * kHashBytes> bytes;
  bytes[0] = 1;
  std::ranges::copy(right, std::ranges::copy(left, bytes.begin() + 1).out);
  return sha256(bytes_of(bytes));
}

Hash MerkleTree::join(const Hash& left, const Hash& right, std::uint64_t first,
                      std::uint64_t middle, std::uint64_t end, std::vector<Hash>* path) const {
  if (path != nullptr && proved_ && *proved_ >= first && *proved_ < end) {
    path->push_back(*proved_ < middle ? right : left);
  }
  return merkle_node(left, right);
}

void MerkleTree::add(const Hash& leaf) {
  Hash node = leaf;
  std::uint64_t middle = size_;
  for (std::uint64_t width = 1; (size_ & width) != 0; width *= 2) {
    node = join(subtrees_.back(), node, middle - width, middle, size_ + 1, &path_);
    subtrees_.pop_back();
    middle -= width;
  }
  subtrees_.push_back(node);
  ++size_;
}

Hash MerkleTree::fold(std::vector<Hash>* path) const {
  if (subtrees_.empty()) return sha256("");
  Hash node = subtrees_.back();
  std::uint64_t widths = size_;  // of the subtrees not joined yet, a bit each
  std::uint64_t middle = size_ - (widths & (~widths + 1));
  widths = middle;
  for (std::size_t i = subtrees_.size() - 1; i-- > 0;) {
    const std::uint64_t first = widths & (widths - 1);  // without its lowest bit
    node = join(subtrees_[i], node, first, middle, size_, path);
    middle = widths = first;
  }
  return node;
}

std::vector<Hash> MerkleTree::path() const {
  CHECK(proved_ && *proved_ < size_, "a proof for a leaf that is not in the tree of {}", size_);
  std::vector<Hash> path = path_;
  fold(&path);
  return path;
}

bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> path, const Hash& root) {
  if (index >= size) return false;
  Position at{.node = index, .last = size - 1};
  Hash hash = leaf;
  for (const Hash& sibling : path) {
    if (at.last == 0) return false;  // a path longer than the tree is high
    if (at.is_right() || at.node == at.last) {
      hash = merkle_node(sibling, hash);
      at.up_to_right_child();
    } else {
      hash = merkle_node(hash, sibling);
    }
    at.up();
  }
  return at.last == 0 && hash == root;
}

std::vector<Hash> consistency_proof(std::span<const Hash> leaves, std::uint64_t old_size) {
  CHECK(old_size >= 1 && old_size <= leaves.size(), "{} of {} leaves", old_size, leaves.size());
  std::vector<Hash> proof;
  append_subproof(proof, leaves, old_size, true);
  return proof;
}

bool verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Hash& old_root,
                        const Hash& new_root, std::span<const Hash> proof) {
  if (old_size == 0 || old_size > new_size) return false;
  if (old_size == new_size) return proof.empty() && old_root == new_root;
  Position at{.node = old_size - 1, .last = new_size - 1};
  while (at.is_right()) at.up();
  // A complete old tree is a node of the new one: the checker has it already.
  const bool is_node = std::has_single_bit(old_size);
  if (!is_node && proof.empty()) return false;
  Hash old_hash = is_node ? old_root : proof.front();
  Hash new_hash = old_hash;
  for (const Hash& sibling : is_node ? proof : proof.subspan(1)) {
    if (at.last == 0) return false;
    if (at.is_right() || at.node == at.last) {
      old_hash = merkle_node(sibling, old_hash);
      new_hash = merkle_node(sibling, new_hash);
      at.up_to_right_child();
    } else {
      new_hash = merkle_node(new_hash, sibling);
    }
    at.up();
  }
  return at.last == 0 && old_hash == old_root && new_hash == new_root;
}

}  // namespace base
