// What a scenario posted beside the journals it should have, to the cent.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "tests/golden/play.h"

namespace tests {

inline std::string text_of(const Side& side, std::int64_t minor) {
  return fmt::format("{} {} {} {}", side.is_debit ? "Dr" : "Cr", side.account, side.currency,
                     base::to_decimal(minor, 2));
}

/// Takes what only passes through a transit account out: the same amount on both of its sides.
inline void drop_transit(std::map<Day, std::map<Side, std::int64_t>>& posted,
                         const std::set<std::string>& transit) {
  for (auto& [day, sides] : posted) {
    for (const std::string& account : transit) {
      for (auto side = sides.begin(); side != sides.end();) {
        const Side other{side->first.account, !side->first.is_debit, side->first.currency};
        const auto opposite = sides.find(other);
        if (side->first.account == account && opposite != sides.end() &&
            opposite->second == side->second) {
          sides.erase(opposite);
          side = sides.erase(side);
        } else {
          ++side;
        }
      }
    }
  }
}

/// The ids of the journals that don't agree, with why. Empty: all of them do.
inline std::map<std::string, std::string> compare(
    const Scenario& scenario, std::map<Day, std::map<Side, std::int64_t>> posted) {
  drop_transit(posted, scenario.transit);
  for (auto& [day, sides] : posted) {
    std::erase_if(sides, [&](const auto& entry) {
      return !scenario.only.empty() && !scenario.only.contains(entry.first.account);
    });
  }
  std::map<std::string, std::string> wrong;
  std::map<Side, std::map<Day, std::int64_t>> expected;  // by side and date
  for (const Expected& journal : scenario.journals) {
    for (const auto& [side, minor] : journal.lines) expected[side][journal.date] += minor;
  }
  for (const auto& [side, dates] : expected) {
    Day after = base::make_day(1900, 1, 1);
    for (const auto& [date, minor] : dates) {
      std::int64_t sum = 0;
      for (auto& [day, sides] : posted) {
        if (day <= after || day > date) continue;
        const auto found = sides.find(side);
        if (found == sides.end()) continue;
        sum += found->second;
        sides.erase(found);
      }
      after = date;
      if (sum == minor) continue;
      for (const Expected& journal : scenario.journals) {
        const bool names = std::ranges::any_of(
            journal.lines, [&, s = side](const auto& line) { return line.first == s; });
        if (journal.date != date || !names) continue;
        wrong[journal.id] += fmt::format("{}: expected {}, posted {}; ", journal.event,
                                         text_of(side, minor), base::to_decimal(sum, 2));
      }
    }
  }
  for (const auto& [day, sides] : posted) {
    for (const auto& [side, minor] : sides) {
      wrong["(none)"] += fmt::format("{}: posted {} stands in no row; ", base::to_string(day),
                                     text_of(side, minor));
    }
  }
  return wrong;
}

}  // namespace tests
