#include "api/request.h"

#include <algorithm>
#include <charconv>

namespace api {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Visit>
void each_part(std::string_view text, char separator, Visit visit) {
  while (true) {
    const std::size_t end = text.find(separator);
    visit(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

struct MediaRange {
  std::string type;
  double quality = 1;
};

MediaRange media_range_of(std::string_view text) {
  MediaRange range;
  bool first = true;
  each_part(text, ';', [&](std::string_view part) {
    if (first) {
      range.type = lower(part);
    } else if (lower(part).starts_with("q=")) {
      const std::string_view number = trimmed(part.substr(2));
      const auto [end, error] =
          std::from_chars(number.data(), number.data() + number.size(), range.quality);
      if (error != std::errc() || end != number.data() + number.size()) range.quality = 0;
    }
    first = false;
  });
  return range;
}

// How closely a range names a type: 0 not at all, 3 exactly.
int closeness(const std::string& range, std::string_view type) {
  if (range == type) return 3;
  if (range == std::string(type.substr(0, type.find('/'))) + "/*") return 2;
  return range == "*/*" ? 1 : 0;
}

}  // namespace

bool is_plain_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x20 || lead == 0x7f) return false;
    if (lead < 0x80) continue;
    const int more = lead >= 0xf0 && lead < 0xf5   ? 3
                     : lead >= 0xe0 && lead < 0xf0 ? 2
                     : lead >= 0xc2 && lead < 0xe0 ? 1
                                                   : 0;
    if (more == 0) return false;
    char32_t point = lead & (0x3f >> more);
    for (int n = 0; n < more; ++n, ++i) {
      if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return false;
      point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3f);
    }
    const char32_t least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return false;
  }
  return true;
}

std::optional<std::vector<std::string>> path_segments(const std::string& target) {
  std::string_view path = std::string_view(target).substr(0, target.find('?'));
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  std::vector<std::string> segments;
  bool valid = true;
  while (true) {
    const std::size_t end = path.find('/');
    const auto segment = percent_decoded(path.substr(0, end));
    valid = valid && segment && is_plain_utf8(*segment);
    if (!valid) return std::nullopt;
    segments.push_back(*segment);
    if (end == std::string_view::npos) return segments;
    path.remove_prefix(end + 1);
  }
}

std::optional<std::size_t> preferred(const std::string& accept,
                                     const std::vector<std::string_view>& offered) {
  if (trimmed(accept).empty()) return 0;
  std::vector<MediaRange> ranges;
  each_part(accept, ',', [&](std::string_view part) { ranges.push_back(media_range_of(part)); });
  std::optional<std::size_t> best;
  double best_quality = 0;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    int closest = 0;
    double quality = 0;
    for (const MediaRange& range : ranges) {
      const int close = closeness(range.type, offered[i]);
      if (close > closest) {
        closest = close;
        quality = range.quality;
      }
    }
    if (quality > best_quality) {
      best = i;
      best_quality = quality;
    }
  }
  return best;
}

std::string api_key_of(const httplib::Request& request) {
  const std::string authorization = request.get_header_value("Authorization");
  constexpr std::string_view kBearer = "bearer ";
  if (lower(authorization).starts_with(kBearer)) {
    return std::string(trimmed(std::string_view(authorization).substr(kBearer.size())));
  }
  return authorization.empty() ? request.get_header_value("X-Api-Key") : "";
}

bool names_etag(const std::string& if_none_match, std::string_view etag) {
  const auto opaque = [](std::string_view tag) {
    return tag.starts_with("W/") ? tag.substr(2) : tag;
  };
  bool found = false;
  each_part(if_none_match, ',', [&](std::string_view part) {
    found = found || part == "*" || (!part.empty() && opaque(part) == opaque(etag));
  });
  return found;
}

}  // namespace api
