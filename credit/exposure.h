// What a customer may still spend.
#pragma once

#include <cstdint>

namespace credit {

/// One customer in one currency, minor units. Exposure counts every channel.
struct Exposure {
  std::int64_t base_limit = 0;
  std::int64_t outstanding = 0;  ///< unpaid principal; fees don't consume limit
  std::int64_t held = 0;         ///< open authorization holds
};

/// base - outstanding - held; below zero after a cut, which makes no debt overdue by itself.
std::int64_t headroom(const Exposure& exposure);

/// What a purchase may take: the headroom, at least 0.
std::int64_t available(const Exposure& exposure);

}  // namespace credit
