// Lines of a file, plain or gzip, in constant memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/input/byte_source.h"

namespace cli {

inline constexpr std::size_t kLineBytesMax = 64 << 10;
inline constexpr std::size_t kReadBytes = 64 << 10;

/// A line of the file; of one that is too long nothing is kept.
struct FileLine {
  std::string text;
  bool is_too_long = false;
};

/// Lines out of bytes in constant memory.
class FileLines {
 public:
  explicit FileLines(const std::string& path) : source_(path), block_(kReadBytes) {}

  bool next(FileLine& line) {
    line = {};
    bool any = false;
    for (;;) {
      if (at_ == size_) {
        size_ = source_.read(block_);
        at_ = 0;
        if (size_ == 0) break;
      }
      any = true;
      const char c = block_[at_++];
      if (c == '\n') break;
      if (line.text.size() == kLineBytesMax) line.is_too_long = true;
      if (!line.is_too_long) line.text += c;
    }
    if (line.is_too_long) line.text.clear();
    if (line.text.ends_with('\r')) line.text.pop_back();
    ++number_;
    return any;
  }

  std::int64_t number() const { return number_; }
  const input::ByteSource& source() const { return source_; }

 private:
  input::ByteSource source_;
  std::vector<char> block_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  std::int64_t number_ = 0;
};

}  // namespace cli
