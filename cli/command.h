// What every command of the program shares: exit codes and how it is registered.
#pragma once

#include <CLI/CLI.hpp>

namespace cli {

/// Exit codes, documented in docs/operations.md.
enum class Exit : int {
  Done = 0,
  Refused = 1,       ///< a business "no", the reason on standard error
  Usage = 2,         ///< a wrong flag or argument
  BadData = 65,      ///< input data with errors; what was good is done
  Unavailable = 69,  ///< the database can't be reached or started
  TryAgain = 75,     ///< somebody else is at it; later it may work
};

/// What the chosen command leaves behind for main.
struct Outcome {
  Exit exit = Exit::Done;
};

/// A file of cli/ offers one function of this shape for each command it holds. It adds a
/// subcommand to `app` whose callback runs the command and sets `outcome.exit`.
using AddCommand = void (*)(CLI::App& app, Outcome& outcome);

}  // namespace cli
