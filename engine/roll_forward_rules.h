// Which movement of a roll-forward each posting rule is.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "sql/store/movement_store.h"

namespace engine {

/// What moved no balance in a way that has a name of its own.
inline constexpr std::string_view kOtherMovement = "other";
/// What another system kept before (a takeover), of every balance.
inline constexpr std::string_view kOpeningEntries = "opening entries";

/// A balance that is rolled forward: some accounts, and the movements it is told by.
struct RolledBalance {
  std::string_view name;                    ///< "principal"
  std::vector<ledger::Code> codes;          ///< few
  ledger::Side side;                        ///< on which it is positive
  std::vector<std::string_view> movements;  ///< in order, from kOpeningEntries to kOtherMovement
  std::string_view (*named)(const store::Movement&);  ///< one of them; of opening entries any

  std::string_view movement_of(const store::Movement& movement) const {
    return movement.rule == ledger::Rule::Opening ? kOpeningEntries : named(movement);
  }
};
std::span<const RolledBalance> rolled_balances();

}  // namespace engine
