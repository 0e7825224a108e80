// Journals to be reversed, and their mirrors.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/day.h"
#include "sql/store/session.h"

namespace store {

struct ReversalRow {
  std::int64_t party = 0;
  std::int64_t original = 0;  ///< journal id
  std::int64_t journal = 0;   ///< id of the mirror
  std::int64_t event = 0;
  std::string ref;
};

struct OriginalRow {
  std::int64_t party = 0;
  std::int64_t journal = 0;
  std::int16_t rule = 0;
  bool is_reversal = false;
  bool is_reversed = false;
};

/// Those of these journals that exist, in no order.
std::vector<OriginalRow> load_originals(Session& session, std::span<const std::int64_t> parties,
                                        std::span<const std::int64_t> journals);

/// Party and journal id of a voucher.
std::optional<std::pair<std::int64_t, std::int64_t>> find_voucher(Session& session, base::Day day,
                                                                  std::int32_t number);

/// Adds the mirrors with this business and value date; returns the ids of those that were. One is
/// left out if its original was reversed meanwhile.
std::vector<std::int64_t> insert_mirrors(Session& session, std::span<const ReversalRow> rows,
                                         std::int16_t rule, base::Day day);

}  // namespace store
