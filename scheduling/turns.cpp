#include "scheduling/turns.h"

#include <algorithm>

#include "base/rounding.h"

namespace scheduling {
namespace {

/// Positions in the orders of the turns, from `begin` up to `end`.
struct Positions {
  std::size_t begin = 0;
  std::size_t end = kComponentCount;
};

void pay(Turn& turn, std::size_t position, std::int64_t at_most, std::int64_t& left) {
  if (position >= turn.order.count) return;
  const std::size_t component = index_of(turn.order.components[position]);
  const std::int64_t part = std::min(at_most, turn.unpaid[component]);
  turn.unpaid[component] -= part;
  turn.paid[component] += part;
  left -= part;
}

bool is_open(const Turn& turn, Positions positions) {
  for (std::size_t k = positions.begin; k < std::min(positions.end, turn.order.count); ++k) {
    if (turn.unpaid[index_of(turn.order.components[k])] > 0) return true;
  }
  return false;
}

/// Shares `left` once, over the turns that owe anything at the positions, for the one at
/// `position`.
void share_once(std::span<Turn> turns, std::size_t position, Positions positions,
                std::int64_t& left) {
  std::int64_t count = 0;
  const Turn* last = nullptr;
  for (const Turn& turn : turns) {
    if (!is_open(turn, positions)) continue;
    ++count;
    last = &turn;
  }
  if (count == 0) return;
  const std::int64_t even = base::narrow(base::div_round(left, count, base::Rounding::HalfEven));
  const std::int64_t for_last = left - even * (count - 1);
  for (Turn& turn : turns) {
    if (!is_open(turn, positions)) continue;
    pay(turn, position, std::clamp<std::int64_t>(&turn == last ? for_last : even, 0, left), left);
  }
}

/// In rounds, until one has paid nothing: each pays something while any turn is open, because the
/// shares sum to no less than `left` and each open turn owes something at one of the positions.
void share(std::span<Turn> turns, Positions positions, std::int64_t& left) {
  for (std::int64_t before = left + 1; left > 0 && left < before;) {
    before = left;
    for (std::size_t k = positions.begin; k < positions.end; ++k) {
      share_once(turns, k, positions, left);
    }
  }
}

}  // namespace

ComponentOrder order_of(const Waterfall& waterfall, DueClass due) {
  ComponentOrder order;
  for (const WaterfallBucket& bucket : waterfall.order()) {
    if (bucket.due == due) order.components[order.count++] = bucket.component;
  }
  return order;
}

void pay_in_turn(std::span<Turn> turns, Direction direction, std::int64_t& left) {
  switch (direction) {
    case Direction::Horizontal:
      for (Turn& turn : turns) {
        for (std::size_t k = 0; k < turn.order.count; ++k) pay(turn, k, left, left);
      }
      return;
    case Direction::Vertical:
      for (std::size_t k = 0; k < kComponentCount; ++k) {
        for (Turn& turn : turns) pay(turn, k, left, left);
      }
      return;
  }
}

void pay_evenly(std::span<Turn> turns, Direction direction, std::int64_t& left) {
  switch (direction) {
    case Direction::Horizontal:
      share(turns, {}, left);
      return;
    case Direction::Vertical:
      for (std::size_t k = 0; k < kComponentCount; ++k) share(turns, {k, k + 1}, left);
      return;
  }
}

}  // namespace scheduling
