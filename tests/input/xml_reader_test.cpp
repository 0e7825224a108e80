#include "engine/input/xml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/property.h"

namespace {

using input::XmlNode;
using input::XmlReader;
using testing::HasSubstr;

class File {
 public:
  explicit File(const std::string& bytes) {
    path_ = (std::filesystem::temp_directory_path() / "fenqi-xml-XXXXXX").string();
    ::close(::mkstemp(path_.data()));
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// "(a x=1 (b) text)": the document in another notation.
std::string read(const std::string& bytes) {
  const File file(bytes);
  XmlReader reader{input::ByteSource(file.path())};
  std::string out;
  XmlNode node;
  while (reader.next(node)) {
    switch (node.kind) {
      case XmlNode::Kind::Start:
        out += "(" + node.name;
        for (const auto& [name, value] : node.attributes) out += " " + name + "=" + value;
        break;
      case XmlNode::Kind::Text:
        out += " " + node.text;
        break;
      case XmlNode::Kind::End:
        out += ")";
        break;
    }
  }
  return out;
}

std::string error_of(const std::string& bytes) {
  try {
    return "read: " + read(bytes);
  } catch (const input::InputError& error) {
    return error.what();
  }
}

TEST(XmlReaderTest, ReadsElementsAttributesAndTexts) {
  EXPECT_EQ(
      read("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a - b -->\n"
           "<p:Doc xmlns:p=\"urn:x\"><Amt Ccy='EUR'> 10.12\n</Amt><Empty /><b></b></p:Doc>\n"),
      "(Doc p=urn:x(Amt Ccy=EUR 10.12)(Empty)(b))");
  EXPECT_EQ(read("<a>1 &lt; 2 &amp;&amp; &#x5355;&#65;</a>"), "(a 1 < 2 && 单A)");
  EXPECT_EQ(read("<a><![CDATA[<not> & markup]]></a>"), "(a <not> & markup)");
}

TEST(XmlReaderTest, RefusesWhatIsNoXmlWithItsLine) {
  EXPECT_THAT(error_of(""), HasSubstr("line 1: no element found"));
  EXPECT_THAT(error_of("<a>\n<b></a>"), HasSubstr("line 2: mismatched tag"));
  EXPECT_THAT(error_of("<a>"), HasSubstr("no element found"));
  EXPECT_THAT(error_of("<a/><b/>"), HasSubstr("junk after document element"));
  EXPECT_THAT(error_of("<a x=1/>"), HasSubstr("not well-formed"));
  EXPECT_THAT(error_of("<a>&nbsp;</a>"), HasSubstr("undefined entity"));
  EXPECT_THAT(error_of("<a>&#xD800;</a>"), HasSubstr("reference to invalid character number"));
  EXPECT_THAT(error_of("payout_ref,status"), HasSubstr("syntax error"));
  EXPECT_THAT(error_of("<a>\xB0\xA1</a>"), HasSubstr("not well-formed"));  // GBK
  EXPECT_THAT(error_of("<a>" + std::string(70'000, ' ') + std::string(70'000, 'x') + "</a>"),
              HasSubstr("64 kB"));
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += "<a>";
  EXPECT_THAT(error_of(deep), HasSubstr("nested"));
}

// An entity that names another, nine times over, is never expanded.
TEST(XmlReaderTest, TakesNoDocumentType) {
  EXPECT_THAT(error_of("<!DOCTYPE a [<!ENTITY b \"ha\">]><a>&b;</a>"), HasSubstr("document type"));
}

TEST(XmlReaderTest, AnyBytesAreReadOrRefused) {
  tests::property([] {
    const auto alphabet = rc::gen::element('<', '>', '/', '&', ';', '"', '=', 'a', '!', '[', ']',
                                           '-', '?', '#', ' ', '\n', '\xE5');
    const auto bytes = *rc::gen::container<std::string>(alphabet);
    static_cast<void>(error_of("<a>" + bytes + "</a>"));
  });
}

}  // namespace
