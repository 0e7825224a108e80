#include "credit/limit_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace credit {
namespace {

using base::Day;
using base::make_day;
using base::plus_days;
using testing::ElementsAre;

const Day kStart = make_day(2026, 1, 10);

/// "L02 cut 8000 -> 4000", one text a change.
std::vector<std::string> words(const std::vector<LimitChange>& changes) {
  std::vector<std::string> out;
  for (const LimitChange& c : changes) {
    std::string text(c.reason);
    switch (c.action) {
      case LimitAction::Block:
        text += " block";
        break;
      case LimitAction::Cut:
        text += " cut";
        break;
      case LimitAction::Close:
        text += " close";
        break;
      case LimitAction::Unblock:
        text += " unblock";
        break;
      case LimitAction::Restore:
        text += " restore";
        break;
    }
    if (c.old_base != c.new_base) {
      text += " " + std::to_string(c.old_base) + " -> " + std::to_string(c.new_base);
    }
    out.push_back(std::move(text));
  }
  return out;
}

std::vector<std::string> at(LimitState& state, int dpd, std::int64_t outstanding,
                            Day date = kStart) {
  return words(apply_limit_policy(state, {.date = date, .dpd = dpd, .outstanding = outstanding}));
}

/// The changes of an account whose DPD goes 1, 2, ... through `dpd_max`, then to 0.
std::vector<std::string> episode(LimitState& state, int dpd_max, std::int64_t outstanding,
                                 Day first) {
  std::vector<std::string> all;
  for (int dpd = 1; dpd <= dpd_max + 1; ++dpd) {
    const int today = dpd <= dpd_max ? dpd : 0;
    for (auto& text : at(state, today, outstanding, plus_days(first, dpd - 1))) {
      all.push_back(std::move(text));
    }
  }
  return all;
}

std::vector<std::string> judge(LimitState& state, bool with_dues, int dpd = 0) {
  return words(apply_limit_policy(state, {.date = make_day(2026, 8, 3),
                                          .dpd = dpd,
                                          .outstanding = 0,
                                          .is_cycle_with_dues = with_dues}));
}

// domain.md §7.3: each row at both ends of its range.
TEST(LimitPolicy, EachRowAtItsEnds) {
  LimitState state{.base_limit = 8000};
  EXPECT_THAT(at(state, 3, 1000), ElementsAre());
  EXPECT_THAT(at(state, 4, 1000), ElementsAre("L01 block"));
  EXPECT_THAT(at(state, 8, 1000), ElementsAre());
  EXPECT_THAT(at(state, 30, 1000), ElementsAre());
  EXPECT_THAT(at(state, 31, 1000), ElementsAre("L02 cut 8000 -> 4000"));
  EXPECT_THAT(at(state, 60, 900), ElementsAre());
  EXPECT_THAT(at(state, 61, 900), ElementsAre("L02 cut 4000 -> 900"));
  EXPECT_THAT(at(state, 90, 900), ElementsAre());
  EXPECT_THAT(at(state, 91, 900), ElementsAre("L03 close"));
  EXPECT_THAT(at(state, 200, 900), ElementsAre());
  EXPECT_THAT(at(state, 0, 0), ElementsAre());
  EXPECT_EQ(state.block, Block::Closed);
}

TEST(LimitPolicy, CutStopsAtWhatIsOutstanding) {
  LimitState state{.base_limit = 8000};
  EXPECT_THAT(episode(state, 31, 5000, kStart), ElementsAre("L01 block", "L02 cut 8000 -> 5000"));
}

TEST(LimitPolicy, HalfACentRoundsUp) {
  LimitState state{.base_limit = 8001};
  EXPECT_THAT(episode(state, 31, 0, kStart), ElementsAre("L01 block", "L02 cut 8001 -> 4001"));
}

TEST(LimitPolicy, CutNeverRaises) {
  LimitState state{.base_limit = 8000};
  EXPECT_THAT(episode(state, 70, 9000, kStart), ElementsAre("L01 block"));
  EXPECT_EQ(state.base_limit, 8000);
  EXPECT_EQ(state.former_base, 8000);  // the block still has to be earned away
}

TEST(LimitPolicy, BlockIsLiftedAtOnceUpToThirtyDays) {
  LimitState mild{.base_limit = 8000};
  EXPECT_THAT(episode(mild, 30, 0, kStart), ElementsAre("L01 block", "UNBLOCK unblock"));
  LimitState serious{.base_limit = 8000};
  EXPECT_THAT(episode(serious, 31, 0, kStart), ElementsAre("L01 block", "L02 cut 8000 -> 4000"));
  EXPECT_EQ(serious.block, Block::UntilPaid);
  // A later mild episode does not lift what the serious one left behind.
  EXPECT_THAT(episode(serious, 5, 0, make_day(2026, 9, 1)), ElementsAre());
  EXPECT_EQ(serious.block, Block::UntilPaid);
}

TEST(LimitPolicy, PartlyPaidIsStillTheSameEpisode) {
  LimitState state{.base_limit = 8000};
  EXPECT_THAT(at(state, 10, 100), ElementsAre("L01 block"));
  EXPECT_THAT(at(state, 2, 100), ElementsAre());
  EXPECT_THAT(at(state, 10, 100), ElementsAre());
  EXPECT_EQ(state.late_episodes.size(), 1u);
  EXPECT_THAT(at(state, 0, 100), ElementsAre("UNBLOCK unblock"));
}

TEST(LimitPolicy, SecondTimeLateInSixMonthsCuts) {
  LimitState state{.base_limit = 10'000};
  EXPECT_THAT(episode(state, 4, 0, kStart), ElementsAre("L01 block", "UNBLOCK unblock"));
  EXPECT_THAT(episode(state, 3, 0, make_day(2026, 3, 1)), ElementsAre());
  EXPECT_THAT(episode(state, 5, 0, make_day(2026, 5, 1)),
              ElementsAre("L01 block", "L04 cut 10000 -> 7000", "UNBLOCK unblock"));
  EXPECT_EQ(state.former_base, 10'000);
}

// First above 3 on 13 January; six months later that day no longer counts.
TEST(LimitPolicy, SixMonthsAreOverOnTheSameDay) {
  LimitState early{.base_limit = 10'000};
  episode(early, 4, 0, kStart);
  LimitState later = early;
  EXPECT_THAT(episode(early, 4, 0, make_day(2026, 7, 9)),
              ElementsAre("L01 block", "L04 cut 10000 -> 7000", "UNBLOCK unblock"));
  EXPECT_THAT(episode(later, 4, 0, make_day(2026, 7, 10)),
              ElementsAre("L01 block", "UNBLOCK unblock"));
}

TEST(LimitPolicy, LowestResultWins) {
  LimitState state{.base_limit = 10'000};
  episode(state, 4, 0, kStart);
  EXPECT_THAT(episode(state, 31, 0, make_day(2026, 3, 1)),
              ElementsAre("L01 block", "L04 cut 10000 -> 7000", "L02 cut 7000 -> 5000"));
}

// domain.md §7.3: 8 000 cut to 4 000 is back by 5 000, 6 250, 7 812.50 and 8 000.
TEST(LimitPolicy, EarnedBackByAQuarterForThreeCleanCycles) {
  LimitState state{.base_limit = 8000'00};
  episode(state, 31, 0, kStart);
  const std::vector<std::vector<std::string>> steps = {
      {"RESTORE restore 400000 -> 500000", "RESTORE unblock"},
      {"RESTORE restore 500000 -> 625000"},
      {"RESTORE restore 625000 -> 781250"},
      {"RESTORE restore 781250 -> 800000"},
  };
  for (const auto& step : steps) {
    EXPECT_THAT(judge(state, true), ElementsAre());
    EXPECT_THAT(judge(state, false), ElementsAre());  // nothing due: no cycle
    EXPECT_THAT(judge(state, true), ElementsAre());
    EXPECT_EQ(judge(state, true), step);
  }
  EXPECT_FALSE(state.former_base.has_value());
  for (int i = 0; i < 4; ++i) EXPECT_THAT(judge(state, true), ElementsAre());
}

TEST(LimitPolicy, MissedGraceStartsTheCyclesAgain) {
  LimitState state{.base_limit = 8000};
  episode(state, 31, 0, kStart);
  judge(state, true);
  judge(state, true);
  apply_limit_policy(
      state, {.date = make_day(2026, 7, 13), .dpd = 3, .outstanding = 0, .is_grace_missed = true});
  at(state, 0, 0);
  EXPECT_THAT(judge(state, true), ElementsAre());  // the late month itself
  EXPECT_THAT(judge(state, true), ElementsAre());
  EXPECT_THAT(judge(state, true), ElementsAre());
  EXPECT_THAT(judge(state, true), ElementsAre("RESTORE restore 4000 -> 5000", "RESTORE unblock"));
}

TEST(LimitPolicy, DefaultIsNotEarnedBack) {
  LimitState state{.base_limit = 8000};
  episode(state, 91, 100, kStart);
  for (int i = 0; i < 12; ++i) EXPECT_THAT(judge(state, true), ElementsAre());
  EXPECT_EQ(state.block, Block::Closed);
  EXPECT_EQ(state.base_limit, 100);
}

TEST(LimitPolicy, MonthIsJudgedWhenItsLastDayHadItsGrace) {
  EXPECT_EQ(month_judged_on(make_day(2026, 2, 3), 3), make_day(2026, 1, 31));
  EXPECT_EQ(month_judged_on(make_day(2024, 3, 3), 3), make_day(2024, 2, 29));
  EXPECT_EQ(month_judged_on(make_day(2026, 2, 4), 3), std::nullopt);
  EXPECT_EQ(month_judged_on(make_day(2026, 1, 31), 0), make_day(2026, 1, 31));
}

// Any walk of DPD and debt: no cut below the debt or above the old limit, each row once an
// episode, and the limit never above what it was.
RC_GTEST_PROP(LimitPolicy, KeepsItsPromises, ()) {
  const std::int64_t limit = *rc::gen::inRange<std::int64_t>(0, 100'000);
  LimitState state{.base_limit = limit};
  int dpd = 0;
  int cuts_in_episode = 0;
  bool is_closed = false;
  for (int day = 0; day < 300; ++day) {
    dpd = *rc::gen::weightedElement<int>({{20, dpd + 1}, {1, 0}, {1, dpd / 2}});
    const auto outstanding = *rc::gen::inRange<std::int64_t>(0, 120'000);
    LimitFacts facts{.date = plus_days(kStart, day), .dpd = dpd, .outstanding = outstanding};
    facts.is_grace_missed = dpd == 3;
    const auto month = month_judged_on(facts.date, 3);
    if (month) facts.is_cycle_with_dues = true;
    const LimitState before = state;
    const auto changes = apply_limit_policy(state, facts);
    std::int64_t base = before.base_limit;
    Block block = before.block;
    if (!before.episode_base) cuts_in_episode = 0;
    for (const LimitChange& change : changes) {
      RC_ASSERT(change.old_base == base && change.old_block == block);
      base = change.new_base;
      block = change.new_block;
      if (change.action == LimitAction::Cut) {
        ++cuts_in_episode;
        RC_ASSERT(change.new_base >= outstanding && change.new_base < change.old_base);
      }
    }
    RC_ASSERT(base == state.base_limit && block == state.block);
    RC_ASSERT(cuts_in_episode <= 3);
    RC_ASSERT(state.base_limit <= limit);
    RC_ASSERT(state.episode_base.has_value() == (dpd > 0));
    RC_ASSERT(dpd <= 3 || state.block != Block::None);
    if (is_closed) RC_ASSERT(changes.empty() || block == Block::Closed);
    is_closed = is_closed || state.block == Block::Closed;
  }
}

}  // namespace
}  // namespace credit
