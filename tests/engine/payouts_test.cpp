// Payouts on their way to the bank and back: each in one file, each answer once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "engine/answer_payouts.h"
#include "engine/close.h"
#include "engine/payout_account.h"
#include "engine/payout_file.h"
#include "engine/verify.h"
#include "tests/engine/book_fixture.h"
#include "tests/support/property.h"

namespace {

using engine::BookEvent;
using engine::PayoutAccountFault;
using engine::PayoutFile;
using engine::PayoutFileFormat;
using engine::PayoutOutcome;
using testing::HasSubstr;
using testing::Not;
using tests::day;

const engine::BatchContext kContext{.today = day(12, 31), .create_parties = true};

std::string catalog_text() {
  std::string text = tests::kS1Catalog;
  const std::string simulated = "auto_confirm = { days = 0 }";
  const auto at = text.find(simulated);
  return text.replace(at, simulated.size(),
                      "debtor_name = \"分期 & Co\"\n"
                      "debtor_account = \"6222020200112233445\"\n"
                      "debtor_bank_code = \"102100099996\"");
}

/// Two merchants with a sale each on 18 June, settled on the 22nd: M1 is S1's first payout.
class PayoutsTest : public testing::Test {
 protected:
  PayoutsTest() {
    auto one = book_.purchase("O1", "C1", day(6, 18), 1'060'00, 6);
    auto two = book_.purchase("O2", "C2", day(6, 18), 300'00, 3);
    two.merchant = "M2";
    for (const auto& result : engine_.capture(std::vector{one, two}, kContext)) {
      EXPECT_EQ(result.status, engine::Status::Posted) << code(result.refusal);
    }
    engine::close_through(book_.database.conninfo(), book_.catalog, day(6, 21), day(12, 31), {});
  }

  engine::ItemResult name_account(const std::string& merchant, const std::string& ref,
                                  const std::string& account) {
    return engine_.record(std::vector{BookEvent{.ref = ref,
                                                .type = "payout_account",
                                                .at = book_.noon(day(6, 22)),
                                                .currency = tests::cny(),
                                                .amounts = {},
                                                .merchant = merchant,
                                                .account = {{"商户 <1>", account, "BANKCNB2"}}}},
                          kContext)[0];
  }

  base::Instant now() { return store::query(app_, "SELECT clock_timestamp()").instant(0, 0); }

  std::unique_ptr<PayoutFile> open(base::Instant at, base::Day on = day(6, 22)) {
    auto file = PayoutFile::open(app_, *book_.catalog, {.pay_on = on, .now = at});
    EXPECT_TRUE(file.has_value());
    return std::move(*file);
  }

  static std::string text_of(PayoutFile& file, PayoutFileFormat format = PayoutFileFormat::Csv) {
    std::string text;
    while (file.next(format, text)) {
    }
    return text;
  }

  engine::AnsweredPayout answer(const std::string& ref, engine::BankAnswer answer,
                                const std::string& amount = "", const std::string& currency = "") {
    return engine::answer_payouts(
        engine_,
        std::vector{engine::PayoutAnswer{
            .payout_ref = ref, .answer = answer, .amount = amount, .currency = currency}},
        book_.noon(day(6, 23)), kContext)[0];
  }

  std::string catalog_ = catalog_text();
  tests::BookFixture book_{catalog_.c_str()};
  engine::Engine engine_ = book_.engine();
  store::Session owner_{book_.database.conninfo(), store::Role::Owner};
  store::Session app_{book_.database.conninfo()};
};

constexpr const char* kFirst = "20260622-000001";   // of M1: 1 060.00 - 6.36 - 53.00
constexpr const char* kSecond = "20260622-000002";  // of M2: 300.00 - 1.80 - 15.00

// Identity of domain §5.2: a payout is what its settlement pays, and that is what its lines leave.
TEST_F(PayoutsTest, APayoutThatItsLinesDontExplainCantBeCreated) {
  const auto refused = [&](const std::string& statement) -> std::string {
    try {
      store::Transaction transaction(owner_);
      owner_.execute(statement);
      transaction.commit();
      return "taken";
    } catch (const store::Fault& fault) {
      return fault.what();
    }
  };
  const std::string payout =
      "INSERT INTO payout (merchant_id, payout_id, payout_ref, currency, settled_on, amount_minor, "
      "status, instructed_on) SELECT merchant_id, 1, 'X', currency, ";
  EXPECT_THAT(
      refused(payout + "settled_on, payout_minor + 1, 1, settled_on FROM settlement LIMIT 1"),
      HasSubstr("payout_of_a_settlement_is_one"));
  EXPECT_THAT(
      refused(payout + "settled_on + 1, payout_minor, 1, settled_on FROM settlement LIMIT 1"),
      HasSubstr("payout_is_what_its_settlement_pays"));
  const std::string settlement =
      "INSERT INTO settlement SELECT merchant_id, currency, settled_on + 1, window_from, 1, "
      "opening_minor, sales_minor, refunds_minor, discount_minor, subsidy_minor, "
      "returned_discount_minor, returned_subsidy_minor, releases_minor, reserve_minor, ";
  const std::string rest = "carried_minor, item_count, adjustments_minor FROM settlement LIMIT 1";
  EXPECT_THAT(refused(settlement + "payout_minor + 1, " + rest), HasSubstr("settlement_adds_up"));
  EXPECT_EQ(refused(settlement + "payout_minor, " + rest), "taken");
  EXPECT_THAT(refused(payout + "max(settled_on), max(payout_minor) + 1, 1, max(settled_on) FROM "
                               "settlement GROUP BY merchant_id, currency HAVING count(*) = 2"),
              HasSubstr("payout_is_what_its_settlement_pays"));
  EXPECT_EQ(refused(payout + "max(settled_on), max(payout_minor), 1, max(settled_on) FROM "
                             "settlement GROUP BY merchant_id, currency HAVING count(*) = 2"),
            "taken");
}

TEST_F(PayoutsTest, AFileHasWhatIsNotHeldAndIsTheSameWhenWrittenAgain) {
  const auto nothing = open(now());
  EXPECT_TRUE(nothing->header().is_empty());
  EXPECT_EQ(text_of(*nothing), "");
  ASSERT_EQ(nothing->header().held.size(), 1);
  EXPECT_EQ(nothing->header().held[0].hold, store::PayoutHold::NoAccount);
  EXPECT_EQ(nothing->header().held[0].count, 2);
}

TEST_F(PayoutsTest, EachPayoutIsInOneFile) {
  ASSERT_EQ(name_account("M1", "A1", "6217000000000000001").status, engine::Status::Posted);
  const auto at = now();
  std::string first;
  {
    const auto file = open(at);
    EXPECT_TRUE(file->header().is_new);
    EXPECT_EQ(file->header().file.message_id, "FENQI-20260622-1");
    ASSERT_EQ(file->header().sums.size(), 1);
    EXPECT_EQ(file->header().sums[0].minor, 1'000'64);
    EXPECT_EQ(file->header().held[0].count, 1);
    first = text_of(*file);
  }
  EXPECT_THAT(first, HasSubstr("header,FENQI-20260622-1,分期 & Co,6222020200112233445,102100099996,"
                               "CNY,1000.64,1,2026-06-22,,\r\n"));
  EXPECT_THAT(first, HasSubstr("payout,20260622-000001,商户 <1>,6217000000000000001,BANKCNB2,CNY,"
                               "1000.64,,,settlement,\r\n"));
  {  // An hour later, with nothing new to pay.
    const auto again = open(at + std::chrono::hours{1});
    EXPECT_FALSE(again->header().is_new);
    EXPECT_EQ(text_of(*again), first);
  }
  // M2 has an account now: the next day's file has what was held, and nothing twice.
  ASSERT_EQ(name_account("M2", "A2", "6217000000000000002").status, engine::Status::Posted);
  const auto next = open(at + std::chrono::hours{2}, day(6, 23));
  EXPECT_EQ(next->header().file.message_id, "FENQI-20260623-1");
  const std::string second = text_of(*next);
  EXPECT_THAT(second, HasSubstr(kSecond));
  EXPECT_THAT(second, Not(HasSubstr(kFirst)));
  EXPECT_THAT(second, HasSubstr("283.20"));
  EXPECT_TRUE(next->header().held.empty());
}

TEST_F(PayoutsTest, AnAccountThatChangedHoldsThePayoutForADay) {
  ASSERT_EQ(name_account("M1", "A1", "6217000000000000001").status, engine::Status::Posted);
  ASSERT_EQ(name_account("M1", "A2", "6217000000000000009").status, engine::Status::Posted);
  const auto changed_at = now();
  {
    const auto held = open(changed_at + std::chrono::hours{23});
    EXPECT_TRUE(held->header().is_empty());
    ASSERT_EQ(held->header().held.size(), 2);
    EXPECT_EQ(held->header().held[1].hold, store::PayoutHold::Cooling);
  }
  const auto paid = open(changed_at + std::chrono::hours{24});
  EXPECT_THAT(text_of(*paid), HasSubstr("6217000000000000009"));
}

TEST_F(PayoutsTest, TheSameAccountAgainIsNoChange) {
  ASSERT_EQ(name_account("M1", "A1", "6217000000000000001").status, engine::Status::Posted);
  ASSERT_EQ(name_account("M1", "A2", "6217000000000000001").status, engine::Status::Posted);
  EXPECT_FALSE(open(now())->header().is_empty());
}

TEST_F(PayoutsTest, AnAccountNoBankCouldPayIsRefused) {
  EXPECT_EQ(name_account("M1", "A1", "NL91ABNA0417164301").refusal,
            engine::Refusal::PayoutAccountInvalid);  // its check digits are those of ...300
  EXPECT_EQ(name_account("M1", "A1", "").refusal, engine::Refusal::PayoutAccountInvalid);
  EXPECT_EQ(name_account("", "A1", "1").refusal, engine::Refusal::PartyMissing);
}

TEST_F(PayoutsTest, TheBanksAnswerIsBookedOnce) {
  EXPECT_EQ(answer(kFirst, engine::BankAnswer::Pending).outcome, PayoutOutcome::Pending);
  EXPECT_EQ(answer(kFirst, engine::BankAnswer::Paid, "1000.64", "CNY").outcome,
            PayoutOutcome::Confirmed);
  EXPECT_EQ(answer(kFirst, engine::BankAnswer::Paid).outcome, PayoutOutcome::Repeated);
  EXPECT_THAT(tests::transfers_of(app_, ledger::Rule::PayoutConfirm),
              testing::ElementsAre("2104 / 1001 1000.64"));
  // Never sent: owed again, and no money moved at the bank.
  EXPECT_EQ(answer(kSecond, engine::BankAnswer::Rejected).outcome, PayoutOutcome::Rejected);
  EXPECT_EQ(answer(kSecond, engine::BankAnswer::Rejected).outcome, PayoutOutcome::Repeated);
  EXPECT_EQ(answer(kSecond, engine::BankAnswer::Paid).code, "PAYOUT_REJECTED_BEFORE");
  EXPECT_THAT(tests::transfers_of(app_, ledger::Rule::PayoutReturn),
              testing::ElementsAre("2104 / 2101:return 283.20"));
  EXPECT_THAT(tests::transfers_of(app_, ledger::Rule::PayoutReturned), testing::IsEmpty());
  // Sent, and come back.
  EXPECT_EQ(answer(kFirst, engine::BankAnswer::Rejected).outcome, PayoutOutcome::Returned);
  EXPECT_EQ(answer(kFirst, engine::BankAnswer::Rejected).outcome, PayoutOutcome::Repeated);
  EXPECT_EQ(answer(kFirst, engine::BankAnswer::Paid).outcome, PayoutOutcome::Repeated);
  // The close proves 2104 and the items of the day, and pays both again.
  engine::close_through(book_.database.conninfo(), book_.catalog, day(6, 24), day(12, 31), {});
  EXPECT_EQ(tests::scalar(owner_, "SELECT sum(amount_minor)::bigint FROM payout WHERE status = 1"),
            1'283'84);
  EXPECT_TRUE(engine::all_hold(engine::verify_book(owner_)));
}

TEST_F(PayoutsTest, AnAnswerAboutAnotherPayoutIsRefusedByName) {
  EXPECT_EQ(answer("20260622-000009", engine::BankAnswer::Paid).code, "PAYOUT_UNKNOWN");
  for (const auto& [amount, currency] : std::vector<std::pair<std::string, std::string>>{
           {"1000.63", "CNY"}, {"1000.64", "EUR"}, {"1,000.64", ""}, {"1E3", ""}}) {
    const auto result = answer(kFirst, engine::BankAnswer::Paid, amount, currency);
    EXPECT_EQ(result.code, "PAYOUT_AMOUNT_DIFFERS") << amount;
    EXPECT_THAT(result.detail, HasSubstr("1000.64 CNY"));
  }
  EXPECT_EQ(tests::scalar(owner_, "SELECT count(*) FROM payout WHERE status = 1"), 2);
}

// ISO 13616: one wrong digit is always noticed.
TEST(PayoutAccountTest, AWrongCharacterInAnIbanIsNoticed) {
  for (const char* iban : {"GB82WEST12345698765432", "DE89370400440532013000", "NL91ABNA0417164300",
                           "FR1420041010050500013M02606"}) {
    EXPECT_TRUE(engine::is_iban(iban)) << iban;
    tests::property([iban] {
      std::string wrong = iban;
      std::size_t at = *rc::gen::inRange<std::size_t>(4, wrong.size());
      while (wrong[at] < '0' || wrong[at] > '9') --at;
      const int by = *rc::gen::inRange(1, 10);
      const char other = static_cast<char>('0' + (wrong[at] - '0' + by) % 10);
      wrong[at] = other;
      RC_ASSERT(!engine::is_iban(wrong));
      RC_ASSERT(engine::check_payout_account({"N", wrong, "X"}) == PayoutAccountFault::Account);
    });
  }
  EXPECT_TRUE(engine::is_bic("DEUTDEFF500"));
  EXPECT_FALSE(engine::is_bic("102100099996"));
}

}  // namespace
