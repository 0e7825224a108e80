// S1 of the domain reference day by day, 2026-06-01 to 2026-10-12: each date closed by a run of its
// own gives J01 to J44 and the balances, whatever the number of workers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/golden/compare.h"
#include "tests/golden/play.h"

namespace {

using base::Day;
using tests::Play;

struct Closed {
  std::vector<Day> dates;
  std::map<std::string, std::int64_t> units;  ///< by step, over all dates
};

Play::CloseDate closing_with(int workers, Closed& closed) {
  return [workers, &closed](const std::string& conninfo, const auto& catalog, Day day) {
    const auto outcome = engine::close_through(conninfo, catalog, day, Play::kToday,
                                               {.workers = workers, .chunk = 1});
    for (const engine::ClosedDate& date : outcome.dates) {
      closed.dates.push_back(date.date);
      for (const engine::CloseStep& step : date.steps) closed.units[step.name] += step.units;
    }
  };
}

TEST(CloseOfS1, DayByDayGivesItsJournalsAndBalances) {
  const tests::Scenario s1 = tests::read_scenario("tests/golden/S1.md");
  ASSERT_EQ(s1.journals.size(), 44U);
  Closed closed;
  Play play(s1, closing_with(1, closed));
  EXPECT_THAT(play.troubles(), testing::IsEmpty());
  for (const auto& [id, why] : tests::compare(s1, play.posted())) ADD_FAILURE() << id << " " << why;
  EXPECT_EQ(play.closing(), s1.balances);
  EXPECT_THAT(play.facts_that_fail(), testing::IsEmpty());
  // Every date by itself, in order.
  ASSERT_FALSE(closed.dates.empty());
  EXPECT_EQ(closed.dates.front(), base::make_day(2026, 6, 1));
  EXPECT_EQ(closed.dates.back(), base::make_day(2026, 10, 12));
  EXPECT_EQ(std::ssize(closed.dates),
            base::days_between(closed.dates.front(), closed.dates.back()) + 1);
  EXPECT_TRUE(std::ranges::is_sorted(closed.dates));
  // Each step had its part in it; payouts are confirmed by events here.
  for (const char* step : {"customers", "late fees", "channels", "income", "debts", "settlement",
                           "proof", "balances", "check", "seal"}) {
    EXPECT_GT(closed.units[step], 0) << step;
  }
}

TEST(CloseOfS1, TheNumberOfWorkersChangesNothing) {
  const tests::Scenario s1 = tests::read_scenario("tests/golden/S1.md");
  std::set<std::string> digests;
  for (const int workers : {1, 2, 7}) {
    Closed closed;
    Play play(s1, closing_with(workers, closed));
    store::Session session(play.conninfo());
    digests.insert(engine::digest_book(session));
  }
  EXPECT_EQ(digests.size(), 1U);
}

}  // namespace
