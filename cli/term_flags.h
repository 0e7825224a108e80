// Terms as flags, for the commands that a person runs; the fields of docs/schedule.md.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "scheduling/terms.h"

namespace cli {

struct TermFlags {
  std::string principal;
  std::string currency = "CNY";
  std::string method = "flat_fee";
  std::string rate;
  std::string per = "period";
  int installments = 1;
  std::string disbursed_on;
  std::string first_due_on;
  int every = 1;
  std::string unit = "month";
  std::string day_count;
  std::vector<std::string> set;  // FIELD=JSON
  std::string catalog;
};

/// Adds them to a command; `flags` must outlive the parsing.
void add_term_flags(CLI::App& command, TermFlags& flags);

/// Reads them as the same fields of a line of `fenqi schedule`, so that a value is refused in the
/// same words. Throws Problem (json_fields.h).
scheduling::Terms read_term_flags(const TermFlags& flags);

/// Prints a Problem as a command does.
struct Problem;
void print_problem(const Problem& problem);

}  // namespace cli
