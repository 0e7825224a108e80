// fenqi explain balance, payout and limit.
#pragma once

#include "cli/command.h"

namespace cli {

void add_explain_amounts(CLI::App& explain, Outcome& outcome);

}  // namespace cli
