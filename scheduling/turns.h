// How the installments of one class share an amount: one after the other, component after
// component, or evenly. Internal to the two allocation rules (waterfall.h, allocation.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "scheduling/waterfall.h"

namespace scheduling {

/// The components that are paid of an installment, in their order; the others get nothing.
struct ComponentOrder {
  std::array<Component, kComponentCount> components = {};
  std::size_t count = 0;

  bool operator==(const ComponentOrder&) const = default;
};

/// What the waterfall pays of the installments of a class.
ComponentOrder order_of(const Waterfall& waterfall, DueClass due);

/// An installment whose turn it is.
struct Turn {
  std::size_t of = 0;  ///< which one, by the caller's count
  ComponentOrder order = {};
  ComponentAmounts unpaid = {};  ///< goes down as `paid` goes up
  ComponentAmounts paid = {};

  std::int64_t total_paid() const { return paid[0] + paid[1] + paid[2] + paid[3]; }
};

/// Pays the turns as they follow each other from `left`, which goes down. Vertical: what stands
/// first in the order of each, then what stands second, and so on.
void pay_in_turn(std::span<Turn> turns, Direction direction, std::int64_t& left);

/// Shares `left` over the turns that still owe something they may be paid, to the minor unit half
/// to even, the last of them taking the rest of the division; what one can't take is shared again.
/// Vertical: so for what stands first in the orders, then for what stands second, and so on.
void pay_evenly(std::span<Turn> turns, Direction direction, std::int64_t& left);

}  // namespace scheduling
