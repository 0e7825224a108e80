#include "engine/input/rejects_file.h"

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace input {
namespace fs = std::filesystem;

RejectsFile::RejectsFile(std::string path, bool names_file)
    : path_(std::move(path)), names_file_(names_file) {
  if (path_.empty()) return;
  std::error_code ignored;
  const fs::file_status status = fs::status(path_, ignored);
  if (fs::is_directory(status)) throw InputError(path_ + " is a directory, not a rejects file");
  // A pipe or a device has no place to be taken.
  const bool is_plain = !fs::exists(status) || fs::is_regular_file(status);
  partial_ = is_plain ? path_ + ".partial" : path_;
  out_.open(partial_, std::ios::binary | std::ios::trunc);  // now, before anything is posted
  if (!out_) throw InputError("the rejects file " + path_ + " can't be written");
}

RejectsFile::~RejectsFile() {
  if (partial_.empty() || partial_ == path_ || !out_.is_open()) return;
  // Not committed: what is there stays for a look.
  out_.close();
  std::error_code ignored;
  if (count_ == 0) fs::remove(partial_, ignored);
}

void RejectsFile::add(const Reject& reject, std::string_view file) {
  ++count_;
  if (path_.empty()) return;
  if (count_ == 1) out_ << "line,code,field,value,detail" << (names_file_ ? ",file" : "") << '\n';
  out_ << reject.line << ',' << csv_field(reject.code) << ',' << csv_field(reject.field) << ','
       << csv_field(reject.value) << ',' << csv_field(reject.detail);
  if (names_file_) out_ << ',' << csv_field(file);
  out_ << '\n';
}

void RejectsFile::commit() {
  if (path_.empty()) return;
  out_.close();
  if (out_.fail()) throw InputError("the rejects file " + path_ + " could not be written whole");
  if (partial_ == path_) return;
  std::error_code error;
  if (count_ == 0) {
    fs::remove(partial_, error);
    fs::remove(path_, error);
    return;
  }
  fs::rename(partial_, path_, error);
  if (error) throw InputError("the rejects file " + path_ + ": " + error.message());
}

}  // namespace input
