// fenqi bench reconcile and bills: what reconciliation does in a second.
#include "cli/reconcile_bench_command.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/reconcile_bench.h"

namespace cli {
namespace {

constexpr double kPromisedRows = 300'000;   // items and rows a second
constexpr double kPromisedLines = 200'000;  // lines a second

void say_progress(const std::string& line) { std::cerr << line << "\n"; }

nlohmann::ordered_json to_json(const bench::ReconcileReport& report) {
  nlohmann::ordered_json runs = nlohmann::ordered_json::array();
  for (const bench::ReconcileRun& run : report.runs) {
    runs.push_back({{"rate_per_s", run.rate_per_s},
                    {"bound_per_s", run.bound_per_s},
                    {"seconds", run.seconds},
                    {"again_seconds", run.again_seconds}});
  }
  return {{"name", "reconcile"},
          {"rate_per_s", report.rate_per_s},
          {"bound_per_s", report.bound_per_s},
          {"ratio", report.ratio},
          {"promised_per_s", kPromisedRows},
          {"again_per_s", report.again_per_s},
          {"rss_max_mb", report.rss_max_mb},
          {"ledger", report.ledger},
          {"bill", report.bill},
          {"planted", report.planted},
          {"found", report.found},
          {"runs", runs},
          {"machine", report.machine},
          {"settings",
           {{"items", report.options.items},
            {"workers", report.options.workers},
            {"runs", report.options.runs},
            {"seed", report.options.seed}}}};
}

void print(const bench::ReconcileReport& report) {
  fmt::print("machine    {}\n", report.machine);
  fmt::print("settings   {} items of the ledger, {} rows of bills, {} runs, seed {}\n",
             report.ledger, report.bill, report.options.runs, report.options.seed);
  fmt::print("reconcile  {:.0f} items and rows a second, every break stored (median)\n",
             report.rate_per_s);
  fmt::print("once more  {:.0f} a second: nothing changes\n", report.again_per_s);
  fmt::print("bare join  {:.0f} a second: by number, and nothing else\n", report.bound_per_s);
  fmt::print("ratio      {:.2f}\n", report.ratio);
  fmt::print("breaks     {} put in, {} found, none missed, none invented\n", report.planted,
             report.found);
  fmt::print("memory     {:.0f} MB at most\n", report.rss_max_mb);
}

nlohmann::ordered_json to_json(const bench::BillReport& report) {
  nlohmann::ordered_json runs = nlohmann::ordered_json::array();
  for (const bench::BillRun& run : report.runs) {
    runs.push_back({{"rate_per_s", run.import_per_s}, {"bound_per_s", run.read_per_s}});
  }
  return {{"name", "bills"},
          {"rate_per_s", report.import_per_s},
          {"bound_per_s", report.read_per_s},
          {"ratio", report.ratio},
          {"promised_per_s", kPromisedLines},
          {"rss_max_mb", report.rss_max_mb},
          {"bytes", report.bytes},
          {"runs", runs},
          {"machine", report.machine},
          {"settings",
           {{"lines", report.options.lines},
            {"runs", report.options.runs},
            {"seed", report.options.seed}}}};
}

void print(const bench::BillReport& report) {
  fmt::print("machine   {}\n", report.machine);
  fmt::print("settings  a WeChat Pay trade bill of {} lines, {} MB, {} runs, seed {}\n",
             report.options.lines, report.bytes / 1'000'000, report.options.runs,
             report.options.seed);
  fmt::print("taken     {:.0f} lines a second: read, proven and stored (median)\n",
             report.import_per_s);
  fmt::print("read      {:.0f} lines a second: read and proven, nothing stored\n",
             report.read_per_s);
  fmt::print("ratio     {:.2f}\n", report.ratio);
  fmt::print("memory    {:.0f} MB at most\n", report.rss_max_mb);
}

template <class Report>
void show(const Report& report, bool json) {
  if (json) {
    std::cout << to_json(report).dump() << "\n";
  } else {
    print(report);
  }
}

}  // namespace

void add_reconcile_benches(CLI::App& bench, Outcome& outcome,
                           const std::function<std::string()>& empty_database) {
  struct Flags {
    bench::ReconcileOptions reconcile;
    bench::BillOptions bills;
    bool json = false;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* reconcile = bench.add_subcommand(
      "reconcile", "Items of the ledger beside rows of bills, with breaks of every type");
  reconcile->add_option("--items", flags->reconcile.items, "Items of the ledger")
      ->check(CLI::Range(std::int64_t{100}, std::int64_t{100'000'000}))
      ->capture_default_str();
  reconcile->add_option("--workers", flags->reconcile.workers, "Connections that compare")
      ->check(CLI::IsMember({1, 2, 4}))
      ->capture_default_str();
  reconcile->add_option("--runs", flags->reconcile.runs, "Runs; the median counts")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  reconcile->add_option("--seed", flags->reconcile.seed, "Seed of amounts and breaks")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}))
      ->capture_default_str();
  reconcile->add_flag("--json", flags->json, "End with one line of JSON");
  reconcile->callback([flags, &outcome, empty_database] {
    show(bench::run_reconcile(empty_database(), flags->reconcile, say_progress), flags->json);
    outcome.exit = Exit::Done;
  });

  CLI::App* bills = bench.add_subcommand("bills", "Lines of a bill, read, proven and stored");
  bills->add_option("--lines", flags->bills.lines, "Lines of the bill")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{99'000'000}))
      ->capture_default_str();
  bills->add_option("--runs", flags->bills.runs, "Runs; the median counts")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  bills->add_option("--seed", flags->bills.seed, "Seed of the amounts")->capture_default_str();
  bills->add_flag("--json", flags->json, "End with one line of JSON");
  bills->callback([flags, &outcome, empty_database] {
    show(bench::run_bills(empty_database(), flags->bills, say_progress), flags->json);
    outcome.exit = Exit::Done;
  });
}

}  // namespace cli
