// Fund bills beside bank statements in a real database: which line pays which batch, and what is
// told of the others.
#include <gmock/gmock.h>

#include "tests/reconcile/raw_book.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using tests::cny;
using tests::day;

constexpr base::PartyId kChannel{77};
constexpr base::PartyId kBank{5};
const std::string kPayer = "财付通";

struct Movement {
  std::string business;
  std::string ref;  // the channel's number of the movement
  std::int64_t amount = 0;
};

struct Line {
  std::int64_t amount = 0;
  std::string our_ref;
  std::string remark = {};
  std::string counterparty = kPayer;
};

class ReconcileBank : public testing::Test, public tests::RawBook {
 protected:
  void add_fund(base::Day on, const std::vector<Movement>& rows) {
    store::Transaction transaction(owner_);
    const store::BillFileRow file = file_of(kChannel, 2, on);
    store::BillRowCopy copy(owner_, file.id);
    for (const Movement& row : rows) {
      copy.add({.type = 4,
                .day = on,
                .at = book_.noon(on),
                .channel_txn = "D" + row.ref,
                .our_ref = "",
                .refund_txn = row.ref,
                .our_refund_ref = "",
                .status = row.amount > 0 ? "收入" : "支出",
                .business = row.business,
                .payer = "",
                .currency = cny(),
                .amount = row.amount});
    }
    copy.finish();
    store::insert_bill_file(owner_, file);
    transaction.commit();
  }

  void add_statement(base::Day on, const std::vector<Line>& lines) {
    store::Transaction transaction(owner_);
    const store::BillFileRow file = file_of(kBank, 3, on);
    store::BankLineCopy copy(owner_, file.id);
    for (const Line& line : lines) {
      copy.add({.booked_on = on,
                .value_on = on,
                .currency = cny(),
                .amount = line.amount,
                .bank_ref = "",
                .our_ref = line.our_ref,
                .counterparty = line.counterparty,
                .remark = line.remark});
    }
    copy.finish();
    store::insert_bill_file(owner_, file);
    transaction.commit();
  }

  /// "opened BANK_SHORT -50: why" of every change.
  std::vector<std::string> run_bank(base::Day as_of) {
    store::Comparison of = comparison(kChannel, as_of);
    of.payer = kPayer;
    std::vector<std::string> told;
    const auto found =
        engine::run_reconciliation(app_, of, false, [&](const store::BreakChange& c) {
          told.push_back(fmt::format("{} {} {} {} {}: {}", c.happened, c.type, c.our_ref,
                                     c.their_ref, c.difference, c.detail));
        });
    paid_ = found->paid;
    return told;
  }

  std::vector<engine::MatchedSum> paid_;

 private:
  store::BillFileRow file_of(base::PartyId party, std::int16_t kind, base::Day on) {
    const std::int64_t id = store::next_bill_file_id(owner_);
    return {.id = id,
            .party = party,
            .kind = kind,
            .format = "csv",
            .merchant_no = "A1",
            .day = on,
            .currency = cny(),
            .file_name = fmt::format("file-{}.csv", base::to_string(on)),
            .sha256 = std::string(32, static_cast<char>(id))};
  }
};

TEST_F(ReconcileBank, APayoutIsABatchAndSeveralLinesPayIt) {
  add_fund(day(7, 10), {{"交易", "M1", 30'000},
                        {"扣除交易手续费", "M2", -90},
                        {"提现", "W0001", -20'000},
                        {"提现", "W0002", -9'910}});
  add_statement(day(7, 11), {{12'000, "W0001"}, {8'000, "W0001"}, {-500, "RENT", "", "房东"}});
  // W0001 is 1:n; W0002 has no line yet.
  EXPECT_THAT(run_bank(day(7, 11)), ElementsAre(HasSubstr("opened TIMING W0002  -9910: ")));
  ASSERT_EQ(paid_.size(), 1U);
  EXPECT_EQ(paid_[0].amount, 20'000);
  EXPECT_THAT(run_bank(day(7, 11)), IsEmpty());
  EXPECT_THAT(run_bank(day(7, 13)), ElementsAre(HasSubstr("changed BANK_SHORT W0002  -9910: ")));
  // The document's number names the batch, too; what came late closes it.
  add_statement(day(7, 14), {{9'910, "DW0002"}});
  EXPECT_THAT(run_bank(day(7, 14)),
              ElementsAre(HasSubstr("its other side came: row 1 of file-2026-07-14.csv")));
}

TEST_F(ReconcileBank, ABatchThatIsPaidOtherwiseIsShortOrLong) {
  add_fund(day(7, 10), {{"提现", "W0001", -20'000}, {"提现", "W0000002", -10'000}});
  add_statement(day(7, 11), {{19'900, "W0001"}, {10'050, "", "payout W0000002 of WX"}});
  EXPECT_THAT(
      run_bank(day(7, 11)),
      UnorderedElementsAre(HasSubstr("opened BANK_SHORT W0001 W0001 -100: the bank has 1.00 less"),
                           HasSubstr("opened BANK_LONG W0000002 payout W0000002 of WX 50: ")));
}

// domain §6.3: subset sums are a suggestion, and only where they are proven to be the only one.
TEST_F(ReconcileBank, ALineThatNamesNothingIsASuggestionOrAmbiguous) {
  add_fund(day(7, 10),
           {{"提现", "W0001", -10'000}, {"提现", "W0002", -25'000}, {"提现", "W0003", -37'500}});
  add_statement(day(7, 11), {{35'000, "A"}});
  EXPECT_THAT(run_bank(day(7, 11)), testing::Contains(HasSubstr(
                                        "opened SPLIT  A 35000: the line names no batch; of those "
                                        "without a line only these 2 come to it")));
  EXPECT_EQ(tests::scalar(app_,
                          "SELECT count(*) FROM reconcile_break WHERE type = 'SPLIT' AND ours "
                          "= 'W0001 W0002'"),
            1);
  add_fund(day(7, 11), {{"提现", "W0004", -35'000}});
  EXPECT_THAT(run_bank(day(7, 11)), testing::Contains(HasSubstr("changed SPLIT")));
  EXPECT_EQ(tests::scalar(app_,
                          "SELECT count(*) FROM reconcile_break WHERE type = 'SPLIT' AND why "
                          "LIKE '%ambiguous%'"),
            1);
}

// Where nothing is paid out of the channel's account by itself, a date is a batch.
TEST_F(ReconcileBank, ADateIsABatchWhereTheFundBillShowsNoPayout) {
  add_fund(day(7, 10), {{"交易", "M1", 17'266}, {"扣除交易手续费", "M2", -52}});
  add_fund(day(7, 11), {{"交易", "M3", 1'000}, {"退款", "M4", -1'000}});
  add_statement(day(7, 13), {{17'214, "WX20260710"}, {99, "20260710", "", "somebody else"}});
  EXPECT_THAT(run_bank(day(7, 13)), IsEmpty());
  ASSERT_EQ(paid_.size(), 2U);  // what nets to nothing is never paid
  EXPECT_EQ(paid_[0].amount, 17'214);
  EXPECT_EQ(paid_[1].amount, 0);
}

// domain §3: T+1 from Wed 2026-09-30 is Thu 2026-10-08, for banks, too; what pays by days of the
// week is late on the second day.
TEST_F(ReconcileBank, ABatchIsLateByTheChannelsBusinessDays) {
  engine::ChannelContract contract{.settle_days = 1};
  contract.calendar = scheduling::Calendar::make(
                          {.name = "CN",
                           .first_year = 2026,
                           .last_year = 2026,
                           .off = {day(10, 1), day(10, 2), day(10, 5), day(10, 6), day(10, 7)},
                           .work = {day(10, 10)}})
                          .value();
  EXPECT_EQ(contract.paid_by(day(9, 30)), day(10, 8));
  EXPECT_EQ(contract.paid_by(day(10, 9)), day(10, 10));  // a make-up working Saturday
  EXPECT_THROW((void)contract.paid_by(day(12, 31)), engine::CalendarMissing);
  add_fund(day(9, 30), {{"提现", "W0001", -20'000}});
  const auto run_on = [&](base::Day as_of) {
    store::Comparison of = comparison(kChannel, as_of);
    of.paid_by = [&](base::Day from) { return contract.paid_by(from); };
    std::vector<std::string> told;
    const auto found = engine::run_reconciliation(
        app_, of, false,
        [&](const store::BreakChange& c) { told.push_back(c.happened + " " + c.type); });
    if (!found) told.push_back(found.error().code);
    return told;
  };
  EXPECT_THAT(run_on(day(10, 7)), ElementsAre("opened TIMING"));
  EXPECT_THAT(run_on(day(10, 8)), IsEmpty());
  EXPECT_THAT(run_on(day(10, 9)), ElementsAre("changed BANK_SHORT"));
  contract.settles_in_business_days = false;
  EXPECT_EQ(contract.paid_by(day(9, 30)), day(10, 1));
  contract.settles_in_business_days = true;
  add_fund(day(12, 31), {{"提现", "W0002", -500}});
  EXPECT_THAT(run_on(day(12, 31)), ElementsAre("CALENDAR_YEAR_MISSING"));
}

}  // namespace
