// Id<Tag>: a number that names one thing of one kind, so that a PlanId is not an AccountId.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace base {

template <class Tag>
struct Id {
  std::int64_t value = 0;  ///< 0 names nothing; real ids start at 1

  constexpr auto operator<=>(const Id&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
};

using PartyId = Id<struct PartyTag>;
using EventId = Id<struct EventTag>;
using JournalId = Id<struct JournalTag>;
using PlanId = Id<struct PlanTag>;
using ItemId = Id<struct ItemTag>;
using AccountId = Id<struct AccountTag>;
using SettlementId = Id<struct SettlementTag>;

}  // namespace base

template <class Tag>
struct std::hash<base::Id<Tag>> {
  std::size_t operator()(base::Id<Tag> id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};
