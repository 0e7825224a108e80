#include "base/zone.h"

#include <date/tz.h>

#include "base/check.h"

namespace base {
namespace {

const date::time_zone& zone_of(const void* pointer) {
  CHECK(pointer != nullptr, "a zone was used before it was found");
  return *static_cast<const date::time_zone*>(pointer);
}

/// Reads digits from the front of a text; every read can fail, and says so.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool number(std::size_t digits, int& value) {
    if (text_.size() < digits) return false;
    value = 0;
    for (char c : text_.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(digits);
    return true;
  }
  bool one_of(std::string_view choices) {
    if (text_.empty() || choices.find(text_.front()) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
};

}  // namespace

std::optional<Zone> Zone::find(std::string_view name) {
  try {
    Zone zone;
    zone.name_ = std::string(name);
    zone.zone_ = date::locate_zone(std::string(name));
    return zone;
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

Instant Zone::to_instant(date::local_time<std::chrono::microseconds> local) const {
  const date::time_zone& zone = zone_of(zone_);
  const date::local_info info = zone.get_info(local);
  if (info.result == date::local_info::nonexistent) return Instant{info.first.end};
  return Instant{(local - info.first.offset).time_since_epoch()};
}

date::local_time<std::chrono::microseconds> Zone::to_local(Instant instant) const {
  return zone_of(zone_).to_local(instant);
}

Day Zone::day_of(Instant instant, std::chrono::minutes cutoff) const {
  return date::floor<date::days>(to_local(instant) + (std::chrono::hours{24} - cutoff));
}

std::optional<Instant> parse_instant(std::string_view text, const Zone& zone) {
  if (text.size() < 10) return std::nullopt;
  const std::optional<Day> day = parse_day(text.substr(0, 10));
  if (!day) return std::nullopt;
  Reader in(text.substr(10));
  int hour = 0, minute = 0, second = 0;
  std::int64_t micros = 0;
  if (!in.one_of("T t") || !in.number(2, hour) || !in.one_of(":") || !in.number(2, minute) ||
      !in.one_of(":") || !in.number(2, second) || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  if (in.one_of(".")) {
    std::int64_t scale = 100'000;
    int digit = 0;
    if (!in.number(1, digit)) return std::nullopt;
    do {
      micros += digit * scale;
      scale /= 10;
    } while (in.number(1, digit));
  }
  const date::local_time<std::chrono::microseconds> local =
      *day + std::chrono::hours{hour} + std::chrono::minutes{minute} +
      std::chrono::seconds{second} + std::chrono::microseconds{micros};
  if (in.at_end()) return zone.to_instant(local);
  if (in.one_of("Zz")) {
    return in.at_end() ? std::optional(Instant{local.time_since_epoch()}) : std::nullopt;
  }
  const int sign = in.peek() == '-' ? -1 : 1;
  int offset_hour = 0, offset_minute = 0;
  if (!in.one_of("+-") || !in.number(2, offset_hour) || !in.one_of(":") ||
      !in.number(2, offset_minute) || !in.at_end() || offset_hour > 23 || offset_minute > 59) {
    return std::nullopt;
  }
  const std::chrono::minutes offset{sign * (offset_hour * 60 + offset_minute)};
  return Instant{(local - offset).time_since_epoch()};
}

}  // namespace base
