// The rejects file: each row that was not taken, with the reason, for whoever puts it right.
#pragma once

#include <fstream>
#include <string>
#include <string_view>

#include "engine/input/rows.h"

namespace input {

/// CSV: line,code,field,value,detail and, where several files are read at once, file. It is written
/// beside its place and takes it on `commit`, whole; without a reject there is no file, and an
/// earlier one of that name is gone. An empty path writes nothing.
class RejectsFile {
 public:
  explicit RejectsFile(std::string path, bool names_file = false);
  ~RejectsFile();
  RejectsFile(const RejectsFile&) = delete;
  RejectsFile& operator=(const RejectsFile&) = delete;

  void add(const Reject& reject, std::string_view file = {});
  /// Throws InputError when the file could not be written as a whole.
  void commit();

  std::int64_t count() const { return count_; }

 private:
  std::string path_;
  std::string partial_;
  bool names_file_;
  std::ofstream out_;
  std::int64_t count_ = 0;
};

}  // namespace input
