// What reports promise of any book, over a random one and random questions.
#include "tests/reports/random_book.h"

#include <iostream>

#include "engine/exports.h"
#include "engine/financial_reports.h"
#include "engine/roll_forward_rules.h"
#include "tests/reports/report_rows.h"
#include "tests/support/property.h"

namespace {

using tests::cents;
using tests::ReportRow;
using tests::where;

class RandomBook : public testing::Test {
 protected:
  static tests::Play& play() {
    static const tests::TestDatabase server = tests::TestDatabase::create();  // outlives the book
    static const tests::Scenario scenario = tests::random_scenario(tests::kRandomBookSeed);
    static tests::Play play(scenario);
    return play;
  }

  static base::Day any_day() {
    return base::plus_days(base::make_day(2026, 6, 1), *rc::gen::inRange(0, 93));
  }
  struct Days {
    base::Day from, to;
  };
  static Days any_period() {
    const base::Day a = any_day(), b = any_day();
    return {std::min(a, b), std::max(a, b)};
  }

  /// Debits less credits through the date, from the journals themselves.
  std::map<std::string, std::int64_t> ledger_balances(base::Day day) {
    const store::Rows rows = store::query(session_, R"(
      SELECT a.code, sum(s.minor)::bigint
      FROM journal j, LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
             AS t (debit, credit, amount),
           LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount)) AS s (account_id, minor)
      JOIN account a ON a.account_id = s.account_id
      WHERE j.business_date <= $1 GROUP BY a.code)",
                                          store::Params().day(day));
    std::map<std::string, std::int64_t> sums;
    for (int i = 0; i < rows.size(); ++i) sums[std::to_string(rows.int4(i, 0))] = rows.int8(i, 1);
    return sums;
  }

  store::Session session_{play().conninfo()};
};

/// The book has what the properties are about, or they say nothing.
TEST_F(RandomBook, HasEveryKindOfMovement) {
  std::cout << "seed " << tests::kRandomBookSeed << ", " << play().troubles().size()
            << " events refused\n";
  for (const std::string& fact : play().facts_that_fail()) {
    ADD_FAILURE() << fact;
  }
  const auto rows = tests::rows_of(
      session_, engine::report_roll_forward(session_, base::make_day(2026, 6, 1), {}, false));
  for (const char* movement : {"purchased", "repaid", "charged back", "refunded", "charged off"}) {
    EXPECT_NE(tests::field(rows, {{"balance", "principal"}, {"movement", movement}}, "amount"),
              "0.00")
        << movement;
  }
  for (const char* movement : {"built", "released", "used"}) {
    EXPECT_NE(tests::field(rows, {{"balance", "allowance"}, {"movement", movement}}, "amount"),
              "0.00")
        << movement;
  }
}

TEST_F(RandomBook, RollForwardsCloseWithTheLedger) {
  tests::property([&] {
    const Days days = any_period();
    const bool by_product = *rc::gen::arbitrary<bool>();
    const auto opening = ledger_balances(base::plus_days(days.from, -1));
    const auto closing = ledger_balances(days.to);
    std::map<std::string, std::map<std::string, std::int64_t>> rolled;
    for (ReportRow row : tests::rows_of(
             session_,
             engine::report_roll_forward(session_, days.from, {.as_of = days.to}, by_product))) {
      const std::string kind =
          row["movement"] == "opening" || row["movement"] == "closing" ? row["movement"] : "moved";
      rolled[row["balance"]][kind] += cents(row["amount"]);
      RC_ASSERT(row["movement"] != "other" || row["amount"] == "0.00");
    }
    for (const engine::RolledBalance& balance : engine::rolled_balances()) {
      auto& sums = rolled[std::string(balance.name)];
      RC_ASSERT(sums["opening"] + sums["moved"] == sums["closing"]);
      std::int64_t before = 0, after = 0;
      for (const ledger::Code code : balance.codes) {
        const std::string key = std::to_string(static_cast<int>(code));
        if (opening.contains(key)) before += opening.at(key);
        if (closing.contains(key)) after += closing.at(key);
      }
      const int sign = balance.side == ledger::Side::Debit ? 1 : -1;
      RC_ASSERT(sums["opening"] == sign * before);
      RC_ASSERT(sums["closing"] == sign * after);
    }
  });
}

TEST_F(RandomBook, LedgersEndAtTheTrialBalance) {
  tests::property([&] {
    const Days days = any_period();
    const auto& entry =
        *rc::gen::elementOf(std::vector(ledger::chart().begin(), ledger::chart().end()));
    std::int64_t running = 0;
    std::int64_t sum = 0;
    for (ReportRow row : tests::rows_of(
             session_,
             engine::report_ledger(session_, {entry.code}, days.from, {.as_of = days.to}))) {
      const std::int64_t balance = cents(row["balance"]);
      if (row["entry"] == "line") {
        RC_ASSERT(balance == running + cents(row["debit"]) - cents(row["credit"]));
      } else if (row["entry"] == "closing") {
        RC_ASSERT(balance == running);
        sum += balance;
      }
      running = balance;
    }
    const auto closing = ledger_balances(days.to);
    const auto found = closing.find(std::to_string(static_cast<int>(entry.code)));
    RC_ASSERT(sum == (found == closing.end() ? 0 : found->second));
  });
}

TEST_F(RandomBook, BalanceSheetsBalanceAndIncomeIsTheirDifference) {
  tests::property([&] {
    const Days days = any_period();
    const auto result = [&](base::Day day) {
      std::map<std::string, std::int64_t> sums, totals;
      std::int64_t of_year = 0;
      for (ReportRow row :
           tests::rows_of(session_, engine::report_balance_sheet(session_, {.as_of = day}))) {
        auto& of = row["line"] == "total" ? totals : sums;
        of[row["section"]] += cents(row["amount"]);
        if (row["line"] == "result") of_year += cents(row["amount"]);
      }
      for (const auto& [section, total] : totals) {
        RC_ASSERT(section == "balance" || sums[section] == total);
      }
      RC_ASSERT(totals["assets"] == totals["balance"]);
      return of_year;
    };
    const std::int64_t earned =
        result(days.to) -
        (days.from == base::make_day(2026, 6, 1) ? 0 : result(base::plus_days(days.from, -1)));
    const auto income = tests::rows_of(
        session_, engine::report_income_statement(session_, days.from, {.as_of = days.to}));
    RC_ASSERT(cents(tests::field(income, {{"section", "result"}}, "amount")) == earned);
  });
}

TEST_F(RandomBook, EveryControlTiesOnAnyDate) {
  for (base::Day day = base::make_day(2026, 6, 3); day <= base::make_day(2026, 9, 1);
       day = base::plus_days(day, 9)) {
    for (ReportRow row : tests::rows_of(
             session_, engine::report_tie_out(session_, {.as_of = day}, /*differences=*/true))) {
      EXPECT_EQ(row["difference"], "0.00")
          << base::to_string(day) << " " << row["account"] << " " << row["part_of"] << " "
          << row["party"] << " " << row["record"] << ": " << row["ledger"] << ", " << row["parts"];
    }
  }
}

}  // namespace
