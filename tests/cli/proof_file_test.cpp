// Proofs as files: what is written is read back, and no altered byte goes unseen.
#include "cli/proof_file.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/ledger/sealed_journals.h"

namespace {

using cli::ProofFileRefusal;
using tests::SealedJournals;

TEST(ProofFile, IsReadBack) {
  const SealedJournals journals(21);
  for (const std::uint64_t index : {0U, 5U, 20U}) {
    const ledger::Proof proof = journals.proof(index);
    const auto text = cli::proof_text(proof);
    ASSERT_TRUE(text);
    const auto read = cli::parse_proof(*text);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, proof);
  }
}

TEST(ProofFile, SaysWhatTheJournalIs) {
  const std::string text = cli::proof_text(SealedJournals(3).proof(1)).value();
  for (const char* part : {"\"voucher\": 2", "\"party\": \"C1\"", "\"rule\": \"CAPTURE\"",
                           "\"source_ref\": \"O\\\"\xe5\x88\x86 1\"", "\"amount\": \"7.01\"",
                           "\"purchase_ref\": null", "\"party_kind\": \"customer\""}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

bool proves(const std::string& text, std::span<const base::PublicKey> keys) {
  const auto proof = cli::parse_proof(text);
  return proof && ledger::check_proof(*proof, keys);
}

// Each bit of each byte, each byte left out, and one put in everywhere.
TEST(ProofFile, AnyAlteredByteIsRefused) {
  const SealedJournals journals(5);
  const auto keys = journals.keys();
  const std::string good = cli::proof_text(journals.proof(2)).value();
  ASSERT_TRUE(proves(good, keys));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string text = good;
    for (int bit = 0; bit < 8; ++bit) {
      text[at] = static_cast<char>(good[at] ^ (1 << bit));
      EXPECT_FALSE(proves(text, keys)) << "bit " << bit << " of byte " << at;
    }
    EXPECT_FALSE(proves(std::string(good).erase(at, 1), keys)) << at;
    EXPECT_FALSE(proves(std::string(good).insert(at, 1, ' '), keys)) << at;
    EXPECT_FALSE(proves(good.substr(0, at), keys)) << at;
  }
  EXPECT_FALSE(proves(good + "\n", keys));
}

TEST(ProofFile, OtherFilesAreRefused) {
  const auto refusal = [](std::string_view text) { return cli::parse_proof(text).error(); };
  EXPECT_EQ(refusal(""), ProofFileRefusal::Unreadable);
  EXPECT_EQ(refusal("{}"), ProofFileRefusal::Unreadable);
  EXPECT_EQ(refusal("[]"), ProofFileRefusal::Unreadable);
  EXPECT_EQ(refusal(std::string(cli::kProofBytesMax + 1, ' ')), ProofFileRefusal::Unreadable);
  EXPECT_EQ(refusal(std::string(100'000, '[')), ProofFileRefusal::Unreadable);
  const std::string good = cli::proof_text(SealedJournals(2).proof(1)).value();
  EXPECT_EQ(refusal(" " + good), ProofFileRefusal::NotCanonical);
  std::string renamed = good;
  renamed.replace(renamed.find("\"party\": \"C1\""), 13, "\"party\": \"C2\"");
  EXPECT_EQ(refusal(renamed), ProofFileRefusal::NotCanonical);
  // bytes that are no UTF-8 in the content: nothing to write down
  ledger::Proof proof = SealedJournals(2).proof(1);
  proof.content.replace(proof.content.find("C1"), 2, "C\xff");
  EXPECT_THROW(cli::proof_text(proof), std::exception);
}

}  // namespace
