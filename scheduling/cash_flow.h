// What a borrower receives and pays, by day.
#pragma once

#include <cstdint>

#include "base/day.h"

namespace scheduling {

struct CashFlow {
  base::Day date;
  std::int64_t amount_minor = 0;  ///< positive: received by the borrower; negative: paid

  bool operator==(const CashFlow&) const = default;
};

}  // namespace scheduling
