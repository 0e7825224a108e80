// Events that accountants must not get past the books, beside those that are right: each refused by
// its code, nothing of it stored.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/engine/book_fixture.h"
#include "tests/golden/play.h"

namespace {

struct Line {
  std::string event;
  std::string code = {};  ///< it is refused with; empty: it is posted
};

std::string catalog() {
  return std::string(tests::kS1Catalog) + R"toml(
[impairment]
pd_12m_percent = "2"
pd_lifetime_percent = "25"
lgd_percent = "60"
)toml";
}

/// Plays the lines and compares what was refused; the books hold whatever was tried.
void expect_refused(const std::vector<Line>& lines) {
  tests::Scenario scenario{.name = "refusals", .catalog = catalog()};
  std::vector<std::string> expected;
  for (const Line& line : lines) {
    scenario.events.push_back(line.event);
    if (!line.code.empty()) expected.push_back(line.code + ": " + line.event);
  }
  tests::Play play(scenario);
  EXPECT_EQ(play.troubles(), expected);
  for (const std::string& fact : play.facts_that_fail()) ADD_FAILURE() << fact;
}

constexpr const char* kBuy =
    R"({"type":"purchase","ref":"O1","customer":"C1","merchant":"M1","at":"2026-06-18 12:00:00","amount":"1000.00","installments":6})";

TEST(Refusals, OfRefundsAreAboveWhatIsLeft) {
  expect_refused({
      {kBuy},
      {R"({"type":"refund","ref":"F1","purchase":"O1","at":"2026-06-20 12:00:00","amount":"1000.01"})",
       "REFUND_EXCEEDS_REST"},
      {R"({"type":"refund","ref":"F2","purchase":"O1","at":"2026-06-20 12:00:00","amount":"400.00"})"},
      {R"({"type":"refund","ref":"F3","purchase":"O1","at":"2026-06-21 12:00:00","amount":"600.01"})",
       "REFUND_EXCEEDS_REST"},
      {R"({"type":"refund","ref":"F4","purchase":"O1","at":"2026-06-21 12:00:00","amount":"600.00"})"},
      {R"({"type":"refund","ref":"F5","purchase":"O1","at":"2026-06-22 12:00:00","amount":"0.01"})",
       "PURCHASE_ALREADY_REFUNDED"},
  });
}

TEST(Refusals, OfHoldsThatAreOver) {
  expect_refused({
      {R"({"type":"hold","ref":"H1","customer":"C1","merchant":"M1","at":"2026-06-02 12:00:00","amount":"500.00"})"},
      {"close 2026-06-12"},  // held for 7 days
      {R"({"type":"purchase","ref":"O2","customer":"C1","merchant":"M1","at":"2026-06-13 12:00:00","amount":"400.00","installments":3,"hold":"H1"})",
       "HOLD_NOT_OPEN"},
      {R"({"type":"release","ref":"V1","hold":"H1","at":"2026-06-13 12:00:00","amount":"500.00"})",
       "HOLD_NOT_OPEN"},
      {R"({"type":"hold","ref":"H2","customer":"C1","merchant":"M1","at":"2026-06-13 12:00:00","amount":"500.00"})"},
      {R"({"type":"purchase","ref":"O3","customer":"C1","merchant":"M1","at":"2026-06-13 13:00:00","amount":"500.01","installments":3,"hold":"H2"})",
       "HOLD_TOO_SMALL"},
      {R"({"type":"release","ref":"V2","hold":"H2","at":"2026-06-13 14:00:00","amount":"1.00"})",
       "RELEASE_NOT_WHOLE"},
  });
}

TEST(Refusals, OfWaiversAndRecoveries) {
  expect_refused({
      {R"({"type":"purchase","ref":"O1","customer":"C1","merchant":"M1","at":"2026-06-02 12:00:00","amount":"1000.00","installments":6})"},
      {"close 2026-07-17"},  // 15 days late: 15 x 0.09 = 1.35
      {R"({"type":"waive","ref":"W1","purchase":"O1","at":"2026-07-17 12:00:00","component":"late_fee","amount":"99.00","reason":"r","requested_by":"ann","approved_by":"bob"})",
       "WAIVER_EXCEEDS_OWED"},
      {R"({"type":"waive","ref":"W2","purchase":"O1","at":"2026-07-17 12:00:00","component":"fee","amount":"36.00","reason":"r","requested_by":"ann","approved_by":"bob"})",
       "WAIVER_EXCEEDS_OWED"},
      {R"({"type":"waive","ref":"W3","purchase":"O1","at":"2026-07-17 12:00:00","component":"late_fee","amount":"0.10","reason":"r","requested_by":"ann","approved_by":"ann"})",
       "SECOND_PERSON_MISSING"},
      {R"({"type":"waive","ref":"W4","purchase":"O1","at":"2026-07-17 12:00:00","component":"late_fee","amount":"0.10","reason":"r","requested_by":"ann","approved_by":"bob"})"},
      {R"({"type":"recovery","ref":"V1","purchase":"O1","at":"2026-07-17 13:00:00","amount":"1.00"})",
       "PLAN_NOT_CHARGED_OFF"},
      {R"({"type":"dispute_won","ref":"D1","purchase":"O1","at":"2026-07-17 13:00:00"})",
       "PLAN_NOT_DISPUTED"},
      {"close 2026-12-30"},  // charged off at 181 days: a current plan never is, no event does it
      {R"({"type":"recovery","ref":"V2","purchase":"O1","at":"2026-12-31 12:00:00","amount":"100000.00"})",
       "CLAIM_TOO_LOW"},
      {R"({"type":"recovery","ref":"V3","purchase":"O1","at":"2026-12-31 12:00:00","amount":"10.00","fee":"2.00","collector":"K1"})"},
  });
}

TEST(Refusals, OfMoneyTakenBackTwice) {
  expect_refused({
      {kBuy},
      {R"({"type":"repayment","ref":"R1","customer":"C1","at":"2026-07-18 12:00:00","amount":"172.66"})"},
      {R"({"type":"chargeback","ref":"B1","repayment":"R9","at":"2026-07-20 12:00:00"})",
       "EVENT_UNKNOWN"},
      {R"({"type":"chargeback","ref":"B2","repayment":"R1","at":"2026-07-20 12:00:00"})"},
      {R"({"type":"chargeback","ref":"B3","repayment":"R1","at":"2026-07-21 12:00:00"})",
       "EVENT_UNDONE"},
      {R"({"type":"refund_credit","ref":"X1","customer":"C1","at":"2026-07-21 12:00:00","amount":"0.01"})",
       "CREDIT_TOO_LOW"},
      {R"({"type":"pay_refund","ref":"X2","refund":"F9","at":"2026-07-21 12:00:00"})",
       "EVENT_UNKNOWN"},
  });
}

TEST(Refusals, OfSuspenseAndBanks) {
  expect_refused({
      {R"({"type":"suspense_in","ref":"S1","at":"2026-06-02 12:00:00","amount":"100.00"})"},
      {kBuy},
      {R"({"type":"allocate_suspense","ref":"A1","customer":"C1","suspense":"S9","at":"2026-06-18 13:00:00","amount":"10.00"})",
       "SUSPENSE_UNKNOWN"},
      {R"({"type":"allocate_suspense","ref":"A2","customer":"C1","suspense":"S1","at":"2026-06-18 13:00:00","amount":"100.01"})",
       "SUSPENSE_TOO_LOW"},
      {R"({"type":"shortage_loss","ref":"L1","suspense":"S1","at":"2026-06-18 13:00:00","amount":"1.00","requested_by":"ann","approved_by":"bob"})",
       "SUSPENSE_UNKNOWN"},  // money that came in is no shortage
      {R"({"type":"assign_suspense","ref":"A3","suspense":"S9","owner":"eve","at":"2026-06-18 14:00:00"})",
       "SUSPENSE_UNKNOWN"},
      {R"({"type":"assign_suspense","ref":"A4","suspense":"S1","owner":"eve","at":"2026-06-18 14:00:00"})"},
      {R"({"type":"bank_statement","ref":"K1","as_of":"2026-06-18","closing":"50100.00","at":"2026-06-18 20:00:00"})",
       "DATE_NOT_CLOSED"},
      {"close 2026-06-18"},
      {R"({"type":"bank_statement","ref":"K2","as_of":"2026-06-18","closing":"50099.00","at":"2026-06-19 09:00:00"})",
       "BANK_NOT_TIED"},
      {R"({"type":"bank_statement","ref":"K3","as_of":"2026-06-18","closing":"50099.00","transit":[{"ref":"T1","amount":"0.50"},{"ref":"T1","amount":"0.50"}],"at":"2026-06-19 09:00:00"})",
       "TRANSIT_UNCLEAR"},
      {R"({"type":"bank_statement","ref":"K4","as_of":"2026-06-18","closing":"50099.00","transit":[{"ref":"T1","amount":"1.50"},{"ref":"T2","amount":"-0.50"}],"at":"2026-06-19 09:00:00"})"},
      {R"({"type":"bank_statement","ref":"K5","as_of":"2026-06-18","closing":"50100.00","at":"2026-06-19 10:00:00"})",
       "BANK_STATED"},
  });
}

TEST(Refusals, OfManualJournalsAndMerchants) {
  const std::string manual =
      R"({"type":"manual","ref":"N%","at":"2026-06-18 12:00:00","pairs":[{"debit":%,"credit":%,"amount":"%"}],"reason":"r","requested_by":"%","approved_by":"%"})";
  const auto with = [&](std::vector<std::string> values) {
    std::string text = manual;
    for (const std::string& value : values) text.replace(text.find('%'), 1, value);
    return text;
  };
  expect_refused({
      {kBuy},
      {with({"1", "6702", "6006", "1.00", "ann", "ann"}), "SECOND_PERSON_MISSING"},
      {with({"2", "6702", "6006", "1.00", "ann", ""}), "SECOND_PERSON_MISSING"},
      {with({"3", "1101", "6006", "1.00", "ann", "bob"}), "ACCOUNT_NOT_FREE"},
      {with({"4", "6702", "6702", "1.00", "ann", "bob"}), "ACCOUNT_NOT_FREE"},
      {with({"5", "6702", "6006", "0.00", "ann", "bob"}), "AMOUNT_NOT_POSITIVE"},
      {with({"6", "6702", "6006", "1.00", "ann", "bob"})},
      {R"({"type":"merchant_set_off","ref":"T1","merchant":"M1","at":"2026-06-18 13:00:00","amount":"1.00"})",
       "RESERVE_NOT_WHOLE"},
      {R"({"type":"payout_confirmed","ref":"T2","merchant":"M1","payout":"P9","at":"2026-06-18 13:00:00","amount":"1.00"})",
       "PAYOUT_UNKNOWN"},
      {R"({"type":"merchant_debit","ref":"T3","merchant":"M9","at":"2026-06-18 13:00:00","amount":"-1.00"})",
       "AMOUNT_NOT_POSITIVE"},
      {R"({"type":"payoff","ref":"T4","purchase":"O1","at":"2026-06-18 14:00:00","amount":"10","currency":"JPY"})",
       "CURRENCY_MISMATCH"},
  });
}

}  // namespace
