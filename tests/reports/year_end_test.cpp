// The end of a financial year: income and expenses go to 4104, and what the year was made of can
// still be asked. Each book is compared with a twin in which no year ends.
#include "engine/year_end.h"

#include <gmock/gmock.h>

#include "engine/financial_reports.h"
#include "tests/engine/book_fixture.h"
#include "tests/engine/sound_book.h"
#include "tests/reports/random_book.h"
#include "tests/reports/report_rows.h"

namespace {

using base::Day;
using base::make_day;
using tests::cents;
using tests::field;
using tests::where;

const Day kYearEnd = make_day(2026, 12, 31);
const Day kToday = make_day(2027, 2, 1);

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

/// A catalog whose book's year ends in `month`, with business days of 2027, too.
std::string ending_in(const std::string& catalog, int month) {
  return replaced(replaced(catalog, "[book]\n", fmt::format("[book]\nyear_ends_in = {}\n", month)),
                  "last_year = 2026", "last_year = 2027");
}

tests::Scenario s1_ending_in(int month) {
  tests::Scenario scenario = tests::read_scenario("tests/golden/S1.md");
  scenario.catalog = ending_in(scenario.catalog, month);
  return scenario;
}

/// Debits less credits of each account of income and expenses, owner and tag by name; no zeros.
std::map<std::string, std::int64_t> result_balances(store::Session& session) {
  const store::Rows rows = store::query(session, R"(
    SELECT format('%s %s %s %s', a.code, coalesce(o.ref, ''), a.tag, a.currency), sum(s.minor)::bigint
    FROM journal j, LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
           AS t (debit, credit, amount),
         LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount)) AS s (account_id, minor)
    JOIN account a ON a.account_id = s.account_id LEFT JOIN party o ON o.party_id = a.owner_id
    WHERE a.code BETWEEN 6000 AND 8999 GROUP BY 1 HAVING sum(s.minor) <> 0)");
  std::map<std::string, std::int64_t> balances;
  for (int i = 0; i < rows.size(); ++i) balances[std::string(rows.text(i, 0))] = rows.int8(i, 1);
  return balances;
}

std::int64_t retained(store::Session& session) {
  return tests::scalar(session, R"(
    SELECT coalesce(sum(CASE a.account_id WHEN t.credit THEN t.amount ELSE -t.amount END), 0)::bigint
    FROM journal j, LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
           AS t (debit, credit, amount), account a
    WHERE a.code = 4104 AND a.account_id IN (t.debit, t.credit))");
}

std::vector<tests::ReportRow> income(store::Session& session, Day from, Day to) {
  return tests::rows_of(session, engine::report_income_statement(session, from, {.as_of = to}));
}
std::vector<tests::ReportRow> sheet(store::Session& session, Day as_of) {
  return tests::rows_of(session, engine::report_balance_sheet(session, {.as_of = as_of}));
}

void expect_controls_tie(store::Session& session, Day as_of) {
  for (tests::ReportRow row : tests::rows_of(
           session,
           engine::report_tie_out(session, {.as_of = as_of}, /*lists_differences=*/true))) {
    EXPECT_EQ(row["difference"], "0.00") << base::to_string(as_of) << " " << row["account"];
  }
}

TEST(YearEnd, IsTheLastDateOfItsMonth) {
  engine::Catalog catalog;
  const auto begins = [&](int month, Day day) {
    catalog.year_ends_in = month;
    return engine::year_begins(day, catalog);
  };
  EXPECT_EQ(begins(12, make_day(2026, 12, 31)), make_day(2026, 1, 1));
  EXPECT_EQ(begins(12, make_day(2027, 1, 1)), make_day(2027, 1, 1));
  EXPECT_EQ(begins(6, make_day(2026, 6, 30)), make_day(2025, 7, 1));
  EXPECT_EQ(begins(6, make_day(2026, 7, 1)), make_day(2026, 7, 1));
  EXPECT_EQ(begins(2, make_day(2028, 2, 29)), make_day(2027, 3, 1));
  EXPECT_TRUE(engine::is_year_end(make_day(2028, 2, 29), catalog));
  EXPECT_FALSE(engine::is_year_end(make_day(2028, 2, 28), catalog));
  EXPECT_TRUE(engine::is_year_end(make_day(2027, 2, 28), catalog));
}

TEST(YearEnd, AnUnknownMonthIsRefused) {
  const auto catalog = engine::parse_catalog(ending_in(tests::kS1Catalog, 13));
  ASSERT_FALSE(catalog.has_value());
  EXPECT_EQ(catalog.error().field, "book.year_ends_in");
}

// domain §4.3: 16.50 + 4.77 + 18.00 + 0.40 of income, 1.04 + 45.00 + 0.40 of expenses: a loss of
// 6.77, which the first date of 2027 has in 4104 and nowhere else.
TEST(YearEnd, ResultOfS1BecomesRetainedEarnings) {
  const tests::Scenario scenario = s1_ending_in(12);
  tests::Play play(scenario);
  store::Session session(play.conninfo());
  engine::close_through(play.conninfo(), play.catalog(), make_day(2026, 12, 30), kToday);
  const auto before = income(session, make_day(2026, 6, 1), make_day(2026, 12, 30));
  EXPECT_EQ(field(sheet(session, make_day(2026, 12, 30)), {{"line", "result"}}, "amount"), "-6.77");
  EXPECT_FALSE(result_balances(session).empty());

  const auto outcome =
      engine::close_through(play.conninfo(), play.catalog(), make_day(2027, 1, 2), kToday);
  EXPECT_THAT(result_balances(session), testing::IsEmpty());
  EXPECT_EQ(retained(session), -6'77);
  // 6001 of flat_fee, 6002 of M1, 6003 of interest_free, 6004 of flat_fee; 6401 of WX, 6402, 6404
  const auto& steps = outcome.dates.front().steps;
  const auto step = std::ranges::find(steps, "year end", &engine::CloseStep::name);
  ASSERT_NE(step, steps.end());
  EXPECT_EQ(step->amount, -6'77);
  EXPECT_EQ(tests::scalar(session, "SELECT count(*) FROM journal WHERE rule = 63"), 1);
  EXPECT_EQ(tests::scalar(session,
                          "SELECT cardinality(amount_minor)::bigint FROM journal WHERE rule = 63"),
            step->units);

  const auto after = income(session, make_day(2026, 6, 1), kYearEnd);
  EXPECT_EQ(field(after, {{"section", "result"}}, "amount"), "-6.77");
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].at("account"), before[i].at("account"));
    EXPECT_EQ(after[i].at("amount"), before[i].at("amount"));
  }
  const auto of_new_year = income(session, make_day(2027, 1, 1), make_day(2027, 1, 2));
  EXPECT_EQ(field(of_new_year, {{"section", "result"}}, "amount"), "0.00");
  EXPECT_EQ(where(of_new_year, {{"line", "account"}}).size(), 0U);

  for (const Day day : {kYearEnd, make_day(2027, 1, 2)}) {
    const auto rows = sheet(session, day);
    EXPECT_EQ(field(rows, {{"account", "4104"}}, "amount"), "-6.77");
    EXPECT_EQ(field(rows, {{"section", "equity"}, {"line", "total"}}, "amount"), "49993.23");
    EXPECT_TRUE(where(rows, {{"name", "Result of earlier years"}}).empty());
  }
  EXPECT_TRUE(where(sheet(session, kYearEnd), {{"line", "result"}}).empty());
  EXPECT_EQ(field(sheet(session, make_day(2027, 1, 2)), {{"line", "result"}}, "amount"), "0.00");
  expect_controls_tie(session, kYearEnd);
  store::Session owner(play.conninfo(), store::Role::Owner);
  tests::expect_sound(owner);
}

// What was known before the year was closed is the same for ever.
TEST(YearEnd, AReadingFromBeforeItStillHasTheResult) {
  const tests::Scenario scenario = s1_ending_in(12);
  tests::Play play(scenario);
  store::Session session(play.conninfo());
  engine::close_through(play.conninfo(), play.catalog(), make_day(2026, 12, 30), kToday);
  const base::Instant then = store::query(session, "SELECT clock_timestamp()").instant(0, 0);
  engine::close_through(play.conninfo(), play.catalog(), kYearEnd, kToday);
  const engine::ReadingRequest request{.as_of = kYearEnd, .known_at = then};
  const auto rows = tests::rows_of(session, engine::report_balance_sheet(session, request));
  EXPECT_EQ(field(rows, {{"line", "result"}}, "amount"), "-6.77");
  EXPECT_TRUE(where(rows, {{"account", "4104"}}).empty());
  const auto earned = tests::rows_of(
      session, engine::report_income_statement(session, make_day(2026, 6, 1), request));
  EXPECT_EQ(field(earned, {{"section", "result"}}, "amount"), "-6.77");
}

TEST(YearEnd, BreakingItOffAnywhereClosesItOnce) {
  struct Crash : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  const tests::Scenario scenario = s1_ending_in(12);
  std::set<std::string> digests;
  for (const bool breaks : {false, true}) {
    tests::Play play(scenario);
    std::set<std::string> crashed;
    engine::CloseOptions options;
    options.before_commit = [&](Day day, std::string_view step) {
      if (breaks && day == kYearEnd && crashed.emplace(step).second) throw Crash("killed");
    };
    const auto closes = [&] {
      try {
        engine::close_through(play.conninfo(), play.catalog(), make_day(2027, 1, 2), kToday,
                              options);
        return true;
      } catch (const Crash&) {
        return false;
      }
    };
    while (!closes()) {
    }
    EXPECT_EQ(crashed.contains("year end"), breaks);
    EXPECT_EQ(crashed.contains("seal"), breaks);
    store::Session session(play.conninfo());
    EXPECT_EQ(tests::scalar(session, "SELECT count(*) FROM journal WHERE rule = 63"), 1);
    EXPECT_EQ(retained(session), -6'77);
    digests.insert(engine::digest_book(session));
  }
  EXPECT_EQ(digests.size(), 1U);
}

/// A book of some purchases on 30 December, and nothing before.
struct DecemberBook : tests::BookFixture {
  DecemberBook()
      : tests::BookFixture(
            replaced(ending_in(tests::kS1Catalog, 12), "2026-06-01", "2026-12-30").c_str()) {}

  void close(Day day) { engine::close_through(database.conninfo(), catalog, day, kToday); }
};

TEST(YearEnd, AYearWithoutIncomePostsNothing) {
  DecemberBook book;
  book.close(make_day(2026, 12, 30));
  book.close(make_day(2027, 1, 1));
  store::Session session(book.database.conninfo(), store::Role::Owner);
  EXPECT_EQ(tests::scalar(session, "SELECT count(*) FROM journal WHERE rule = 63"), 0);
  EXPECT_EQ(tests::scalar(session,
                          "SELECT units FROM close_step WHERE step = 'year end' "
                          "AND business_date = '2026-12-31'"),
            0);
  tests::expect_sound(session);
}

// Each currency by itself; each merchant's account of 6002 by itself, 1,000 of them a journal.
TEST(YearEnd, CurrenciesAndAccountsAreClosedByThemselves) {
  constexpr int kMerchants = 1'003;
  DecemberBook book;
  std::vector<engine::Purchase> purchases;
  for (int i = 0; i < kMerchants; ++i) {
    auto purchase = book.purchase(fmt::format("P{}", i), fmt::format("C{}", i),
                                  make_day(2026, 12, 30), 1'000'00, 3);
    purchase.merchant = fmt::format("M{}", i);
    purchases.push_back(std::move(purchase));
  }
  auto yen = book.purchase("Y", "C0", make_day(2026, 12, 30), 0, 1);
  yen.amount = {50'000, base::Currency::find("JPY").value()};
  purchases.push_back(std::move(yen));
  auto engine = book.engine();
  for (const auto& result : engine.capture(purchases, {kToday, /*create_parties=*/true})) {
    ASSERT_EQ(result.status, engine::Status::Posted) << code(result.refusal);
  }
  book.close(kYearEnd);
  store::Session session(book.database.conninfo(), store::Role::Owner);
  EXPECT_THAT(result_balances(session), testing::IsEmpty());
  const store::Rows rows =
      store::query(session,
                   "SELECT currency, cardinality(amount_minor) FROM journal WHERE rule = 63 "
                   "ORDER BY currency, 2");
  ASSERT_EQ(rows.size(), 3);
  // Besides 6002: the fee that the month earned, 6001.
  EXPECT_EQ(rows.int4(0, 1) + rows.int4(1, 1), kMerchants + 1);
  EXPECT_EQ(rows.int4(1, 1), 1'000);
  EXPECT_EQ(rows.text(2, 0), "JPY");
  tests::expect_sound(session);
}

/// Random books whose year ends in the middle of what happens, beside one where it does not.
class YearEndOfRandomBook : public testing::TestWithParam<unsigned> {};

TEST_P(YearEndOfRandomBook, MovesTheResultAndNothingElse) {
  const Day year_end = make_day(2026, 7, 31);
  tests::Scenario scenario = tests::random_scenario(GetParam());
  tests::Scenario other = scenario;
  scenario.catalog = ending_in(scenario.catalog, 7);
  other.catalog = ending_in(other.catalog, 5);
  tests::Play play(scenario), twin(other);
  EXPECT_EQ(play.troubles(), twin.troubles());
  store::Session session(play.conninfo()), of_twin(twin.conninfo());
  const auto first = make_day(2026, 6, 1);

  const std::string result =
      field(income(of_twin, first, year_end), {{"section", "result"}}, "amount");
  EXPECT_EQ(retained(session), cents(result));
  EXPECT_NE(result, "0.00");
  EXPECT_EQ(field(sheet(session, year_end), {{"account", "4104"}}, "amount"), result);
  for (const auto& [from, to] :
       {std::pair(first, year_end), std::pair(make_day(2026, 7, 1), year_end),
        std::pair(year_end, year_end), std::pair(make_day(2026, 7, 11), make_day(2026, 8, 20)),
        std::pair(make_day(2026, 8, 1), make_day(2026, 8, 31))}) {
    EXPECT_EQ(income(session, from, to), income(of_twin, from, to)) << base::to_string(from);
  }
  for (const Day day :
       {make_day(2026, 7, 30), year_end, make_day(2026, 8, 1), make_day(2026, 8, 31)}) {
    const auto ours = sheet(session, day), theirs = sheet(of_twin, day);
    for (const char* section : {"assets", "liabilities", "equity", "balance"}) {
      const tests::ReportRow total{{"section", section}, {"line", "total"}};
      EXPECT_EQ(field(ours, total, "amount"), field(theirs, total, "amount")) << section;
    }
    expect_controls_tie(session, day);
  }
  store::Session owner(play.conninfo(), store::Role::Owner);
  tests::expect_sound(owner);
}

INSTANTIATE_TEST_SUITE_P(Seeds, YearEndOfRandomBook, testing::Values(1U, 3U));

}  // namespace
