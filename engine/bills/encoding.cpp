#include "engine/bills/encoding.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "engine/input/csv.h"

namespace bills {
namespace {

/// Chinese characters if the text is UTF-8: sequences of three bytes.
int three_byte_leads(std::string_view text) {
  return static_cast<int>(std::ranges::count_if(text, [](char c) { return (c & 0xf0) == 0xe0; }));
}

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c & 0x80) != 0; });
}

/// Text in GBK is hardly ever well-formed UTF-8 by chance: two Chinese characters for a whole line,
/// which has ours in every field, and four for one field, are taken as proof.
bool has_utf8(std::string_view line) {
  constexpr int kInLine = 2;
  constexpr int kInField = 4;
  if (input::is_utf8(line)) return three_byte_leads(line) >= kInLine;
  while (!line.empty()) {
    const std::size_t comma = std::min(line.find(','), line.size());
    const std::string_view field = line.substr(0, comma);
    if (three_byte_leads(field) >= kInField && input::is_utf8(field)) return true;
    line.remove_prefix(std::min(comma + 1, line.size()));
  }
  return false;
}

}  // namespace

struct Decoder::Converter {
  iconv_t handle = iconv_open("UTF-8", "GB18030");
  Converter() {
    if (handle == reinterpret_cast<iconv_t>(-1)) throw std::runtime_error("iconv has no GB18030");
  }
  ~Converter() { iconv_close(handle); }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  /// False at the first bytes that are no GBK; `out` is what came before them.
  bool convert(std::string_view text, std::string& out) {
    out.resize(text.size() * 2 + 8);  // two bytes become three at most
    char* from = const_cast<char*>(text.data());
    std::size_t left = text.size();
    char* to = out.data();
    std::size_t room = out.size();
    iconv(handle, nullptr, nullptr, nullptr, nullptr);
    const std::size_t result = iconv(handle, &from, &left, &to, &room);
    out.resize(out.size() - room);
    return result != static_cast<std::size_t>(-1);
  }
};

Decoder::Decoder() : converter_(std::make_unique<Converter>()) {}
Decoder::~Decoder() = default;

std::string_view Decoder::decode(std::string_view line, LineFault& fault) {
  fault = LineFault::None;
  if (std::memchr(line.data(), '\0', line.size()) != nullptr) {
    fault = LineFault::NulByte;
    return line;
  }
  if (is_ascii(line)) return line;
  if (encoding_ == Encoding::Undecided) {
    encoding_ = input::is_utf8(line) ? Encoding::Utf8 : Encoding::Gbk;
  }
  if (encoding_ == Encoding::Utf8) {
    if (!input::is_utf8(line)) fault = LineFault::MixedEncoding;
    return line;
  }
  if (has_utf8(line) || !converter_->convert(line, text_)) {
    fault = LineFault::MixedEncoding;
    return line;
  }
  return text_;
}

std::string to_utf8_leniently(std::string_view head) {
  Decoder decoder;
  std::string text;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    LineFault fault = LineFault::None;
    const std::string_view line = decoder.decode(head.substr(0, end), fault);
    if (fault == LineFault::None) text.append(line);
    text += '\n';
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return text;
}

}  // namespace bills
