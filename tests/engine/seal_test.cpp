// The seal of a date: canonical content, numbers, hashes and the chain. docs/evidence.md.
#include "engine/seal.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <array>
#include <string>

#include "base/check.h"
#include "base/merkle.h"
#include "engine/evidence_key.h"
#include "sql/store/rows.h"
#include "sql/store/seal_store.h"
#include "tests/engine/small_book.h"
#include "tests/support/test_database.h"

namespace {

std::string sha256(const std::string& bytes) {  // not through our own functions
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
  return {hash.begin(), hash.end()};
}

class Seal : public testing::Test {
 protected:
  Seal() : session_(database_.conninfo(), store::Role::Owner) { tests::make_small_book(session_); }

  std::vector<std::string> leaves(base::Day day) {
    const store::Rows rows =
        store::query(session_, "SELECT leaf FROM voucher WHERE business_date = $1 ORDER BY number",
                     store::Params().day(day));
    std::vector<std::string> result;
    for (int row = 0; row < rows.size(); ++row) result.emplace_back(rows.text(row, 0));
    return result;
  }

  ledger::SignedSeal seal(base::Day day) { return engine::seal_day(session_, day, key_); }

  tests::TestDatabase database_ = tests::TestDatabase::create();
  store::Session session_;
  base::SecretSeed key_ = *engine::load_evidence_key(engine::evidence_key_file());
};

// The two examples of docs/evidence.md, byte for byte, hashed by another implementation.
TEST_F(Seal, TheLeafIsTheHashOfTheDocumentedContent) {
  const std::string opening =
      "7:plain-1,1:6,8:PLATFORM,7:OPENING,7:opening,-,3:CNY,10:2026-06-18,10:2026-06-18,-,1:1,"
      "4:1001,4:BANK,0:,4:4001,-,0:,7:5000000,";
  const std::string capture =
      "7:plain-1,1:1,2:C1,7:CAPTURE,2:O1,2:O1,3:CNY,10:2026-06-18,10:2026-06-18,-,1:4,"
      "4:1101,-,0:,4:2101,2:M1,4:sale,6:100000,4:6402,-,4:fee6,4:2101,2:M1,4:sale,4:6000,"
      "4:1102,-,0:,4:2301,-,0:,4:3600,4:2101,2:M1,3:mdr,4:6002,2:M1,0:,3:636,";
  const std::vector<std::string> found = leaves(base::make_day(2026, 6, 18));
  ASSERT_EQ(found.size(), 3U);
  // "1:1,2:C1" and "1:1,2:C2" sort before "1:6"
  EXPECT_EQ(found[0], sha256(std::string(1, '\0') + capture));
  EXPECT_EQ(found[2], sha256(std::string(1, '\0') + opening));
}

// The bytes of docs/evidence.md, put together here.
TEST_F(Seal, TheRootIsOverTheLeavesAndTheChainOverTheDates) {
  std::string previous(32, '\0');
  for (unsigned number = 18; number <= 23; ++number) {
    const base::Day day = base::make_day(2026, 6, number);
    const auto found = store::find_seal(session_, day);
    ASSERT_TRUE(found);
    const std::vector<std::string> of_date = leaves(day);
    base::MerkleTree tree;
    for (const std::string& leaf : of_date) tree.add(base::hash_of_bytes(leaf));
    const std::string count = std::to_string(of_date.size());
    const std::string bytes = "10:fenqi-seal,8:merkle-1,5:small,10:" + base::to_string(day) + "," +
                              std::to_string(count.size()) + ":" + count +
                              ",64:" + base::to_hex(tree.root()) +
                              ",64:" + base::to_hex(base::hash_of_bytes(previous)) + ",";
    EXPECT_EQ(found->seal.format, "merkle-1");
    EXPECT_EQ(found->seal.journal_count, of_date.size());
    EXPECT_EQ(found->seal.content_hash, tree.root());
    EXPECT_EQ(base::bytes_of(found->seal.previous_hash), previous);
    EXPECT_EQ(base::bytes_of(found->hash), sha256(bytes));
    const base::PublicKey key = base::public_key_of(key_);
    ASSERT_TRUE(found->signature);
    EXPECT_EQ(base::bytes_of(found->signature->key), sha256(std::string(base::bytes_of(key))));
    EXPECT_EQ(crypto_sign_verify_detached(found->signature->signature.data(),
                                          reinterpret_cast<const unsigned char*>(bytes.data()),
                                          bytes.size(), key.data()),
              0);
    previous = base::bytes_of(found->hash);
  }
}

TEST_F(Seal, ASealedDateIsLeftAlone) {
  const base::Day last = base::make_day(2026, 6, 23);
  const ledger::SignedSeal before = *store::find_seal(session_, last);
  EXPECT_EQ(engine::write_account_days(session_, last), 0);
  EXPECT_EQ(seal(last), before);
  EXPECT_EQ(leaves(last).size(), before.seal.journal_count);
}

TEST_F(Seal, AnEmptyDateIsSealedToo) {
  const base::Day day = base::make_day(2026, 6, 24);
  seal(day);
  const ledger::SignedSeal empty = seal(base::plus_days(day, 1));
  EXPECT_EQ(empty.seal.journal_count, 0U);
  EXPECT_EQ(base::bytes_of(empty.seal.content_hash), sha256(""));
}

TEST_F(Seal, NoDateIsSkipped) {
  EXPECT_THROW(seal(base::make_day(2026, 6, 25)), base::CheckFailure);
}

// Length before value: no two different journals share their bytes.
TEST_F(Seal, SeparatorsInAReferenceDoNotMakeItAmbiguous) {
  session_.execute(
      "INSERT INTO journal SELECT party_id, 900001, 1, 7, NULL, currency, '2026-06-24', "
      "'2026-06-24', posted_at, '1:a,1:b', NULL, debit_account, credit_account, amount_minor "
      "FROM journal WHERE rule = 1");
  seal(base::make_day(2026, 6, 24));
  const std::string content =
      "7:plain-1,1:6,8:PLATFORM,14:CHANNEL_SETTLE,7:1:a,1:b,-,3:CNY,10:2026-06-24,10:2026-06-24,-,"
      "1:1,4:1001,4:BANK,0:,4:4001,-,0:,7:5000000,";
  EXPECT_EQ(leaves(base::make_day(2026, 6, 24)).back(), sha256(std::string(1, '\0') + content));
}

// A reversal is content about content: it carries the leaf of its original, also within one date.
TEST_F(Seal, AReversalCarriesTheLeafOfItsOriginal) {
  session_.execute(
      "INSERT INTO journal SELECT party_id, 900001, 1, 17, NULL, currency, '2026-06-24', "
      "'2026-06-24', posted_at, 'mistake', journal_id, credit_account, debit_account, amount_minor "
      "FROM journal WHERE rule = 1");
  seal(base::make_day(2026, 6, 24));
  const store::Rows original = store::query(
      session_,
      "SELECT encode(v.leaf, 'hex') FROM voucher v JOIN journal j USING (party_id, journal_id) "
      "WHERE j.rule = 1");
  const std::string content =
      "7:plain-1,1:6,8:PLATFORM,8:REVERSAL,7:mistake,-,3:CNY,10:2026-06-24,10:2026-06-24,64:" +
      std::string(original.text(0, 0)) + ",1:1,4:4001,-,0:,4:1001,4:BANK,0:,7:5000000,";
  EXPECT_EQ(leaves(base::make_day(2026, 6, 24)).back(), sha256(std::string(1, '\0') + content));
}

}  // namespace
