// Breaks: what does not match, and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/day.h"

namespace reconciliation {

/// In the order in which a pair is judged, where several would be true (domain §6.3).
enum class BreakType {
  Timing,         ///< the other side is still within its time: carried to the next run
  MissingLedger,  ///< 长款: in the bill, not in the ledger
  MissingBill,    ///< 短款: in the ledger, not in the bill
  Duplicate,      ///< the same key twice on one side: the first is kept, this one is held
  Currency,
  Amount,
  Status,  ///< paid in the bill, failed or closed here
  Date,    ///< further apart than the window
  Fee,     ///< beyond the tolerance of a line, or all of a file beyond that of a file
  BankShort,
  BankLong,
  Split,  ///< a sum fits: a suggestion, never a match
};
std::string_view name(BreakType type);  ///< "MISSING_LEDGER"

/// One row that does not match, or a pair that does not agree. Ids are the caller's.
struct Break {
  BreakType type = BreakType::Timing;
  std::optional<std::int64_t> ledger = {};
  std::optional<std::int64_t> bill = {};
  std::string field = {};  ///< in which they differ; the key that was looked for
  std::string ours = {};
  std::string theirs = {};
  std::int64_t difference = 0;                 ///< bill less ledger, minor units; of a fee 10^-5
  std::optional<std::int64_t> candidate = {};  ///< of the other side, the nearest: for a person
  std::string why = {};                        ///< a sentence

  bool operator==(const Break&) const = default;
};

/// Who has to act on an open break by its age in days.
enum class Escalation { Info, Owner, TeamLead, Finance, Provision };
Escalation escalation_of(int age_days);
std::string_view name(Escalation escalation);

}  // namespace reconciliation
