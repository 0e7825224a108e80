#include "sql/store/copy_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstring>

#include "base/check.h"
#include "sql/store/rows.h"

namespace store {
namespace {

constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
const base::Day kEpoch = base::make_day(2000, 1, 1);

template <std::integral T>
T number_at(const char* bytes) {
  static_assert(std::endian::native == std::endian::little);
  std::make_unsigned_t<T> bits;
  std::memcpy(&bits, bytes, sizeof bits);
  return static_cast<T>(std::byteswap(bits));
}

/// Reads numbers and fields off a message, never beyond its end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool is_at_end() const { return bytes_.empty(); }
  const char* skip(std::size_t size) {
    CHECK(size <= bytes_.size(), "a COPY row ends {} bytes early", size - bytes_.size());
    const char* at = bytes_.data();
    bytes_.remove_prefix(size);
    return at;
  }
  template <std::integral T>
  T number() {
    return number_at<T>(skip(sizeof(T)));
  }

 private:
  std::string_view bytes_;
};

}  // namespace

const char* CopiedRows::bytes(int row, int column, std::int32_t size) const {
  const Field& value = field(row, column);
  CHECK(value.size == size, "column {} has {} bytes instead of {}", column, value.size, size);
  return value.at;
}

std::int16_t CopiedRows::int2(int row, int column) const {
  return number_at<std::int16_t>(bytes(row, column, 2));
}
std::int32_t CopiedRows::int4(int row, int column) const {
  return number_at<std::int32_t>(bytes(row, column, 4));
}
std::int64_t CopiedRows::int8(int row, int column) const {
  return number_at<std::int64_t>(bytes(row, column, 8));
}
std::optional<std::int64_t> CopiedRows::int8_or_null(int row, int column) const {
  return is_null(row, column) ? std::nullopt : std::optional(int8(row, column));
}
std::int64_t CopiedRows::int8_or(int row, int column, std::int64_t otherwise) const {
  return is_null(row, column) ? otherwise : int8(row, column);
}

base::Day CopiedRows::day_within(int row, int column, base::Day from, base::Day to) const {
  return base::plus_days(kEpoch, std::clamp(int4(row, column), base::days_between(kEpoch, from),
                                            base::days_between(kEpoch, to)));
}

std::string_view CopiedRows::text(int row, int column) const {
  const Field& value = field(row, column);
  CHECK(value.size >= 0, "column {} is NULL", column);
  return {value.at, static_cast<std::size_t>(value.size)};
}
std::optional<std::string_view> CopiedRows::text_or_null(int row, int column) const {
  return is_null(row, column) ? std::nullopt : std::optional(text(row, column));
}

bool CopiedRows::try_int8s(int row, int column, std::vector<std::int64_t>& values) const {
  constexpr std::int32_t kHead = 12, kDimension = 8;
  values.clear();
  const Field& value = field(row, column);
  if (value.size < kHead) return false;
  if (value.size == kHead) return number_at<std::int32_t>(value.at) == 0;
  const bool is_list =
      value.size > kHead + kDimension + 4 && number_at<std::int32_t>(value.at) == 1 &&
      number_at<std::int32_t>(value.at + 4) == 0 && number_at<std::int32_t>(value.at + 16) == 1;
  if (!is_list) return false;
  const auto count = number_at<std::int32_t>(value.at + kHead);
  const auto width = number_at<std::int32_t>(value.at + kHead + kDimension);
  const bool is_filled = (width == 4 || width == 8) &&
                         value.size == kHead + kDimension + std::int64_t{count} * (4 + width);
  if (!is_filled) return false;
  values.reserve(static_cast<std::size_t>(count));
  for (const char* at = value.at + kHead + kDimension + 4; std::ssize(values) < count;
       at += 4 + width) {
    values.push_back(width == 8 ? number_at<std::int64_t>(at) : number_at<std::int32_t>(at));
  }
  return true;
}

CopyOut::CopyOut(Session& session, const std::string& select, std::size_t piece_rows)
    : session_(session), piece_rows_(piece_rows) {
  PGresult* result =
      PQexec(session_.pg(), fmt::format("COPY ({}) TO STDOUT (FORMAT binary)", select).c_str());
  if (PQresultStatus(result) != PGRES_COPY_OUT) {
    open_ = false;
    check_result(session_.pg(), result);  // throws
  }
  rows_.columns_ = static_cast<std::size_t>(PQnfields(result));
  PQclear(result);
}

CopyOut::~CopyOut() {
  free_buffers();
  if (!open_) return;
  if (PGcancel* cancel = PQgetCancel(session_.pg())) {
    char error[256];
    PQcancel(cancel, error, sizeof error);
    PQfreeCancel(cancel);
  }
  char* buffer = nullptr;
  while (PQgetCopyData(session_.pg(), &buffer, 0) > 0) PQfreemem(buffer);
  while (PGresult* result = PQgetResult(session_.pg())) PQclear(result);
}

void CopyOut::free_buffers() {
  for (char* buffer : buffers_) PQfreemem(buffer);
  buffers_.clear();
}

const CopiedRows& CopyOut::next() {
  free_buffers();
  rows_.fields_.clear();
  while (open_ && buffers_.size() < piece_rows_) {
    char* buffer = nullptr;
    const int size = PQgetCopyData(session_.pg(), &buffer, 0);
    if (size > 0) {
      buffers_.push_back(buffer);
      take({buffer, static_cast<std::size_t>(size)});
      continue;
    }
    open_ = false;
    PGresult* last = PQgetResult(session_.pg());
    while (PGresult* more = PQgetResult(session_.pg())) PQclear(more);
    check_result(session_.pg(), last);
  }
  return rows_;
}

bool CopyOut::take(std::string_view message) {
  Reader reader(message);
  if (!has_begun_) {
    has_begun_ = true;
    CHECK(message.starts_with(kSignature), "COPY sent no binary data");
    reader.skip(kSignature.size() + 4);
    reader.skip(static_cast<std::size_t>(reader.number<std::int32_t>()));
  }
  while (!reader.is_at_end()) {
    const auto columns = reader.number<std::int16_t>();
    if (columns < 0) return false;
    CHECK(static_cast<std::size_t>(columns) == rows_.columns_, "a COPY row of {} columns", columns);
    for (int i = 0; i < columns; ++i) {
      const auto size = reader.number<std::int32_t>();
      rows_.fields_.push_back(
          {size < 0 ? nullptr : reader.skip(static_cast<std::size_t>(size)), size});
    }
  }
  return true;
}

}  // namespace store
