// Control totals: what was read is what was posted, repeated, declined and rejected.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/money.h"
#include "base/wide.h"
#include "engine/item.h"

namespace input {

/// A number of rows and the sum of their amounts, by currency.
struct Tally {
  std::int64_t count = 0;
  std::map<base::Currency, base::int128> amount_minor;

  void add(const std::optional<base::Money>& amount);
  Tally& operator+=(const Tally& other);
  bool operator==(const Tally&) const = default;

  base::int128 minor(base::Currency currency) const;
};

/// "1234567.89"; sums may exceed what one amount can hold.
std::string to_decimal(base::int128 minor, int exponent);

struct Totals {
  Tally read;
  Tally posted;
  Tally repeated;
  Tally declined;
  Tally rejected;
  std::int64_t unreadable = 0;  ///< rejected rows whose amount can't be read: they count as 0

  /// Adds a row with how it ended.
  void add(const std::optional<base::Money>& amount, engine::Status status);

  /// read = posted + repeated + declined + rejected, in counts and in amounts.
  bool add_up() const;
};

}  // namespace input
