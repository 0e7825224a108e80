// The proof of the books on a small one made by hand: clean as it is, and each kind of damage
// named.
#include "engine/verify.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "engine/seal.h"
#include "sql/store/rows.h"
#include "sql/store/seal_store.h"
#include "tests/engine/small_book.h"
#include "tests/engine/sound_book.h"
#include "tests/support/test_database.h"

namespace {

using testing::HasSubstr;

class Verify : public testing::Test {
 protected:
  Verify() : session_(database_.conninfo(), store::Role::Owner) {
    tests::make_small_book(session_);
  }

  /// What an attacker with the owner's password can do.
  void tamper(const std::string& statement) {
    const store::Rows tables =
        store::query(session_,
                     "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger "
                     "WHERE NOT tgisinternal");
    for (int row = 0; row < tables.size(); ++row) {
      session_.execute("ALTER TABLE " + std::string(tables.text(row, 0)) + " DISABLE TRIGGER USER");
    }
    const store::Rows result = store::query(session_, statement.c_str());
    ASSERT_GT(result.affected(), 0) << statement;
  }

  /// The names of the facts that don't hold.
  std::set<std::string> failed() {
    std::set<std::string> names;
    for (const engine::Finding& finding : engine::verify_book(session_)) {
      if (finding.offenders > 0) {
        names.insert(std::string(finding.name));
        EXPECT_NE(finding.first, "") << finding.name;
      }
    }
    return names;
  }

  std::string first(std::string_view name) {
    for (const engine::Finding& finding : engine::verify_book(session_)) {
      if (finding.name == name) return finding.first;
    }
    return "no such fact";
  }

  tests::TestDatabase database_ = tests::TestDatabase::create();
  store::Session session_;
};

using Names = std::set<std::string>;

TEST_F(Verify, ASoundBookHoldsEveryFactAndEachLooksAtSomething) {
  for (const engine::Finding& finding : engine::verify_book(session_)) {
    SCOPED_TRACE(finding.name);
    EXPECT_EQ(finding.offenders, 0) << finding.first;
    EXPECT_EQ(finding.first, "");
    if (finding.name == "reversal-mirror") continue;  // there is none in it
    // Their rows are in outward_facts_test.cpp.
    if (std::set<std::string_view>{"FEED", "DEBIT", "COLL", "RECON"}.contains(finding.id)) continue;
    EXPECT_GT(finding.checked, 0);
  }
}

TEST_F(Verify, TheQuickProofTellsOfEachFactWhatItsOwnStatementTells) {
  tests::expect_sound(session_);
}

TEST_F(Verify, EveryClosedDatePassesTheCheckOfItsClose) {
  for (unsigned day = 18; day <= 23; ++day) {
    for (const engine::Finding& finding :
         engine::check_day(session_, base::make_day(2026, 6, day))) {
      EXPECT_EQ(finding.offenders, 0) << day << " " << finding.name << ": " << finding.first;
    }
  }
}

TEST_F(Verify, AnAmountChangedInASealedJournalIsNamed) {
  tamper(
      "UPDATE journal SET amount_minor[1] = amount_minor[1] + 1 WHERE rule = 4 AND "
      "business_date = '2026-06-18' AND amount_minor[1] = 100000");
  const Names names = failed();
  EXPECT_TRUE(names.contains("vouchers"));
  EXPECT_TRUE(names.contains("seal-content"));
  EXPECT_TRUE(names.contains("plan-principal"));
  EXPECT_TRUE(names.contains("account-days"));
  EXPECT_THAT(first("vouchers"), HasSubstr("was changed after the date was sealed"));
  EXPECT_THAT(first("plan-principal"),
              HasSubstr("purchase O1 of customer C1: 1101 holds 83335, the plan says 83334"));
}

TEST_F(Verify, AChangedReferenceOfASealedJournalIsNamed) {
  tamper("UPDATE journal SET source_ref = 'R9' WHERE source_ref = 'R2'");
  EXPECT_EQ(failed(), (Names{"vouchers", "seal-content"}));
}

TEST_F(Verify, ADeletedJournalIsNamed) {
  tamper("DELETE FROM journal WHERE rule = 7");
  EXPECT_TRUE(failed().contains("vouchers"));
  EXPECT_THAT(first("vouchers"), HasSubstr("the journal is not there"));
  EXPECT_THAT(first("seal-content"),
              HasSubstr("2026-06-22: the seal counts 5 journals, there are 4"));
}

TEST_F(Verify, AJournalAddedToASealedDateIsNamed) {
  tamper(
      "INSERT INTO journal SELECT party_id, 999999, event_id, rule, plan_id, currency, "
      "business_date, value_date, posted_at, source_ref, reverses, debit_account, "
      "credit_account, amount_minor FROM journal WHERE rule = 1");
  EXPECT_EQ(failed(), (Names{"vouchers", "seal-content", "account-days", "trial-balance"}));
  EXPECT_THAT(first("vouchers"), HasSubstr("added after the date was sealed"));
}

TEST_F(Verify, AJournalBeforeTheBooksFirstDateIsNamed) {
  tamper(
      "INSERT INTO journal SELECT party_id, 999999, event_id, rule, plan_id, currency, "
      "'2026-05-01', value_date, posted_at, source_ref, reverses, debit_account, "
      "credit_account, amount_minor FROM journal WHERE rule = 1");
  EXPECT_TRUE(failed().contains("vouchers"));
}

TEST_F(Verify, ASealRewrittenAlongWithItsJournalsBreaksTheChain) {
  tamper("UPDATE seal SET chain_hash = sha256(chain_hash) WHERE business_date = '2026-06-20'");
  EXPECT_EQ(failed(), (Names{"seal-chain"}));
  EXPECT_THAT(first("seal-chain"), HasSubstr("2026-06-20"));
}

TEST_F(Verify, AMissingSealIsNamed) {
  tamper("DELETE FROM seal WHERE business_date = '2026-06-23'");
  EXPECT_EQ(failed(), (Names{"seal-content", "seal-chain"}));
  EXPECT_THAT(first("seal-content"), HasSubstr("2026-06-23: there is no seal"));
}

TEST_F(Verify, ASealThatIsNotSignedByAKnownKeyIsNamed) {
  EXPECT_TRUE(engine::all_hold(engine::verify_book(session_)));
  base::SecretSeed other = {7};
  const std::vector<base::PublicKey> others{base::public_key_of(other)};
  for (const engine::Finding& finding : engine::verify_book(session_, {}, {}, others)) {
    EXPECT_EQ(finding.offenders, finding.name == "seal-signature" ? 6 : 0) << finding.name;
    if (finding.name == "seal-signature") {
      EXPECT_THAT(finding.first, HasSubstr("2026-06-18: the seal is signed with the key"));
    }
  }
  tamper(
      "UPDATE seal SET signature = set_byte(signature, 5, 255 - get_byte(signature, 5)) "
      "WHERE business_date = '2026-06-21'");
  EXPECT_EQ(failed(), (Names{"seal-signature"}));
  EXPECT_THAT(first("seal-signature"), HasSubstr("2026-06-21: the signature is not one of"));
}

TEST_F(Verify, VouchersThatSwappedTheirNumbersAreNamed) {
  tamper("UPDATE voucher SET number = -number WHERE business_date = '2026-06-18' AND number < 3");
  tamper("UPDATE voucher SET number = 3 + number WHERE number < 0");
  EXPECT_EQ(failed(), (Names{"vouchers"}));
  EXPECT_THAT(first("vouchers"), HasSubstr("2026-06-18 voucher 1"));
  EXPECT_THAT(first("vouchers"), HasSubstr("by its content its number is 2"));
}

// Who is removed or added gives the vouchers behind it another rank; only the one is named.
TEST_F(Verify, OnlyTheJournalThatIsMissingIsNamed) {
  const store::Rows second = store::query(
      session_,
      "SELECT party_id, journal_id FROM voucher WHERE business_date = '2026-06-18' AND "
      "number = 1");
  tamper("DELETE FROM journal WHERE journal_id = " + std::to_string(second.int8(0, 1)));
  for (const engine::Finding& finding : engine::verify_book(session_)) {
    if (finding.name != "vouchers") continue;
    EXPECT_EQ(finding.offenders, 1);
    EXPECT_THAT(finding.first, HasSubstr("2026-06-18 voucher 1, journal"));
  }
}

/// Seals as this program's first form had them.
constexpr const char* kSealPlainly = R"(
  INSERT INTO seal (business_date, format, journal_count, content_hash, previous_hash, chain_hash)
  SELECT d.day, 'plain-1', v.n, v.hash, p.hash,
         sha256(p.hash || convert_to(to_char(d.day, 'YYYY-MM-DD'), 'UTF8') || int8send(v.n) || v.hash)
  FROM (SELECT '{0}'::date AS day) d,
       (SELECT count(*) AS n, sha256(coalesce(string_agg(leaf, ''::bytea ORDER BY number), ''))
          AS hash FROM voucher WHERE business_date = '{0}') v,
       (SELECT coalesce((SELECT chain_hash FROM seal WHERE business_date = '{0}'::date - 1),
                        decode(repeat('00', 32), 'hex')) AS hash) p)";

TEST_F(Verify, SealsOfTheFirstFormStayGoodAndAreFollowedByTodays) {
  tamper("DELETE FROM seal");
  for (const char* day : {"2026-06-18", "2026-06-19", "2026-06-20"}) {
    session_.execute(fmt::format(fmt::runtime(kSealPlainly), day));
  }
  const base::SecretSeed key = engine::open_evidence_key(session_);
  tamper("CREATE TEMP TABLE kept AS SELECT * FROM voucher WHERE business_date > '2026-06-20'");
  session_.execute("DELETE FROM voucher WHERE business_date > '2026-06-20'");
  for (unsigned day = 21; day <= 23; ++day) {
    engine::seal_day(session_, base::make_day(2026, 6, day), key);
  }
  EXPECT_EQ(failed(), Names{});
  for (const engine::Finding& finding : engine::verify_book(session_)) {
    if (!finding.name.starts_with("seal-")) continue;
    EXPECT_EQ(finding.checked, finding.name == "seal-signature" ? 3 : 6) << finding.name;
  }
  tamper("UPDATE journal SET source_ref = 'X' WHERE rule = 1");
  EXPECT_EQ(failed(), (Names{"vouchers", "seal-content"}));
  EXPECT_THAT(first("seal-content"), HasSubstr("2026-06-18: the seal counts 3 journals, there are "
                                               "3, and their content differs"));
}

TEST_F(Verify, ASignedSealReplacedByAPlainOneIsNamed) {
  tamper("DELETE FROM seal WHERE business_date = '2026-06-23'");
  session_.execute(fmt::format(fmt::runtime(kSealPlainly), "2026-06-23"));
  EXPECT_EQ(failed(), (Names{"seal-chain"}));
  EXPECT_THAT(first("seal-chain"), HasSubstr("2026-06-23"));
}

TEST_F(Verify, ASealOfAnUnknownFormIsNamed) {
  tamper("UPDATE seal SET format = 'merkle-9' WHERE business_date = '2026-06-23'");
  EXPECT_EQ(failed(), (Names{"seal-content", "seal-chain"}));
  EXPECT_THAT(first("seal-content"), HasSubstr("unknown form merkle-9"));
}

TEST_F(Verify, AnAmountThatIsMissingIsNamed) {
  session_.execute("ALTER TABLE plan ALTER outstanding_minor DROP NOT NULL");
  tamper("UPDATE plan SET outstanding_minor = NULL WHERE purchase_ref = 'O1'");
  EXPECT_THAT(first("plan-principal"), HasSubstr("purchase O1 of customer C1"));
}

TEST_F(Verify, ABrokenPaidAmountIsNamed) {
  tamper("UPDATE plan SET paid_principal[1] = 16665 WHERE purchase_ref = 'O1'");
  EXPECT_EQ(failed(), (Names{"plan-principal", "plan-paid"}));
  EXPECT_THAT(first("plan-paid"), HasSubstr("purchase O1 of customer C1: the plan says 16665"));
}

TEST_F(Verify, ABrokenPaidFeeIsNamed) {
  tamper("UPDATE plan SET paid_fee[2] = 1 WHERE purchase_ref = 'O1'");
  EXPECT_EQ(failed(), (Names{"plan-fee", "plan-paid", "control-accounts"}));
}

TEST_F(Verify, ABrokenLateFeeIsNamed) {
  tamper("UPDATE plan SET late_fee_minor = 41 WHERE purchase_ref = 'O2'");
  EXPECT_EQ(failed(), (Names{"plan-late-fee", "control-accounts"}));
}

TEST_F(Verify, ABrokenRefundIsNamed) {
  tamper("UPDATE plan SET refunded_minor = 19999 WHERE purchase_ref = 'O2'");
  EXPECT_EQ(failed(), (Names{"plan-captured"}));
}

TEST_F(Verify, AnOverRecognizedFeeIsNamed) {
  tamper("UPDATE plan SET fee_recognized_minor = 3601 WHERE purchase_ref = 'O1'");
  EXPECT_EQ(failed(), (Names{"plan-recognized", "recognized"}));
}

TEST_F(Verify, AChangedTotalFeeIsNamed) {
  tamper("UPDATE plan SET fee_minor = 3601 WHERE purchase_ref = 'O1'");
  EXPECT_EQ(failed(), (Names{"deferred", "plan-income"}));
}

TEST_F(Verify, AnUnpostedAccrualIsNamed) {
  tamper("UPDATE accrual_part SET amount_minor = 356");
  EXPECT_EQ(failed(), (Names{"recognized", "recognition-posted"}));
}

TEST_F(Verify, AChangedAllocationIsNamed) {
  tamper("UPDATE allocation SET credit_minor = 735 WHERE plan_id = 0");
  EXPECT_EQ(failed(), (Names{"event-allocated"}));
  EXPECT_THAT(first("event-allocated"),
              HasSubstr("repayment R1 of customer C1 over 18000: 18001 is allocated"));
}

TEST_F(Verify, AnAllocationWithoutItsRepaymentIsNamed) {
  tamper("DELETE FROM repayment WHERE repayment_ref = 'R2'");
  EXPECT_EQ(failed(), (Names{"event-allocated", "channel-clearing"}));
}

TEST_F(Verify, AChangedItemIsNamed) {
  tamper(
      "UPDATE merchant_item SET gross_minor = gross_minor + 1, net_minor = net_minor + 1 "
      "WHERE order_ref = 'O1'");
  EXPECT_EQ(failed(), (Names{"merchant-payable", "settlement-items"}));
  EXPECT_THAT(first("merchant-payable"), HasSubstr("merchant M1 in CNY"));
  EXPECT_THAT(first("settlement-items"), HasSubstr("merchant M1 in CNY on 2026-06-22"));
}

TEST_F(Verify, AnItemSlippedIntoASettledWindowIsNamed) {
  tamper("UPDATE merchant_item SET available_on = '2026-06-22' WHERE order_ref = 'O3'");
  EXPECT_EQ(failed(), (Names{"settlement-items"}));
}

TEST_F(Verify, ABrokenSettlementIsNamed) {
  tamper("UPDATE settlement SET opening_minor = 1, carried_minor = 1 WHERE payout_minor = 29280");
  EXPECT_EQ(failed(), (Names{"settlement-adds-up"}));
}

TEST_F(Verify, AMissingPayoutIsNamed) {
  tamper("DELETE FROM payout WHERE status = 1");
  EXPECT_EQ(failed(), (Names{"settlement-payout", "merchant-payouts"}));
}

TEST_F(Verify, ABrokenCreditAccountIsNamed) {
  tamper(
      "UPDATE credit_account SET outstanding_minor = outstanding_minor + 1 "
      "WHERE outstanding_minor > 0");
  EXPECT_EQ(failed(), (Names{"customer-outstanding"}));
  EXPECT_THAT(first("customer-outstanding"),
              HasSubstr("customer C1 in CNY: the credit account says 93335 is outstanding, the "
                        "plans 93334, 1101 93334"));
}

TEST_F(Verify, AMissingCreditAccountIsNamed) {
  tamper("DELETE FROM credit_account WHERE outstanding_minor > 0");
  EXPECT_EQ(failed(), (Names{"customer-outstanding", "customer-credit", "control-accounts"}));
}

TEST_F(Verify, ABrokenCreditBalanceIsNamed) {
  tamper("UPDATE credit_account SET credit_balance_minor = 733 WHERE credit_balance_minor > 0");
  EXPECT_EQ(failed(), (Names{"customer-credit", "control-accounts"}));
}

TEST_F(Verify, ABrokenHoldIsNamed) {
  tamper("UPDATE hold SET status = 3");
  EXPECT_EQ(failed(), (Names{"customer-held", "control-accounts"}));
}

TEST_F(Verify, ABrokenTrancheIsNamed) {
  tamper("UPDATE reserve_tranche SET amount_minor = 5200");
  EXPECT_EQ(failed(), (Names{"merchant-reserve"}));
  EXPECT_THAT(first("merchant-reserve"), HasSubstr("merchant M1 in CNY: 2103 keeps 5300"));
}

TEST_F(Verify, AChangedAccountDayIsNamed) {
  tamper("UPDATE account_day SET balance_minor = balance_minor + 1 WHERE debit_minor = 5000000");
  EXPECT_EQ(failed(), (Names{"trial-balance"}));
  EXPECT_THAT(first("trial-balance"), HasSubstr("account 1001 of BANK in CNY on 2026-06-18"));
  tamper("UPDATE account_day SET debit_minor = debit_minor + 1 WHERE debit_minor = 5000000");
  EXPECT_EQ(failed(), (Names{"account-days", "trial-balance"}));
}

TEST_F(Verify, AMissingAccountDayIsNamed) {
  tamper("DELETE FROM account_day WHERE debit_minor = 5000000");
  EXPECT_EQ(failed(), (Names{"account-days", "trial-balance"}));
}

TEST_F(Verify, AnAccountOfAnotherCurrencyIsNamed) {
  tamper("UPDATE account SET currency = 'USD' WHERE code = 4001");
  const Names names = failed();
  EXPECT_TRUE(names.contains("journal-shape"));
  EXPECT_TRUE(names.contains("balances-zero"));
}

TEST_F(Verify, AMissingPlanIsNamed) {
  tamper("DELETE FROM plan WHERE purchase_ref = 'O3'");
  const Names names = failed();
  EXPECT_TRUE(names.contains("journal-references"));
  EXPECT_TRUE(names.contains("plan-principal"));
  EXPECT_TRUE(names.contains("customer-outstanding"));
}

TEST_F(Verify, AReversalThatIsNoMirrorIsNamed) {
  tamper(
      "INSERT INTO journal SELECT party_id, 999999, event_id, 17, plan_id, currency, "
      "'2026-06-24', '2026-06-24', posted_at, source_ref, journal_id, debit_account, "
      "credit_account, amount_minor FROM journal WHERE rule = 1");
  EXPECT_EQ(failed(), (Names{"reversal-mirror"}));
}

TEST_F(Verify, TheCheckOfADateSeesWhatTheDateTouched) {
  tamper("UPDATE plan SET paid_principal[1] = 16665 WHERE purchase_ref = 'O1'");
  EXPECT_FALSE(engine::all_hold(engine::check_day(session_, base::make_day(2026, 6, 19))));
  EXPECT_TRUE(engine::all_hold(engine::check_day(session_, base::make_day(2026, 6, 20))));
}

// What the digest is made of: content, whatever its order and its ids.
TEST_F(Verify, TheDigestAndTheSealsDependOnContentAlone) {
  const std::string digest = engine::digest_book(session_);
  const base::Hash chain = store::find_seal(session_, base::make_day(2026, 6, 23))->hash;
  EXPECT_EQ(digest.size(), 64U);
  for (const unsigned seed : {2U, 3U, 4U}) {
    const tests::TestDatabase other_database = tests::TestDatabase::create();
    store::Session other(other_database.conninfo(), store::Role::Owner);
    tests::make_small_book(other, seed);
    EXPECT_EQ(engine::digest_book(other), digest) << seed;
    EXPECT_EQ(store::find_seal(other, base::make_day(2026, 6, 23))->hash, chain) << seed;
  }
}

TEST_F(Verify, TheDigestChangesWithEveryTable) {
  std::set<std::string> digests{engine::digest_book(session_)};
  const std::string changes[] = {
      "UPDATE journal SET amount_minor[1] = 10001 WHERE business_date = '2026-06-24'",
      "UPDATE plan SET dpd = 1 WHERE purchase_ref = 'O1'",
      "UPDATE plan SET paid_principal[2] = 1 WHERE purchase_ref = 'O1'",
      "UPDATE plan_version SET replaced_on = '2026-06-24'",
      "UPDATE credit_account SET block = 1 WHERE outstanding_minor > 0",
      "UPDATE hold SET expires_on = '2026-06-29'",
      "UPDATE repayment SET amount_minor = 1 WHERE repayment_ref = 'R1'",
      "UPDATE refund SET reason = ''",
      "UPDATE allocation SET penalty_minor = 1 WHERE plan_id = 0",
      "UPDATE limit_change SET dpd = 11",
      "UPDATE merchant_item SET available_on = '2026-06-26' WHERE order_ref = 'O3'",
      "UPDATE settlement SET item_count = 2 WHERE payout_minor = 29280",
      "UPDATE reserve_tranche SET release_on = '2026-09-17'",
      "UPDATE payout SET status = 2 WHERE status = 1",
      "UPDATE command SET outcome = 14 WHERE key = 'O1'",
      "UPDATE account_day SET balance_minor = 1 WHERE debit_minor = 5000000",
      "UPDATE seal SET chain_hash = sha256(chain_hash) WHERE business_date = '2026-06-23'",
      "UPDATE accrual_part SET amount_minor = 356",
      "UPDATE clearing_item SET bill_date = '2026-06-20' WHERE code = 1011",
      "UPDATE suspense SET owner = 'somebody'",
      "UPDATE bank_statement SET closing_minor = 5000601",
      "UPDATE bank_transit SET item_ref = 'X9'",
      "UPDATE party SET terms = 'other' WHERE ref = 'M1'",
      "UPDATE book SET cutoff_minute = 1439"};
  for (const std::string& change : changes) {
    tamper(change);
    EXPECT_TRUE(digests.insert(engine::digest_book(session_)).second) << change;
  }
}

// Versions, clocks and how far a default reaches are how the program works, not what the books say.
TEST_F(Verify, TheDigestIgnoresVersionsAndClocks) {
  const std::string digest = engine::digest_book(session_);
  tamper("UPDATE credit_account SET version = version + 5, closed_through = '2026-06-22'");
  tamper("UPDATE journal SET posted_at = posted_at + interval '1 day', event_id = event_id + 1");
  tamper("UPDATE seal SET sealed_at = sealed_at + interval '1 day'");
  EXPECT_EQ(engine::digest_book(session_), digest);
}

}  // namespace
