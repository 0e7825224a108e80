// fenqi reconcile: what a channel's bills and our items don't have in common.
#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/tables.h"
#include "engine/input/csv.h"
#include "engine/reconcile.h"
#include "sql/store/database.h"
#include "sql/store/party_store.h"

namespace cli {
namespace {

constexpr std::size_t kRefWidth = 24;
constexpr std::size_t kWhyWidth = 80;

struct Options {
  std::string channel;
  std::string date;
  std::string type;
  std::string format = "table";
  std::string out;
  int days = 30;
};

std::string cell(const engine::NamedBreak& b, std::int64_t minor) {
  return base::to_decimal(minor, b.currency.exponent());
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
               shorten(b.theirs, kRefWidth), cell(b, b.amount), cell(b, b.what.difference),
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
                                          cell(b, b.what.difference),
                                          b.what.field,
                                          b.what.ours,
                                          b.what.theirs,
                                          b.nearest,
                                          b.what.why};
    std::string line;
    for (const std::string& field : fields) {
      if (!line.empty()) line += ',';
      line += input::csv_field(field);
    }
    output.write(line + "\r\n");
  }
}

/// The matched and the breaks in sums, for whoever reads the list too.
void print_sums(const engine::Reconciliation& result, std::size_t shown) {
  for (const store::AgreedSum& sum : result.matched) {
    std::cerr << fmt::format("matched {} rows, {} {}\n", sum.count,
                             base::to_decimal(sum.amount, sum.currency.exponent()),
                             sum.currency.code());
  }
  std::cerr << fmt::format("breaks {}{}\n", result.breaks.size(),
                           shown == result.breaks.size() ? "" : fmt::format(", {} shown", shown));
}

Exit show(const Options& options) {
  const auto as_of = base::parse_day(options.date);
  if (!as_of) {
    throw CLI::ValidationError("--date", fmt::format("\"{}\" is no date YYYY-MM-DD", options.date));
  }
  store::Session session(store::open_migrated_database());
  const auto found =
      store::find_parties(session, store::PartyKind::Channel, std::vector{options.channel});
  if (found.empty()) {
    std::cerr << fmt::format("fenqi: the book has no channel {}\n", options.channel);
    return Exit::Refused;
  }
  const engine::Reconciliation result = engine::reconcile_channel(
      session, found.front().id, base::plus_days(*as_of, 1 - options.days), *as_of);
  std::vector<engine::NamedBreak> breaks = result.breaks;
  if (!options.type.empty()) {
    std::erase_if(breaks, [&](const auto& b) { return name(b.what.type) != options.type; });
  }
  Output output(options.out);
  if (options.format == "csv") {
    write_csv(output, breaks, *as_of);
  } else {
    print_table(output.stream(), breaks, *as_of);
  }
  output.commit();
  print_sums(result, breaks.size());
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
  list->add_option("--channel", options->channel, "The channel")->required();
  list->add_option("--date", options->date, "As of the close of this date")->required();
  list->add_option("--days", options->days, "How many dates to look at, this one included")
      ->check(CLI::Range(1, 400))
      ->capture_default_str();
  list->add_option("--type", options->type, "Breaks of this type only, MISSING_LEDGER say");
  list->add_option("--format", options->format, "")
      ->check(CLI::IsMember({"table", "csv"}))
      ->capture_default_str();
  list->add_option("--out", options->out, "File to write; standard output if not given");
  list->callback([options, &outcome] { outcome.exit = show(*options); });
}

}  // namespace cli
