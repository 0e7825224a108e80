// What a close has before it: the clocks, and what a date would give it to do. Only reads.
#pragma once

#include <cstdint>
#include <optional>

#include "base/day.h"
#include "sql/store/session.h"

namespace store {

struct ClockReading {
  base::Instant now;                                ///< of the database
  std::optional<base::Instant> last_close_at = {};  ///< when a step of a close was last done
};
ClockReading read_clock(Session& session);

/// As the books are now; a date whose steps are done has nothing left.
struct CloseWork {
  std::int64_t holds = 0;           ///< expire by the date
  std::int64_t plans_due = 0;       ///< with an installment due on the date
  std::int64_t plans_late = 0;      ///< with one due before
  std::int64_t parked = 0;          ///< customers whose close of the date failed
  std::int64_t merchant_items = 0;  ///< become available on the date or the day after
  std::int64_t journals = 0;        ///< posted to the date so far
  std::int64_t steps_done = 0;      ///< by a close that was broken off
};
CloseWork count_close_work(Session& session, base::Day day);

}  // namespace store
