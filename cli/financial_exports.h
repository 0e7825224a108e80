// The subcommands of fenqi export that are reports in rows: as CSV, as a spreadsheet, as a table.
#pragma once

#include "cli/command.h"

namespace cli {

void add_financial_exports(CLI::App& command, Outcome& outcome);

}  // namespace cli
