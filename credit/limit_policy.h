// The limit policy of overdue accounts: blocks, cuts and what restores them (domain §7.3, the rows
// on days past due). Pure: a date's facts and the stored state in, changes out.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/id.h"

namespace credit {

/// New business: allowed, stopped until the account is current again, or stopped for good.
enum class Block : std::int16_t { None = 0, UntilPaid = 1, Closed = 2 };

enum class LimitAction : std::int16_t { Block = 1, Cut = 2, Close = 3, Unblock = 4, Restore = 5 };

/// Rows of the policy, a bit each in LimitState::episode_rows. The numbers are stored.
enum class PolicyRow : std::int16_t {
  Blocked = 1,          ///< L01, DPD above 3
  Halved = 2,           ///< L02, DPD 31 to 60
  AtOutstanding = 4,    ///< L02, DPD 61 to 90
  Closed = 8,           ///< L03, DPD above 90
  RepeatedlyLate = 16,  ///< L04, the second time above 3 in six months
};

/// What an account remembers between dates.
struct LimitState {
  std::int64_t base_limit = 0;
  Block block = Block::None;
  std::optional<std::int64_t> episode_base =
      {};                         ///< base when DPD left 0; nothing outside an episode
  std::int16_t episode_rows = 0;  ///< PolicyRow bits applied in this episode
  int episode_peak_dpd = 0;
  /// The limit before any cut, while it is being earned back.
  std::optional<std::int64_t> former_base = {};
  /// On-time cycles since the last cut or step back; kCycleSpoiled once this cycle was late.
  int clean_cycles = 0;
  std::vector<base::Day> late_episodes =
      {};  ///< dates DPD first exceeded 3, of the last six months

  bool operator==(const LimitState&) const = default;
};

inline constexpr int kCycleSpoiled = -1;
inline constexpr int kCyclesToRestore = 3;

/// What is true of the account at the close of `date`.
struct LimitFacts {
  base::Day date;
  int dpd = 0;                   ///< the largest over its plans
  std::int64_t outstanding = 0;  ///< unpaid principal
  /// An installment stayed unpaid to the end of its grace today.
  bool is_grace_missed = false;
  /// On the last date of grace of a month's last day: whether an installment was due that month.
  std::optional<bool> is_cycle_with_dues = {};
};

struct LimitChange {
  std::string_view reason;  ///< "L01" ... of the policy, "UNBLOCK" or "RESTORE"
  LimitAction action;
  std::int64_t old_base = 0;
  std::int64_t new_base = 0;
  Block old_block = Block::None;
  Block new_block = Block::None;

  bool operator==(const LimitChange&) const = default;
};

/// Applies the policy for one date and returns what changed, in order.
///
/// - A row applies once an episode, to the base limit at the episode's start, half up. The lowest
///   result wins; a cut never goes below what is outstanding and never raises the limit.
/// - A block is lifted at once when DPD is 0 again and the episode did not exceed 30; after a worse
///   one with the first step back. A closed account stays closed.
/// - A cut is earned back by a quarter of the limit, at most to the former one, for each three
///   months in a row with installments due and all of them paid within grace.
std::vector<LimitChange> apply_limit_policy(LimitState& state, const LimitFacts& facts);

/// What another system left of an account that this policy goes on with.
struct TakenLimit {
  std::int64_t base_limit = 0;  ///< in force
  std::int64_t limit_before =
      0;        ///< before it was cut for being late; as `base_limit` if it wasn't
  int dpd = 0;  ///< at the close of `through`
  base::Day through;
};
/// The state in which the rows that these days past due have reached count as applied, so that none
/// applies twice: blocked above 3, under probation above 30 or where the limit was cut, closed
/// above
/// 90. Earlier episodes are not known.
LimitState taken_over(const TakenLimit& limit);

/// The date a month's cycle is judged: the last day an installment due at its end has grace.
/// Nothing if `date` judges no month.
std::optional<base::Day> month_judged_on(base::Day date, int grace_days);

}  // namespace credit
