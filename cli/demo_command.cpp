// fenqi demo: from files to settled merchants, aged debts and proved books, in one command.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/replay_run.h"
#include "cli/sample_catalog.h"
#include "cli/tables.h"
#include "engine/api_keys.h"
#include "engine/sample.h"
#include "engine/verify.h"
#include "sql/store/cluster.h"
#include "sql/store/database.h"
#include "sql/store/purchase_lookup.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string directory;
  std::string catalog;
  std::string through;
  std::string report;
  std::string listen = "127.0.0.1:8080";
  int workers = 2;
  bool no_serve = false;
};

constexpr std::int64_t kStatementLinesMax = 20;

/// A name for the database that is the same whenever catalog and directory are.
std::string database_name(const std::string& catalog, const std::string& directory) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : catalog + '\0' + directory) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return fmt::format("demo_{:016x}", hash);
}

std::string absolute(const std::string& path) {
  return path.empty() ? "" : fs::weakly_canonical(path).string();
}

engine::ReplayFiles files_in(const std::string& directory) {
  if (!fs::is_directory(directory)) {
    throw input::InputError(directory + " is not a directory");
  }
  engine::ReplayFiles files;
  for (std::size_t i = 0; i < engine::kInputKinds; ++i) {
    const std::string name(input::name(static_cast<input::Kind>(i)));
    for (const char* ending : {".csv", ".csv.gz"}) {
      const fs::path path = fs::path(directory) / (name + ending);
      if (fs::exists(path)) files.paths[i] = path.string();
    }
  }
  if (files.paths[0].empty()) {
    throw input::InputError(directory + " has neither purchases.csv nor purchases.csv.gz");
  }
  return files;
}

/// The end of the month of the last event, but not a date that isn't over.
base::Day last_month_end(const engine::ReplayFiles& files, const engine::Catalog& catalog) {
  const base::Day yesterday = base::plus_days(today_in(catalog), -1);
  const auto shared = std::make_shared<const engine::Catalog>(catalog);
  std::optional<base::Day> last;
  for (std::size_t i = 0; i < engine::kInputKinds; ++i) {
    if (files.paths[i].empty()) continue;
    input::EventStream rows(static_cast<input::Kind>(i), files.paths[i], {}, shared);
    for (input::Row row; rows.next(row);) {
      if (!row.event) continue;
      const base::Day day = catalog.zone.day_of(input::time_of(*row.event), catalog.cutoff);
      if (day <= yesterday && (!last || day > *last)) last = day;
    }
  }
  if (!last) throw input::InputError("the files have no event of the past");
  return std::min(base::end_of_month(*last), yesterday);
}

void heading(const std::string& text) { std::cout << "\n== " << text << "\n\n"; }

void show_statement(store::Session& session) {
  const auto busiest = store::find_busiest_merchant_month(session);
  if (!busiest) return;
  heading("A merchant's statement: the busiest month of all");
  const auto statement = engine::Statement::open(
      session, {busiest->merchant, busiest->first, base::end_of_month(busiest->first)});
  if (statement) print_statement(std::cout, **statement, kStatementLinesMax);
}

void show_books(store::Session& session, const ReplayResult& result) {
  const base::Day as_of = result.book.closed_through;
  show_statement(session);
  heading("What customers owe, by age, as of " + base::to_string(as_of));
  print_ageing(std::cout, session, *result.catalog, as_of);
  heading("Credit limits: what being late led to");
  print_limit_summary(std::cout, session, result.book.opens_on, as_of);
  heading("Trial balance as of " + base::to_string(as_of));
  print_trial_balance(std::cout, session, as_of);
}

/// "clean", or the first fact that doesn't hold.
std::string proof(store::Session& session, std::span<store::Session> helpers) {
  const engine::Findings findings = engine::verify_book(session, {}, helpers);
  std::int64_t checked = 0;
  std::string first;
  for (const engine::Finding& finding : findings) {
    checked += finding.checked;
    if (finding.offenders > 0 && first.empty()) {
      first = fmt::format("{} {}: {}", finding.id, finding.name, finding.first);
    }
  }
  std::cout << (first.empty()
                    ? fmt::format("all {} facts hold ({} checks)\n", findings.size(), checked)
                    : first + "\n");
  return first.empty() ? "clean" : first;
}

void show_what_next(const store::DatabaseConfig& config, store::Session& session,
                    const Options& options) {
  const auto busiest = store::find_busiest_merchant_month(session);
  if (!busiest) return;
  heading("Where to go from here");
  const std::string env = config.url.empty() ? fmt::format("FENQI_HOME={} FENQI_DATABASE={} ",
                                                           config.home.string(), config.name)
                                             : "";
  const std::string program = fs::read_symlink("/proc/self/exe").string();
  const std::string month = base::to_string(busiest->first).substr(0, 7);
  std::cout << fmt::format("{}{} statement --merchant {} --month {} --format csv\n", env, program,
                           busiest->merchant, month)
            << fmt::format("{}{} export trial-balance\n", env, program)
            << fmt::format("{}{} verify\n", env, program);
  if (options.no_serve) {
    std::cout << fmt::format("{}{} serve\n", env, program);
    return;
  }
  const auto key = engine::create_api_key(session, busiest->merchant, "demo");
  if (!key) return;
  std::cout << fmt::format(
      "\nhttp://{}/, or with the key of that merchant:\n"
      "curl -H 'Authorization: Bearer {}' "
      "'http://{}/v1/merchants/{}/statements?from={}&to={}'\n",
      options.listen, key->key, options.listen, busiest->merchant, base::to_string(busiest->first),
      base::to_string(base::end_of_month(busiest->first)));
}

/// Becomes `fenqi serve`, so that it ends as that does.
[[noreturn]] void become_server(const std::string& listen) {
  std::cout << std::flush;
  ::execl("/proc/self/exe", "fenqi", "serve", "--listen", listen.c_str(),
          static_cast<const char*>(nullptr));
  throw std::runtime_error("the server could not be started");
}

Exit run(const Options& options) {
  store::DatabaseConfig config = store::DatabaseConfig::from_environment();
  config.home = absolute(config.home.string());
  if (std::getenv("FENQI_DATABASE") == nullptr) {
    config.name = database_name(absolute(options.catalog), absolute(options.directory));
    ::setenv("FENQI_DATABASE", config.name.c_str(), 1);
  }
  ReplayRequest request;
  request.catalog = options.catalog.empty()
                        ? parse_catalog_text(std::string(sample_catalog()), "the sample catalog")
                        : read_catalog_file(options.catalog);
  request.workers = options.workers;
  request.through = request.catalog->demo_through;
  std::string directory = options.directory;
  if (directory.empty()) {
    directory = (config.home / "sample" / config.name).string();
    request.through = engine::write_sample({}, *request.catalog, directory).last;
    std::cerr << "a sample is in " << directory << "\n";
  }
  request.files = files_in(directory);
  if (!options.through.empty()) {
    request.through = base::parse_day(options.through);
    if (!request.through) {
      throw CLI::ValidationError("--through", fmt::format("\"{}\" is no date", options.through));
    }
  }
  if (!request.through) request.through = last_month_end(request.files, *request.catalog);
  request.rejects = (config.home / (config.name + "-rejects.csv")).string();

  const std::string conninfo = store::open_migrated_database(config);
  const std::string rejects = request.rejects;
  const ReplayResult result = run_replay(std::move(request), conninfo);
  store::Session session(conninfo);

  heading("What was imported from " + directory);
  print_replay(std::cout, result);
  if (result.rejects > 0) {
    std::cout << fmt::format("{} rows that were not taken, with the reasons: {}\n", result.rejects,
                             rejects);
  }
  show_books(session, result);
  heading("The proof");
  std::vector<store::Session> helpers;
  for (int i = 1; i < options.workers; ++i) helpers.emplace_back(conninfo);
  const std::string verdict = proof(session, helpers);
  const std::string digest = engine::digest_book(session, helpers);
  std::cout << "digest " << digest << "\n";
  if (!options.report.empty()) {
    nlohmann::ordered_json json = replay_json(result);
    json["verify"] = verdict;
    json["digest"] = digest;
    Output output(options.report);
    output.write(json.dump(2) + "\n");
    output.commit();
  }
  show_what_next(config, session, options);
  const Exit exit = verdict != "clean"              ? Exit::Refused
                    : !result.report.faults.empty() ? Exit::BadData
                                                    : Exit::Done;
  if (!options.no_serve && exit == Exit::Done) become_server(options.listen);
  return exit;
}

/// The demonstration leaves nothing running when it doesn't serve.
Exit run_and_stop(const Options& options) {
  const store::DatabaseConfig config = store::DatabaseConfig::from_environment();
  const Exit exit = run(options);
  if (options.no_serve && config.url.empty()) store::Cluster(absolute(config.home.string())).stop();
  return exit;
}

}  // namespace

void add_demo(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "demo", "Replay a directory of files, or a made-up sample, and show the books");
  command->add_option("directory", options->directory,
                      "Has purchases.csv[.gz] and maybe repayments and refunds; a sample if not "
                      "given");
  command->add_option("--catalog", options->catalog,
                      "The catalog; the built-in example if not given");
  command->add_option(
      "--through", options->through,
      "The last date to close; else the catalog's, else the last event's month end");
  command->add_option("--report", options->report, "Control totals, proof and digest as JSON");
  command->add_flag("--no-serve", options->no_serve,
                    "End after the report and stop the embedded database");
  command->add_option("--listen", options->listen, "Where the server listens")
      ->capture_default_str();
  command
      ->add_option("--workers", options->workers, "Database connections that post, and that prove")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  command->callback([options, &outcome] { outcome.exit = run_and_stop(*options); });
}

}  // namespace cli
