// XML as banks send it, an element at a time in constant memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/input/byte_source.h"

namespace input {

/// What the reader stands at. Names have no prefix: messages are known by their elements.
struct XmlNode {
  enum class Kind { Start, Text, End };

  Kind kind = Kind::Start;
  std::string name = {};  ///< of Start and End
  std::string text = {};  ///< of Text: unescaped, white space at both ends taken off, never empty
  std::vector<std::pair<std::string, std::string>> attributes = {};  ///< of Start
  std::int64_t line = 0;                                             ///< counted from 1

  std::string_view attribute(std::string_view attribute_name) const;  ///< "" if there is none
};

/// Reads well-formed XML 1.0. A document type is refused, so that no entity is ever expanded; so
/// are elements nested more than 64 deep and texts above 64 kB.
class XmlReader {
 public:
  explicit XmlReader(ByteSource source);
  ~XmlReader();

  /// False behind the root element. Throws InputError, with the line, for what is not XML.
  bool next(XmlNode& node);

  const ByteSource& source() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace input
