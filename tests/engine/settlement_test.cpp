// Settlement of merchants by the real close (domain §5): long holidays, the smallest payout,
// frequencies, and what is paid of each.
#include <gmock/gmock.h>

#include "engine/close.h"
#include "engine/settle.h"
#include "tests/engine/book_fixture.h"
#include "tests/engine/sound_book.h"

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using tests::day;

/// S1's catalog with merchants of these terms, its book opened on `opens_on`.
std::string catalog_with(const std::string& terms, const std::string& opens_on) {
  std::string text = tests::kS1Catalog;
  const std::string settle = "settle = \"T+1\"\n", opens = "2026-06-01";
  text.replace(text.find(settle), settle.size(), terms);
  return text.replace(text.find(opens), opens.size(), opens_on);
}

class SettlementBook {
 public:
  explicit SettlementBook(const std::string& terms = "settle = \"T+1\"\n",
                          const std::string& opens_on = "2026-06-01")
      : book_(catalog_with(terms, opens_on).c_str()) {}

  /// A sale in one installment to a customer of its own.
  void sell(base::Day on, std::int64_t minor) {
    const std::string number = std::to_string(++sales_);
    const auto result = engine_.capture(
        std::vector{book_.purchase("O" + number, "C" + number, on, minor, 1, "interest_free")},
        {.today = day(12, 31), .create_parties = true});
    EXPECT_EQ(result.front().status, engine::Status::Posted) << code(result.front().refusal);
  }
  void close(base::Day through) {
    engine::close_through(book_.database.conninfo(), book_.catalog, through, day(12, 31));
  }

  /// "2026-10-08: 8000.00 - 48.00 - 400.00 = 7552.00 + 0.00" of each settlement, in order:
  /// sales, discount, reserve; payout and what is carried. An opening balance comes first.
  std::vector<std::string> settlements() {
    const store::Rows rows = store::query(owner_, R"(
      SELECT format('%s:%s %s - %s - %s = %s + %s', settled_on,
                    CASE WHEN opening_minor <> 0
                         THEN ' ' || (opening_minor / 100.0)::numeric(12, 2) || ' +' ELSE '' END,
                    (sales_minor / 100.0)::numeric(12, 2), (-discount_minor / 100.0)::numeric(12, 2),
                    (-reserve_minor / 100.0)::numeric(12, 2),
                    (payout_minor / 100.0)::numeric(12, 2), (carried_minor / 100.0)::numeric(12, 2))
      FROM settlement ORDER BY settled_on, currency)");
    std::vector<std::string> lines;
    for (int i = 0; i < rows.size(); ++i) lines.emplace_back(rows.text(i, 0));
    return lines;
  }
  std::vector<std::string> column(const char* statement) {
    const store::Rows rows = store::query(owner_, statement);
    std::vector<std::string> lines;
    for (int i = 0; i < rows.size(); ++i) lines.emplace_back(rows.text(i, 0));
    return lines;
  }
  void expect_sound() { tests::expect_sound(owner_); }
  const engine::Catalog& catalog() const { return *book_.catalog; }

 private:
  tests::BookFixture book_;
  engine::Engine engine_ = book_.engine();
  store::Session owner_{book_.database.conninfo(), store::Role::Owner};
  int sales_ = 0;
};

// domain §3: T+1 of Wednesday 2026-09-30 is Thursday 2026-10-08, of Friday 2026-10-09 the make-up
// working day Saturday 2026-10-10. Eight dates of 1,000.00 come together: 0.60 % and 5 % of
// 8,000.00.
TEST(Settlement, SalesOfALongHolidayArePaidTogetherAfterIt) {
  SettlementBook book("settle = \"T+1\"\n", "2026-09-30");
  for (base::Day on = day(9, 30); on <= day(10, 9); on = base::plus_days(on, 1)) {
    book.sell(on, 1'000'00);
  }
  book.close(day(10, 6));
  EXPECT_THAT(book.settlements(), IsEmpty());
  book.close(day(10, 7));  // settles for the next date, so that the bank has it in the morning
  EXPECT_THAT(book.settlements(),
              ElementsAre("2026-10-08: 8000.00 - 48.00 - 400.00 = 7552.00 + 0.00"));
  book.close(day(10, 12));
  EXPECT_THAT(book.settlements(),
              ElementsAre("2026-10-08: 8000.00 - 48.00 - 400.00 = 7552.00 + 0.00",
                          "2026-10-09: 1000.00 - 6.00 - 50.00 = 944.00 + 0.00",
                          "2026-10-10: 1000.00 - 6.00 - 50.00 = 944.00 + 0.00"));
  // The reserve of each sale date runs by itself: 90 days from 30 September are 29 December.
  EXPECT_THAT(book.column("SELECT format('%s %s %s', sale_date, amount_minor, release_on) "
                          "FROM reserve_tranche WHERE settled_on = '2026-10-08' "
                          "ORDER BY sale_date LIMIT 2"),
              ElementsAre("2026-09-30 5000 2026-12-29", "2026-10-01 5000 2026-12-30"));
  EXPECT_THAT(book.column("SELECT count(*)::text FROM reserve_tranche "
                          "WHERE settled_on = '2026-10-08'"),
              ElementsAre("8"));
  book.expect_sound();
}

// domain §5.2: 1.00 less 0.01 (0.60 %, half up) and 0.05 is below the smallest payout of 1.00.
TEST(Settlement, WhatIsBelowTheSmallestPayoutIsPaidWithTheNext) {
  SettlementBook book;
  book.sell(day(6, 1), 1'00);
  book.close(day(6, 2));
  EXPECT_THAT(book.settlements(), ElementsAre("2026-06-02: 1.00 - 0.01 - 0.05 = 0.00 + 0.94"));
  EXPECT_THAT(book.column("SELECT payout_ref FROM payout"), IsEmpty());
  book.sell(day(6, 3), 1'00);
  book.close(day(6, 4));
  EXPECT_THAT(book.settlements(),
              ElementsAre("2026-06-02: 1.00 - 0.01 - 0.05 = 0.00 + 0.94",
                          "2026-06-04: 0.94 + 1.00 - 0.01 - 0.05 = 1.88 + 0.00"));
  EXPECT_THAT(book.column("SELECT amount_minor::text FROM payout"), ElementsAre("188"));
  book.expect_sound();
}

// What is carried is found again though months pass without a sale.
TEST(Settlement, WhatIsCarriedWaitsForTheNextSale) {
  SettlementBook book;
  book.sell(day(6, 1), 1'00);
  book.close(day(7, 31));
  book.sell(day(8, 3), 10'00);
  book.close(day(8, 4));
  EXPECT_THAT(book.settlements(),
              ElementsAre("2026-06-02: 1.00 - 0.01 - 0.05 = 0.00 + 0.94",
                          "2026-08-04: 0.94 + 10.00 - 0.06 - 0.50 = 10.38 + 0.00"));
}

// Friday 19 June is a holiday: its settlement is Monday's, and takes Thursday's sale, which became
// available on that Monday, too.
TEST(Settlement, AWeeklySettlementOnAHolidayIsTheNextBusinessDays) {
  SettlementBook book("settle = \"T+1\"\nfrequency = \"weekly\"\nweekday = 5\n");
  book.sell(day(6, 10), 100'00);
  book.sell(day(6, 16), 200'00);
  book.sell(day(6, 18), 300'00);
  book.sell(day(6, 22), 400'00);
  book.close(day(6, 30));
  EXPECT_THAT(book.settlements(), ElementsAre("2026-06-12: 100.00 - 0.60 - 5.00 = 94.40 + 0.00",
                                              "2026-06-22: 500.00 - 3.00 - 25.00 = 472.00 + 0.00",
                                              "2026-06-26: 400.00 - 2.40 - 20.00 = 377.60 + 0.00"));
  book.expect_sound();
}

TEST(Settlement, AMonthlySettlementOnAHolidayIsTheNextBusinessDays) {
  SettlementBook book("settle = \"T+1\"\nfrequency = \"monthly\"\nmonth_day = 1\n", "2026-08-20");
  book.sell(day(8, 20), 100'00);
  book.sell(day(9, 1), 200'00);
  book.sell(day(9, 30), 300'00);
  book.close(day(10, 8));
  EXPECT_THAT(book.settlements(), ElementsAre("2026-09-01: 100.00 - 0.60 - 5.00 = 94.40 + 0.00",
                                              "2026-10-08: 500.00 - 3.00 - 25.00 = 472.00 + 0.00"));
}

// From Thursday 18 June: two business days are Tuesday 23, one calendar day is a holiday and moves.
TEST(Settlement, DelaysCountBusinessDaysOrCalendarDays) {
  for (const auto& [settle, settled_on] :
       {std::pair("T+2", "2026-06-23"), std::pair("D+1", "2026-06-22"),
        std::pair("D+5", "2026-06-23")}) {
    SettlementBook book(fmt::format("settle = \"{}\"\n", settle));
    book.sell(day(6, 18), 100'00);
    book.close(day(6, 30));
    EXPECT_THAT(book.settlements(),
                ElementsAre(fmt::format("{}: 100.00 - 0.60 - 5.00 = 94.40 + 0.00", settled_on)))
        << settle;
  }
}

// Domain §3: a year without its calendar stops settlement by name; weekends alone are no guess.
TEST(Settlement, AYearWithoutACalendarIsRefusedForEachFrequency) {
  for (const char* frequency :
       {"", "frequency = \"weekly\"\nweekday = 5\n", "frequency = \"monthly\"\nmonth_day = 1\n"}) {
    SettlementBook book(fmt::format("settle = \"T+1\"\n{}", frequency));
    const engine::MerchantTerms& terms = book.catalog().merchants.front();
    EXPECT_THROW(engine::is_settlement_day(terms, base::make_day(2027, 1, 1), book.catalog()),
                 engine::SettlementImpossible)
        << frequency;
  }
}

}  // namespace
