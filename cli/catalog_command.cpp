// fenqi catalog: the policy of the book, shown before it applies.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/intake_report.h"
#include "cli/line_diff.h"
#include "engine/book.h"
#include "engine/price_check.h"
#include "sql/store/database.h"

namespace cli {
namespace {

Exit apply_file(const std::string& path, const std::string& opens_on) {
  engine::Catalog catalog = read_catalog_file(path);
  std::optional<base::Day> first = base::parse_day(opens_on);
  if (!opens_on.empty() && !first) {
    throw CLI::ValidationError("--opens-on", fmt::format("\"{}\" is no date", opens_on));
  }
  engine::refuse_price_breach(catalog, today_in(catalog));
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  const bool is_new = !engine::find_book(session);
  const base::Day first_date = first.value_or(today_in(catalog));
  const std::string before = is_new ? "" : engine::load_catalog(session)->body;
  const bool is_same = before == catalog.body;
  const engine::Catalog applied =
      engine::apply_catalog(session, conninfo, std::move(catalog), first_date);
  const engine::Book book = engine::find_book(session).value();
  std::cout << fmt::format("{} version {}{}, book open on {}\n", applied.name, applied.version,
                           is_same ? " (nothing changed)" : "", base::to_string(book.open_date));
  return Exit::Done;
}

Exit show() {
  store::Session session(store::open_migrated_database());
  std::cout << engine::load_catalog(session)->body;
  return Exit::Done;
}

Exit diff(const std::string& path) {
  const engine::Catalog catalog = read_catalog_file(path);
  store::Session session(store::open_migrated_database());
  const auto stored = engine::load_catalog(session);
  const std::string changes = line_diff(stored->body, catalog.body);
  if (changes.empty()) {
    std::cerr << "the same as version " << stored->version << "\n";
  } else {
    std::cout << fmt::format("--- {} version {}\n+++ {}\n", stored->name, stored->version, path)
              << changes;
  }
  return Exit::Done;
}

}  // namespace

void add_catalog(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("catalog", "The book's policy: products, terms, limits");
  command->require_subcommand(1);
  auto path = std::make_shared<std::string>();
  auto opens_on = std::make_shared<std::string>();
  CLI::App* applies = command->add_subcommand(
      "apply", "Check a catalog and put it in force; the first opens the book");
  applies->add_option("file", *path, "The catalog (docs/catalog.md)")->required();
  applies->add_option("--opens-on", *opens_on,
                      "First date of a new book whose catalog names none; else it is today");
  applies->callback([path, opens_on, &outcome] { outcome.exit = apply_file(*path, *opens_on); });
  command->add_subcommand("show", "Print the catalog in force")->callback([&outcome] {
    outcome.exit = show();
  });
  CLI::App* differs = command->add_subcommand("diff", "What a catalog would change, line by line");
  differs->add_option("file", *path, "The catalog to compare")->required();
  differs->callback([path, &outcome] { outcome.exit = diff(*path); });
}

}  // namespace cli
