// A trial balance from CSV, as `fenqi export trial-balance --accounts ours` writes one.
#pragma once

#include <string>
#include <vector>

#include "engine/takeover.h"

namespace cli {

/// Columns account, currency, debit and credit, owner and tag where accounts have them; others are
/// not read. Accounts are codes of our chart. Throws input::InputError with the line, the field,
/// its value and the rule.
std::vector<engine::GivenBalance> read_trial_balance(const std::string& path);

}  // namespace cli
