// The due dates of a rule one after another, without taking each apart again.
#pragma once

#include <algorithm>
#include <array>

#include "scheduling/due_dates.h"

namespace scheduling {

/// `next` gives due_date(rule, 1), due_date(rule, 2) and so on. Plain steps of few months, which
/// nearly all rules are, cost a fifth of asking for each date; any other rule is asked.
class DueDateWalk {
 public:
  explicit DueDateWalk(const DueRule& rule)
      : rule_(rule),
        is_plain_(rule.every.unit == PeriodUnit::Month && rule.every.count <= 12 &&
                  !rule.end_of_month) {
    if (!is_plain_) return;
    const date::year_month_day anchor = base::ymd(rule.anchor);
    const date::year_month month = date::year_month{anchor.year(), anchor.month()} +
                                   date::months{rule.steps_to_first * rule.every.count};
    anchor_day_ = static_cast<int>(static_cast<unsigned>(anchor.day()));
    year_ = static_cast<int>(month.year());
    month_ = static_cast<unsigned>(month.month());
    before_first_ = base::plus_days(base::Day{month / 1}, rule.days_after - 1);
  }

  base::Day next() {
    ++number_;
    if (!is_plain_) return due_date(rule_, number_);
    const base::Day due = base::plus_days(before_first_, std::min(anchor_day_, length()));
    for (int i = 0; i < rule_.every.count; ++i) {
      before_first_ = base::plus_days(before_first_, length());
      if (++month_ == 13) {
        month_ = 1;
        ++year_;
      }
    }
    return due;
  }

 private:
  /// Days of the month in hand.
  int length() const {
    static constexpr std::array<int, 13> kDays = {0,  31, 28, 31, 30, 31, 30,
                                                  31, 31, 30, 31, 30, 31};
    return kDays[month_] + (month_ == 2 && date::year{year_}.is_leap() ? 1 : 0);
  }

  const DueRule& rule_;
  bool is_plain_;
  int number_ = 0;
  int anchor_day_ = 1;
  int year_ = 0;
  unsigned month_ = 1;
  base::Day before_first_;  // the day before the month in hand, with the rule's days after added
};

}  // namespace scheduling
