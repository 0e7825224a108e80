// Where the book's database is, and how a command gets at it.
#pragma once

#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sql/store/session.h"

namespace store {

/// The database can't be reached, started or written to. The text says what to do about it; a
/// command ends with exit code 69.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The database was migrated by a newer program, or by one whose migrations read differently.
class SchemaMismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
class SchemaTooNew : public SchemaMismatch {
 public:
  using SchemaMismatch::SchemaMismatch;
};

struct DatabaseConfig {
  std::string url;             ///< FENQI_DATABASE_URL: a server of the user's own; empty: embedded
  std::filesystem::path home;  ///< FENQI_HOME, ./var by default: the data directory
  std::string name;  ///< FENQI_DATABASE, "fenqi" by default: the book in the embedded server

  static DatabaseConfig from_environment();
};

/// The libpq connection string of the book's database. Starts the embedded server when needed and
/// makes the database when it isn't there; doesn't migrate. Throws Unavailable.
std::string open_database(const DatabaseConfig& config = DatabaseConfig::from_environment());

/// One file of sql/migrations, built into the program.
struct Migration {
  int version;            ///< the number its name starts with, counted from 1
  std::string_view name;  ///< "0003_journal"
  std::string_view sql;
};
std::span<const Migration> embedded_migrations();

/// A hash over all of them, hex: names the schema they make.
std::string migrations_hash();

/// Applies what is missing, in order, each in a transaction of its own, and returns how many that
/// were. Makes the roles fenqi_app and fenqi_merchant where they are missing. Two callers at once
/// are fine. The tables land in the first schema of the search path.
/// Throws SchemaTooNew, SchemaMismatch or Unavailable.
int migrate(const std::string& conninfo);
int migrate(const std::string& conninfo, std::span<const Migration> migrations);

/// What commands use: the database, there and migrated.
std::string open_migrated_database(
    const DatabaseConfig& config = DatabaseConfig::from_environment());

/// Drops the database of that name on the server of `owner`, if it is there, with whatever is
/// connected to it.
void drop_database(Session& owner, const std::string& name);

}  // namespace store
