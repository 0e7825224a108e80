// How a quotient that is not whole becomes whole. Always an argument, never a default.
#pragma once

#include "base/wide.h"

namespace base {

enum class Rounding { Down, Up, HalfUp, HalfEven, Ceiling, Floor };

/// numerator / denominator, rounded to a whole number. `denominator` is positive.
///
/// Down truncates toward zero, Up rounds away from zero, HalfUp rounds ties away from zero,
/// HalfEven rounds ties to the even neighbour, Ceiling and Floor go to plus and minus infinity.
constexpr int128 div_round(int128 numerator, int128 denominator, Rounding mode) {
  CHECK(denominator > 0, "a division by a number that is not positive");
  int128 quotient = numerator / denominator;
  int128 rest = numerator % denominator;
  if (rest == 0) return quotient;
  int128 away = numerator < 0 ? -1 : 1;
  int128 size = rest < 0 ? -rest : rest;
  // size * 2 against denominator, without overflow: compare size with what is left.
  int128 other = denominator - size;
  bool step = false;
  switch (mode) {
    case Rounding::Down:
      step = false;
      break;
    case Rounding::Up:
      step = true;
      break;
    case Rounding::HalfUp:
      step = size >= other;
      break;
    case Rounding::HalfEven:
      step = size > other || (size == other && quotient % 2 != 0);
      break;
    case Rounding::Ceiling:
      step = away > 0;
      break;
    case Rounding::Floor:
      step = away < 0;
      break;
  }
  return step ? quotient + away : quotient;
}

constexpr int128 floor_div(int128 a, int128 b) { return div_round(a, b, Rounding::Floor); }
constexpr int128 ceil_div(int128 a, int128 b) { return div_round(a, b, Rounding::Ceiling); }

}  // namespace base
