// Progress on standard error: a bar on a terminal, a line every few seconds elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace cli {

class Progress {
 public:
  explicit Progress(std::string title);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// How much is done, as a share of `total` where that is known; `items` gives the rate. May be
  /// called as often as one likes.
  void show(std::uint64_t done, std::optional<std::uint64_t> total, std::int64_t items,
            const std::string& note = {});

  /// Takes the bar away; on a pipe, says how it went.
  void end(std::int64_t items);

 private:
  double seconds() const;

  std::string title_;
  bool is_terminal_;
  bool bar_is_shown_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_shown_;
};

/// "1:05" or "2:03:09".
std::string duration_text(double seconds);

}  // namespace cli
