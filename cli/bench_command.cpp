// fenqi bench: measures what the program does, on a database of its own.
#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/purchase_bench.h"
#include "bench/report_bench.h"
#include "cli/bench_database.h"
#include "cli/commands.h"
#include "cli/reconcile_bench_command.h"
#include "engine/book.h"
#include "sql/store/bench_store.h"
#include "sql/store/database.h"

namespace cli {
namespace {

constexpr const char* kDatabase = "fenqi_bench";

nlohmann::ordered_json to_json(const bench::PurchaseReport& report) {
  const bench::PurchaseOptions& options = report.options;
  nlohmann::ordered_json runs = nlohmann::ordered_json::array();
  for (const bench::PurchaseRun& run : report.runs) {
    runs.push_back({{"rate_per_s", run.rate_per_s},
                    {"bound_per_s", run.bound_per_s},
                    {"seconds", run.seconds}});
  }
  return {{"name", "purchases"},
          {"rate_per_s", report.rate_per_s},
          {"bound_per_s", report.bound_per_s},
          {"ratio", report.ratio},
          {"rss_max_mb", report.rss_max_mb},
          {"batch_p50_ms", report.batch_p50_ms},
          {"batch_p99_ms", report.batch_p99_ms},
          {"log_bytes_per_purchase", report.log_bytes},
          {"runs", runs},
          {"machine", report.machine},
          {"settings",
           {{"purchases", options.purchases},
            {"writers", options.writers},
            {"batch", options.batch},
            {"installments", options.installments},
            {"runs", options.runs},
            {"customers", options.customers},
            {"merchants", options.merchants},
            {"seed", options.seed}}}};
}

void print(const bench::PurchaseReport& report) {
  const bench::PurchaseOptions& options = report.options;
  fmt::print("machine    {}\n", report.machine);
  fmt::print(
      "settings   {} purchases a run, {} runs, {} writers, {} a batch, {} installments, "
      "{} customers, {} merchants, seed {}\n",
      options.purchases, options.runs, options.writers, options.batch, options.installments,
      options.customers, options.merchants, options.seed);
  fmt::print("purchases  {:.0f} a second (median)\n", report.rate_per_s);
  fmt::print("raw COPY   {:.0f} a second: the same rows into tables without indexes and checks\n",
             report.bound_per_s);
  fmt::print("ratio      {:.2f}\n", report.ratio);
  fmt::print("a batch    p50 {:.1f} ms, p99 {:.1f} ms\n", report.batch_p50_ms, report.batch_p99_ms);
  fmt::print("log        {:.0f} bytes a purchase\n", report.log_bytes);
  fmt::print("memory     {:.0f} MB at most, with the generated purchases of a run\n",
             report.rss_max_mb);
}

nlohmann::ordered_json to_json(const bench::ReportReport& report) {
  const bench::ReportOptions& options = report.options;
  nlohmann::ordered_json runs = nlohmann::ordered_json::array();
  for (const bench::ReportRun& run : report.runs) {
    runs.push_back({{"verify_seconds", run.verify_seconds},
                    {"trial_balance_seconds", run.trial_balance_seconds},
                    {"rate_per_s", run.export_per_s},
                    {"bound_per_s", run.copy_per_s}});
  }
  return {{"name", "reports"},
          {"rate_per_s", report.export_per_s},
          {"bound_per_s", report.copy_per_s},
          {"ratio", report.ratio},
          {"rss_max_mb", report.rss_max_mb},
          {"verify_seconds", report.verify_seconds},
          {"trial_balance_seconds", report.trial_balance_seconds},
          {"journals", report.journals},
          {"lines", report.lines},
          {"runs", runs},
          {"machine", report.machine},
          {"settings",
           {{"purchases", options.purchases},
            {"dates", options.dates},
            {"writers", options.writers},
            {"installments", options.installments},
            {"runs", options.runs},
            {"seed", options.seed}}}};
}

void print(const bench::ReportReport& report) {
  const bench::ReportOptions& options = report.options;
  fmt::print("machine        {}\n", report.machine);
  fmt::print("settings       {} purchases over {} closed dates, {} journals, {} runs, seed {}\n",
             options.purchases, options.dates, report.journals, options.runs, options.seed);
  fmt::print("verify         {:.1f} s, every fact, {} connections (median)\n",
             report.verify_seconds, options.writers);
  fmt::print("trial balance  {:.3f} s\n", report.trial_balance_seconds);
  fmt::print("export         {:.0f} lines a second as CSV, {} lines\n", report.export_per_s,
             report.lines);
  fmt::print("COPY           {:.0f} lines a second: the same rows by COPY TO STDOUT\n",
             report.copy_per_s);
  fmt::print("ratio          {:.2f}\n", report.ratio);
  fmt::print("memory         {:.0f} MB at most\n", report.rss_max_mb);
}

struct ReportFlags {
  bench::ReportOptions options;
  bool json = false;
};

void add_reports(CLI::App& bench, Outcome& outcome) {
  CLI::App* command = bench.add_subcommand(
      "reports", "Proving a book, its trial balance, and its lines as CSV beside COPY");
  auto flags = std::make_shared<ReportFlags>();
  bench::ReportOptions& options = flags->options;
  command->add_option("--purchases", options.purchases, "Purchases in the book")
      ->check(CLI::Range(std::int64_t{100}, std::int64_t{100'000'000}))
      ->capture_default_str();
  command->add_option("--dates", options.dates, "Dates they are spread over, each closed")
      ->check(CLI::Range(1, 366))
      ->capture_default_str();
  command->add_option("--writers", options.writers, "Connections that write and verify")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  command->add_option("--lines", options.lines, "Lines exported at most")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}))
      ->capture_default_str();
  command->add_option("--runs", options.runs, "Runs; the median counts")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  command->add_option("--seed", options.seed, "Seed of customers, merchants and amounts")
      ->capture_default_str();
  command->add_flag("--json", flags->json, "End with one line of JSON");
  command->callback([flags, &outcome] {
    const bench::ReportReport report =
        bench::run_reports(empty_bench_database(), flags->options,
                           [](const std::string& line) { std::cerr << line << "\n"; });
    if (flags->json) {
      std::cout << to_json(report).dump() << "\n";
    } else {
      print(report);
    }
    outcome.exit = Exit::Done;
  });
}

struct PurchaseFlags {
  bench::PurchaseOptions options;
  bool json = false;
};

}  // namespace

std::string empty_bench_database() {
  store::DatabaseConfig config = store::DatabaseConfig::from_environment();
  if (config.url.empty()) {
    store::Session owner(store::open_database(config), store::Role::Owner);
    store::drop_database(owner, kDatabase);
    config.name = kDatabase;
    return store::open_migrated_database(config);
  }
  const std::string conninfo = store::open_migrated_database(config);
  store::Session session(conninfo);
  if (engine::find_book(session)) {
    throw std::runtime_error(
        "FENQI_DATABASE_URL names a database with a book in it; a benchmark wants an empty one");
  }
  return conninfo;
}

void add_bench(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("bench", "Measure, on a database of its own");
  command->require_subcommand(1);
  add_reports(*command, outcome);
  add_reconcile_benches(*command, outcome, empty_bench_database);
  add_close_bench(*command, outcome);
  CLI::App* purchases = command->add_subcommand(
      "purchases", "Captured credit purchases a second, beside raw COPY of the same rows");
  auto flags = std::make_shared<PurchaseFlags>();
  bench::PurchaseOptions& options = flags->options;
  purchases->add_option("--purchases", options.purchases, "Purchases a run")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000'000}))
      ->capture_default_str();
  purchases->add_option("--writers", options.writers, "Connections that write")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  purchases->add_option("--batch", options.batch, "Purchases a transaction")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  purchases->add_option("--installments", options.installments, "Installments of each")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  purchases->add_option("--runs", options.runs, "Runs; the median counts")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  purchases->add_option("--seed", options.seed, "Seed of customers, merchants and amounts")
      ->capture_default_str();
  purchases->add_option("--customers", options.customers, "Customers")
      ->check(CLI::Range(std::int64_t{16}, std::int64_t{10'000'000}))
      ->capture_default_str();
  purchases->add_option("--merchants", options.merchants, "Merchants")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->capture_default_str();
  purchases->add_flag("--json", flags->json, "End with one line of JSON");
  purchases->callback([flags, &outcome] {
    const std::string conninfo = empty_bench_database();
    const bench::PurchaseReport report = bench::run_purchases(
        conninfo, flags->options, [](const std::string& line) { std::cerr << line << "\n"; });
    if (flags->json) {
      std::cout << to_json(report).dump() << "\n";
    } else {
      print(report);
    }
    outcome.exit = Exit::Done;
  });
}

}  // namespace cli
