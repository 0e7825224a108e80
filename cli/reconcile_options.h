// What the commands about reconciliation share: channels, dates and filters, and how it is shown.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/day.h"
#include "cli/command.h"
#include "cli/output.h"
#include "engine/reconcile_run.h"
#include "engine/resolve.h"
#include "sql/store/break_store.h"
#include "sql/store/session.h"

namespace cli {

/// A channel, a date and how far back to look.
struct ReconcileScope {
  std::string channel;
  std::string date;
  int days = 30;
  int workers = 2;

  void add_to(CLI::App& command);
};

/// A refusal of the command line, said as "fenqi: CODE: detail".
struct ReconcileRefused {
  engine::ReconcileProblem problem;
};
Exit say(const ReconcileRefused& refused);

base::Day day_option(const char* option, const std::string& text);
base::PartyId channel_option(store::Session& session, const std::string& ref);
store::Comparison comparison_option(const std::string& conninfo, store::Session& session,
                                    const ReconcileScope& scope);

/// Breaks by what is known of them.
struct BreakFlags {
  std::int64_t id = 0;
  std::string channel;
  std::string date;
  std::string from;
  std::string to;
  std::string type;
  std::string owner;
  std::string state;

  void add_to(CLI::App& command);
  bool is_empty() const;
  store::BreakFilter filter(store::Session& session) const;
};

/// "0.02" of a fee too, which has five decimals.
std::string difference_text(const std::string& type, std::int64_t difference,
                            base::Currency currency);
std::string amount_text(std::int64_t minor, base::Currency currency);

/// One line of CSV with its end.
void write_csv_line(Output& output, const std::vector<std::string>& fields);

/// "proposed 3 MISSING_BILL, difference -50.00 CNY".
void print_break_sums(const char* verb, const std::vector<store::BreakSum>& sums);

void add_reconcile_run(CLI::App& reconcile, Outcome& outcome);       // reconcile_run_command.cpp
void add_reconcile_breaks(CLI::App& reconcile, Outcome& outcome);    // break_commands.cpp
void add_reconcile_resolve(CLI::App& reconcile, Outcome& outcome);   // resolve_command.cpp
void add_reconcile_sign_off(CLI::App& reconcile, Outcome& outcome);  // sign_off_command.cpp

}  // namespace cli
