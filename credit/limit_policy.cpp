#include "credit/limit_policy.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/rounding.h"

namespace credit {
namespace {

constexpr int kLateDpd = 3;      // above: blocked, and a time late
constexpr int kSeriousDpd = 30;  // above: L02, and no unblocking by payment alone
constexpr int kGraveDpd = 60;
constexpr int kDefaultDpd = 90;
constexpr int kLateTimesMax = 1;  // one more within six months is L04
constexpr int kLateWindowMonths = 6;

std::int64_t percent_of(std::int64_t amount, int percent) {
  return base::narrow(
      base::div_round(base::checked_mul(amount, percent), 100, base::Rounding::HalfUp));
}

/// Collects changes while it makes them.
class Changes {
 public:
  Changes(LimitState& state, const LimitFacts& facts) : state_(state), facts_(facts) {}

  bool apply_once(PolicyRow row) {
    const auto bit = static_cast<std::int16_t>(row);
    if ((state_.episode_rows & bit) != 0) return false;
    state_.episode_rows = static_cast<std::int16_t>(state_.episode_rows | bit);
    return true;
  }

  void set_block(std::string_view reason, LimitAction action, Block block) {
    if (state_.block == block) return;
    changes_.push_back({reason, action, state_.base_limit, state_.base_limit, state_.block, block});
    state_.block = block;
  }

  /// `target` is the row's own result, before the floor of what is outstanding.
  void cut(std::string_view reason, std::int64_t target) {
    // Under probation even if the debt leaves nothing to cut: the block must be earned away.
    if (!state_.former_base) state_.former_base = state_.base_limit;
    state_.clean_cycles = std::min(state_.clean_cycles, 0);
    const std::int64_t limit = std::max(target, facts_.outstanding);
    if (limit < state_.base_limit) set_base(reason, LimitAction::Cut, limit);
  }

  void set_base(std::string_view reason, LimitAction action, std::int64_t limit) {
    changes_.push_back({reason, action, state_.base_limit, limit, state_.block, state_.block});
    state_.base_limit = limit;
  }

  std::vector<LimitChange> take() { return std::move(changes_); }

 private:
  LimitState& state_;
  const LimitFacts& facts_;
  std::vector<LimitChange> changes_;
};

void track_episode(LimitState& state, const LimitFacts& facts) {
  std::erase_if(state.late_episodes, [&](base::Day day) {
    return day <= base::add_months(facts.date, -kLateWindowMonths);
  });
  if (!state.episode_base) {
    state.episode_base = state.base_limit;
    state.episode_rows = 0;
    state.episode_peak_dpd = 0;
  }
  if (facts.dpd > kLateDpd && state.episode_peak_dpd <= kLateDpd) {
    state.late_episodes.push_back(facts.date);
  }
  state.episode_peak_dpd = std::max(state.episode_peak_dpd, facts.dpd);
}

void apply_rows(LimitState& state, const LimitFacts& facts, Changes& changes) {
  const std::int64_t base = *state.episode_base;
  if (facts.dpd > kLateDpd && state.block == Block::None &&
      changes.apply_once(PolicyRow::Blocked)) {
    changes.set_block("L01", LimitAction::Block, Block::UntilPaid);
  }
  if (facts.dpd > kLateDpd && std::ssize(state.late_episodes) > kLateTimesMax &&
      changes.apply_once(PolicyRow::RepeatedlyLate)) {
    changes.cut("L04", percent_of(base, 70));
  }
  if (facts.dpd > kSeriousDpd && facts.dpd <= kGraveDpd && changes.apply_once(PolicyRow::Halved)) {
    changes.cut("L02", percent_of(base, 50));
  }
  if (facts.dpd > kGraveDpd && facts.dpd <= kDefaultDpd &&
      changes.apply_once(PolicyRow::AtOutstanding)) {
    changes.cut("L02", facts.outstanding);
  }
  if (facts.dpd > kDefaultDpd && changes.apply_once(PolicyRow::Closed)) {
    changes.set_block("L03", LimitAction::Close, Block::Closed);
  }
}

void end_episode(LimitState& state, Changes& changes) {
  const bool was_mild = state.episode_peak_dpd <= kSeriousDpd;
  const bool blocked_here =
      (state.episode_rows & static_cast<std::int16_t>(PolicyRow::Blocked)) != 0;
  if (was_mild && blocked_here && state.block == Block::UntilPaid) {
    changes.set_block("UNBLOCK", LimitAction::Unblock, Block::None);
  }
  state.episode_base.reset();
  state.episode_rows = 0;
  state.episode_peak_dpd = 0;
}

void judge_cycle(LimitState& state, const LimitFacts& facts, Changes& changes) {
  if (state.clean_cycles == kCycleSpoiled) {
    state.clean_cycles = 0;
    return;
  }
  if (!*facts.is_cycle_with_dues) return;
  ++state.clean_cycles;
  if (state.clean_cycles < kCyclesToRestore || facts.dpd > kLateDpd) return;
  state.clean_cycles = 0;
  const std::int64_t limit = std::min(*state.former_base, percent_of(state.base_limit, 125));
  if (limit > state.base_limit) changes.set_base("RESTORE", LimitAction::Restore, limit);
  if (limit >= *state.former_base) state.former_base.reset();
  changes.set_block("RESTORE", LimitAction::Unblock, Block::None);
}

}  // namespace

std::vector<LimitChange> apply_limit_policy(LimitState& state, const LimitFacts& facts) {
  CHECK(facts.dpd >= 0 && facts.outstanding >= 0, "DPD {}, outstanding {}", facts.dpd,
        facts.outstanding);
  Changes changes(state, facts);
  if (facts.dpd > 0) {
    track_episode(state, facts);
    apply_rows(state, facts, changes);
  } else if (state.episode_base) {
    end_episode(state, changes);
  }
  const bool is_earning_back = state.former_base && state.block != Block::Closed;
  if (is_earning_back && facts.is_grace_missed) state.clean_cycles = kCycleSpoiled;
  if (is_earning_back && facts.is_cycle_with_dues) judge_cycle(state, facts, changes);
  return changes.take();
}

LimitState taken_over(const TakenLimit& limit) {
  LimitState state{.base_limit = limit.base_limit};
  const bool is_cut = limit.limit_before > limit.base_limit;
  if (is_cut || limit.dpd > kSeriousDpd) {
    state.former_base = limit.limit_before;
    if (limit.dpd > kLateDpd) state.clean_cycles = kCycleSpoiled;
  }
  if (limit.dpd == 0) return state;
  state.episode_base = limit.dpd > kSeriousDpd ? limit.limit_before : limit.base_limit;
  state.episode_peak_dpd = limit.dpd;
  const auto reached = [&](PolicyRow row) {
    state.episode_rows =
        static_cast<std::int16_t>(state.episode_rows | static_cast<std::int16_t>(row));
  };
  if (limit.dpd > kLateDpd) {
    state.block = Block::UntilPaid;
    reached(PolicyRow::Blocked);
    const base::Day late_on = base::plus_days(limit.through, kLateDpd + 1 - limit.dpd);
    if (late_on > base::add_months(limit.through, -kLateWindowMonths)) {
      state.late_episodes.push_back(late_on);
    }
  }
  if (limit.dpd > kSeriousDpd) reached(PolicyRow::Halved);
  if (limit.dpd > kGraveDpd) reached(PolicyRow::AtOutstanding);
  if (limit.dpd > kDefaultDpd) {
    state.block = Block::Closed;
    reached(PolicyRow::Closed);
  }
  return state;
}

std::optional<base::Day> month_judged_on(base::Day date, int grace_days) {
  const base::Day last = base::plus_days(date, -grace_days);
  if (base::end_of_month(last) != last) return std::nullopt;
  return last;
}

}  // namespace credit
