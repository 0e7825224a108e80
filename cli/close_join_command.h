// fenqi close join: shares the customers of a close that runs elsewhere.
#pragma once

#include "cli/command.h"

namespace cli {

void add_close_join(CLI::App& close, Outcome& outcome);

}  // namespace cli
