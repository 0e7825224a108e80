// What the benchmarks' commands share.
#pragma once

#include <string>

#include "cli/command.h"

namespace cli {

/// An empty, migrated database: its own in the embedded server, or the one of FENQI_DATABASE_URL if
/// nobody keeps books in it.
std::string empty_bench_database();

void add_close_bench(CLI::App& bench, Outcome& outcome);  // close_bench_command.cpp

}  // namespace cli
