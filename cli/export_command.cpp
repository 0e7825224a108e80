// fenqi export: what the books say, in files that other programs read.
#include <fmt/format.h>

#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/financial_exports.h"
#include "cli/instant_option.h"
#include "cli/output.h"
#include "engine/ageing.h"
#include "engine/exports.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct Options {
  std::string as_of;
  std::string known_at;
  std::vector<std::string> diff;  // none or two times
  std::string from;
  std::string to;
  std::string format;
  std::string out;
  std::string accounts = "own";
};

struct Request {
  std::string format;
  engine::ReadingRequest reading;
  engine::DiffRequest diff = {};
  std::optional<base::Day> from;
  engine::AccountMap accounts = {};
};

using Open = std::function<engine::ExportResult(store::Session&, const Request&)>;
/// What an export opens: the report, and what changed in it between two times, if it can tell.
struct Opens {
  Open report;
  Open diff = {};
};

std::optional<base::Day> day_of(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto day = base::parse_day(text);
  if (!day) throw CLI::ValidationError(option, fmt::format("\"{}\" is no date YYYY-MM-DD", text));
  return day;
}

engine::DiffRequest diff_of(store::Session& session, const Options& options,
                            std::optional<base::Day> as_of) {
  constexpr const char* kOption = "--diff-known-at";
  return {as_of, instant_of(session, kOption, options.diff.at(0)).value_or(base::Instant{}),
          instant_of(session, kOption, options.diff.at(1)).value_or(base::Instant{})};
}

Exit run(const Options& options, const Opens& opens) {
  Request request{.format = options.format,
                  .reading = {.as_of = day_of("--as-of", options.as_of)},
                  .from = day_of("--from", options.from)};
  if (const auto to = day_of("--to", options.to)) request.reading.as_of = to;
  store::Session session(store::open_migrated_database());
  request.reading.known_at = instant_of(session, "--known-at", options.known_at);
  if (options.accounts == "own") request.accounts = engine::load_account_map(session);
  if (!options.diff.empty()) request.diff = diff_of(session, options, request.reading.as_of);
  const auto rows = (options.diff.empty() ? opens.report : opens.diff)(session, request);
  if (!rows) {
    std::cerr << "fenqi: " << rows.error().sentence << "\n";
    return Exit::Refused;
  }
  Output output(options.out);
  for (std::string piece; (*rows)->next(piece); piece.clear()) output.write(piece);
  output.commit();
  return Exit::Done;
}

const std::vector<std::string> kTables = {"csv", "xlsx", "json"};

engine::TableFormat table_format_of(const std::string& name) {
  if (name == "xlsx") return engine::TableFormat::Xlsx;
  if (name == "json") return engine::TableFormat::Json;
  return engine::TableFormat::Csv;
}

engine::JournalFormat journal_format_of(const std::string& name) {
  if (name == "ledger") return engine::JournalFormat::Ledger;
  if (name == "beancount") return engine::JournalFormat::Beancount;
  return engine::JournalFormat::Hledger;
}

struct Takes {
  bool from = false;  ///< and --to, which is --as-of by another name
  bool known_at = false;
  bool accounts = false;
};
using Formats = std::vector<std::string>;  // the first one if none is asked for

void add(CLI::App& parent, Outcome& outcome, const char* name, const char* what, const Takes& takes,
         Opens opens, const Formats& formats = {"csv"}) {
  auto options = std::make_shared<Options>();
  options->format = formats.front();
  CLI::App* command = parent.add_subcommand(name, what);
  auto* as_of =
      command->add_option("--as-of", options->as_of,
                          takes.known_at ? "Through this business date; the last closed one, or "
                                           "with --known-at the one open then, if not given"
                                         : "A closed date; the last one if not given");
  if (takes.from) {
    command->add_option("--from", options->from, "First business date");
    command->add_option("--to", options->to, "Last business date: --as-of by another name")
        ->excludes(as_of);
  }
  if (takes.known_at) {
    auto* known_at =
        command->add_option("--known-at", options->known_at,
                            "As it was known at this time (RFC 3339, or local to the book's zone)");
    if (opens.diff) {
      command
          ->add_option("--diff-known-at", options->diff,
                       "What changed between what was known at two times")
          ->expected(2)
          ->type_name("TIME")
          ->excludes(known_at);
    }
  }
  if (takes.accounts) {
    command
        ->add_option("--accounts", options->accounts,
                     "own: the numbers that [[account]] of the catalog gives; ours: our chart")
        ->check(CLI::IsMember({"own", "ours"}))
        ->capture_default_str();
  }
  command->add_option("--format", options->format, "See docs/exports.md")
      ->check(CLI::IsMember(formats))
      ->capture_default_str();
  command->add_option("--out", options->out, "File to write; standard output if not given");
  command->callback(
      [options, opens = std::move(opens), &outcome] { outcome.exit = run(*options, opens); });
}

}  // namespace

void add_export(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("export", "Files for accountants and other programs");
  command->require_subcommand(1);
  add(*command, outcome, "trial-balance", "Every account and its balance",
      {.known_at = true, .accounts = true},
      {[](store::Session& session, const Request& request) {
         return engine::export_trial_balance(session, request.reading,
                                             table_format_of(request.format), request.accounts);
       },
       [](store::Session& session, const Request& request) {
         return engine::export_trial_balance_diff(
             session, request.diff, table_format_of(request.format), request.accounts);
       }},
      kTables);
  add(*command, outcome, "lines", "Journal lines; of the last date if --from is not given",
      {.from = true, .known_at = true, .accounts = true},
      {[](store::Session& session, const Request& request) {
         return engine::export_lines(session, request.from, request.reading,
                                     table_format_of(request.format), request.accounts);
       },
       [](store::Session& session, const Request& request) {
         return engine::export_lines_diff(session, request.from, request.diff,
                                          table_format_of(request.format), request.accounts);
       }},
      kTables);
  add(*command, outcome, "journal", "Journals as programs for accounting in plain text read them",
      {.from = true, .known_at = true, .accounts = true},
      {[](store::Session& session, const Request& request) {
        return engine::export_journal(session, journal_format_of(request.format), request.from,
                                      request.reading, request.accounts);
      }},
      {"hledger", "ledger", "beancount"});
  add(*command, outcome, "vouchers",
      "Chart, balances and vouchers in XML in the shape of GB/T 24589.1",
      {.from = true, .accounts = true}, {[](store::Session& session, const Request& request) {
        const auto part = request.format == "base-data" ? engine::VoucherPart::BaseData
                                                        : engine::VoucherPart::Ledger;
        return engine::export_vouchers(session, part, request.from, request.reading.as_of,
                                       request.accounts);
      }},
      {"ledger", "base-data"});
  add(*command, outcome, "installments", "Every installment: what is due, paid and unpaid",
      {.known_at = true},
      {[](store::Session& session, const Request& request) {
         return engine::export_installments(session, request.reading,
                                            table_format_of(request.format));
       },
       [](store::Session& session, const Request& request) {
         return engine::export_installments_diff(session, request.diff,
                                                 table_format_of(request.format));
       }},
      kTables);
  add(*command, outcome, "ageing", "What is owed by days past due", {.known_at = true},
      {[](store::Session& session, const Request& request) {
         return engine::export_ageing(session, request.reading, table_format_of(request.format));
       },
       [](store::Session& session, const Request& request) {
         return engine::export_ageing_diff(session, request.diff, table_format_of(request.format));
       }},
      kTables);
  add(*command, outcome, "seals", "What each closed date was sealed with, to be kept elsewhere",
      {.from = true}, {[](store::Session& session, const Request& request) {
        return engine::export_seals(session, request.from, request.reading.as_of);
      }});
  add(*command, outcome, "limit-changes", "The feed of limit decisions",
      {.from = true, .known_at = true},
      {[](store::Session& session, const Request& request) {
         return engine::export_limit_changes(session, request.from, request.reading,
                                             table_format_of(request.format));
       },
       [](store::Session& session, const Request& request) {
         return engine::export_limit_changes_diff(session, request.from, request.diff,
                                                  table_format_of(request.format));
       }},
      kTables);
  add_financial_exports(*command, outcome);
}

}  // namespace cli
