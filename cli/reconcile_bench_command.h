// fenqi bench reconcile and bills.
#pragma once

#include <functional>
#include <string>

#include "cli/command.h"

namespace cli {

/// `empty_database` makes the database that a benchmark fills.
void add_reconcile_benches(CLI::App& bench, Outcome& outcome,
                           const std::function<std::string()>& empty_database);

}  // namespace cli
