#include "cli/line_batches.h"

#include <algorithm>
#include <stdexcept>

namespace cli {
namespace {

constexpr std::size_t kReadBytes = 64 << 10;

}  // namespace

bool LineBatches::next(std::string& batch) {
  batch = rest_;
  rest_.clear();
  while (read_more(batch)) {
    const std::size_t end = batch.rfind('\n');
    if (end != std::string::npos) {
      rest_.assign(batch, end + 1);
      batch.resize(end + 1);
      return true;
    }
    if (batch.size() > line_bytes_max_) {
      batch.resize(line_bytes_max_ + 1);
      batch += '\n';
      skip_line();
      return true;
    }
  }
  return !batch.empty();
}

bool LineBatches::read_more(std::string& text) {
  const std::size_t size = text.size();
  text.resize(size + kReadBytes);
  in_.read(text.data() + size, kReadBytes);
  if (in_.bad()) throw std::runtime_error("the input can't be read");
  text.resize(size + static_cast<std::size_t>(in_.gcount()));
  return text.size() > size;
}

void LineBatches::skip_line() {
  for (; read_more(rest_); rest_.clear()) {
    const std::size_t end = rest_.find('\n');
    if (end == std::string::npos) continue;
    rest_.erase(0, end + 1);
    return;
  }
}

std::string_view take_line(std::string_view& lines) {
  const std::string_view line = lines.substr(0, lines.find('\n'));
  lines.remove_prefix(std::min(line.size() + 1, lines.size()));
  return line;
}

}  // namespace cli
