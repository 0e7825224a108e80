// The customer's statement of domain §1.3, and that every statement of S1 adds up from the one
// before.
#include "engine/customer_statement.h"

#include <gmock/gmock.h>

#include "tests/reports/random_book.h"
#include "tests/reports/report_rows.h"

namespace {

using engine::StatementEntry;
using tests::field;
using tests::of_2026;

class CustomerStatement : public testing::Test {
 protected:
  engine::CustomerSection statement(base::Day from, base::Day to) {
    auto sections = engine::customer_statement(session_, {"C1", from, to});
    EXPECT_TRUE(sections.has_value()) << (sections ? "" : sections.error().sentence);
    EXPECT_EQ(sections->size(), 1);
    return sections->front();
  }
  static std::int64_t sum_of(const engine::CustomerSection& section, StatementEntry entry) {
    std::int64_t sum = 0;
    for (const engine::CustomerLine& line : section.lines) {
      if (line.entry == entry) sum += line.amount.value_or(0);
    }
    return sum;
  }
  store::Session session_{tests::played("S1").conninfo()};
};

// Previous closing 172.66 - repayments 173.06 + late fee 0.40 - goodwill 0.40 + billed (108.67 +
// 1 000.00) = 1 108.27 due 2026-09-10; the refund of 25 August lowers unbilled principal only.
TEST_F(CustomerStatement, OfSeptemberFirstIsAsPublished) {
  const auto section = statement(of_2026(8, 2), of_2026(9, 1));
  EXPECT_EQ(section.opening, 172'66);
  EXPECT_EQ(sum_of(section, StatementEntry::Repayment), -173'06);
  EXPECT_EQ(sum_of(section, StatementEntry::Penalty), 40);
  EXPECT_EQ(sum_of(section, StatementEntry::Goodwill), -40);
  EXPECT_EQ(sum_of(section, StatementEntry::Installment), 104'17 + 1'000'00);
  EXPECT_EQ(sum_of(section, StatementEntry::Fee), 4'50);
  EXPECT_EQ(sum_of(section, StatementEntry::Refund), 0);
  EXPECT_EQ(sum_of(section, StatementEntry::Moved), 0);
  EXPECT_EQ(section.closing, 1'108'27);
  EXPECT_EQ(section.due_date, of_2026(9, 10));
  EXPECT_EQ(section.overdue, 0);
}

// Installment 1 is billed on 1 July, and the plan costs 12.24 % a year (domain §2.6).
TEST_F(CustomerStatement, PurchaseIsShownAndOwedWhenBilled) {
  const auto june = statement(of_2026(6, 2), of_2026(6, 30));
  ASSERT_EQ(june.lines.size(), 1);
  EXPECT_EQ(june.lines.front().entry, StatementEntry::Purchase);
  EXPECT_EQ(june.lines.front().financed, 1'000'00);
  EXPECT_EQ(june.lines.front().annual_rate, 12'24);
  EXPECT_EQ(june.closing, 0);
  EXPECT_EQ(statement(of_2026(6, 2), of_2026(7, 1)).closing, 172'66);
}

// J30: 430.00 pay 108.67 that was billed, 312.51 ahead of their bills, and 8.82 of credit.
TEST_F(CustomerStatement, PayoffBillsTheRestAtOnce) {
  const auto section = statement(of_2026(9, 2), of_2026(9, 8));
  EXPECT_EQ(section.opening, 1'108'27);
  EXPECT_EQ(sum_of(section, StatementEntry::Repayment), -430'00);
  EXPECT_EQ(sum_of(section, StatementEntry::Installment) + sum_of(section, StatementEntry::Fee) +
                sum_of(section, StatementEntry::Moved),
            312'51);
  EXPECT_EQ(sum_of(section, StatementEntry::CreditPaidOut), 9'22);
  EXPECT_EQ(section.closing, 1'000'00);
}

TEST_F(CustomerStatement, RowsSpeakBothLanguages) {
  const engine::CustomerStatementRequest request{"C1", of_2026(8, 2), of_2026(9, 1)};
  const auto rows = [&](engine::Language language, bool for_people) {
    return tests::rows_of(
        session_, engine::report_customer_statement(session_, request, language, for_people));
  };
  const auto english = rows(engine::Language::English, false);
  EXPECT_EQ(field(english, {{"line", "opening"}}, "balance"), "172.66");
  EXPECT_EQ(field(english, {{"line", "minimum_due"}}, "amount"), "1108.27");
  EXPECT_EQ(field(english, {{"line", "due_date"}}, "date"), "2026-09-10");
  EXPECT_EQ(field(english, {{"line", "purchase"}}, "annual_percent"), "0.00");
  EXPECT_EQ(field(english, {{"line", "closing"}}, "label"), "Closing balance");
  const auto chinese = rows(engine::Language::Chinese, true);
  EXPECT_EQ(field(chinese, {{"项目", "最低还款额"}}, "金额"), "1108.27");
  EXPECT_EQ(field(chinese, {{"项目", "到期还款日"}}, "日期"), "2026-09-10");
  std::set<std::string> labels;
  for (int i = 0; i <= static_cast<int>(StatementEntry::DueDate); ++i) {
    labels.emplace(engine::label(static_cast<StatementEntry>(i), engine::Language::Chinese));
  }
  EXPECT_EQ(labels.size(), 17);
}

TEST_F(CustomerStatement, RefusesWhomItDoesNotKnowAndDaysThatAreOpen) {
  const auto refusal = [&](engine::CustomerStatementRequest request) {
    return engine::customer_statement(session_, request).error().refusal;
  };
  EXPECT_EQ(refusal({"C9", of_2026(8, 2), of_2026(9, 1)}), engine::ReportRefusal::CustomerUnknown);
  EXPECT_EQ(refusal({"C1", of_2026(8, 2), of_2026(12, 1)}), engine::ReportRefusal::DateNotClosed);
  EXPECT_EQ(refusal({"C1", of_2026(9, 2), of_2026(9, 1)}), engine::ReportRefusal::DatesReversed);
}

// However a life is cut into statements, each opens with what the one before closed with, and the
// lines add up; at the end what is owed is the ledger's less what is not billed.
TEST_F(CustomerStatement, StatementsFollowEachOther) {
  for (const int days : {1, 7, 31}) {
    std::int64_t closing = 0;
    for (base::Day from = of_2026(6, 18); base::plus_days(from, days) <= of_2026(10, 12);
         from = base::plus_days(from, days)) {
      const auto section = statement(from, base::plus_days(from, days - 1));
      EXPECT_EQ(section.opening, closing) << base::to_string(from);
      closing = section.closing;
      std::int64_t sum = section.opening;
      for (const engine::CustomerLine& line : section.lines) sum += line.amount.value_or(0);
      EXPECT_EQ(sum, section.closing);
    }
  }
}

}  // namespace
