// Zones: from local time to an instant and to the business day it belongs to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/day.h"

namespace base {

/// A zone of the system's database ("Asia/Shanghai"). Cheap to copy.
class Zone {
 public:
  static std::optional<Zone> find(std::string_view name);

  const std::string& name() const { return name_; }

  /// Local time in a gap takes the first valid instant, in an overlap the earlier offset.
  Instant to_instant(date::local_time<std::chrono::microseconds> local) const;
  date::local_time<std::chrono::microseconds> to_local(Instant instant) const;

  /// The civil day of an instant when the day ends at `cutoff` (24:00 unless the book says
  /// otherwise): from the cut-off on, an event belongs to the next day.
  Day day_of(Instant instant, std::chrono::minutes cutoff) const;

 private:
  std::string name_;
  const void* zone_ = nullptr;  // date::time_zone, which lives as long as the program
};

/// RFC 3339 ("2026-06-18T09:00:00+08:00", also with a space), or local to `zone` without an offset
/// ("2017-05-03 14:58:40", fractions allowed). Nothing if it is neither or no real time.
std::optional<Instant> parse_instant(std::string_view text, const Zone& zone);

}  // namespace base
