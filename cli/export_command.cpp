// fenqi export: what the books say, in files that other programs read.
#include <fmt/format.h>

#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/output.h"
#include "engine/ageing.h"
#include "engine/exports.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct Options {
  std::string as_of;
  std::string from;
  std::string to;
  std::string format;
  std::string out;
};

struct Request {
  std::string format;
  std::optional<base::Day> as_of;
  std::optional<base::Day> from;
  std::optional<base::Day> to;
};

using Open = std::function<engine::ExportResult(store::Session&, const Request&)>;

std::optional<base::Day> day_of(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto day = base::parse_day(text);
  if (!day) throw CLI::ValidationError(option, fmt::format("\"{}\" is no date YYYY-MM-DD", text));
  return day;
}

Exit run(const Options& options, const Open& open) {
  const Request request{options.format, day_of("--as-of", options.as_of),
                        day_of("--from", options.from), day_of("--to", options.to)};
  store::Session session(store::open_migrated_database());
  const auto rows = open(session, request);
  if (!rows) {
    std::cerr << "fenqi: " << rows.error().sentence << "\n";
    return Exit::Refused;
  }
  Output output(options.out);
  for (std::string piece; (*rows)->next(piece); piece.clear()) output.write(piece);
  output.commit();
  return Exit::Done;
}

const std::vector<std::string> kTables = {"csv", "xlsx"};

engine::JournalFormat journal_format_of(const std::string& name) {
  if (name == "ledger") return engine::JournalFormat::Ledger;
  if (name == "beancount") return engine::JournalFormat::Beancount;
  return engine::JournalFormat::Hledger;
}

enum class Takes { Nothing, AsOf, FromTo };
using Formats = std::vector<std::string>;  // the first one if none is asked for

void add(CLI::App& parent, Outcome& outcome, const char* name, const char* what, Takes takes,
         Open open, const Formats& formats = {"csv"}) {
  auto options = std::make_shared<Options>();
  options->format = formats.front();
  CLI::App* command = parent.add_subcommand(name, what);
  if (takes == Takes::AsOf) {
    command->add_option("--as-of", options->as_of, "A closed date; the last one if not given");
  }
  if (takes == Takes::FromTo) {
    command->add_option("--from", options->from, "First business date");
    command->add_option("--to", options->to, "Last business date");
  }
  command->add_option("--format", options->format, "See docs/exports.md")
      ->check(CLI::IsMember(formats))
      ->capture_default_str();
  command->add_option("--out", options->out, "File to write; standard output if not given");
  command->callback([options, open, &outcome] { outcome.exit = run(*options, open); });
}

}  // namespace

void add_export(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("export", "Files for accountants and other programs");
  command->require_subcommand(1);
  add(
      *command, outcome, "trial-balance", "Every account and its balance as of a closed date",
      Takes::AsOf,
      [](store::Session& session, const Request& request) {
        return request.format == "xlsx" ? engine::export_trial_balance_xlsx(session, request.as_of)
                                        : engine::export_trial_balance(session, request.as_of);
      },
      kTables);
  add(
      *command, outcome, "lines", "Journal lines of closed dates; the last one if none are given",
      Takes::FromTo,
      [](store::Session& session, const Request& request) {
        return request.format == "xlsx"
                   ? engine::export_lines_xlsx(session, request.from, request.to)
                   : engine::export_lines(session, request.from, request.to);
      },
      kTables);
  add(*command, outcome, "journal",
      "Journals of closed dates, as programs for accounting in plain text read them", Takes::FromTo,
      [](store::Session& session, const Request& request) {
        return engine::export_journal(session, journal_format_of(request.format), request.from,
                                      request.to);
      },
      {"hledger", "ledger", "beancount"});
  add(*command, outcome, "installments", "Every installment as it is now", Takes::Nothing,
      [](store::Session& session, const Request&) { return engine::export_installments(session); });
  add(*command, outcome, "ageing", "What is owed by days past due, as of a closed date",
      Takes::AsOf, [](store::Session& session, const Request& request) {
        return engine::export_ageing(session, request.as_of);
      });
  add(*command, outcome, "seals", "What each closed date was sealed with, to be kept elsewhere",
      Takes::FromTo, [](store::Session& session, const Request& request) {
        return engine::export_seals(session, request.from, request.to);
      });
  add(*command, outcome, "limit-changes", "The feed of limit decisions", Takes::FromTo,
      [](store::Session& session, const Request& request) {
        return engine::export_limit_changes(session, request.from, request.to);
      });
}

}  // namespace cli
