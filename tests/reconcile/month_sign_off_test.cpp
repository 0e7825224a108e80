// What people have to do before a month is sealed, and what they may leave undone.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "engine/bill_import.h"
#include "engine/close.h"
#include "engine/month_sign_offs.h"
#include "engine/sign_off.h"
#include "engine/verify.h"
#include "sql/store/party_store.h"
#include "tests/engine/book_fixture.h"
#include "tests/engine/sound_book.h"

namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::day;

constexpr const char* kRequired = "requires_sign_off = true\n";

/// The book opens on 28 June; `of_channel` are further keys of its channel WX.
std::string catalog_text(const std::string& of_channel) {
  std::string text = tests::kS1Catalog;
  const std::string opens = "opens_on = 2026-06-01", settle = "auto_settle = { days = 1";
  text.replace(text.find(opens), opens.size(), "opens_on = 2026-06-28");
  return text.insert(text.find(settle), of_channel);
}

class MonthSignOff : public testing::Test {
 protected:
  explicit MonthSignOff(const std::string& of_channel = kRequired)
      : book_(catalog_text(of_channel).c_str()) {
    fs::create_directories(folder_);
    EXPECT_EQ(
        engine_.capture(std::vector{book_.purchase("O1", "C1", day(6, 28), 100'000, 6)}, context_)
            .front()
            .refusal,
        engine::Refusal::None);
    EXPECT_EQ(engine_.repay(std::vector{book_.repayment("R1", "C1", day(6, 30), 17'266)}, context_)
                  .front()
                  .refusal,
              engine::Refusal::None);
  }
  ~MonthSignOff() override { fs::remove_all(folder_); }

  engine::CloseOutcome close(base::Day through, engine::CloseOptions options = {}) {
    return engine::close_through(book_.database.conninfo(), book_.catalog, through, day(12, 31),
                                 std::move(options));
  }
  std::string waits(base::Day through) {
    try {
      close(through);
      return "closed";
    } catch (const engine::CloseWaits& waiting) {
      return waiting.what();
    }
  }
  base::Day closed_through() { return engine::find_book(app_)->closed_through; }

  void import_bill() {
    const base::PartyId wx =
        store::find_parties(app_, store::PartyKind::Channel, std::vector<std::string>{"WX"})
            .at(0)
            .id;
    const fs::path path = folder_ / "wx.csv";
    std::ofstream(path) << "交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,"
                           "手续费\n"
                           "`2026-06-30 12:00:00,`19,`42R1,`R1,`SUCCESS,`CNY,`172.66,`0.52000\n"
                           "总交易单数,应结订单总金额,手续费总金额\n`1,`172.66,`0.52000\n";
    bills::ReadOptions read;
    read.expected.day = day(6, 30);
    const auto answer = engine::import_bill(app_, {.party = wx,
                                                   .path = path,
                                                   .file_name = "wx.csv",
                                                   .read = std::move(read),
                                                   .today = day(12, 31)});
    ASSERT_EQ(answer.outcome, engine::BillOutcome::Taken);
  }

  std::string sign(base::Day as_of) {
    const base::PartyId wx =
        store::find_parties(app_, store::PartyKind::Channel, std::vector<std::string>{"WX"})
            .at(0)
            .id;
    const auto comparison = engine::comparison_of(engine::find_contract(app_, "WX"), wx,
                                                  base::plus_days(as_of, -29), as_of);
    const auto report = engine::sign_off(app_, comparison, "li", "wang");
    if (!report) return report.error().code;
    signed_balance_ = report->row.sums.empty() ? 0 : report->row.sums[0].proof.ledger;
    return "signed";
  }

  tests::BookFixture book_;
  engine::BatchContext context_{.today = day(12, 31), .create_parties = true};
  engine::Engine engine_ = book_.engine();
  store::Session app_{book_.database.conninfo()};
  store::Session owner_{book_.database.conninfo(), store::Role::Owner};
  std::int64_t signed_balance_ = 0;
  fs::path folder_ = fs::temp_directory_path() / fmt::format("fenqi-month-{}", ::getpid());
};

class MonthNotSignedOff : public MonthSignOff {
 protected:
  MonthNotSignedOff() : MonthSignOff("") {}
};

// The bill of the 30th comes on 1 July: until it is signed June stays open, and each close goes on
// from there. Domain §6.3: a date without sign-off holds up the month, not the next date's traffic.
TEST_F(MonthSignOff, AMonthIsSealedWhenEachDateIsSigned) {
  EXPECT_THAT(waits(day(7, 1)),
              AllOf(HasSubstr("2026-06-30"), HasSubstr("WX: 2026-06-28 to 2026-06-30"),
                    HasSubstr("fenqi reconcile sign-off --channel WX --date 2026-06-28")));
  EXPECT_EQ(closed_through(), day(6, 29));
  const std::int64_t posted = tests::scalar(app_, "SELECT count(*) FROM journal");
  EXPECT_EQ(tests::scalar(app_, "SELECT count(*) FROM journal WHERE business_date > '2026-06-30'"),
            0);

  // 1 July takes events meanwhile.
  const auto later =
      engine_.repay(std::vector{book_.repayment("R2", "C1", day(7, 1), 10'00)}, context_);
  EXPECT_EQ(later.front().refusal, engine::Refusal::None);

  EXPECT_EQ(sign(day(6, 28)), "signed");
  EXPECT_EQ(sign(day(6, 30)), "BILL_MISSING");
  EXPECT_EQ(sign(day(7, 1)), "DATE_NOT_CLOSED");
  EXPECT_THAT(waits(day(6, 30)), HasSubstr("WX: 2026-06-29 to 2026-06-30"));
  import_bill();
  // Posted and not sealed: its balance is what the journals of its date leave.
  EXPECT_EQ(sign(day(6, 30)), "signed");
  EXPECT_EQ(signed_balance_, 17'266);
  EXPECT_THAT(waits(day(6, 30)), AllOf(HasSubstr("WX: 2026-06-29\n"), Not(HasSubstr("06-30 to"))));
  EXPECT_EQ(tests::scalar(app_, "SELECT count(*) FROM journal WHERE business_date <= '2026-06-30'"),
            posted);
  EXPECT_EQ(sign(day(6, 29)), "signed");

  const engine::CloseOutcome outcome = close(day(7, 1));
  ASSERT_EQ(outcome.dates.size(), 2U);
  EXPECT_EQ(closed_through(), day(7, 1));
  EXPECT_EQ(tests::scalar(app_, "SELECT count(*) FROM journal WHERE business_date <= '2026-06-30'"),
            posted);
  EXPECT_EQ(tests::scalar(app_,
                          "SELECT count(*) FROM close_step WHERE step = 'customers' "
                          "AND business_date = '2026-06-30'"),
            1);
  EXPECT_EQ(tests::scalar(app_,
                          "SELECT balance_minor FROM account_day JOIN account USING "
                          "(account_id) WHERE code = 1011 AND business_date = '2026-06-30'"),
            17'266);
  tests::expect_sound(owner_);
}

TEST_F(MonthSignOff, HistoryIsNotHeldUp) {
  const auto outcome = close(day(7, 1), {.proves_months = false});
  EXPECT_EQ(outcome.dates.size(), 4U);
}

TEST_F(MonthNotSignedOff, IsSealedWhereTheCatalogDoesNotAskForIt) {
  EXPECT_EQ(waits(day(7, 1)), "closed");
  EXPECT_EQ(closed_through(), day(7, 1));
}

// Work that is left undone is told, and is no error of the books; what else is wrong stays one.
TEST_F(MonthNotSignedOff, SuspenseThatNobodyLooksAfterHoldsNoMonthUp) {
  engine::BookEvent receipt;
  receipt.ref = "S1";
  receipt.type = "suspense_in";
  receipt.at = book_.noon(day(6, 28));
  receipt.currency = tests::cny();
  receipt.amounts = {{"amount", 430'00}};
  ASSERT_EQ(engine_.record(std::vector{receipt}, context_).front().refusal, engine::Refusal::None);
  EXPECT_TRUE(close(day(6, 30)).dates.back().warnings.empty());  // three days old at the most
  const auto july = close(day(7, 31)).dates.back();
  ASSERT_EQ(july.warnings.size(), 1U);
  EXPECT_THAT(july.warnings[0], HasSubstr("suspense item S1: open for 32 days, and nobody looks"));
  EXPECT_FALSE(engine::all_hold(engine::verify_book(owner_)));  // verify does tell it

  // The quick proof still compares what no statement by itself looks at.
  owner_.execute("ALTER TABLE journal DISABLE TRIGGER USER");
  owner_.execute("UPDATE journal SET source_ref = 'edited' WHERE rule = 4");
  owner_.execute("ALTER TABLE journal ENABLE TRIGGER USER");
  EXPECT_THROW(close(day(8, 31)), engine::CloseFailed);
}

}  // namespace
