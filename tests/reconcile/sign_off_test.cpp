// From the channel's files to two names: domain §6.2 to the cent, what resolves a break, what a
// date is refused for, and that a signed one stays.
#include "engine/sign_off.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "engine/bill_import.h"
#include "engine/close.h"
#include "engine/resolve.h"
#include "sql/store/party_store.h"
#include "sql/store/resolution_store.h"
#include "tests/engine/book_fixture.h"

namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::cny;
using tests::day;

std::string catalog_text() {
  std::string text = tests::kS1Catalog;
  const std::string settle = "auto_settle = { days = 1, fee_percent = \"0.30\" }";
  text.insert(text.find(settle), "contract = { fee_percent = \"0.30\", payer = \"财付通\" }\n");
  return text;
}

class SignOff : public testing::Test {
 protected:
  SignOff() : folder_(fs::temp_directory_path() / fmt::format("fenqi-signoff-{}", ::getpid())) {
    fs::create_directories(folder_);
    tests::cny();
    engine_.capture(std::vector{book_.purchase("O1", "C1", day(6, 18), 100'000, 6)}, context_);
  }
  ~SignOff() override { fs::remove_all(folder_); }

  void repay(const std::string& ref, base::Day on, std::int64_t minor) {
    const auto done = engine_.repay(std::vector{book_.repayment(ref, "C1", on, minor)}, context_);
    ASSERT_EQ(done.front().refusal, engine::Refusal::None);
  }

  base::PartyId party(store::PartyKind kind, const std::string& ref) {
    return store::find_parties(app_, kind, std::vector{ref}).at(0).id;
  }
  base::PartyId wx() { return party(store::PartyKind::Channel, "WX"); }

  void import_file(base::PartyId of, const std::string& name, const std::string& text,
                   bills::ReadOptions read = {}) {
    const fs::path path = folder_ / name;
    std::ofstream(path) << text;
    const auto answer = engine::import_bill(app_, {.party = of,
                                                   .path = path,
                                                   .file_name = name,
                                                   .read = std::move(read),
                                                   .today = day(12, 31)});
    ASSERT_EQ(answer.outcome, engine::BillOutcome::Taken)
        << (answer.summary.findings.empty() ? ""
                                            : answer.summary.findings.kept().front().code +
                                                  answer.summary.findings.kept().front().detail);
  }

  struct Row {
    std::string ref;
    std::string amount;
    std::string fee;
  };
  void import_bill(const std::string& date, const std::vector<Row>& rows, const std::string& total,
                   const std::string& fees) {
    std::string text =
        "交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,手续费\n";
    for (const Row& row : rows) {
      text += fmt::format("`{} 09:02:03,`19,`42{},`{},`SUCCESS,`CNY,`{},`{}\n", date, row.ref,
                          row.ref, row.amount, row.fee);
    }
    text += fmt::format("总交易单数,应结订单总金额,手续费总金额\n`{},`{},`{}\n", rows.size(), total,
                        fees);
    bills::ReadOptions read;
    read.expected.day = base::parse_day(date);
    import_file(wx(), fmt::format("wx-{}.csv", date), text, std::move(read));
  }

  void close(base::Day through) {
    engine::close_through(book_.database.conninfo(), book_.catalog, through, day(12, 31));
  }

  store::Comparison comparison(base::Day as_of) {
    return engine::comparison_of(engine::find_contract(app_, "WX"), wx(),
                                 base::plus_days(as_of, -29), as_of);
  }
  engine::Reconciliation run(base::Day as_of) {
    return engine::run_reconciliation(app_, comparison(as_of), false, [](const auto&) {}).value();
  }
  std::string sign(base::Day as_of, const std::string& by = "li",
                   const std::string& approved_by = "wang") {
    const auto report = engine::sign_off(app_, comparison(as_of), by, approved_by);
    return report ? "signed" : report.error().code + ": " + report.error().detail;
  }
  std::int64_t balance(base::Day on) {
    return store::query(app_, R"(
      SELECT coalesce((SELECT d.balance_minor FROM account a JOIN account_day d USING (account_id)
                       WHERE a.code = 1011 AND d.business_date <= $1
                       ORDER BY d.business_date DESC LIMIT 1), 0))",
                        store::Params().day(on))
        .int8(0, 0);
  }

  std::string propose(const std::string& type, const std::string& action,
                      const std::string& by = "li") {
    const auto done =
        engine::propose(app_, {.channel = wx(), .type = type}, action, by, "asked WX");
    return done ? fmt::format("{} proposed", done->front().count) : done.error().code;
  }
  std::string approve(const std::string& type, const std::string& by, base::Day on) {
    const auto done =
        engine::approve(engine_, {.channel = wx(), .type = type}, by, book_.noon(on), context_);
    if (!done) return done.error().code;
    return fmt::format("{} approved, {} posted, {} refused", done->approved.size(), done->posted,
                       done->refused);
  }
  std::vector<std::string> journals(ledger::Rule rule) { return tests::transfers_of(owner_, rule); }

  std::string catalog_ = catalog_text();
  tests::BookFixture book_{catalog_.c_str()};
  engine::BatchContext context_{.today = day(12, 31), .create_parties = true};
  engine::Engine engine_ = book_.engine();
  store::Session owner_{book_.database.conninfo(), store::Role::Owner};
  store::Session app_{book_.database.conninfo()};
  fs::path folder_;
};

constexpr const char* kFund =
    R"(记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号
`2026-07-10 09:02:03,`42R1,`1001,`交易,`交易,`收入,`172.66,`172.66,`system,`,`R1
`2026-07-10 09:02:03,`42R1,`1002,`扣除交易手续费,`扣除交易手续费,`支出,`0.52,`172.14,`system,`,`R1
资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额
`2,`1,`172.66,`1,`0.52
)";

// domain §6.2: 172.66 in the ledger, in the bill with a fee of 0.52000, in the fund bill as +172.66
// and -0.52, in the bank on 2026-07-13 as +172.14; then 1011:WX is 0.00 (J12).
TEST_F(SignOff, TheExampleOfTheDomainToTheCent) {
  repay("R1", day(7, 10), 17'266);
  import_bill("2026-07-10", {{"R1", "172.66", "0.52000"}}, "172.66", "0.52000");
  import_file(wx(), "fund-0710.csv", kFund);
  close(day(7, 10));
  EXPECT_EQ(balance(day(7, 10)), 17'266);
  const auto before = run(day(7, 10));
  ASSERT_EQ(before.breaks, 1);  // the bank has not paid yet
  const store::Rows kept = store::query(app_, "SELECT type, ours FROM reconcile_break");
  EXPECT_EQ(kept.text(0, 0), "TIMING");
  EXPECT_EQ(kept.text(0, 1), "172.14");
  EXPECT_EQ(sign(day(7, 10)), "signed");

  close(day(7, 13));
  bills::ReadOptions bank;
  bank.format = bills::Format::Csv;
  bank.csv_kind = bills::Kind::Bank;
  bank.columns = {{"booked", "day"}, {"amount", "sum"},    {"balance", "balance"},
                  {"ref", "no"},     {"our_ref", "batch"}, {"counterparty", "who"}};
  bank.currency = cny();
  bank.expected.merchant_no = "6222";
  import_file(party(store::PartyKind::Bank, book_.catalog->bank), "bank-0713.csv",
              "day,sum,balance,no,batch,who\n"
              "2026-07-13,172.14,1172.14,B1,WX 20260710,财付通支付科技有限公司\n"
              "2026-07-13,-30.00,1142.14,B2,RENT,房东\n",
              bank);
  const auto after = run(day(7, 13));
  EXPECT_EQ(after.breaks, 0);
  ASSERT_EQ(after.matched.size(), 1U);
  EXPECT_EQ(after.matched[0].amount, 17'266);
  ASSERT_EQ(after.paid.size(), 1U);
  EXPECT_EQ(after.paid[0].amount, 17'214);
  EXPECT_EQ(balance(day(7, 13)), 0);
  EXPECT_EQ(sign(day(7, 13)), "signed");
}

// R01, R03 and R05 of domain §4.9, by two persons, linked to their breaks.
TEST_F(SignOff, BreaksEndInTheJournalsOfTheDomain) {
  repay("R1", day(7, 10), 17'266);
  repay("R2", day(7, 10), 5'000);
  import_bill("2026-07-10", {{"R1", "172.66", "0.52000"}, {"X9", "100.00", "0.30000"}}, "272.66",
              "0.82000");
  import_bill("2026-07-11", {}, "0.00", "0.00000");
  close(day(7, 11));
  run(day(7, 11));
  EXPECT_THAT(
      sign(day(7, 11)),
      HasSubstr("BREAKS_OPEN: 2 breaks are open; the oldest is 1: MISSING_BILL of 2026-07-10, "
                "R2 50.00 CNY"));
  EXPECT_EQ(propose("MISSING_LEDGER", "loss"), "ACTION_NOT_FOR_BREAK");
  EXPECT_EQ(propose("MISSING_LEDGER", "duplicate-ignored"), "ACTION_NOT_FOR_BREAK");
  EXPECT_EQ(propose("MISSING_LEDGER", "gone"), "ACTION_UNKNOWN");
  EXPECT_EQ(propose("AMOUNT", "suspense"), "BREAK_UNKNOWN");
  EXPECT_EQ(approve("MISSING_LEDGER", "wang", day(7, 12)), "BREAK_UNKNOWN");
  EXPECT_EQ(propose("MISSING_LEDGER", "suspense"), "1 proposed");
  EXPECT_EQ(propose("MISSING_BILL", "loss"), "1 proposed");
  // Nobody approves what is proposed by oneself: nothing of it.
  EXPECT_EQ(approve("", "li", day(7, 12)), "SECOND_PERSON_MISSING");
  EXPECT_THAT(journals(ledger::Rule::SuspenseIn), IsEmpty());
  EXPECT_EQ(approve("", "wang", day(7, 12)), "2 approved, 2 posted, 0 refused");
  EXPECT_THAT(journals(ledger::Rule::SuspenseIn), ElementsAre("1011 / 2901 100.00"));
  EXPECT_THAT(journals(ledger::Rule::Shortage), ElementsAre("1901 / 1011 50.00"));
  EXPECT_THAT(journals(ledger::Rule::ReconLoss), ElementsAre("6702 / 1901 50.00"));
  EXPECT_EQ(tests::scalar(app_, "SELECT count(*) FROM suspense WHERE owner = 'li'"), 1);
  EXPECT_EQ(tests::scalar(app_, "SELECT count(*) FROM reconcile_break WHERE state = 'resolved'"),
            2);
  EXPECT_EQ(approve("", "wang", day(7, 12)), "BREAK_UNKNOWN");
  // The database holds on to the rule by itself.
  EXPECT_THROW(owner_.execute("UPDATE reconcile_break SET approved_by = proposed_by"),
               store::Fault);
  close(day(7, 12));
  run(day(7, 12));
  EXPECT_EQ(sign(day(7, 11)), "signed");
  EXPECT_EQ(sign(day(7, 12)), "signed");
}

// 0.56 billed where 0.52 was agreed: 0.04 more is an expense, if two persons say so.
TEST_F(SignOff, AFeeThatIsAcceptedIsAnExpense) {
  repay("R1", day(7, 10), 17'266);
  import_bill("2026-07-10", {{"R1", "172.66", "0.56000"}}, "172.66", "0.56000");
  close(day(7, 11));
  run(day(7, 11));
  EXPECT_EQ(propose("FEE", "suspense"), "ACTION_NOT_FOR_BREAK");
  EXPECT_EQ(propose("FEE", "fee-expense"), "1 proposed");
  EXPECT_EQ(approve("FEE", "wang", day(7, 12)), "1 approved, 1 posted, 0 refused");
  EXPECT_THAT(journals(ledger::Rule::ChannelCharge), ElementsAre("6401 / 1011 0.04"));
}

TEST_F(SignOff, WhatComesAfterAResolutionIsTold) {
  repay("R2", day(7, 10), 5'000);
  import_bill("2026-07-10", {}, "0.00", "0.00000");
  close(day(7, 11));
  run(day(7, 11));
  EXPECT_EQ(propose("MISSING_BILL", "suspense"), "1 proposed");
  EXPECT_EQ(approve("MISSING_BILL", "wang", day(7, 12)), "1 approved, 1 posted, 0 refused");
  import_bill("2026-07-11", {{"R2", "50.00", "0.15000"}}, "50.00", "0.15000");
  run(day(7, 12));
  const auto history = store::list_history(app_, 1);
  EXPECT_EQ(history.back().happened, "agrees");
  EXPECT_THAT(history.back().detail, HasSubstr("row 1 of wx-2026-07-11.csv; what was posted for it "
                                               "has to be taken back"));
  // The shortage is among what else moved 1011, so the balance is still proven.
  close(day(7, 12));
  EXPECT_EQ(sign(day(7, 12)), "signed");
}

TEST_F(SignOff, APostingThatIsRefusedOpensTheBreakAgain) {
  repay("R2", day(7, 10), 5'000);
  import_bill("2026-07-10", {}, "0.00", "0.00000");
  close(day(7, 11));
  run(day(7, 11));
  EXPECT_EQ(propose("MISSING_BILL", "suspense"), "1 proposed");
  EXPECT_EQ(approve("MISSING_BILL", "wang", day(5, 1)), "1 approved, 0 posted, 1 refused");
  EXPECT_EQ(tests::scalar(app_, "SELECT count(*) FROM reconcile_break WHERE state = 'open'"), 1);
  EXPECT_EQ(propose("MISSING_BILL", "suspense"), "1 proposed");
  EXPECT_EQ(approve("MISSING_BILL", "wang", day(7, 12)), "1 approved, 1 posted, 0 refused");
}

TEST_F(SignOff, ADateIsRefusedForWhatIsMissingAndThenStaysAsItWasSigned) {
  repay("R1", day(7, 10), 17'266);
  EXPECT_THAT(sign(day(7, 10)), HasSubstr("DATE_NOT_CLOSED"));
  close(day(7, 10));
  EXPECT_THAT(sign(day(7, 10)), HasSubstr("BILL_MISSING: no trade bill of 2026-07-10"));
  import_bill("2026-07-10", {{"R1", "172.66", "0.52000"}}, "172.66", "0.52000");
  EXPECT_THAT(sign(day(7, 10), "li", "li"), HasSubstr("SECOND_PERSON_MISSING"));
  EXPECT_EQ(sign(day(7, 10)), "signed");
  EXPECT_THAT(sign(day(7, 10)), HasSubstr("DATE_SIGNED"));
  const auto was = engine::report_date(app_, comparison(day(7, 10)));
  ASSERT_EQ(was.row.sums.size(), 1U);
  EXPECT_EQ(was.row.sums[0].matched_count, 1);
  EXPECT_EQ(was.row.sums[0].matched, 17'266);
  EXPECT_EQ(was.row.sums[0].proof.ledger, 17'266);
  EXPECT_EQ(was.row.sums[0].proof.billed, 17'266);
  ASSERT_EQ(was.row.files.size(), 1U);
  EXPECT_THAT(was.row.files[0], HasSubstr("2026-07-10 wx-2026-07-10.csv "));
  // A file that comes later counts from the next date on.
  const auto again =
      engine::run_reconciliation(app_, comparison(day(7, 10)), false, [](const auto&) {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "DATE_SIGNED");
  import_file(wx(), "more.csv",
              "交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,手续费\n"
              "`2026-07-09 09:02:03,`19,`42X,`X9,`SUCCESS,`CNY,`1.00,`0.00000\n"
              "总交易单数,应结订单总金额,手续费总金额\n`1,`1.00,`0.00000\n");
  close(day(7, 11));
  EXPECT_EQ(run(day(7, 11)).breaks, 1);
  const auto is = engine::report_date(app_, comparison(day(7, 10)));
  EXPECT_EQ(is.row.files, was.row.files);
  EXPECT_EQ(is.row.files_hash, was.row.files_hash);
  EXPECT_EQ(is.breaks.size(), 0U);
  for (const char* table : {"reconcile_signoff", "reconcile_signoff_sum", "reconcile_history"}) {
    EXPECT_THROW(owner_.execute(fmt::format("DELETE FROM {}", table)), store::Fault) << table;
  }
}

// What is neither billed nor in a break leaves the balance unexplained: nobody can sign that.
TEST_F(SignOff, ABalanceThatIsNotProvenIsNotSigned) {
  repay("R1", day(7, 10), 17'266);
  import_bill("2026-07-10", {{"R1", "172.66", "0.52000"}}, "172.66", "0.52000");
  close(day(7, 10));
  // A bill of before the dates that are looked at, which nothing in the ledger answers.
  store::insert_bill_file(owner_, {.id = store::next_bill_file_id(owner_),
                                   .party = wx(),
                                   .kind = 1,
                                   .format = "wechat-trade",
                                   .merchant_no = "19",
                                   .day = day(6, 1),
                                   .currency = cny(),
                                   .file_name = "old.csv",
                                   .sha256 = std::string(32, 'x'),
                                   .in = 1});
  EXPECT_THAT(sign(day(7, 10)),
              HasSubstr("BALANCE_UNPROVEN: 1011 is 172.66 CNY, but billed 172.67"));
}

TEST_F(SignOff, OwnersAreGivenOverAFilter) {
  repay("R1", day(7, 10), 1'000);
  repay("R2", day(7, 10), 2'000);
  run(day(7, 12));
  const store::BreakFilter filter{.channel = wx(), .type = "MISSING_BILL", .owner = "-"};
  EXPECT_EQ(store::assign_breaks(app_, filter, "li", "wang", "asked WX").at(0).count, 2);
  EXPECT_THAT(store::assign_breaks(app_, filter, "li", "wang", ""), IsEmpty());
  const auto history = store::list_history(app_, 1);
  EXPECT_EQ(history.back().detail, "to li: asked WX");
}

}  // namespace
