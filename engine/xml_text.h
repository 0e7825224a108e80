// Text in XML 1.0.
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// Appends character data. The text is UTF-8; a character that XML 1.0 has no way to write, such as
/// most control characters, becomes U+FFFD.
void append_xml(std::string& out, std::string_view text);

/// Appends <name>text</name>.
void append_xml_element(std::string& out, std::string_view name, std::string_view text);

}  // namespace engine
