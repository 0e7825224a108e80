// Seals and proofs without a database: the documented bytes, the signature of RFC 8032, and what
// makes a proof worthless.
#include "ledger/proof.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/merkle.h"
#include "tests/ledger/sealed_journals.h"

namespace {

using ledger::ProofRefusal;
using tests::kSeed;
using tests::SealedJournals;

// RFC 8032 section 7.1, test 2.
TEST(Signature, IsTheOneOfTheStandard) {
  base::SecretSeed seed;
  const auto bytes =
      base::parse_hash("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  std::ranges::copy(bytes.value(), seed.begin());
  const base::PublicKey key = base::public_key_of(seed);
  EXPECT_EQ(base::to_hex(key), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const base::Signature signature = base::sign("\x72", seed);
  EXPECT_EQ(base::to_hex(signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(base::verify_signature(signature, "\x72", key));
  EXPECT_FALSE(base::verify_signature(signature, "\x73", key));
}

TEST(Seal, OfAnUnknownFormHasNoBytes) {
  ledger::Seal seal = SealedJournals(3).sealed().seal;
  EXPECT_TRUE(ledger::seal_bytes(seal).has_value());
  seal.format = "merkle-2";
  EXPECT_FALSE(ledger::seal_bytes(seal).has_value());
  EXPECT_EQ(ledger::check_seal({.seal = seal}, {}), ledger::SealFault::FormatUnknown);
}

// What docs/evidence.md says about plain-1, put together by hand.
TEST(Seal, OfThePlainFormIsHashedAsBefore) {
  ledger::SignedSeal sealed{.seal = {.format = "plain-1",
                                     .book = "small",
                                     .business_date = base::make_day(2026, 6, 18),
                                     .journal_count = 258,
                                     .content_hash = base::sha256("content"),
                                     .previous_hash = base::sha256("previous")}};
  sealed.hash = base::sha256(std::string(base::bytes_of(sealed.seal.previous_hash)) + "2026-06-18" +
                             std::string("\0\0\0\0\0\0\1\2", 8) +
                             std::string(base::bytes_of(sealed.seal.content_hash)));
  EXPECT_EQ(ledger::check_seal(sealed, {}), std::nullopt);
  ledger::SignedSeal counted = sealed;
  counted.seal.journal_count = 259;
  EXPECT_EQ(ledger::check_seal(counted, {}), ledger::SealFault::HashWrong);
  sealed.signature.emplace();
  EXPECT_EQ(ledger::check_seal(sealed, {}), ledger::SealFault::NotSigned);
}

TEST(Seal, IsNotFollowedByAnOlderFormNorBySkippedDates) {
  const ledger::SignedSeal first = SealedJournals(3).sealed();
  EXPECT_TRUE(ledger::follows(first, nullptr));
  ledger::Seal next = first.seal;
  next.business_date = base::plus_days(next.business_date, 1);
  next.previous_hash = first.hash;
  EXPECT_TRUE(ledger::follows(ledger::sign_seal(next, kSeed), &first));
  EXPECT_FALSE(ledger::follows(ledger::sign_seal(next, kSeed), nullptr));
  ledger::Seal later = next;
  later.business_date = base::plus_days(next.business_date, 1);
  EXPECT_FALSE(ledger::follows(ledger::sign_seal(later, kSeed), &first));
  ledger::Seal elsewhere = next;
  elsewhere.book = "other";
  EXPECT_FALSE(ledger::follows(ledger::sign_seal(elsewhere, kSeed), &first));
  ledger::Seal unchained = next;
  unchained.previous_hash[0] ^= 1;
  EXPECT_FALSE(ledger::follows(ledger::sign_seal(unchained, kSeed), &first));
  next.format = "plain-1";
  EXPECT_FALSE(ledger::follows({.seal = next}, &first));
}

TEST(JournalContent, IsReadBack) {
  const auto journal = ledger::parse_journal_content(
      "7:plain-1,1:1,2:C1,7:CAPTURE,2:O1,-,3:CNY,10:2026-06-18,10:2026-06-19,-,1:1,4:1101,-,0:,"
      "4:2101,5:M:1,-,4:sale,6:100000,");
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal->party_kind, "1");
  EXPECT_EQ(journal->party, "C1");
  EXPECT_EQ(journal->rule, "CAPTURE");
  EXPECT_EQ(journal->source_ref, "O1");
  EXPECT_EQ(journal->purchase_ref, std::nullopt);
  EXPECT_EQ(journal->value_date, base::make_day(2026, 6, 19));
  EXPECT_EQ(journal->reversed, std::nullopt);
  ASSERT_EQ(journal->transfers.size(), 1U);
  EXPECT_EQ(journal->transfers[0].debit, (ledger::ContentAccount{"1101", std::nullopt, ""}));
  EXPECT_EQ(journal->transfers[0].credit, (ledger::ContentAccount{"2101", "M:1,-", "sale"}));
  EXPECT_EQ(journal->transfers[0].amount, base::Money(1'000'00, *base::Currency::find("CNY")));
}

TEST(JournalContent, OfAnyOtherFormIsRefused) {
  const std::string good = SealedJournals::content(7);
  ASSERT_TRUE(ledger::parse_journal_content(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(ledger::parse_journal_content(good.substr(0, size))) << size;
  }
  EXPECT_FALSE(ledger::parse_journal_content(good + "-,"));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return ledger::parse_journal_content(text.replace(at, from.size(), to));
  };
  EXPECT_FALSE(changed("7:plain-1,", "7:plain-2,"));
  EXPECT_FALSE(changed("7:plain-1,", "07:plain-1,"));
  EXPECT_FALSE(changed("7:plain-1,", "+7:plain-1,"));
  EXPECT_FALSE(changed("7:plain-1,", "18446744073709551615:plain-1,"));
  EXPECT_FALSE(changed("3:CNY,", "-,"));
  EXPECT_FALSE(changed("3:CNY,", "3:???,"));
  EXPECT_FALSE(changed("10:2026-06-18,", "10:2026-02-30,"));
  EXPECT_FALSE(changed("1:1,4:1101", "1:2,4:1101"));
  EXPECT_FALSE(changed("1:1,4:1101", "1:0,4:1101"));
  EXPECT_FALSE(changed("3:707,", "3:7.7,"));
  EXPECT_FALSE(changed("3:707,", "3:-77,"));
}

TEST(Proof, ShowsTheJournalOfEveryVoucher) {
  const SealedJournals journals(21);
  for (std::uint64_t index = 0; index < 21; ++index) {
    const auto journal = ledger::check_proof(journals.proof(index), journals.keys());
    ASSERT_TRUE(journal) << index;
    EXPECT_EQ(journal->party, "C" + std::to_string(index));
  }
}

TEST(Proof, OfAnotherKeyJournalOrDateIsRefused) {
  const SealedJournals journals(21);
  const ledger::Proof good = journals.proof(5);
  const auto refusal = [&](const ledger::Proof& proof) {
    const auto checked = ledger::check_proof(proof, journals.keys());
    return checked ? std::optional<ProofRefusal>() : checked.error();
  };
  EXPECT_EQ(refusal(good), std::nullopt);
  EXPECT_EQ(ledger::check_proof(good, {}).error(), ProofRefusal::KeyUnknown);
  base::SecretSeed other = kSeed;
  other[0] ^= 1;
  const std::vector<base::PublicKey> others{base::public_key_of(other)};
  EXPECT_EQ(ledger::check_proof(good, others).error(), ProofRefusal::KeyUnknown);

  ledger::Proof altered = good;
  altered.content = "nothing";
  EXPECT_EQ(refusal(altered), ProofRefusal::ContentUnreadable);
  altered.content = SealedJournals::content(6);
  EXPECT_EQ(refusal(altered), ProofRefusal::NotInTree);
  altered = good;
  altered.leaf_index = 6;
  EXPECT_EQ(refusal(altered), ProofRefusal::NotInTree);
  altered = good;
  altered.path.pop_back();
  EXPECT_EQ(refusal(altered), ProofRefusal::NotInTree);
  altered = good;
  altered.seal.seal.business_date = base::plus_days(altered.seal.seal.business_date, 1);
  EXPECT_EQ(refusal(altered), ProofRefusal::DateDiffers);
  altered = good;
  altered.seal.seal.format = "plain-1";
  EXPECT_EQ(refusal(altered), ProofRefusal::FormatUnknown);
  altered = good;
  altered.seal.seal.book = "other";
  EXPECT_EQ(refusal(altered), ProofRefusal::SealHashWrong);
  altered = good;
  altered.seal.signature.reset();
  EXPECT_EQ(refusal(altered), ProofRefusal::SignatureWrong);
  altered = good;
  altered.seal.signature->signature[3] ^= 1;
  EXPECT_EQ(refusal(altered), ProofRefusal::SignatureWrong);
  // a seal of one's own, under the name of the trusted key
  ledger::Proof forged = good;
  forged.seal = ledger::sign_seal(good.seal.seal, other);
  forged.seal.signature->key = good.seal.signature->key;
  EXPECT_EQ(refusal(forged), ProofRefusal::SignatureWrong);
}

TEST(Proof, EveryRefusalHasACodeAndASentence) {
  for (const auto refusal :
       {ProofRefusal::ContentUnreadable, ProofRefusal::DateDiffers, ProofRefusal::FormatUnknown,
        ProofRefusal::NotInTree, ProofRefusal::SealHashWrong, ProofRefusal::KeyUnknown,
        ProofRefusal::SignatureWrong}) {
    EXPECT_TRUE(ledger::code(refusal).starts_with("PROOF_"));
    EXPECT_FALSE(ledger::sentence(refusal).empty());
  }
}

}  // namespace
