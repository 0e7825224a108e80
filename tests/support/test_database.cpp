#include "tests/support/test_database.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "sql/store/cluster.h"
#include "sql/store/database.h"
#include "sql/store/rows.h"
#include "sql/store/session.h"

namespace tests {
namespace {

constexpr std::int64_t kTemplateLock = 0x74656d706c;

// Where test databases are made, and how to reach one by name.
class Server {
 public:
  static Server& get() {
    static Server server;
    return server;
  }

  store::Session administration() const {
    return store::Session(cluster_ ? cluster_->conninfo("postgres", "postgres") : url_,
                          store::Role::Owner);
  }

  std::string conninfo(const std::string& database) const {
    if (cluster_) return cluster_->conninfo(database);
    // Of two settings of one name the last counts; a URL takes them after a question mark.
    if (url_.find("://") == std::string::npos) return url_ + " dbname=" + database;
    return url_ + (url_.find('?') == std::string::npos ? "?" : "&") + "dbname=" + database;
  }

  void make(const std::string& database, const std::string& like) const {
    store::Session session = administration();
    session.execute(fmt::format("CREATE DATABASE {} TEMPLATE {}{}", database, like,
                                cluster_ ? " OWNER fenqi" : ""));
  }

  /// The name of a database with the program's tables and no rows; made once for each schema.
  const std::string& migrated_template() {
    if (!template_.empty()) return template_;
    const std::string name = "fenqi_template_" + store::migrations_hash().substr(0, 16);
    store::Session session = administration();
    const store::Params lock = store::Params().int8(kTemplateLock);
    store::query(session, "SELECT pg_advisory_lock($1)", lock);
    const store::Rows found = store::query(session, "SELECT FROM pg_database WHERE datname = $1",
                                           store::Params().text(name));
    if (found.empty()) {
      // Renamed when it is complete, so that an interrupted one isn't taken for it.
      const std::string fresh = name + "_new";
      store::drop_database(session, fresh);
      make(fresh, "template0");
      store::migrate(conninfo(fresh));
      session.execute(fmt::format("ALTER DATABASE {} RENAME TO {}", fresh, name));
    }
    template_ = name;
    return template_;
  }

 private:
  Server() {
    const char* set = std::getenv("FENQI_TEST_HOME");
    const std::string home = set != nullptr && *set != '\0' ? set : FENQI_TEST_HOME_DEFAULT;
    // What is closed here is not signed with the key of whoever runs the tests.
    ::setenv("FENQI_EVIDENCE_KEY", (home + "/evidence.key").c_str(), /*overwrite=*/0);
    if (const char* url = std::getenv("FENQI_DATABASE_URL"); url != nullptr && *url != '\0') {
      url_ = url;
      return;
    }
    cluster_.emplace(home, /*durable=*/false);
    cluster_->start();
    cluster_->make_database("fenqi");
    drop_leftovers();
  }

  // Databases of test programs that were killed: their name holds the process id.
  void drop_leftovers() const {
    store::Session session = administration();
    const store::Rows rows =
        store::query(session,
                     "SELECT datname::text, split_part(datname, '_', 3)::int8 FROM pg_database "
                     "WHERE datname ~ '^fenqi_test_[0-9]+_[0-9]+$'");
    for (int row = 0; row < rows.size(); ++row) {
      const auto pid = static_cast<pid_t>(rows.int8(row, 1));
      if (::kill(pid, 0) == 0 || errno != ESRCH) continue;
      store::drop_database(session, std::string(rows.text(row, 0)));
    }
  }

  std::string url_;
  std::optional<store::Cluster> cluster_;
  std::string template_;
};

std::string next_name() {
  static int count = 0;
  return fmt::format("fenqi_test_{}_{}", ::getpid(), ++count);
}

}  // namespace

TestDatabase::TestDatabase(std::string name, std::string conninfo)
    : name_(std::move(name)), conninfo_(std::move(conninfo)) {}

TestDatabase::TestDatabase(TestDatabase&& other) noexcept
    : name_(std::move(other.name_)), conninfo_(std::move(other.conninfo_)) {
  other.name_.clear();
}

TestDatabase TestDatabase::create() {
  Server& server = Server::get();
  const std::string name = next_name();
  server.make(name, server.migrated_template());
  return {name, server.conninfo(name)};
}

TestDatabase TestDatabase::create_empty() {
  Server& server = Server::get();
  const std::string name = next_name();
  server.make(name, "template0");
  return {name, server.conninfo(name)};
}

TestDatabase::~TestDatabase() {
  if (name_.empty()) return;
  try {
    store::Session session = Server::get().administration();
    store::drop_database(session, name_);
  } catch (const std::exception& error) {
    std::cerr << "can't drop " << name_ << ": " << error.what() << "\n";
  }
}

}  // namespace tests
