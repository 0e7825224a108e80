// Migrations: the schema's files, applied in order, each once.
#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <charconv>
#include <map>

#include "base/check.h"
#include "sql/store/database.h"
#include "sql/store/rows.h"
#include "sql/store/session.h"

namespace store {
namespace {

// Any constant will do, as long as nothing else in the database locks it.
constexpr std::int64_t kMigrationLock = 0x66656e7169;

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::string hex;
  for (const unsigned char byte : hash) hex += fmt::format("{:02x}", byte);
  return hex;
}

struct Applied {
  std::string name;
  std::string sha256;
};

std::map<int, Applied> load_applied(Session& session) {
  std::map<int, Applied> applied;
  const Rows exists = query(session,
                            "SELECT 1 FROM pg_class WHERE relname = 'schema_migration' AND "
                            "relkind = 'r' AND relnamespace = current_schema()::regnamespace");
  if (exists.empty()) return applied;
  const Rows rows =
      query(session, "SELECT version, name, sha256 FROM schema_migration ORDER BY version");
  for (int row = 0; row < rows.size(); ++row) {
    applied[rows.int4(row, 0)] = {std::string(rows.text(row, 1)), std::string(rows.text(row, 2))};
  }
  return applied;
}

// Refuses a database that this program's migrations can't have made.
void check_applied(const std::map<int, Applied>& applied, std::span<const Migration> migrations) {
  if (applied.empty()) return;
  const int known = migrations.empty() ? 0 : migrations.back().version;
  if (const int last = applied.rbegin()->first; last > known) {
    throw SchemaTooNew(fmt::format(
        "the database is newer than this program: it has migration {} ({}), the program knows "
        "{}; use the program that made it, or a newer one",
        last, applied.rbegin()->second.name, known));
  }
  for (const Migration& migration : migrations) {
    const auto found = applied.find(migration.version);
    if (found != applied.end() && found->second.sha256 != sha256_hex(migration.sql)) {
      throw SchemaMismatch(
          fmt::format("migration {} was applied to the database with another content than this "
                      "program has; a migration is never changed, add a new one instead",
                      migration.name));
    }
  }
}

bool is_complete(const std::map<int, Applied>& applied, std::span<const Migration> migrations) {
  return applied.size() == migrations.size();
}

std::string current_user(Session& session) {
  return std::string(query(session, "SELECT quote_ident(current_user)").text(0, 0));
}

void make_role(Session& session, const std::string& role, const std::string& options) {
  if (!query(session, "SELECT 1 FROM pg_roles WHERE rolname = $1", Params().text(role)).empty()) {
    return;
  }
  try {
    session.execute(fmt::format("CREATE ROLE {} {}", role, options));
  } catch (const Fault& fault) {
    // somebody else made it between the two statements
    if (fault.sqlstate() == "42710" || fault.sqlstate() == "23505") return;
    if (fault.sqlstate() != "42501") throw;
    throw Unavailable(fmt::format(
        "the role {} is missing on the server and this user may not create it; ask a superuser "
        "for: CREATE ROLE fenqi_app NOLOGIN BYPASSRLS; CREATE ROLE fenqi_merchant NOLOGIN; "
        "GRANT fenqi_merchant TO fenqi_app; GRANT fenqi_app TO {};",
        role, current_user(session)));
  }
}

void grant_role(Session& session, const std::string& role, const std::string& member) {
  const std::string statement = fmt::format("GRANT {} TO {}", role, member);
  const Rows is_member = query(session,
                               "SELECT pg_has_role(CASE $1 WHEN '' THEN current_user ELSE $1 END, "
                               "$2, 'MEMBER')",
                               Params().text(member == "CURRENT_USER" ? "" : member).text(role));
  if (is_member.boolean(0, 0)) return;
  try {
    session.execute(statement);
  } catch (const Fault& fault) {
    throw Unavailable(
        fmt::format("{} was refused, ask a superuser for it: {}", statement, fault.what()));
  }
}

// On the embedded server the roles are there already; on a server of the user's own we make them
// if we may.
void make_roles(Session& session) {
  make_role(session, "fenqi_app", "NOLOGIN BYPASSRLS");
  make_role(session, "fenqi_merchant", "NOLOGIN");
  grant_role(session, "fenqi_merchant", "fenqi_app");
  grant_role(session, "fenqi_app", "CURRENT_USER");
}

void apply(Session& session, const Migration& migration) {
  try {
    Transaction transaction(session);
    session.execute(std::string(migration.sql));
    query(session, "INSERT INTO schema_migration (version, name, sha256) VALUES ($1, $2, $3)",
          Params().int4(migration.version).text(migration.name).text(sha256_hex(migration.sql)));
    transaction.commit();
  } catch (const Fault& fault) {
    throw Unavailable(
        fmt::format("migration {} can't be applied: {}", migration.name, fault.what()));
  }
}

}  // namespace

std::string migrations_hash() {
  std::string all;
  for (const Migration& migration : embedded_migrations()) {
    all += fmt::format("{}\n{}\n", migration.name, sha256_hex(migration.sql));
  }
  return sha256_hex(all);
}

int migrate(const std::string& conninfo, std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    CHECK(migrations[i].version == static_cast<int>(i) + 1, "migration {} is number {}",
          migrations[i].name, i + 1);
  }
  Session session(conninfo, Role::Owner);
  std::map<int, Applied> applied = load_applied(session);
  check_applied(applied, migrations);
  if (is_complete(applied, migrations)) return 0;

  // Held until the connection closes, so that what the other caller applied is seen below.
  query(session, "SELECT pg_advisory_lock($1)", Params().int8(kMigrationLock));
  make_roles(session);
  session.execute(
      "CREATE TABLE IF NOT EXISTS schema_migration (version int PRIMARY KEY, name text NOT NULL, "
      "sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())");
  applied = load_applied(session);
  check_applied(applied, migrations);
  int count = 0;
  for (const Migration& migration : migrations) {
    if (applied.contains(migration.version)) continue;
    apply(session, migration);
    ++count;
  }
  return count;
}

int migrate(const std::string& conninfo) { return migrate(conninfo, embedded_migrations()); }

}  // namespace store
