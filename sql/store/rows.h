// Sets to and from PostgreSQL in binary: parameters, result rows, and COPY.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "sql/store/session.h"

namespace store {

/// Rows of a result in binary format. Columns are read by position, in the order of the statement.
class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result, &PQclear) {}

  int size() const { return PQntuples(result_.get()); }
  bool empty() const { return size() == 0; }
  std::string command_tag() const { return PQcmdStatus(result_.get()); }
  std::int64_t affected() const;

  bool is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) == 1; }
  bool boolean(int row, int column) const;
  std::int16_t int2(int row, int column) const;
  std::int32_t int4(int row, int column) const;
  std::int64_t int8(int row, int column) const;
  std::optional<std::int64_t> int8_or_null(int row, int column) const;
  base::Day day(int row, int column) const;
  std::optional<base::Day> day_or_null(int row, int column) const;
  base::Instant instant(int row, int column) const;
  /// text, char(n) and bytea; valid as long as these rows are
  std::string_view text(int row, int column) const;
  std::vector<std::int64_t> int8s(int row, int column) const;  ///< int2[], int4[] and int8[]
  std::vector<base::Day> days(int row, int column) const;
  std::vector<std::string> texts(int row, int column) const;

 private:
  std::string_view value(int row, int column, std::size_t size) const;

  std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
};

/// Takes the result if it is a success, else throws Fault with the server's words.
Rows check_result(PGconn* connection, PGresult* result);

/// The parameters $1, $2, ... of one statement, in binary.
class Params {
 public:
  Params& int8(std::int64_t value);
  Params& int4(std::int32_t value);
  Params& int2(std::int16_t value);
  Params& boolean(bool value);
  Params& text(std::string_view value);
  Params& bytes(std::string_view value);
  Params& day(base::Day value);
  Params& instant(base::Instant value);
  Params& int8s(std::span<const std::int64_t> values);
  Params& int4s(std::span<const std::int32_t> values);
  Params& int2s(std::span<const std::int16_t> values);
  Params& booleans(std::span<const char> values);  ///< 0 or 1 each
  Params& texts(std::span<const std::string> values);
  Params& texts(std::span<const std::string_view> values);
  Params& byte_strings(std::span<const std::string> values);
  Params& days(std::span<const base::Day> values);
  Params& null();

 private:
  friend Rows query(Session& session, const char* statement, const Params& params);
  friend void for_each_row(Session& session, const char* statement, const Params& params,
                           const std::function<void(const Rows&)>& take);
  /// Where the values are, and how long, as libpq wants them; valid as long as these are.
  struct Pointers {
    std::vector<const char*> values;
    std::vector<int> lengths;
    std::vector<int> formats;
  };
  Pointers pointers() const;
  void add(Oid type, std::string value);

  std::vector<Oid> types_;
  std::vector<std::optional<std::string>> values_;
};

/// Runs one statement and returns its rows in binary.
Rows query(Session& session, const char* statement, const Params& params = {});

/// The same a row at a time, so that a result of any size fits the memory. `take` may not use the
/// session.
void for_each_row(Session& session, const char* statement, const Params& params,
                  const std::function<void(const Rows&)>& take);

/// Binary COPY into a table. Rows are buffered and sent in pieces; `finish` must be called.
///
///   CopyIn copy(session, "COPY account_day (account_id, business_date) FROM STDIN (FORMAT
///   binary)"); copy.row(2).int4(7).day(d); copy.finish();
class CopyIn {
 public:
  CopyIn(Session& session, const char* statement);
  ~CopyIn();
  CopyIn(const CopyIn&) = delete;
  CopyIn& operator=(const CopyIn&) = delete;

  CopyIn& row(std::int16_t columns);
  CopyIn& int8(std::int64_t value);
  CopyIn& int4(std::int32_t value);
  CopyIn& int2(std::int16_t value);
  CopyIn& boolean(bool value);
  CopyIn& text(std::string_view value);  ///< text, char(n) and bytea
  CopyIn& day(base::Day value);
  CopyIn& instant(base::Instant value);
  CopyIn& int8s(std::span<const std::int64_t> values);
  CopyIn& int4s(std::span<const std::int32_t> values);
  CopyIn& int2s(std::span<const std::int16_t> values);
  CopyIn& days(std::span<const base::Day> values);
  CopyIn& null();
  CopyIn& int8_or_null(std::optional<std::int64_t> value);
  CopyIn& day_or_null(std::optional<base::Day> value);

  void finish();

 private:
  void flush();

  Session& session_;
  std::string buffer_;
  bool open_ = true;
};

/// "{1,2,3}": an array as text, for bulk updates of array columns through unnest of texts.
std::string array_literal(std::span<const std::int64_t> values);
std::string array_literal(std::span<const base::Day> values);

}  // namespace store
