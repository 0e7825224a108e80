// fenqi import plans: a running portfolio of another system, taken over as of one date.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "cli/command.h"
#include "engine/catalog.h"

namespace cli {

struct TakeoverImportOptions {
  std::string file;
  std::string rejects;
  std::string balances;
  std::string date;
  int control_account = 4001;
  int difference_account = 0;  ///< 0: none
  std::size_t batch = 5'000;
  bool creates_parties = false;
  bool is_dry_run = false;
};

void add_takeover_options(CLI::App& command, TakeoverImportOptions& options);

/// All of it or nothing. A line that can't be taken ends with BadData, a difference from the trial
/// balance with Refused; then nothing was posted.
Exit import_plans(const TakeoverImportOptions& options, const std::string& conninfo,
                  std::shared_ptr<const engine::Catalog> catalog);

}  // namespace cli
