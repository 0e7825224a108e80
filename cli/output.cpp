#include "cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <stdexcept>

namespace cli {

Output::Output(const std::string& path) : path_(path == "-" ? "" : path) {
  if (path_.empty()) return;
  partial_ = fmt::format("{}.{}.partial", path_, getpid());
  file_.open(partial_, std::ios::binary | std::ios::trunc);
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
  if (!file_ || std::rename(partial_.c_str(), path_.c_str()) != 0) fail();
  partial_.clear();
}

}  // namespace cli
