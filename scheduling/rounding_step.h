// The last step of a division that is done already: whether its rest makes one more.
#pragma once

#include "base/rounding.h"

namespace scheduling {

/// Rounds `quotient` + `rest` / `denominator` up or not. Nothing is negative, the rest is below the
/// denominator; so UP and CEILING are the same, DOWN and FLOOR too.
template <class Whole>
constexpr bool rounds_up(Whole quotient, Whole rest, Whole denominator, base::Rounding rounding) {
  switch (rounding) {
    case base::Rounding::Down:
    case base::Rounding::Floor:
      return false;
    case base::Rounding::Up:
    case base::Rounding::Ceiling:
      return rest != 0;
    case base::Rounding::HalfUp:
      return rest >= denominator - rest;
    case base::Rounding::HalfEven:
      return rest > denominator - rest || (rest == denominator - rest && quotient % 2 != 0);
  }
  return false;
}

}  // namespace scheduling
