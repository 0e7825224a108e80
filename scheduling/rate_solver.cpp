#include "scheduling/rate_solver.h"

#include <algorithm>
#include <cmath>

namespace scheduling {
namespace {

const double kLowestForce = std::log1p(kRateLowest);
const double kHighestForce = std::log1p(kRateHighest);
constexpr int kStepsMax = 200;
constexpr double kAccuracy = 1e-14;
constexpr double kSmallStep = 1e-8;    // of Newton's method: the next one would be its square
constexpr double kGuessLowest = -0.5;  // beyond, the excess is too bent to trust a guess
constexpr double kGuessHighest = 10;
constexpr double kSameGap = 2e-15;  // months / 12 differ by as much from one to the next

/// log(worth of what is paid / worth of what is received) at a force of interest log(1 + x), and
/// its slope. Unlike the sum of the worths this is nearly a straight line, so that Newton's method
/// needs three or four steps from 0; for one payment it is a straight line.
struct Excess {
  double value;
  double slope;
};

Excess excess_at(std::span<const RateTerm> terms, double force) {
  const double x = std::expm1(force);
  double paid = 0, paid_slope = 0, received = 0, received_slope = 0;
  double time = 0, discount = 0;  // of the term before
  double gap = 0, decay = 1;      // these are mostly the same from term to term
  double fraction = 0, simple = 1, simple_slope = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    // Seen from the end that weighs most: nothing overflows, and the ratio is the same.
    const RateTerm& term = terms[force > 0 ? i : terms.size() - 1 - i];
    if (i == 0) {
      discount = 1;
    } else {
      if (std::abs(term.time - time - gap) > kSameGap) {
        gap = term.time - time;
        decay = std::exp(-force * gap);
      }
      discount *= decay;
    }
    time = term.time;
    if (term.fraction != fraction) {
      fraction = term.fraction;
      simple = 1 / (1 + fraction * x);
      simple_slope = fraction * (1 + x) * simple;
    }
    const double worth = term.amount * discount * simple;
    const double slope = -worth * (term.time + simple_slope);
    (worth < 0 ? paid : received) += worth;
    (worth < 0 ? paid_slope : received_slope) += slope;
  }
  return {std::log(-paid / received), paid_slope / paid - received_slope / received};
}

/// The root between `near`, where the excess is `at_near`, and `far`. Newton's method, held in the
/// bracket; halved where it would leave it or does not gain. Nothing if the sign at `far` is the
/// same.
std::optional<double> root_between(std::span<const RateTerm> terms, double near, Excess at_near,
                                   double far) {
  const bool rising = at_near.value < 0;
  bool far_is_known = false;
  double last_move = std::abs(far - near);
  double point = near;
  Excess here = at_near;
  for (int step = 0; step < kStepsMax; ++step) {
    double next = point - here.value / here.slope;
    const bool inside = next > std::min(near, far) && next < std::max(near, far);
    const bool gains = inside && std::abs(next - point) <= last_move / 2;
    if (!gains) next = far_is_known ? near + (far - near) / 2 : far;
    last_move = std::abs(next - point);
    if (last_move <= (gains ? kSmallStep : kAccuracy)) return next;
    point = next;
    here = excess_at(terms, point);
    if (here.value == 0) return point;
    const bool same_as_near = (here.value < 0) == rising;
    if (point == far) {
      if (same_as_near) return std::nullopt;
      far_is_known = true;
    } else if (same_as_near) {
      near = point;
    } else {
      far = point;
      far_is_known = true;
    }
  }
  return point;
}

/// Walks from 0 toward `limit` in growing steps to the first change of sign.
std::optional<double> first_root_toward(std::span<const RateTerm> terms, Excess at_zero,
                                        double limit) {
  double near = 0;
  Excess at_near = at_zero;
  double reach = 0.001;
  while (near != limit) {
    const double far = limit > 0 ? std::min(reach, limit) : std::max(-reach, limit);
    const Excess at_far = excess_at(terms, far);
    if ((at_far.value < 0) != (at_near.value < 0)) return root_between(terms, near, at_near, far);
    near = far;
    at_near = at_far;
    reach *= 1.25;
  }
  return std::nullopt;
}

/// How often the sums by time change their sign.
int sign_changes(std::span<const RateTerm> terms) {
  int changes = 0;
  double last = 0;
  for (std::size_t i = 0; i < terms.size();) {
    double sum = 0;
    const RateTerm& first = terms[i];
    for (; i < terms.size() && terms[i].time == first.time && terms[i].fraction == first.fraction;
         ++i) {
      sum += terms[i].amount;
    }
    if (sum == 0) continue;
    if (last * sum < 0) ++changes;
    last = sum;
  }
  return changes;
}

}  // namespace

std::optional<double> solve_rate(std::span<const RateTerm> terms, double guess) {
  const int changes = sign_changes(terms);
  if (changes == 0) return std::nullopt;
  const bool guess_helps = changes == 1 && guess > kGuessLowest && guess < kGuessHighest;
  const double start = guess_helps ? std::log1p(guess) : 0;
  const Excess at_start = excess_at(terms, start);
  if (at_start.value == 0) return std::expm1(start);
  const double toward = at_start.value > 0 ? kHighestForce : kLowestForce;
  std::optional<double> force;
  if (changes == 1) {
    force = root_between(terms, start, at_start, toward);
  } else {
    force = first_root_toward(terms, at_start, toward);
    if (!force) {
      force = first_root_toward(terms, at_start, toward > 0 ? kLowestForce : kHighestForce);
    }
  }
  return force ? std::optional(std::expm1(*force)) : std::nullopt;
}

}  // namespace scheduling
