#include "cli/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace cli {
namespace {

// The code point that starts at `at`, which moves behind it. The text is valid UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  char32_t point = lead & (0x3f >> more);
  for (int i = 0; i < more && at < text.size(); ++i) {
    point = (point << 6) | (static_cast<unsigned char>(text[at++]) & 0x3f);
  }
  return point;
}

std::size_t width_of(char32_t point) {
  const bool wide = (point >= 0x1100 && point <= 0x115f) || (point >= 0x2e80 && point <= 0xa4cf) ||
                    (point >= 0xac00 && point <= 0xd7a3) || (point >= 0xf900 && point <= 0xfaff) ||
                    (point >= 0xfe30 && point <= 0xfe6f) || (point >= 0xff00 && point <= 0xff60) ||
                    (point >= 0x1f300 && point <= 0x1faff) ||
                    (point >= 0x20000 && point <= 0x3fffd);
  return wide ? 2 : 1;
}

std::string padded(std::string_view text, std::size_t width, TextTable::Align align) {
  const std::size_t used = display_width(text);
  const std::string space(width > used ? width - used : 0, ' ');
  return align == TextTable::Align::Left ? std::string(text) + space : space + std::string(text);
}

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += width_of(next_code_point(text, at));
  return width;
}

std::string shorten(std::string_view text, std::size_t width) {
  struct Piece {
    std::string_view bytes;
    std::size_t width;
  };
  std::vector<Piece> pieces;
  std::size_t total = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t point = next_code_point(text, at);
    const bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
    pieces.push_back({control ? "?" : text.substr(start, at - start), width_of(point)});
    total += pieces.back().width;
  }
  std::string out;
  if (total <= width) {
    for (const Piece& piece : pieces) out += piece.bytes;
    return out;
  }
  const std::size_t head = (width - 1) * 2 / 3;
  std::size_t first = 0, used = 0;
  while (used + pieces[first].width <= head) {
    out += pieces[first].bytes;
    used += pieces[first++].width;
  }
  std::size_t last = pieces.size();
  std::size_t tail = 0;
  while (used + 1 + tail + pieces[last - 1].width <= width) tail += pieces[--last].width;
  out += "…";
  for (; last < pieces.size(); ++last) out += pieces[last].bytes;
  return out;
}

TextTable& TextTable::column(std::string heading, Align align) {
  columns_.push_back({std::move(heading), align});
  return *this;
}

TextTable& TextTable::row(std::vector<std::string> cells) {
  rows_.push_back(std::move(cells));
  return *this;
}

TextTable& TextTable::rule() {
  rows_.emplace_back();
  return *this;
}

void TextTable::print(std::ostream& out) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].heading);
    for (const auto& cells : rows_) {
      if (i < cells.size()) width = std::max(width, display_width(cells[i]));
    }
    widths.push_back(width);
  }
  const auto print_row = [&](auto cell_of) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) line += "  ";
      line += padded(cell_of(i), widths[i], columns_[i].align);
    }
    out << without_trailing_spaces(std::move(line)) << '\n';
  };
  const auto print_rule = [&] {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) line += "  ";
      for (std::size_t n = 0; n < widths[i]; ++n) line += "─";
    }
    out << line << '\n';
  };
  print_row([&](std::size_t i) { return columns_[i].heading; });
  print_rule();
  for (const auto& cells : rows_) {
    if (cells.empty()) {
      print_rule();
    } else {
      print_row([&](std::size_t i) { return i < cells.size() ? cells[i] : std::string(); });
    }
  }
}

}  // namespace cli
