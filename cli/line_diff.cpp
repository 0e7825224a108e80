#include "cli/line_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cli {
namespace {

constexpr std::size_t kContext = 3;
constexpr std::size_t kCellsMax = 25'000'000;  // beyond, everything between the ends is exchanged

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

struct Edit {
  char sign;  // ' ', '-' or '+'
  std::string_view line;
};

/// What turns a[from..] into b[from..], by the longest common subsequence.
std::vector<Edit> edits_of(const Lines& a, const Lines& b) {
  const std::size_t n = a.size(), m = b.size();
  std::vector<Edit> edits;
  std::vector<std::uint32_t> common;  // of the suffixes from i and j
  const bool is_small = (n + 1) * (m + 1) <= kCellsMax;
  if (is_small) {
    common.assign((n + 1) * (m + 1), 0);
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t j = m; j-- > 0;) {
        common[i * (m + 1) + j] =
            a[i] == b[j] ? common[(i + 1) * (m + 1) + j + 1] + 1
                         : std::max(common[(i + 1) * (m + 1) + j], common[i * (m + 1) + j + 1]);
      }
    }
  }
  std::size_t i = 0, j = 0;
  while (i < n || j < m) {
    if (is_small && i < n && j < m && a[i] == b[j]) {
      edits.push_back({' ', a[i]});
      ++i, ++j;
    } else if (i < n && (j == m || !is_small ||
                         common[(i + 1) * (m + 1) + j] >= common[i * (m + 1) + j + 1])) {
      edits.push_back({'-', a[i++]});
    } else {
      edits.push_back({'+', b[j++]});
    }
  }
  return edits;
}

}  // namespace

std::string line_diff(std::string_view before, std::string_view after) {
  if (before == after) return "";
  const std::vector<Edit> edits = edits_of(lines_of(before), lines_of(after));
  std::string text;
  std::size_t old_line = 1, new_line = 1, printed = 0;  // printed: edits behind the last hunk
  for (std::size_t at = 0; at < edits.size();) {
    const auto changed = [](const Edit& edit) { return edit.sign != ' '; };
    const auto next =
        std::find_if(edits.begin() + static_cast<std::ptrdiff_t>(at), edits.end(), changed);
    if (next == edits.end()) break;
    const auto change = static_cast<std::size_t>(next - edits.begin());
    const std::size_t begin = std::max(printed, change - std::min(change, kContext));
    for (; printed < begin; ++printed) ++old_line, ++new_line;
    std::size_t end = change, quiet = 0;
    while (end < edits.size() && quiet <= 2 * kContext)
      quiet = changed(edits[end++]) ? 0 : quiet + 1;
    end -= quiet > kContext ? quiet - kContext : 0;
    std::string body;
    std::size_t old_count = 0, new_count = 0;
    for (std::size_t k = begin; k < end; ++k) {
      body += fmt::format("{}{}\n", edits[k].sign, edits[k].line);
      old_count += edits[k].sign != '+';
      new_count += edits[k].sign != '-';
    }
    text += fmt::format("@@ -{},{} +{},{} @@\n{}", old_line, old_count, new_line, new_count, body);
    old_line += old_count;
    new_line += new_count;
    printed = at = end;
  }
  return text.empty() ? "\\ only the last line end differs\n" : text;
}

}  // namespace cli
