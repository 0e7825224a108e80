// UTF-8 or GBK, line by line: a file is in one of them, and a line in the other is told.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace bills {

enum class LineFault {
  None,
  TooLong,  ///< above input::kRecordBytesMax
  NulByte,
  MixedEncoding,  ///< UTF-8 in a GBK file, or bytes that are no UTF-8 in a UTF-8 file
};

/// Decodes a file's lines to UTF-8. The first line that is not plain ASCII decides: UTF-8 if it is
/// well-formed, else GBK (read as GB18030, which contains it).
class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// The view is of `line` itself or lives until the next call.
  std::string_view decode(std::string_view line, LineFault& fault);

 private:
  enum class Encoding { Undecided, Utf8, Gbk };
  struct Converter;

  Encoding encoding_ = Encoding::Undecided;
  std::unique_ptr<Converter> converter_;
  std::string text_;
};

/// The first lines of a file, to tell its format by; what can't be decoded is left out.
std::string to_utf8_leniently(std::string_view head);

}  // namespace bills
