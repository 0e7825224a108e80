// CSV as RFC 4180 has it: records out of bytes, one at a time, in constant memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/input/byte_source.h"

namespace input {

/// A longer record is refused without being kept: no row of ours comes near it.
inline constexpr std::size_t kRecordBytesMax = 1'000'000;

/// Why a record can't be read, in the order they are found out.
enum class RecordFault {
  None,
  TooLong,  ///< above kRecordBytesMax
  NulByte,
  InvalidUtf8,
  StrayQuote,      ///< a quote inside an unquoted field, or text after a closing one
  QuoteNotClosed,  ///< the file ends inside a quoted field
  TooManyFields,   ///< above kFieldsMax
};

inline constexpr std::size_t kFieldsMax = 1'000;

std::string_view code(RecordFault fault);
std::string_view sentence(RecordFault fault);

/// One record. The views live until the next one is read.
struct Record {
  std::int64_t line = 0;  ///< of the file, counted from 1, where the record starts
  RecordFault fault = RecordFault::None;
  std::vector<std::string_view> fields;  ///< unquoted; what was read so far when there is a fault
};

/// Reads records. Fields are separated by commas, records end with LF or CRLF; a field in quotes
/// may hold commas, line ends and doubled quotes. Empty lines are skipped, and so is a UTF-8 byte
/// order mark. A record with a fault is reported in its place and reading goes on behind it.
class CsvReader {
 public:
  explicit CsvReader(ByteSource source);

  /// False at the end of the input; ask `source().fault()` whether it is the true one.
  bool next(Record& record);

  const ByteSource& source() const { return source_; }

 private:
  bool fill();
  int peek();
  void put(char c);
  void end_field();
  void read_field();
  void read_quoted();

  ByteSource source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::int64_t line_ = 1;

  // Of the record being read.
  std::string text_;                     // the fields' bytes, one after the other
  std::vector<std::size_t> field_ends_;  // in text_
  std::size_t bytes_ = 0;
  RecordFault fault_ = RecordFault::None;
};

/// Whether the text is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

/// A field as CSV: in quotes where it needs them.
std::string csv_field(std::string_view text);

}  // namespace input
