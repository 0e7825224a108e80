// Where a command's result goes: standard output, or a file that is there whole or not at all.
#pragma once

#include <fstream>
#include <iosfwd>
#include <string>

namespace cli {

/// With a path, writes beside it and takes its place on `commit`; what was there stays until then.
/// A device or a named pipe is written to as it is, and stays.
class Output {
 public:
  /// An empty path or "-" is standard output. Throws when the file can't be written.
  explicit Output(const std::string& path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::ostream& stream();
  void write(const std::string& piece);  ///< throws when the disk is full or the pipe is gone
  void commit();

 private:
  [[noreturn]] void fail() const;

  std::string path_;
  std::string partial_;
  std::ofstream file_;
};

}  // namespace cli
