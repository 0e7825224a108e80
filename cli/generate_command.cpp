// fenqi generate: a made-up data set, the same for the same seed.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/intake_report.h"
#include "cli/sample_catalog.h"
#include "engine/sample.h"

namespace cli {
namespace {

struct Options {
  engine::SampleSettings settings;
  std::string start;
  std::string catalog;
  std::string directory;
};

Exit run(Options& options) {
  if (!options.start.empty()) {
    const auto start = base::parse_day(options.start);
    if (!start) {
      throw CLI::ValidationError("--start", fmt::format("\"{}\" is no date", options.start));
    }
    options.settings.start = *start;
  }
  const engine::Catalog catalog =
      options.catalog.empty() ? parse_catalog_text(std::string(sample_catalog()), "the sample")
                              : read_catalog_file(options.catalog);
  const engine::SampleSummary summary =
      engine::write_sample(options.settings, catalog, options.directory);
  std::cout << fmt::format("{} purchases, {} repayments, {} refunds through {} in {}\n",
                           summary.purchases, summary.repayments, summary.refunds,
                           base::to_string(summary.last), options.directory);
  return Exit::Done;
}

}  // namespace

void add_generate(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("generate", "Write a made-up data set; equal seeds make equal bytes");
  engine::SampleSettings& settings = options->settings;
  command->add_option("--customers", settings.customers, "How many customers buy")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  command->add_option("--merchants", settings.merchants, "How many merchants sell")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command->add_option("--purchases", settings.purchases, "How many purchases there are")
      ->check(CLI::Range(0, 10'000'000))
      ->capture_default_str();
  command->add_option("--seed", settings.seed, "Another seed, another data set")
      ->capture_default_str();
  command->add_option("--days", settings.days, "How many days it spans")
      ->check(CLI::Range(1, 3'660))
      ->capture_default_str();
  command->add_option("--start", options->start, "The first day, YYYY-MM-DD");
  command->add_option("--catalog", options->catalog,
                      "Whose products, channels and limits it uses; the built-in example's if not "
                      "given");
  command->add_option("directory", options->directory, "Where the three files go")->required();
  command->callback([options, &outcome] { outcome.exit = run(*options); });
}

}  // namespace cli
