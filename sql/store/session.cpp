#include "sql/store/session.h"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include "sql/store/rows.h"

namespace store {

Session::Session(const std::string& conninfo, Role role) {
  try {
    soci_ = std::make_unique<soci::session>(soci::postgresql, conninfo);
  } catch (const soci::soci_error& error) {
    throw Fault("08001", std::string("can't connect to the database: ") + error.what());
  }
  pg_ = static_cast<soci::postgresql_session_backend*>(soci_->get_backend())->conn_;
  // Statements over unnest parameters must be planned for their parameters: a plan made while the
  // tables were empty would scan them for ever.
  execute(
      "SET plan_cache_mode = force_custom_plan; SET timezone = 'UTC'; SET datestyle = 'ISO'; "
      "SET client_min_messages = warning; SET extra_float_digits = 1");
  if (role == Role::App) execute("SET ROLE fenqi_app");
}

Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

bool Session::is_idle() {
  return PQconsumeInput(pg_) == 1 && PQstatus(pg_) == CONNECTION_OK &&
         PQtransactionStatus(pg_) == PQTRANS_IDLE;
}

void Session::execute(const std::string& statements) {
  check_result(pg_, PQexec(pg_, statements.c_str()));
}

Transaction::Transaction(Session& session, std::string_view begin) : session_(session) {
  session_.execute(std::string(begin));
}

Transaction::~Transaction() {
  if (!open_) return;
  PQclear(PQexec(session_.pg(), "ROLLBACK"));  // a lost connection has rolled back already
}

void Transaction::commit() {
  open_ = false;
  Rows result = check_result(session_.pg(), PQexec(session_.pg(), "COMMIT"));
  if (result.command_tag() != "COMMIT") throw Fault("25P02", "the transaction was rolled back");
}

}  // namespace store
