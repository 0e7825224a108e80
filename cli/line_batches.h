// Lines of a stream of any length, in constant memory.
#pragma once

#include <istream>
#include <string>
#include <string_view>

namespace cli {

/// Some whole lines at a time.
class LineBatches {
 public:
  LineBatches(std::istream& in, std::size_t line_bytes_max)
      : in_(in), line_bytes_max_(line_bytes_max) {}

  /// The next lines, each with its newline but for the input's last. Of a line longer than the most
  /// one byte more is kept, to tell by; the others are read and forgotten. False at the end of the
  /// input.
  bool next(std::string& batch);

 private:
  bool read_more(std::string& text);
  void skip_line();

  std::istream& in_;
  std::size_t line_bytes_max_;
  std::string rest_;  // read, but not yet in a batch
};

/// Takes the first line off `lines`, without its newline.
std::string_view take_line(std::string_view& lines);

}  // namespace cli
