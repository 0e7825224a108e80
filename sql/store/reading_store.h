// What was in the books at an instant: postings carry the database's clock, read under the book's
// lock, so a reader who has waited for that lock once misses nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/day.h"
#include "sql/store/session.h"

namespace store {

/// What a report reads: postings of business dates through `as_of`, posted by `known_at`. Nothing
/// is ever added to either kind of reading, so it says the same for ever.
struct Reading {
  base::Day as_of;
  /// Absent: `as_of` is closed.
  std::optional<base::Instant> known_at = {};
  /// The last date, up to `as_of`, that was sealed at `known_at`: dates through it are whole, their
  /// vouchers numbered and their balances in account_day. Before the book opened: none was.
  base::Day sealed_through;

  bool has_unsealed() const { return sealed_through < as_of; }
  /// The same knowledge of fewer dates.
  Reading through(base::Day day) const { return {day, known_at, std::min(sealed_through, day)}; }
};

/// Waits until everything posted at `instant` or before is committed or gone, by taking the book's
/// lock for a moment, in a transaction of its own. False, and nothing is promised, if `instant` is
/// not over by the database's clock.
bool wait_for_postings(Session& session, base::Instant instant);

/// Where the book stood at an instant that was waited for.
struct BookStanding {
  base::Day open_date;       ///< the first date that accepted postings
  base::Day sealed_through;  ///< the last sealed date; before the book opened if none was
};
BookStanding find_standing(Session& session, base::Instant instant);

/// The catalog in force at the reading's instant; without one, at the seal of its date.
std::int32_t find_catalog_version(Session& session, const Reading& reading);

}  // namespace store
