// fenqi verify: proves the books and says so fact by fact, or names the first row that is wrong.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/tables.h"
#include "engine/verify.h"
#include "sql/store/database.h"
#include "sql/store/rows.h"

namespace cli {
namespace {

struct Options {
  std::string from;
  std::string to;
  bool json = false;
  bool digest = false;
  bool name_each = false;
  int workers = 2;
};

std::optional<base::Day> day_of(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto day = base::parse_day(text);
  if (!day) throw CLI::ValidationError(option, fmt::format("\"{}\" is no date YYYY-MM-DD", text));
  return day;
}

void print_json(const engine::Findings& findings) {
  nlohmann::ordered_json facts = nlohmann::ordered_json::array();
  for (const engine::Finding& f : findings) {
    nlohmann::ordered_json fact = {{"id", f.id},
                                   {"name", f.name},
                                   {"sentence", f.sentence},
                                   {"checked", f.checked},
                                   {"offenders", f.offenders}};
    if (f.offenders > 0) fact["first"] = f.first;
    facts.push_back(std::move(fact));
  }
  const nlohmann::ordered_json answer = {{"ok", engine::all_hold(findings)}, {"facts", facts}};
  std::cout << answer.dump(2) << "\n";
}

void print_table(const engine::Findings& findings) {
  TextTable table;
  table.column("", TextTable::Align::Left)
      .column("fact", TextTable::Align::Left)
      .column("checked", TextTable::Align::Right)
      .column("wrong", TextTable::Align::Right)
      .column("", TextTable::Align::Left)
      .column("what must hold", TextTable::Align::Left);
  std::int64_t failed = 0;
  for (const engine::Finding& f : findings) {
    table.row({std::string(f.id), std::string(f.name), std::to_string(f.checked),
               std::to_string(f.offenders), f.offenders == 0 ? "ok" : "FAILED",
               std::string(f.sentence)});
    failed += f.offenders > 0 ? 1 : 0;
  }
  table.print(std::cout);
  if (failed == 0) {
    std::cout << fmt::format("\nall {} facts hold\n", findings.size());
    return;
  }
  std::cout << fmt::format("\n{} of {} facts don't hold (amounts in minor units):\n", failed,
                           findings.size());
  for (const engine::Finding& f : findings) {
    if (f.offenders == 0) continue;
    std::cout << fmt::format("  {} {}: {}\n", f.id, f.name, f.first);
    if (f.offenders > 1) std::cout << fmt::format("      and {} more\n", f.offenders - 1);
  }
}

Exit run(const Options& options) {
  const engine::DayRange range{day_of("--from", options.from), day_of("--to", options.to)};
  if (range.from && range.to && *range.from > *range.to) {
    throw CLI::ValidationError("--to", "is before --from");
  }
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  if (store::query(session, "SELECT FROM book").empty()) {
    std::cerr << "fenqi: this database has no book yet: there is nothing to verify\n";
    return Exit::Refused;
  }
  std::vector<store::Session> helpers;
  for (int i = 1; i < options.workers; ++i) helpers.emplace_back(conninfo);
  if (options.digest) {
    std::cout << engine::digest_book(session, helpers) << "\n";
    return Exit::Done;
  }
  const bool on_terminal = ::isatty(STDERR_FILENO) == 1;
  const auto show = [&](std::string_view pass) {
    if (on_terminal) std::cerr << fmt::format("\r\x1b[Kverifying {}", pass) << std::flush;
  };
  const engine::Findings findings = engine::verify_book(
      session, {.range = range, .name_each = options.name_each, .on_pass = show}, helpers);
  if (on_terminal) std::cerr << "\r\x1b[K" << std::flush;
  options.json ? print_json(findings) : print_table(findings);
  return engine::all_hold(findings) ? Exit::Done : Exit::Refused;
}

}  // namespace

void add_verify(CLI::App& app, Outcome& outcome) {
  auto* command =
      app.add_subcommand("verify", "Prove the books: every fact, or the first wrong row");
  const auto options = std::make_shared<Options>();
  auto* from = command->add_option("--from", options->from,
                                   "Look at single dates from here on only (YYYY-MM-DD)");
  auto* to = command->add_option("--to", options->to, "... and up to here");
  auto* json = command->add_flag("--json", options->json, "As JSON");
  command->add_flag("--name-each", options->name_each,
                    "Ask each fact by its own statement, which takes longer, even where the whole "
                    "book is sound");
  command->add_option("--workers", options->workers, "Database connections")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  command
      ->add_flag("--digest", options->digest,
                 "Print a hash of the books' content, without surrogate ids and clocks")
      ->excludes(from)
      ->excludes(to)
      ->excludes(json);
  command->footer(
      "Facts that are about the whole book are always proved whole. Exit code 1: something is "
      "wrong.\n"
      "docs/evidence.md explains the facts, the seals and the digest.");
  command->callback([options, &outcome] { outcome.exit = run(*options); });
}

}  // namespace cli
