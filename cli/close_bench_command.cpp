// fenqi bench close: an ordinary night, step by step, beside a bound in plain SQL.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/close_bench.h"
#include "cli/bench_database.h"
#include "cli/commands.h"
#include "cli/tables.h"
#include "sql/store/cluster.h"
#include "sql/store/database.h"
#include "sql/store/process.h"

namespace cli {
namespace {

constexpr const char* kBoundVariable = "FENQI_CLOSE_BOUND";

struct Flags {
  bench::CloseOptions options;
  std::string bound;
  bool json = false;
};

/// Runs a file of psql on the benchmark's database with the variable `plans`. Its last row begins
/// with the seconds a night took.
double run_bound(const std::string& conninfo, const std::string& file, std::int64_t plans) {
  const store::DatabaseConfig config = store::DatabaseConfig::from_environment();
  const std::string psql =
      config.url.empty() ? (store::Cluster(config.home).programs() / "psql").string() : "psql";
  const store::Finished finished =
      store::run_as(store::OsUser::current(), {psql, "-X", "-q", "-A", "-t", "--dbname=" + conninfo,
                                               "-v", fmt::format("plans={}", plans), "-f", file});
  std::string last;
  std::istringstream lines(finished.output);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) last = line;
  }
  double seconds = 0;
  const auto parsed = std::from_chars(last.data(), last.data() + last.size(), seconds);
  if (finished.status != 0 || parsed.ec != std::errc() || seconds <= 0) {
    throw std::runtime_error(fmt::format("{}: psql ended with {} and no seconds: {}", file,
                                         finished.status, finished.output));
  }
  return seconds;
}

nlohmann::ordered_json to_json(const bench::CloseNight& night) {
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const bench::CloseBenchStep& step : night.steps) {
    steps.push_back({{"step", step.name}, {"units", step.units}, {"seconds", step.seconds}});
  }
  return {{"date", base::to_string(night.date)},
          {"due_or_late", night.due_or_late},
          {"late_fees", night.late_fees},
          {"seconds", night.seconds},
          {"steps", steps}};
}

nlohmann::ordered_json to_json(const bench::CloseReport& report) {
  nlohmann::ordered_json nights = nlohmann::ordered_json::array();
  for (const bench::CloseNight& night : report.nights) nights.push_back(to_json(night));
  nlohmann::ordered_json json = {{"name", "close"}, {"seconds", report.seconds}};
  if (report.bound_seconds) {
    json["bound_seconds"] = *report.bound_seconds;
    json["ratio"] = *report.ratio;
  }
  json["month_end_seconds"] = report.month_end.seconds;
  json["rss_max_mb"] = report.rss_max_mb;
  json["runs"] = std::move(nights);
  json["month_end"] = to_json(report.month_end);
  json["machine"] = report.machine;
  json["settings"] = {{"plans", report.options.plans},
                      {"workers", report.options.workers},
                      {"runs", report.options.runs},
                      {"seed", report.options.seed}};
  return json;
}

void print(const bench::CloseReport& report) {
  const bench::CloseOptions& options = report.options;
  fmt::print("machine    {}\n", report.machine);
  fmt::print("settings   {} active plans, {} nights, {} workers, seed {}\n\n", options.plans,
             options.runs, options.workers, options.seed);
  std::fflush(stdout);
  using enum TextTable::Align;
  TextTable table;
  table.column("step", Left);
  for (const bench::CloseNight& night : report.nights) {
    table.column(base::to_string(night.date), Right).column("s", Right);
  }
  table.column("month end", Right).column("s", Right);
  auto nights = report.nights;
  nights.push_back(report.month_end);
  for (const bench::CloseBenchStep& step : report.month_end.steps) {  // it has them all
    std::vector<std::string> row = {step.name};
    for (const bench::CloseNight& night : nights) {
      const auto found = std::ranges::find(night.steps, step.name, &bench::CloseBenchStep::name);
      const bool is_there = found != night.steps.end();
      row.push_back(is_there ? fmt::to_string(found->units) : "");
      row.push_back(is_there ? fmt::format("{:.2f}", found->seconds) : "");
    }
    table.row(row);
  }
  std::vector<std::string> due = {"due or late"}, all = {"the close"};
  for (const bench::CloseNight& night : nights) {
    due.insert(due.end(), {fmt::to_string(night.due_or_late), ""});
    all.insert(all.end(), {"", fmt::format("{:.2f}", night.seconds)});
  }
  table.rule().row(due).row(all);
  table.print(std::cout);
  fmt::print("\nclose      {:.2f} s (median)\n", report.seconds);
  if (report.bound_seconds) {
    fmt::print("bound      {:.2f} s: days past due, late fees and their journals in plain SQL\n",
               *report.bound_seconds);
    fmt::print("ratio      {:.2f}\n", *report.ratio);
  }
  fmt::print("month end  {:.2f} s\n", report.month_end.seconds);
  fmt::print("memory     {:.0f} MB at most\n", report.rss_max_mb);
}

}  // namespace

void add_close_bench(CLI::App& bench_command, Outcome& outcome) {
  CLI::App* command = bench_command.add_subcommand(
      "close", "Closing an ordinary date and a month end, step by step, beside a bound");
  auto flags = std::make_shared<Flags>();
  bench::CloseOptions& options = flags->options;
  command->add_option("--plans", options.plans, "Active plans, a customer each")
      ->check(CLI::Range(std::int64_t{1'000}, std::int64_t{100'000'000}))
      ->capture_default_str();
  command->add_option("--workers", options.workers, "Connections that close customers")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command
      ->add_option("--runs", options.runs,
                   "Ordinary nights, one after the other; the median counts")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  command->add_option("--seed", options.seed, "Seed of merchants, amounts and due dates")
      ->capture_default_str();
  command
      ->add_option("--bound", flags->bound,
                   fmt::format("A file for psql that prints the seconds of such a night in plain "
                               "SQL; ${} if not given, and no ratio without",
                               kBoundVariable))
      ->check(CLI::ExistingFile);
  command->add_flag("--json", flags->json, "End with one line of JSON");
  command->callback([flags, &outcome] {
    if (const char* file = std::getenv(kBoundVariable); flags->bound.empty() && file != nullptr) {
      flags->bound = file;
    }
    const std::string conninfo = empty_bench_database();
    const auto bound = [&]() -> std::optional<double> {
      if (flags->bound.empty()) return std::nullopt;
      return run_bound(conninfo, flags->bound, flags->options.plans);
    };
    const bench::CloseReport report =
        bench::run_close(conninfo, flags->options, bound,
                         [](const std::string& line) { std::cerr << line << "\n"; });
    if (flags->json) {
      std::cout << to_json(report).dump() << "\n";
    } else {
      print(report);
    }
    outcome.exit = Exit::Done;
  });
}

}  // namespace cli
