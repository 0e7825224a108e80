// fenqi replay: history, date by date.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/replay_run.h"
#include "engine/close.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct Options {
  std::array<std::string, engine::kInputKinds> paths;
  std::array<std::string, engine::kInputKinds> maps;
  std::string catalog;
  std::string through;
  std::string rejects;
  std::string report;
  int workers = 2;
};

Exit run(const Options& options) {
  ReplayRequest request;
  for (std::size_t i = 0; i < engine::kInputKinds; ++i) {
    request.files.paths[i] = options.paths[i];
    request.files.maps[i] = input::parse_map(options.maps[i], static_cast<input::Kind>(i));
  }
  if (!options.catalog.empty()) request.catalog = read_catalog_file(options.catalog);
  request.through = base::parse_day(options.through);
  if (!request.through) {
    throw CLI::ValidationError("--through", fmt::format("\"{}\" is no date", options.through));
  }
  request.workers = options.workers;
  request.rejects = options.rejects;
  const ReplayResult result = run_replay(std::move(request), store::open_migrated_database());
  print_replay(std::cout, result);
  if (!options.report.empty()) {
    Output output(options.report);
    output.write(replay_json(result).dump(2) + "\n");
    output.commit();
  }
  if (result.rejects > 0 && !options.rejects.empty()) {
    std::cerr << "fenqi: " << result.rejects << " rows are in " << options.rejects << "\n";
  }
  return result.is_whole() ? Exit::Done : Exit::BadData;
}

}  // namespace

void add_replay(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "replay", "Load history: post each date's events, close the date (docs/import.md)");
  for (std::size_t i = 0; i < engine::kInputKinds; ++i) {
    const std::string kind(input::name(static_cast<input::Kind>(i)));
    CLI::Option* file = command->add_option("--" + kind, options->paths[i],
                                            "CSV of " + kind + ", sorted by time, plain or gzip");
    if (i == 0) file->required();
    command->add_option("--map-" + kind, options->maps[i], "Where its columns come from");
  }
  command->add_option("--catalog", options->catalog,
                      "The catalog to put in force; else the book's own");
  command->add_option("--through", options->through, "The last date to close, YYYY-MM-DD")
      ->required();
  command->add_option("--workers", options->workers, "Database connections that post")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  command->add_option("--rejects", options->rejects, "Where rows that were not taken go, as CSV");
  command->add_option("--report", options->report, "Control totals as JSON");
  command->callback([options, &outcome] {
    try {
      outcome.exit = run(*options);
    } catch (const engine::CloseLeased& busy) {
      std::cerr << "fenqi: " << busy.what() << "\n";
      outcome.exit = Exit::TryAgain;
    }
  });
}

}  // namespace cli
