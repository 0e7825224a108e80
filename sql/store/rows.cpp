#include "sql/store/rows.h"

#include <fmt/format.h>

#include <bit>
#include <concepts>
#include <cstring>

#include "base/check.h"

namespace store {
namespace {

constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25, kDate = 1082,
              kTimestamptz = 1184;
constexpr Oid kBoolArray = 1000, kByteaArray = 1001, kInt2Array = 1005, kInt4Array = 1007,
              kTextArray = 1009, kInt8Array = 1016, kDateArray = 1182;

const base::Day kEpoch = base::make_day(2000, 1, 1);
const base::Instant kEpochInstant{kEpoch.time_since_epoch()};

template <std::integral T>
void put(std::string& out, T value) {
  static_assert(std::endian::native == std::endian::little);
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  char bytes[sizeof(T)];
  for (std::size_t i = sizeof(T); i-- > 0; bits = static_cast<decltype(bits)>(bits >> 7 >> 1)) {
    bytes[i] = static_cast<char>(bits & 0xff);
  }
  out.append(bytes, sizeof(T));
}

template <std::integral T>
T get(const char* bytes) {
  std::make_unsigned_t<T> bits = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bits = static_cast<decltype(bits)>((bits << 7 << 1) | static_cast<unsigned char>(bytes[i]));
  }
  return static_cast<T>(bits);
}

std::int32_t pg_day(base::Day day) { return base::days_between(kEpoch, day); }
std::int64_t pg_instant(base::Instant instant) { return (instant - kEpochInstant).count(); }

/// The binary form of a one-dimensional array from 1; `element` appends length and value of one.
template <class Values, class Element>
std::string array_of(Oid type, const Values& values, Element element) {
  std::string out;
  out.reserve(20 + values.size() * 12);
  put<std::int32_t>(out, values.empty() ? 0 : 1);
  put<std::int32_t>(out, 0);  // no NULLs
  put<std::int32_t>(out, static_cast<std::int32_t>(type));
  if (values.empty()) return out;
  put<std::int32_t>(out, static_cast<std::int32_t>(values.size()));
  put<std::int32_t>(out, 1);  // lower bound
  for (const auto& value : values) element(out, value);
  return out;
}

template <std::integral T>
void put_sized(std::string& out, T value) {
  put<std::int32_t>(out, sizeof(T));
  put<T>(out, value);
}

void put_sized_text(std::string& out, std::string_view value) {
  put<std::int32_t>(out, static_cast<std::int32_t>(value.size()));
  out.append(value);
}

std::string int8_array(std::span<const std::int64_t> values) {
  return array_of(kInt8, values, [](std::string& out, std::int64_t v) { put_sized(out, v); });
}
std::string int4_array(std::span<const std::int32_t> values) {
  return array_of(kInt4, values, [](std::string& out, std::int32_t v) { put_sized(out, v); });
}
std::string int2_array(std::span<const std::int16_t> values) {
  return array_of(kInt2, values, [](std::string& out, std::int16_t v) { put_sized(out, v); });
}
std::string day_array(std::span<const base::Day> values) {
  return array_of(kDate, values, [](std::string& out, base::Day v) { put_sized(out, pg_day(v)); });
}
template <class Text>
std::string text_array(Oid type, std::span<const Text> values) {
  return array_of(type, values, [](std::string& out, const Text& v) { put_sized_text(out, v); });
}

/// Walks the elements of a binary array.
template <class Element>
void each_element(std::string_view bytes, Element element) {
  CHECK(bytes.size() >= 12, "an array of {} bytes", bytes.size());
  const auto dimensions = get<std::int32_t>(bytes.data());
  if (dimensions == 0) return;
  CHECK(dimensions == 1 && bytes.size() >= 20, "an array of {} dimensions", dimensions);
  const auto count = get<std::int32_t>(bytes.data() + 12);
  const char* at = bytes.data() + 20;
  for (std::int32_t i = 0; i < count; ++i) {
    const auto size = get<std::int32_t>(at);
    CHECK(size >= 0, "a NULL in an array");
    element(std::string_view(at + 4, static_cast<std::size_t>(size)));
    at += 4 + size;
  }
}

[[noreturn]] void throw_fault(PGconn* connection, PGresult* result) {
  const char* state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  std::string sqlstate = state ? state : "";
  std::string message = result && *PQresultErrorMessage(result) ? PQresultErrorMessage(result)
                                                                : PQerrorMessage(connection);
  while (!message.empty() && message.back() == '\n') message.pop_back();
  if (sqlstate.empty() && PQstatus(connection) != CONNECTION_OK) sqlstate = "08006";
  PQclear(result);
  throw Fault(std::move(sqlstate), message);
}

}  // namespace

Rows check_result(PGconn* connection, PGresult* result) {
  const ExecStatusType status = result ? PQresultStatus(result) : PGRES_FATAL_ERROR;
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
    throw_fault(connection, result);
  }
  return Rows(result);
}

std::int64_t Rows::affected() const {
  const char* text = PQcmdTuples(result_.get());
  return *text ? std::stoll(text) : 0;
}

std::string_view Rows::value(int row, int column, std::size_t size) const {
  CHECK(!is_null(row, column), "column {} is NULL", PQfname(result_.get(), column));
  const auto length = static_cast<std::size_t>(PQgetlength(result_.get(), row, column));
  CHECK(size == 0 || length == size, "column {} has {} bytes instead of {}",
        PQfname(result_.get(), column), length, size);
  return {PQgetvalue(result_.get(), row, column), length};
}

bool Rows::boolean(int row, int column) const { return value(row, column, 1)[0] != 0; }
std::int16_t Rows::int2(int row, int column) const {
  return get<std::int16_t>(value(row, column, 2).data());
}
std::int32_t Rows::int4(int row, int column) const {
  return get<std::int32_t>(value(row, column, 4).data());
}
std::int64_t Rows::int8(int row, int column) const {
  return get<std::int64_t>(value(row, column, 8).data());
}
std::optional<std::int64_t> Rows::int8_or_null(int row, int column) const {
  return is_null(row, column) ? std::nullopt : std::optional(int8(row, column));
}
base::Day Rows::day(int row, int column) const {
  return base::plus_days(kEpoch, get<std::int32_t>(value(row, column, 4).data()));
}
std::optional<base::Day> Rows::day_or_null(int row, int column) const {
  return is_null(row, column) ? std::nullopt : std::optional(day(row, column));
}
base::Instant Rows::instant(int row, int column) const {
  return kEpochInstant + std::chrono::microseconds(int8(row, column));
}
std::string_view Rows::text(int row, int column) const { return value(row, column, 0); }

std::vector<std::int64_t> Rows::int8s(int row, int column) const {
  std::vector<std::int64_t> values;
  each_element(value(row, column, 0), [&](std::string_view e) {
    switch (e.size()) {
      case 2:
        values.push_back(get<std::int16_t>(e.data()));
        break;
      case 4:
        values.push_back(get<std::int32_t>(e.data()));
        break;
      case 8:
        values.push_back(get<std::int64_t>(e.data()));
        break;
      default:
        CHECK(false, "an integer of {} bytes", e.size());
    }
  });
  return values;
}

std::vector<base::Day> Rows::days(int row, int column) const {
  std::vector<base::Day> values;
  each_element(value(row, column, 0), [&](std::string_view e) {
    values.push_back(base::plus_days(kEpoch, get<std::int32_t>(e.data())));
  });
  return values;
}

std::vector<std::string> Rows::texts(int row, int column) const {
  std::vector<std::string> values;
  each_element(value(row, column, 0), [&](std::string_view e) { values.emplace_back(e); });
  return values;
}

void Params::add(Oid type, std::string value) {
  types_.push_back(type);
  values_.emplace_back(std::move(value));
}

template <std::integral T>
static std::string binary(T value) {
  std::string out;
  put(out, value);
  return out;
}

Params& Params::int8(std::int64_t value) { return add(kInt8, binary(value)), *this; }
Params& Params::int4(std::int32_t value) { return add(kInt4, binary(value)), *this; }
Params& Params::int2(std::int16_t value) { return add(kInt2, binary(value)), *this; }
Params& Params::boolean(bool value) { return add(kBool, std::string(1, value ? 1 : 0)), *this; }
Params& Params::text(std::string_view value) { return add(kText, std::string(value)), *this; }
Params& Params::bytes(std::string_view value) { return add(kBytea, std::string(value)), *this; }
Params& Params::day(base::Day value) { return add(kDate, binary(pg_day(value))), *this; }
Params& Params::instant(base::Instant value) {
  return add(kTimestamptz, binary(pg_instant(value))), *this;
}
Params& Params::int8s(std::span<const std::int64_t> values) {
  return add(kInt8Array, int8_array(values)), *this;
}
Params& Params::int4s(std::span<const std::int32_t> values) {
  return add(kInt4Array, int4_array(values)), *this;
}
Params& Params::int2s(std::span<const std::int16_t> values) {
  return add(kInt2Array, int2_array(values)), *this;
}
Params& Params::booleans(std::span<const char> values) {
  return add(kBoolArray, array_of(kBool, values,
                                  [](std::string& out, char v) {
                                    put<std::int32_t>(out, 1);
                                    out.push_back(v ? 1 : 0);
                                  })),
         *this;
}
Params& Params::texts(std::span<const std::string> values) {
  return add(kTextArray, text_array(kText, values)), *this;
}
Params& Params::texts(std::span<const std::string_view> values) {
  return add(kTextArray, text_array(kText, values)), *this;
}
Params& Params::byte_strings(std::span<const std::string> values) {
  return add(kByteaArray, text_array(kBytea, values)), *this;
}
Params& Params::days(std::span<const base::Day> values) {
  return add(kDateArray, day_array(values)), *this;
}
Params& Params::null() {
  types_.push_back(0);
  values_.emplace_back();
  return *this;
}

Params::Pointers Params::pointers() const {
  Pointers p;
  p.formats.assign(values_.size(), 1);
  for (const auto& value : values_) {
    p.values.push_back(value ? value->data() : nullptr);
    p.lengths.push_back(value ? static_cast<int>(value->size()) : 0);
  }
  return p;
}

Rows query(Session& session, const char* statement, const Params& params) {
  const Params::Pointers p = params.pointers();
  return check_result(
      session.pg(),
      PQexecParams(session.pg(), statement, static_cast<int>(p.values.size()), params.types_.data(),
                   p.values.data(), p.lengths.data(), p.formats.data(), 1));
}

void for_each_row(Session& session, const char* statement, const Params& params,
                  const std::function<void(const Rows&)>& take) {
  /// Reads on to the end of the result, so that the session can be used again.
  struct Drain {
    PGconn* connection;
    ~Drain() {
      while (PGresult* result = PQgetResult(connection)) PQclear(result);
    }
  };
  const Params::Pointers p = params.pointers();
  if (PQsendQueryParams(session.pg(), statement, static_cast<int>(p.values.size()),
                        params.types_.data(), p.values.data(), p.lengths.data(), p.formats.data(),
                        1) != 1) {
    throw_fault(session.pg(), nullptr);
  }
  const Drain drain{session.pg()};
  PQsetSingleRowMode(session.pg());
  while (PGresult* result = PQgetResult(session.pg())) {
    if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
      take(Rows(result));
    } else {
      check_result(session.pg(), result);  // the end, or a fault on the way
    }
  }
}

CopyIn::CopyIn(Session& session, const char* statement) : session_(session) {
  PGresult* result = PQexec(session_.pg(), statement);
  if (PQresultStatus(result) != PGRES_COPY_IN) {
    open_ = false;
    throw_fault(session_.pg(), result);
  }
  PQclear(result);
  buffer_.reserve(1 << 17);
  buffer_.append("PGCOPY\n\377\r\n\0", 11);
  put<std::int32_t>(buffer_, 0);  // flags
  put<std::int32_t>(buffer_, 0);  // header extension
}

CopyIn::~CopyIn() {
  if (!open_) return;
  PQputCopyEnd(session_.pg(), "abandoned");
  while (PGresult* result = PQgetResult(session_.pg())) PQclear(result);
}

void CopyIn::flush() {
  if (buffer_.empty()) return;
  if (PQputCopyData(session_.pg(), buffer_.data(), static_cast<int>(buffer_.size())) != 1) {
    open_ = false;
    throw_fault(session_.pg(), PQgetResult(session_.pg()));
  }
  buffer_.clear();
}

CopyIn& CopyIn::row(std::int16_t columns) {
  constexpr std::size_t kPiece = 1 << 16;
  if (buffer_.size() >= kPiece) flush();
  put(buffer_, columns);
  return *this;
}
CopyIn& CopyIn::int8(std::int64_t value) { return put_sized(buffer_, value), *this; }
CopyIn& CopyIn::int4(std::int32_t value) { return put_sized(buffer_, value), *this; }
CopyIn& CopyIn::int2(std::int16_t value) { return put_sized(buffer_, value), *this; }
CopyIn& CopyIn::boolean(bool value) {
  put<std::int32_t>(buffer_, 1);
  buffer_.push_back(value ? 1 : 0);
  return *this;
}
CopyIn& CopyIn::text(std::string_view value) { return put_sized_text(buffer_, value), *this; }
CopyIn& CopyIn::day(base::Day value) { return put_sized(buffer_, pg_day(value)), *this; }
CopyIn& CopyIn::instant(base::Instant value) {
  return put_sized(buffer_, pg_instant(value)), *this;
}
CopyIn& CopyIn::int8s(std::span<const std::int64_t> values) { return text(int8_array(values)); }
CopyIn& CopyIn::int4s(std::span<const std::int32_t> values) { return text(int4_array(values)); }
CopyIn& CopyIn::int2s(std::span<const std::int16_t> values) { return text(int2_array(values)); }
CopyIn& CopyIn::days(std::span<const base::Day> values) { return text(day_array(values)); }
CopyIn& CopyIn::null() {
  put<std::int32_t>(buffer_, -1);
  return *this;
}
CopyIn& CopyIn::int8_or_null(std::optional<std::int64_t> value) {
  return value ? int8(*value) : null();
}
CopyIn& CopyIn::day_or_null(std::optional<base::Day> value) { return value ? day(*value) : null(); }

void CopyIn::finish() {
  put<std::int16_t>(buffer_, -1);
  flush();
  open_ = false;
  if (PQputCopyEnd(session_.pg(), nullptr) != 1) {
    throw_fault(session_.pg(), PQgetResult(session_.pg()));
  }
  PGresult* result = PQgetResult(session_.pg());
  if (PQresultStatus(result) != PGRES_COMMAND_OK) {
    while (PGresult* more = PQgetResult(session_.pg())) PQclear(more);
    throw_fault(session_.pg(), result);
  }
  PQclear(result);
  while (PGresult* more = PQgetResult(session_.pg())) PQclear(more);
}

std::string array_literal(std::span<const std::int64_t> values) {
  return fmt::format("{{{}}}", fmt::join(values, ","));
}

std::string array_literal(std::span<const base::Day> values) {
  std::string out = "{";
  for (const base::Day day : values) {
    if (out.size() > 1) out += ',';
    out += base::to_string(day);
  }
  return out += '}';
}

}  // namespace store
