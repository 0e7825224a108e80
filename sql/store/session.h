// A connection to the book's database, and the transaction every write happens in.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace soci {
class session;
}

namespace store {

/// A fault of the database or of the way to it: nobody's business "no".
class Fault : public std::runtime_error {
 public:
  Fault(std::string sqlstate, const std::string& message)
      : std::runtime_error(message), sqlstate_(std::move(sqlstate)) {}

  const std::string& sqlstate() const { return sqlstate_; }
  /// Serialization failure or deadlock: the whole operation may be run again.
  bool is_retryable() const { return sqlstate_ == "40001" || sqlstate_ == "40P01"; }
  /// A constraint of ours refused a row: the batch is halved until the item is alone.
  bool is_constraint() const { return sqlstate_.starts_with("23") || sqlstate_ == "22003"; }
  /// The connection is gone; whether a commit went through is in doubt.
  bool is_connection() const {
    return sqlstate_.empty() || sqlstate_.starts_with("08") || sqlstate_.starts_with("57P");
  }

  /// No space on the disk, no memory, too many connections (class 53).
  bool is_out_of_resources() const { return sqlstate_.starts_with("53"); }

 private:
  std::string sqlstate_;
};

/// Which role a session takes after it has connected.
enum class Role { Owner, App };

/// One connection; not shared between threads. SOCI runs the everyday statements, libpq on the same
/// connection the sets and the binary COPY.
class Session {
 public:
  explicit Session(const std::string& conninfo, Role role = Role::App);
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  soci::session& sql() { return *soci_; }
  PGconn* pg() { return pg_; }

  /// Connected, as far as can be told without asking the server, and in no transaction.
  bool is_idle();

  /// Runs statements without parameters or result.
  void execute(const std::string& statements);

 private:
  std::unique_ptr<soci::session> soci_;
  PGconn* pg_ = nullptr;
};

/// Rolls back when it goes out of scope uncommitted.
class Transaction {
 public:
  explicit Transaction(Session& session, std::string_view begin = "BEGIN");
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Session& session_;
  bool open_ = true;
};

}  // namespace store
