// The rate at which amounts at different times are worth nothing together. Floating point: rates
// are disclosed, no amount comes out of here.
#pragma once

#include <optional>
#include <span>

namespace scheduling {

/// `amount` (positive = received, negative = paid) is worth
/// amount / ((1 + fraction * x) * (1 + x)^time) at rate x: compounded over whole periods, simple
/// over the part of one (`fraction`, from 0 to 1).
struct RateTerm {
  double amount = 0;
  double time = 0;  ///< from 0 on
  double fraction = 0;
};

inline constexpr double kRateLowest = -0.99;
inline constexpr double kRateHighest =
    1e6;  ///< short-term loans have published rates of 800 and up

/// The x at which the terms sum to 0, to 1e-12 of 1 + x; `terms` are in order of time.
///
/// Where all that is received comes before what is paid there is one x or none. Otherwise there may
/// be several: the one nearest to 0 counts, above 0 if more is paid than received, else below.
/// Nothing if there is none from kRateLowest to kRateHighest, or if nothing is received, nothing
/// paid, or all of it at one time: then every rate is right or none.
///
/// `guess` is where to look first, if there is one x at most: it saves time and changes nothing.
std::optional<double> solve_rate(std::span<const RateTerm> terms, double guess = 0);

}  // namespace scheduling
