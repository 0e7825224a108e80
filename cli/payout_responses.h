// The bank's answer to a file of payouts, into the books.
#pragma once

#include <string>

#include "cli/command.h"

namespace cli {

struct PayoutResponseOptions {
  std::string file;
  std::string format;  ///< pain002 or csv; empty: by the file's first character
  std::string rejects;
  std::string at;
  bool is_dry_run = false;
};

Exit import_payout_response(const PayoutResponseOptions& options);

}  // namespace cli
