// fenqi reconcile: what a channel's bills and our items don't have in common.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/reconcile_options.h"
#include "cli/tables.h"
#include "engine/reconcile.h"
#include "sql/store/database.h"

namespace cli {
namespace {

constexpr std::size_t kRefWidth = 24;
constexpr std::size_t kWhyWidth = 80;

struct Options {
  ReconcileScope scope;
  std::string type;
  std::string format = "table";
  std::string out;
};

std::string cell(const engine::NamedBreak& b, std::int64_t minor) {
  return amount_text(minor, b.currency);
}

std::string difference(const engine::NamedBreak& b) {
  return difference_text(std::string(name(b.what.type)), b.what.difference, b.currency);
}

void print_table(std::ostream& out, const std::vector<engine::NamedBreak>& breaks,
                 base::Day as_of) {
  using Align = TextTable::Align;
  TextTable table;
  table.column("break", Align::Left).column("date", Align::Left).column("age", Align::Right);
  table.column("for", Align::Left).column("ours", Align::Left).column("bill", Align::Left);
  table.column("amount", Align::Right).column("difference", Align::Right);
  table.column("why", Align::Left);
  for (const engine::NamedBreak& b : breaks) {
    const int age = base::days_between(b.day, as_of);
    table.row({std::string(name(b.what.type)), base::to_string(b.day), std::to_string(age),
               std::string(name(reconciliation::escalation_of(age))), shorten(b.ours, kRefWidth),
               shorten(b.theirs, kRefWidth), cell(b, b.amount), difference(b),
               shorten(b.what.why, kWhyWidth)});
  }
  if (!breaks.empty()) table.print(out);
}

void write_csv(Output& output, const std::vector<engine::NamedBreak>& breaks, base::Day as_of) {
  output.write(
      "type,date,age_days,escalation,our_ref,channel_ref,currency,amount,difference,field,ours,"
      "theirs,nearest,why\r\n");
  for (const engine::NamedBreak& b : breaks) {
    const int age = base::days_between(b.day, as_of);
    const std::vector<std::string> fields{std::string(name(b.what.type)),
                                          base::to_string(b.day),
                                          std::to_string(age),
                                          std::string(name(reconciliation::escalation_of(age))),
                                          b.ours,
                                          b.theirs,
                                          std::string(b.currency.code()),
                                          cell(b, b.amount),
                                          difference(b),
                                          b.what.field,
                                          b.what.ours,
                                          b.what.theirs,
                                          b.nearest,
                                          b.what.why};
    write_csv_line(output, fields);
  }
}

/// The matched and the breaks in sums, for whoever reads the list too.
void print_sums(const engine::Reconciliation& result, std::int64_t shown) {
  std::map<base::Currency, engine::MatchedSum> totals;
  for (const engine::MatchedSum& sum : result.matched) {
    totals[sum.currency].count += sum.count;
    totals[sum.currency].amount += sum.amount;
  }
  for (const auto& [currency, sum] : totals) {
    std::cerr << fmt::format("matched {} rows, {} {}\n", sum.count,
                             amount_text(sum.amount, currency), currency.code());
  }
  std::cerr << fmt::format("breaks {}{}\n", result.breaks,
                           shown == result.breaks ? "" : fmt::format(", {} shown", shown));
}

Exit show(const Options& options) {
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  const store::Comparison comparison = comparison_option(conninfo, session, options.scope);
  engine::Reconciliation result;
  std::vector<engine::NamedBreak> breaks;
  {
    const store::Transaction transaction(session,
                                         "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    result = engine::reconcile_channel(session, comparison, [&](const engine::Found& found) {
      for (const engine::NamedBreak& b : found.breaks) {
        if (options.type.empty() || name(b.what.type) == options.type) breaks.push_back(b);
      }
    });
  }
  std::ranges::sort(breaks, {}, [](const engine::NamedBreak& b) {
    return std::tuple(b.stage, b.what.type, b.what.ledger.value_or(0), b.what.bill.value_or(0));
  });
  Output output(options.out);
  if (options.format == "csv") {
    write_csv(output, breaks, comparison.to);
  } else {
    print_table(output.stream(), breaks, comparison.to);
  }
  output.commit();
  print_sums(result, static_cast<std::int64_t>(breaks.size()));
  return Exit::Done;
}

}  // namespace

void add_reconcile(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("reconcile", "Channels' bills beside the books (docs/reconciliation.md)");
  command->require_subcommand(1);
  CLI::App* list = command->add_subcommand(
      "show", "What a channel's trade bills and our items don't have in common");
  options->scope.add_to(*list);
  list->add_option("--type", options->type, "Breaks of this type only, MISSING_LEDGER say");
  list->add_option("--format", options->format, "")
      ->check(CLI::IsMember({"table", "csv"}))
      ->capture_default_str();
  list->add_option("--out", options->out, "File to write; standard output if not given");
  list->callback([options, &outcome] {
    try {
      outcome.exit = show(*options);
    } catch (const ReconcileRefused& refused) {
      outcome.exit = say(refused);
    } catch (const engine::CalendarMissing& missing) {
      outcome.exit = say(ReconcileRefused{{"CALENDAR_YEAR_MISSING", missing.what()}});
    }
  });
  add_reconcile_run(*command, outcome);
  add_reconcile_breaks(*command, outcome);
  add_reconcile_resolve(*command, outcome);
  add_reconcile_sign_off(*command, outcome);
}

}  // namespace cli
