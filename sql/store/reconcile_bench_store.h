// A ledger and bills of any size for one channel, with breaks of every type put in by number.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "sql/store/session.h"

namespace store {

struct PlantedBook {
  base::PartyId channel;
  base::Day as_of;
  std::int64_t items = 0;
  std::int64_t seed = 1;
};

/// Fills the tables of an empty database: so many items, a bill for each date, and of every type of
/// break about one in a hundred. Fees are 0.30 %.
void plant_book(Session& owner, const PlantedBook& book);

/// No run was ever made.
void forget_breaks(Session& owner);

struct PlantedCount {
  std::int64_t ledger = 0;  ///< items
  std::int64_t bill = 0;    ///< rows
  std::int64_t planted = 0;
};
PlantedCount count_planted(Session& session, const PlantedBook& book);

/// Breaks that were put in and not found, and found and not put in: both are 0.
struct PlantedMisses {
  std::int64_t missed = 0;
  std::int64_t invented = 0;
};
PlantedMisses compare_planted(Session& session, const PlantedBook& book);

/// Joins items and rows by number and nothing else: what any comparison takes at least.
std::int64_t join_planted(Session& session, const PlantedBook& book, int workers);

}  // namespace store
