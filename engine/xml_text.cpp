#include "engine/xml_text.h"

namespace engine {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

}  // namespace

void append_xml(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\t':
      case '\n':
      case '\r':  // or a parser would make it another white space
        out += c == '\t' ? "&#9;" : c == '\n' ? "&#10;" : "&#13;";
        break;
      default:
        if (static_cast<unsigned char>(c) < ' ') {
          out += kReplacement;
        } else if (text.substr(i).starts_with("\xEF\xBF\xBE") ||
                   text.substr(i).starts_with("\xEF\xBF\xBF")) {  // U+FFFE, U+FFFF
          out += kReplacement;
          i += 2;
        } else {
          out += c;
        }
    }
  }
}

void append_xml_element(std::string& out, std::string_view name, std::string_view text) {
  ((out += '<') += name) += '>';
  append_xml(out, text);
  ((out += "</") += name) += '>';
}

}  // namespace engine
