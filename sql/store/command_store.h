// Commands: what makes a request happen once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "sql/store/session.h"

namespace store {

enum class CommandKind : std::int16_t {
  Purchase = 1,
  Repayment = 2,
  Refund = 3,
  Hold = 4,
  Release = 5,
  Reversal = 6,
  Life = 7,      ///< what engine/life_event.h lists
  Book = 8,      ///< what engine/book_rules.cpp lists
  Takeover = 9,  ///< a customer's or merchant's state taken over from another system
};

/// Commands claimed by the operator (imports, replay) have this scope.
inline constexpr std::int64_t kOperatorScope = 0;

struct CommandRow {
  std::string key;
  std::int64_t party = 0;
  std::int64_t event = 0;
  std::int64_t subject = 0;
  std::string request_hash;
  std::int16_t outcome = 0;
  base::Day business_date;
};

/// Inserts those that are new, in order of their keys, and returns the keys that were. The keys of
/// one call differ from each other.
std::vector<std::string> claim_commands(Session& session, CommandKind kind, std::int64_t scope,
                                        std::span<const CommandRow* const> rows);

/// The stored commands of these keys, in no order.
std::vector<CommandRow> load_commands(Session& session, CommandKind kind, std::int64_t scope,
                                      std::span<const std::string> keys);

/// Takes commands back whose items did not happen.
void delete_commands(Session& session, CommandKind kind, std::int64_t scope,
                     std::span<const std::string> keys);

/// Stores why commands were declined.
void decline_commands(Session& session, CommandKind kind, std::int64_t scope,
                      std::span<const std::string> keys, std::span<const std::int16_t> outcomes);

}  // namespace store
