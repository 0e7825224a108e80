#include "engine/input/xml_reader.h"

#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>

namespace input {
namespace {

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kTextBytesMax = 64 << 10;
constexpr std::size_t kBlockBytes = 64 << 10;

std::string without_prefix(std::string_view name) {
  return std::string(name.substr(name.find(':') + 1));
}

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == std::string::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

}  // namespace

std::string_view XmlNode::attribute(std::string_view attribute_name) const {
  const auto found = std::ranges::find(attributes, attribute_name,
                                       [](const auto& a) { return std::string_view(a.first); });
  return found == attributes.end() ? std::string_view() : std::string_view(found->second);
}

struct XmlReader::Impl {
  ByteSource source;
  std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser{XML_ParserCreate(nullptr),
                                                                 &XML_ParserFree};
  std::deque<XmlNode> nodes = {};  // of the block that was parsed last
  std::string text = {};
  std::int64_t text_line = 0;
  std::size_t depth = 0;
  std::string refusal = {};
  bool is_done = false;

  explicit Impl(ByteSource s) : source(std::move(s)) {
    XML_SetUserData(parser.get(), this);
    XML_SetElementHandler(
        parser.get(),
        [](void* self, const char* name, const char** attributes) {
          static_cast<Impl*>(self)->start(name, attributes);
        },
        [](void* self, const char* name) { static_cast<Impl*>(self)->end(name); });
    XML_SetCharacterDataHandler(parser.get(), [](void* self, const char* piece, int size) {
      static_cast<Impl*>(self)->add({piece, static_cast<std::size_t>(size)});
    });
    XML_SetStartDoctypeDeclHandler(
        parser.get(), [](void* self, const char*, const char*, const char*, int) {
          static_cast<Impl*>(self)->refuse("a document type is not taken");
        });
  }

  std::int64_t line() const {
    return static_cast<std::int64_t>(XML_GetCurrentLineNumber(parser.get()));
  }

  void refuse(std::string why) {
    if (refusal.empty()) refusal = std::move(why);
    XML_StopParser(parser.get(), XML_FALSE);
  }

  void start(const char* name, const char** attributes) {
    end_text();
    if (++depth > kDepthMax) return refuse("elements nested more than 64 deep");
    XmlNode& node = nodes.emplace_back(XmlNode{.name = without_prefix(name), .line = line()});
    for (; *attributes != nullptr; attributes += 2) {
      node.attributes.emplace_back(without_prefix(attributes[0]), attributes[1]);
    }
  }

  void end(const char* name) {
    end_text();
    --depth;
    nodes.push_back({.kind = XmlNode::Kind::End, .name = without_prefix(name), .line = line()});
  }

  void add(std::string_view piece) {
    if (text.empty()) text_line = line();
    if (text.size() + piece.size() > kTextBytesMax) return refuse("a text is longer than 64 kB");
    text += piece;
  }

  void end_text() {
    std::string found = trimmed(text);
    text.clear();
    if (found.empty()) return;
    nodes.push_back({.kind = XmlNode::Kind::Text, .text = std::move(found), .line = text_line});
  }

  void read_block() {
    std::array<char, kBlockBytes> block;
    const std::size_t got = source.read(block);
    is_done = got == 0;
    const auto status = XML_Parse(parser.get(), block.data(), static_cast<int>(got), is_done);
    if (status != XML_STATUS_ERROR) return;
    if (refusal.empty()) refusal = XML_ErrorString(XML_GetErrorCode(parser.get()));
    throw InputError(
        fmt::format("{}: line {}: {}", source.name(), line(), source.fault().value_or(refusal)));
  }
};

XmlReader::XmlReader(ByteSource source) : impl_(std::make_unique<Impl>(std::move(source))) {}
XmlReader::~XmlReader() = default;

const ByteSource& XmlReader::source() const { return impl_->source; }

bool XmlReader::next(XmlNode& node) {
  while (impl_->nodes.empty()) {
    if (impl_->is_done) return false;
    impl_->read_block();
  }
  node = std::move(impl_->nodes.front());
  impl_->nodes.pop_front();
  return true;
}

}  // namespace input
