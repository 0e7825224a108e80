#include "cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace cli {
namespace {

/// Whether a file may take the place of what is there: of a device or a pipe it must not.
bool is_replaceable(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::file_status there = std::filesystem::status(path, ignored);
  return !std::filesystem::exists(there) || std::filesystem::is_regular_file(there);
}

}  // namespace

Output::Output(const std::string& path) : path_(path == "-" ? "" : path) {
  if (path_.empty()) return;
  if (is_replaceable(path_)) partial_ = fmt::format("{}.{}.partial", path_, getpid());
  errno = 0;
  file_.open(partial_.empty() ? path_ : partial_, std::ios::binary | std::ios::trunc);
  if (!file_) fail();
}

Output::~Output() {
  if (partial_.empty()) return;
  file_.close();
  std::remove(partial_.c_str());
}

void Output::fail() const {
  const std::string reason = std::strerror(errno);
  throw std::runtime_error(
      fmt::format("can't write {}: {}", path_.empty() ? "standard output" : path_, reason));
}

std::ostream& Output::stream() { return path_.empty() ? std::cout : file_; }

void Output::write(const std::string& piece) {
  errno = 0;
  stream().write(piece.data(), static_cast<std::streamsize>(piece.size()));
  if (!stream()) fail();
}

void Output::commit() {
  errno = 0;
  stream().flush();
  if (!stream()) fail();
  if (path_.empty()) return;
  file_.close();
  if (!file_) fail();
  if (partial_.empty()) return;
  if (std::rename(partial_.c_str(), path_.c_str()) != 0) fail();
  partial_.clear();
}

}  // namespace cli
