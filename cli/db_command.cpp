// fenqi db start|stop|status|psql and fenqi migrate: looking after the database.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "sql/store/cluster.h"
#include "sql/store/database.h"

namespace cli {
namespace {

constexpr const char* kWhere =
    "Without FENQI_DATABASE_URL the books are in a private PostgreSQL server under $FENQI_HOME\n"
    "(./var by default). Commands start it when they need it and leave it running.";

// A server of the user's own is not ours to start or stop.
store::DatabaseConfig embedded_config() {
  store::DatabaseConfig config = store::DatabaseConfig::from_environment();
  if (!config.url.empty()) {
    throw std::runtime_error(
        "FENQI_DATABASE_URL names a server of your own: start and stop it by its own means");
  }
  return config;
}

void start() {
  const store::DatabaseConfig config = embedded_config();
  store::open_database(config);
  const store::ClusterStatus status = store::Cluster(config.home).status();
  std::cerr << fmt::format("PostgreSQL {} runs (process {}) in {}\n", status.version, status.pid,
                           status.directory.string());
}

void stop() {
  const bool was_running = store::Cluster(embedded_config().home).stop();
  std::cerr << (was_running ? "stopped\n" : "it wasn't running\n");
}

Exit status() {
  const store::DatabaseConfig config = store::DatabaseConfig::from_environment();
  if (!config.url.empty()) {
    store::open_database(config);
    std::cout << "a server of your own (FENQI_DATABASE_URL): it accepts connections\n";
    return Exit::Done;
  }
  const store::ClusterStatus status = store::Cluster(config.home).status();
  if (!status.exists) {
    std::cout << fmt::format("no database in {} yet\n", config.home.string());
    return Exit::Unavailable;
  }
  std::cout << fmt::format("directory  {}\nversion    {}\n", status.directory.string(),
                           status.version);
  if (status.pid == 0) {
    std::cout << "server     stopped\n";
    return Exit::Unavailable;
  }
  std::cout << fmt::format("server     running, process {}\nsocket     {}\n", status.pid,
                           status.socket_directory.string());
  return Exit::Done;
}

// Becomes psql, so that its terminal, signals and exit code are the user's own. The embedded server
// is told to it by variables, which its own flags (-U, -d) override.
void psql(const std::vector<std::string>& arguments) {
  const store::DatabaseConfig config = store::DatabaseConfig::from_environment();
  const std::string conninfo = store::open_database(config);
  std::vector<std::string> words = {"psql"};
  if (config.url.empty()) {
    const store::Cluster cluster(config.home);
    words = {(cluster.programs() / "psql").string()};
    ::setenv("PGHOST", cluster.status().socket_directory.c_str(), 1);
    ::setenv("PGPORT", "5432", 1);
    ::setenv("PGUSER", "fenqi", 1);
    ::setenv("PGDATABASE", config.name.c_str(), 1);
  } else {
    words.push_back("--dbname=" + conninfo);
  }
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  throw store::Unavailable(fmt::format("can't run {}: {}", words[0], std::strerror(errno)));
}

}  // namespace

void add_db(CLI::App& app, Outcome& outcome) {
  CLI::App* db = app.add_subcommand("db", "Start, stop and look into the database");
  db->footer(kWhere);
  db->require_subcommand(1);
  db->add_subcommand("start", "Start the embedded server; the first time, make it")
      ->callback(start);
  db->add_subcommand("stop", "Stop the embedded server; what is in progress is rolled back")
      ->callback(stop);
  db->add_subcommand("status", "Say where the database is; exit 69 if it doesn't run")
      ->callback([&outcome] { outcome.exit = status(); });
  CLI::App* shell = db->add_subcommand("psql", "Open psql on the books, as their owner");
  shell->footer("What follows -- goes to psql: fenqi db psql -- -c 'SELECT count(*) FROM journal'");
  const auto arguments = std::make_shared<std::vector<std::string>>();
  shell->add_option("arguments", *arguments, "Arguments of psql");
  shell->positionals_at_end();
  shell->callback([arguments] { psql(*arguments); });
}

void add_migrate(CLI::App& app, Outcome&) {
  CLI::App* command = app.add_subcommand("migrate", "Bring the database's tables up to date");
  command->footer(
      "Commands that need the tables do this themselves. A database that was migrated by "
      "a newer\nprogram is refused.");
  command->callback([] {
    const int count = store::migrate(store::open_database());
    const int known = static_cast<int>(store::embedded_migrations().size());
    std::cerr << (count == 0 ? fmt::format("up to date: {} migrations\n", known)
                             : fmt::format("applied {} of {} migrations\n", count, known));
  });
}

}  // namespace cli
