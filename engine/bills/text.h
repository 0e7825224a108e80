// A bill as text: decoded lines out of bytes, in constant memory, with the hash of all of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/bills/bytes.h"
#include "engine/bills/encoding.h"

namespace bills {

class Text {
 public:
  explicit Text(std::unique_ptr<Bytes> bytes);
  ~Text();
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  /// The first bytes (kHeadBytes), which are still to be read.
  std::string_view head();

  /// The next line without its end, in UTF-8, without a byte order mark. The view lives until the
  /// next call. A line with a fault has the bytes as they are. False at the end.
  bool next(std::string_view& line);
  LineFault line_fault() const { return fault_; }
  std::int64_t line_number() const { return number_; }  ///< of the last line, from 1

  /// Bytes as they are, for formats that are not lines.
  std::size_t read(std::span<char> out);

  /// Reads what is left, so that the hash is of the whole.
  void drain();
  std::optional<std::string> broken_off() const { return bytes_->fault(); }
  std::string sha1();    ///< in hexadecimal; after `drain`
  std::string sha256();  ///< likewise
  std::uint64_t size() const { return size_; }

 private:
  struct Hashes;
  bool fill();

  std::unique_ptr<Bytes> bytes_;
  std::unique_ptr<Hashes> hashes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t size_ = 0;
  bool at_start_ = true;
  std::string raw_;
  Decoder decoder_;
  LineFault fault_ = LineFault::None;
  std::int64_t number_ = 0;
};

}  // namespace bills
