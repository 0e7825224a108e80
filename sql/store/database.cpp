#include "sql/store/database.h"

#include <fmt/format.h>

#include <cstdlib>

#include "sql/store/cluster.h"
#include "sql/store/session.h"

namespace store {
namespace {

std::string from_variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

// Empty, or the reason why not.
std::string connection_failure(const std::string& conninfo) {
  try {
    const Session session(conninfo, Role::Owner);
    return "";
  } catch (const Fault& fault) {
    return fault.what();
  }
}

void check_connection(const std::string& conninfo) {
  const std::string failure = connection_failure(conninfo);
  if (!failure.empty()) throw Unavailable(failure);
}

}  // namespace

DatabaseConfig DatabaseConfig::from_environment() {
  return {.url = from_variable("FENQI_DATABASE_URL", ""),
          .home = from_variable("FENQI_HOME", "var"),
          .name = from_variable("FENQI_DATABASE", "fenqi")};
}

std::string open_database(const DatabaseConfig& config) {
  if (!config.url.empty()) {
    check_connection(config.url);
    return config.url;
  }
  Cluster cluster(config.home);
  cluster.start();
  const std::string conninfo = cluster.conninfo(config.name);
  if (!connection_failure(conninfo).empty()) {
    cluster.make_database(config.name);
    check_connection(conninfo);
  }
  return conninfo;
}

std::string open_migrated_database(const DatabaseConfig& config) {
  const std::string conninfo = open_database(config);
  migrate(conninfo);
  return conninfo;
}

void drop_database(Session& owner, const std::string& name) {
  const std::string drop = fmt::format("DROP DATABASE IF EXISTS \"{}\"", name);
  try {
    owner.execute(drop + " WITH (FORCE)");
  } catch (const Fault& fault) {
    // Only a superuser may end a vacuum with FORCE; without it PostgreSQL ends the vacuum itself.
    constexpr std::string_view kInsufficientPrivilege = "42501";
    if (fault.sqlstate() != kInsufficientPrivilege) throw;
    owner.execute(drop);
  }
}

}  // namespace store
