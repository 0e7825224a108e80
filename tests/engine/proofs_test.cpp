// Proofs out of the books, and the seals that are published.
#include "engine/proofs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "cli/proof_file.h"
#include "cli/seals_file.h"
#include "engine/evidence_key.h"
#include "engine/exports.h"
#include "engine/seal.h"
#include "sql/store/rows.h"
#include "sql/store/seal_store.h"
#include "tests/engine/small_book.h"
#include "tests/support/test_database.h"

namespace {

using engine::NoProof;
using testing::HasSubstr;
using testing::ThrowsMessage;

base::Day june(unsigned day) { return base::make_day(2026, 6, day); }

class Proofs : public testing::Test {
 protected:
  Proofs() : session_(database_.conninfo(), store::Role::Owner) {
    tests::make_small_book(session_);
  }
  ~Proofs() override { std::filesystem::remove(file_); }

  /// What an attacker with the owner's password can do.
  void as_owner(const std::string& statement) {
    for (const char* table : {"journal", "voucher", "seal"}) {
      session_.execute(std::string("ALTER TABLE ") + table + " DISABLE TRIGGER USER");
    }
    session_.execute(statement);
  }

  NoProof refusal(unsigned day, std::int64_t number) {
    const auto proof = engine::make_proof(session_, june(day), number);
    EXPECT_FALSE(proof.has_value());
    return proof.error().reason;
  }

  std::string seals_text() {
    auto rows = engine::export_seals(session_, std::nullopt, std::nullopt);
    std::string text;
    while ((*rows)->next(text)) {
    }
    return text;
  }

  std::vector<ledger::SignedSeal> read_seals(const std::string& text) {
    std::ofstream(file_, std::ios::binary) << text;
    return cli::read_seals(file_, keys_);
  }

  tests::TestDatabase database_ = tests::TestDatabase::create();
  store::Session session_;
  std::vector<base::PublicKey> keys_ = engine::trusted_public_keys();
  std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("fenqi_seals_" + std::to_string(::getpid()));
};

TEST_F(Proofs, EveryVoucherOfTheBookIsProved) {
  std::int64_t proved = 0;
  for (unsigned day = 18; day <= 23; ++day) {
    const auto seal = store::find_seal(session_, june(day));
    for (std::int64_t number = 1; number <= static_cast<std::int64_t>(seal->seal.journal_count);
         ++number) {
      const auto proof = engine::make_proof(session_, june(day), number);
      ASSERT_TRUE(proof.has_value()) << proof.error().sentence;
      const auto read = cli::parse_proof(cli::proof_text(*proof).value());
      ASSERT_TRUE(read.has_value());
      const auto journal = ledger::check_proof(*read, keys_);
      ASSERT_TRUE(journal.has_value());
      EXPECT_EQ(journal->business_date, june(day));
      ++proved;
    }
  }
  EXPECT_EQ(proved, store::query(session_, "SELECT count(*) FROM voucher").int8(0, 0));
  EXPECT_GT(proved, 10);
}

TEST_F(Proofs, AReversalIsProvedWithTheLeafOfItsOriginal) {
  session_.execute(
      "INSERT INTO journal SELECT party_id, 900001, 1, 17, NULL, currency, '2026-06-24', "
      "'2026-06-24', posted_at, 'mistake', journal_id, credit_account, debit_account, amount_minor "
      "FROM journal WHERE rule = 1");
  engine::seal_day(session_, june(24), engine::open_evidence_key(session_));
  const auto count =
      static_cast<std::int64_t>(store::find_seal(session_, june(24))->seal.journal_count);
  const auto proof = engine::make_proof(session_, june(24), count);
  ASSERT_TRUE(proof.has_value()) << proof.error().sentence;
  const auto journal = ledger::check_proof(*proof, keys_);
  ASSERT_TRUE(journal.has_value());
  EXPECT_EQ(journal->rule, "REVERSAL");
  EXPECT_TRUE(journal->reversed.has_value());
}

TEST_F(Proofs, WhatIsNotSealedIsNotProved) {
  EXPECT_EQ(refusal(24, 1), NoProof::DateNotSealed);
  EXPECT_EQ(refusal(18, 0), NoProof::VoucherUnknown);
  EXPECT_EQ(refusal(18, 4), NoProof::VoucherUnknown);
}

TEST_F(Proofs, WhatWasChangedIsNotProved) {
  as_owner("UPDATE journal SET source_ref = 'R9' WHERE rule = 1");
  EXPECT_EQ(refusal(18, 3), NoProof::JournalChanged);
  EXPECT_TRUE(engine::make_proof(session_, june(18), 1).has_value());
  as_owner("DELETE FROM voucher WHERE business_date = '2026-06-18' AND number = 2");
  EXPECT_EQ(refusal(18, 1), NoProof::JournalChanged);
  as_owner("UPDATE seal SET content_hash = sha256('x') WHERE business_date = '2026-06-19'");
  EXPECT_EQ(refusal(19, 1), NoProof::JournalChanged);
}

TEST_F(Proofs, SealsAreExportedAndReadBack) {
  const auto seals = read_seals(seals_text());
  EXPECT_EQ(seals, store::list_seals(session_, june(18), june(23)));
  EXPECT_EQ(seals.size(), 6U);
}

// A flipped bit may hit the line end or the quotes of a field, and mean the same as before.
TEST_F(Proofs, AnAlteredFileOfSealsSaysTheSameOrIsRefused) {
  const std::string good = seals_text();
  const auto seals = read_seals(good);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string text = good;
    text[at] = static_cast<char>(text[at] ^ 1);
    try {
      EXPECT_EQ(read_seals(text), seals) << at;
    } catch (const cli::SealsFileError&) {
    }
  }
}

TEST_F(Proofs, AFileOfSealsWithAGapOrOfAnotherKeyIsRefused) {
  const std::string good = seals_text();
  std::string gap = good;
  const std::size_t line = gap.find("2026-06-20");
  const std::size_t begin = gap.rfind('\n', line) + 1;
  gap.erase(begin, gap.find('\n', line) + 1 - begin);
  EXPECT_THAT([&] { read_seals(gap); },
              ThrowsMessage<cli::SealsFileError>(HasSubstr("line 4: the seal does not follow")));
  keys_ = {base::public_key_of({9})};
  EXPECT_THAT([&] { read_seals(good); },
              ThrowsMessage<cli::SealsFileError>(HasSubstr("line 2: the seal is signed with")));
  EXPECT_THAT([&] { read_seals(std::string(engine::kSealsHeader) + "\r\n"); },
              ThrowsMessage<cli::SealsFileError>(HasSubstr("no seal")));
  EXPECT_THAT([&] { read_seals("a,b\r\n"); },
              ThrowsMessage<cli::SealsFileError>(HasSubstr("line 1: not the header")));
}

}  // namespace
