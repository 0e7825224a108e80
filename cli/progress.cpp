#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "cli/clock.h"

namespace cli {
namespace {

using std::chrono::steady_clock;

constexpr auto kBarEvery = std::chrono::milliseconds{100};
constexpr auto kLineEvery = std::chrono::seconds{5};
constexpr int kBarWidth = 30;

}  // namespace

base::Day today_in(const engine::Catalog& catalog) {
  const auto now =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  return catalog.zone.day_of(now, catalog.cutoff);
}

std::string duration_text(double seconds) {
  const auto total = static_cast<std::int64_t>(seconds + 0.5);
  if (total >= 3600) {
    return fmt::format("{}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
  }
  return fmt::format("{}:{:02}", total / 60, total % 60);
}

Progress::Progress(std::string title)
    : title_(std::move(title)),
      is_terminal_(::isatty(STDERR_FILENO) == 1),
      start_(steady_clock::now()),
      last_shown_(start_) {}

Progress::~Progress() {
  if (bar_is_shown_) std::cerr << "\r\x1b[K" << std::flush;
}

double Progress::seconds() const {
  return std::chrono::duration<double>(steady_clock::now() - start_).count();
}

void Progress::show(std::uint64_t done, std::optional<std::uint64_t> total, std::int64_t items,
                    const std::string& note) {
  const auto now = steady_clock::now();
  if (now - last_shown_ < (is_terminal_ ? steady_clock::duration(kBarEvery) : kLineEvery)) return;
  last_shown_ = now;
  const double elapsed = seconds();
  std::string line = title_;
  if (total && *total > 0) {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(*total));
    if (is_terminal_) {
      const int filled = static_cast<int>(share * kBarWidth);
      line += " [" + std::string(static_cast<std::size_t>(filled), '#') +
              std::string(static_cast<std::size_t>(kBarWidth - filled), '.') + "]";
    }
    line += fmt::format(" {:3.0f} %", share * 100);
    if (share > 0) line += fmt::format(", {} left", duration_text(elapsed / share - elapsed));
  }
  line += fmt::format(", {} rows, {:.0f}/s", items,
                      static_cast<double>(items) / std::max(elapsed, 0.001));
  if (!note.empty()) line += ", " + note;
  if (is_terminal_) {
    std::cerr << "\r" << line << "\x1b[K" << std::flush;
    bar_is_shown_ = true;
  } else {
    std::cerr << line << "\n";
  }
}

void Progress::end(std::int64_t items) {
  if (bar_is_shown_) std::cerr << "\r\x1b[K";
  bar_is_shown_ = false;
  std::cerr << fmt::format("{}: {} rows in {}\n", title_, items, duration_text(seconds()));
}

}  // namespace cli
