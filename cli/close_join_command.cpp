#include "cli/close_join_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <thread>

#include "engine/close_customers.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct JoinFlags {
  int workers = 1;
  int wait = 60;
};

Exit join(const JoinFlags& flags) {
  const std::string conninfo = store::open_migrated_database();
  base::Day told;
  engine::JoinOptions options;
  options.workers = flags.workers;
  options.wait = std::chrono::seconds(flags.wait);
  options.progress = [&](base::Day date, std::int64_t) {
    if (date == told) return;
    told = date;
    std::cerr << fmt::format("sharing the customers of {}\n", base::to_string(date));
  };
  const engine::JoinOutcome outcome = engine::join_close(conninfo, options);
  if (outcome.chunks == 0) {
    std::cout << fmt::format("no close had anything to share within {} s\n", flags.wait);
  } else {
    std::cout << fmt::format("{} chunks of customers closed; the last date was {}\n",
                             outcome.chunks, base::to_string(outcome.last_date));
  }
  return Exit::Done;
}

}  // namespace

void add_close_join(CLI::App& close, Outcome& outcome) {
  const auto flags = std::make_shared<JoinFlags>();
  flags->workers = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 8U));
  CLI::App* command = close.add_subcommand(
      "join", "Share the customers of the close that another machine runs, to its end");
  command->add_option("--workers", flags->workers, "Connections that close customers")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--wait", flags->wait, "Seconds to wait for a close to begin")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  command->callback([flags, &outcome] { outcome.exit = join(*flags); });
}

}  // namespace cli
