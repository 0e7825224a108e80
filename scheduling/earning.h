// When a fee or a subsidy becomes income: period by period, by days inside a period.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/day.h"

namespace scheduling {

/// Amounts to be earned, one a period. Period 1 runs from `start` to the first due date, period k
/// from due date k - 1 to due date k; a short or long first period earns its full amount. How the
/// customer pays the fee (spread, up front) does not matter here.
struct Earning {
  base::Day start;                        ///< value date of the capture
  std::span<const base::Day> due;         ///< ascending
  std::span<const std::int64_t> amounts;  ///< one for each due date; or none, nothing is earned

  std::int64_t total() const;
};

/// Earned in all when `day` is over: every period that has ended by then, and of the period that
/// runs, round half up(amount * days / days of the period), `day` itself counted. Cumulative, so
/// that rounding never drifts: post this less what is posted. For the end of a month.
std::int64_t earned_through(const Earning& earning, base::Day day);

/// Only the periods that have ended by `day`: due on or before it. For the due dates between month
/// ends.
std::int64_t earned_in_ended_periods(const Earning& earning, base::Day day);

/// What is to be recognized by the close of `day`: `earned_through` on the last day of a month,
/// else `earned_in_ended_periods`. Never less than at any earlier month end.
std::int64_t recognized_at_close(const Earning& earning, base::Day day);

/// The first day after `day` whose close recognizes more than the close of `day`, if any: the next
/// due date or month end. Skips what would recognize nothing.
std::optional<base::Day> next_recognition(const Earning& earning, base::Day day);

}  // namespace scheduling
