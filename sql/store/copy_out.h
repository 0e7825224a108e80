// COPY ... TO STDOUT in binary, in pieces: the fastest way out of the database for a result that is
// read once from end to end. The session can do nothing else meanwhile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "sql/store/session.h"

namespace store {

/// Some rows of a COPY, read by position like store::Rows.
class CopiedRows {
 public:
  int size() const { return static_cast<int>(fields_.size() / columns_); }
  bool empty() const { return fields_.empty(); }

  bool is_null(int row, int column) const { return field(row, column).size < 0; }
  bool boolean(int row, int column) const { return *bytes(row, column, 1) != 0; }
  std::int16_t int2(int row, int column) const;
  std::int32_t int4(int row, int column) const;
  std::int64_t int8(int row, int column) const;
  std::optional<std::int64_t> int8_or_null(int row, int column) const;
  std::int64_t int8_or(int row, int column, std::int64_t otherwise) const;  ///< for NULL
  /// The nearest date between the two: also of infinite ones.
  base::Day day_within(int row, int column, base::Day from, base::Day to) const;
  /// text, char(n) and bytea; valid until the next piece
  std::string_view text(int row, int column) const;
  std::optional<std::string_view> text_or_null(int row, int column) const;
  /// int4[] and int8[] into `values`, which keeps its room. False if it is no list from 1 without
  /// NULLs, which only a table that has lost its constraints can hold.
  bool try_int8s(int row, int column, std::vector<std::int64_t>& values) const;

 private:
  friend class CopyOut;
  struct Field {
    const char* at;
    std::int32_t size;  ///< -1: NULL
  };
  const Field& field(int row, int column) const {
    return fields_[static_cast<std::size_t>(row) * columns_ + static_cast<std::size_t>(column)];
  }
  const char* bytes(int row, int column, std::int32_t size) const;

  std::size_t columns_ = 1;
  std::vector<Field> fields_;
};

class CopyOut {
 public:
  /// Pieces have `piece_rows` rows; after a shorter one the session is free again.
  CopyOut(Session& session, const std::string& select, std::size_t piece_rows = 1000);
  /// What was not read is thrown away.
  ~CopyOut();
  CopyOut(const CopyOut&) = delete;
  CopyOut& operator=(const CopyOut&) = delete;

  /// The next rows; none when all have been read.
  const CopiedRows& next();

 private:
  void free_buffers();
  /// Takes the rows of one message apart; false at the end of the data.
  bool take(std::string_view message);

  Session& session_;
  std::size_t piece_rows_;
  bool open_ = true;
  bool has_begun_ = false;
  CopiedRows rows_;
  std::vector<char*> buffers_;
};

}  // namespace store
