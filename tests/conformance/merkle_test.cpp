// Formats of crypto/merkle_*.json: RFC 6962 hashes, roots and proofs, good ones and broken ones.
#include "base/merkle.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/conformance/oracles.h"

namespace tests::conformance {
namespace {

using base::Hash;
using nlohmann::json;

std::string bytes(const json& hex) { return base::parse_hex(hex.get<std::string>()).value(); }

/// Some vectors hold what is no hash. Ours can't be given such a value, so another one stands for
/// it: still equal to itself only.
Hash hash(const json& hex) {
  const std::string value = bytes(hex);
  return value.size() == base::kHashBytes ? base::hash_of_bytes(value)
                                          : base::sha256("no hash: " + value);
}

std::vector<Hash> hashes(const json& list) {
  std::vector<Hash> result;
  for (const json& hex : list) result.push_back(hash(hex));
  return result;
}

std::string joined(const std::vector<Hash>& hashes) {
  std::string text;
  for (const Hash& one : hashes) text += base::to_hex(one) + " ";
  return text;
}

void expect_hash(Case& one, const char* field, const Hash& ours, const json& theirs) {
  one.expect(field, std::string_view(base::to_hex(ours)), theirs.get<std::string>());
}

Hash root_of(std::span<const Hash> leaves) {
  base::MerkleTree tree;
  for (const Hash& leaf : leaves) tree.add(leaf);
  return tree.root();
}

std::vector<Hash> leaves_of(const json& list) {
  std::vector<Hash> leaves;
  for (const json& hex : list) leaves.push_back(base::merkle_leaf(bytes(hex)));
  return leaves;
}

TEST(Merkle, BasicHashes) {
  const auto is_format = [](const json& content) {
    return has_keys(content, {"leaf_hashes", "node_hash", "classic_roots_by_size"});
  };
  for_each_oracle(is_format, [](const json& content, Report& report) {
    Case empty("empty tree");
    expect_hash(empty, "root", base::MerkleTree().root(), content["empty_tree_root"]);
    report.add(empty);
    for (const json& leaf : content["leaf_hashes"]) {
      Case one("leaf " + leaf["data_hex"].get<std::string>());
      expect_hash(one, "hash", base::merkle_leaf(bytes(leaf["data_hex"])), leaf["hash"]);
      report.add(one);
    }
    const json& node = content["node_hash"];
    const std::string children = '\1' + bytes(node["left_hex"]) + bytes(node["right_hex"]);
    Case one("node");  // its children are no hashes: only the prefix can be compared
    expect_hash(one, "hash", base::sha256(children), node["hash"]);
    report.add(one);
    const std::vector<Hash> leaves = leaves_of(content["classic_8_leaves_hex"]);
    for (std::size_t size = 0; size < content["classic_roots_by_size"].size(); ++size) {
      Case root("root of " + std::to_string(size));
      expect_hash(root, "root", root_of(std::span(leaves).first(size)),
                  content["classic_roots_by_size"][size]);
      report.add(root);
    }
  });
}

TEST(Merkle, InclusionProofs) {
  const auto is_format = [](const json& content) {
    return has_keys(first_of(content, "vectors"), {"leaf_index", "tree_size", "leaf_hash"});
  };
  for_each_oracle(is_format, [](const json& content, Report& report) {
    for (const json& vector : content["vectors"]) {
      Case one(vector["name"].get<std::string>());
      one.expect("valid",
                 base::verify_inclusion(hash(vector["leaf_hash"]),
                                        vector["leaf_index"].get<std::uint64_t>(),
                                        vector["tree_size"].get<std::uint64_t>(),
                                        hashes(vector["proof"]), hash(vector["root"])),
                 vector["valid"].get<bool>());
      report.add(one);
    }
  });
}

TEST(Merkle, ConsistencyProofs) {
  const auto is_format = [](const json& content) {
    return has_keys(first_of(content, "vectors"), {"size1", "size2", "root1", "root2"});
  };
  for_each_oracle(is_format, [](const json& content, Report& report) {
    for (const json& vector : content["vectors"]) {
      Case one(vector["name"].get<std::string>());
      one.expect("valid",
                 base::verify_consistency(
                     vector["size1"].get<std::uint64_t>(), vector["size2"].get<std::uint64_t>(),
                     hash(vector["root1"]), hash(vector["root2"]), hashes(vector["proof"])),
                 vector["valid"].get<bool>());
      report.add(one);
    }
  });
}

TEST(Merkle, Trees) {
  const auto is_format = [](const json& content) {
    return has_keys(first_of(content, "trees"), {"leaves", "inclusion", "consistency"});
  };
  for_each_oracle(is_format, [](const json& content, Report& report) {
    for (const json& vector : content["trees"]) {
      const std::vector<Hash> leaves = leaves_of(vector["leaves"]);
      const auto index = vector["leaf_index"].get<std::uint64_t>();
      const auto old_size = vector["old_size"].get<std::uint64_t>();
      Case one("tree of " + std::to_string(leaves.size()) + " with root " +
               vector["root"].get<std::string>());
      base::MerkleTree tree(index);
      for (const Hash& leaf : leaves) tree.add(leaf);
      expect_hash(one, "root", tree.root(), vector["root"]);
      one.expect("inclusion", joined(tree.path()), joined(hashes(vector["inclusion"])));
      expect_hash(one, "old_root", root_of(std::span(leaves).first(old_size)), vector["old_root"]);
      const std::vector<Hash> consistency = base::consistency_proof(leaves, old_size);
      one.expect("consistency", joined(consistency), joined(hashes(vector["consistency"])));
      one.expect("inclusion holds",
                 base::verify_inclusion(leaves[index], index, leaves.size(),
                                        hashes(vector["inclusion"]), hash(vector["root"])),
                 true);
      one.expect("consistency holds",
                 base::verify_consistency(old_size, leaves.size(), hash(vector["old_root"]),
                                          hash(vector["root"]), hashes(vector["consistency"])),
                 true);
      report.add(one);
    }
  });
}

}  // namespace
}  // namespace tests::conformance
