// fenqi statement --customer: what a customer owed, beside the merchant's statement.
#pragma once

#include <optional>
#include <string>

#include "base/day.h"
#include "cli/command.h"
#include "sql/store/session.h"

namespace cli {

struct CustomerStatementOptions {
  std::string customer;
  base::Day from;
  base::Day to;
  std::string format;    ///< table, csv, json or xlsx
  std::string language;  ///< en or zh
  std::string out;
  std::optional<base::Instant> known_at = {};
};
Exit print_customer_statement(store::Session& session, const CustomerStatementOptions& options);

}  // namespace cli
