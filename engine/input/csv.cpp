#include "engine/input/csv.h"

#include <cstring>
#include <utility>

namespace input {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr int kEnd = -1;

}  // namespace

std::string_view code(RecordFault fault) {
  switch (fault) {
    case RecordFault::None:
      return "";
    case RecordFault::TooLong:
      return "RECORD_TOO_LONG";
    case RecordFault::NulByte:
      return "NUL_BYTE";
    case RecordFault::InvalidUtf8:
      return "INVALID_UTF8";
    case RecordFault::StrayQuote:
      return "STRAY_QUOTE";
    case RecordFault::QuoteNotClosed:
      return "QUOTE_NOT_CLOSED";
    case RecordFault::TooManyFields:
      return "TOO_MANY_FIELDS";
  }
  return "";
}

std::string_view sentence(RecordFault fault) {
  switch (fault) {
    case RecordFault::None:
      return "";
    case RecordFault::TooLong:
      return "a record is at most 1,000,000 bytes long";
    case RecordFault::NulByte:
      return "text holds no NUL byte";
    case RecordFault::InvalidUtf8:
      return "text is UTF-8";
    case RecordFault::StrayQuote:
      return "a field with a quote in it is in quotes, and its own quotes are doubled";
    case RecordFault::QuoteNotClosed:
      return "a quoted field is closed before the file ends; everything behind its quote was taken "
             "as part of it";
    case RecordFault::TooManyFields:
      return "a record has at most 1,000 fields";
  }
  return "";
}

CsvReader::CsvReader(ByteSource source) : source_(std::move(source)), buffer_(kBufferBytes) {
  while (end_ < 3) {
    const std::size_t got = source_.read(std::span(buffer_).subspan(end_));
    if (got == 0) break;
    end_ += got;
  }
  const std::string_view head(buffer_.data(), std::min<std::size_t>(end_, 3));
  if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) {
    throw InputError(source_.name() + " is UTF-16; it must be UTF-8");
  }
  if (head == "\xef\xbb\xbf") begin_ = 3;
}

bool CsvReader::fill() {
  if (begin_ < end_) return true;
  begin_ = 0;
  end_ = source_.read(buffer_);
  return end_ > 0;
}

int CsvReader::peek() { return fill() ? static_cast<unsigned char>(buffer_[begin_]) : kEnd; }

void CsvReader::put(char c) {
  if (++bytes_ > kRecordBytesMax) {
    fault_ = RecordFault::TooLong;
    return;
  }
  text_.push_back(c);
}

void CsvReader::end_field() {
  ++bytes_;  // the separator
  if (field_ends_.size() < kFieldsMax) {
    field_ends_.push_back(text_.size());
  } else if (fault_ == RecordFault::None) {
    fault_ = RecordFault::TooManyFields;
  }
}

/// Behind an opening quote, up to and including the closing one.
void CsvReader::read_quoted() {
  while (true) {
    if (!fill()) {
      if (fault_ != RecordFault::TooLong) fault_ = RecordFault::QuoteNotClosed;
      return;
    }
    // Take everything up to the next quote at once.
    const char* from = buffer_.data() + begin_;
    const auto* quote = static_cast<const char*>(std::memchr(from, '"', end_ - begin_));
    const std::size_t size =
        quote != nullptr ? static_cast<std::size_t>(quote - from) : end_ - begin_;
    for (std::size_t i = 0; i < size; ++i) {
      if (from[i] == '\n') ++line_;
    }
    bytes_ += size;
    if (bytes_ > kRecordBytesMax) {
      fault_ = RecordFault::TooLong;
    } else {
      text_.append(from, size);
    }
    begin_ += size;
    if (quote == nullptr) continue;
    ++begin_;
    if (peek() != '"') return;
    put('"');
    ++begin_;
  }
}

/// One field, up to its separator, which stays.
void CsvReader::read_field() {
  const bool quoted = peek() == '"';
  if (quoted) {
    ++begin_;
    read_quoted();
  }
  const std::size_t plain_from = text_.size();
  while (fill()) {
    const char* from = buffer_.data() + begin_;
    std::size_t size = 0;
    while (begin_ + size < end_ && from[size] != ',' && from[size] != '\n' && from[size] != '"') {
      ++size;
    }
    bytes_ += size;
    if (bytes_ > kRecordBytesMax) {
      fault_ = RecordFault::TooLong;
    } else {
      text_.append(from, size);
    }
    begin_ += size;
    if (begin_ == end_) continue;
    if (buffer_[begin_] != '"') break;
    if (fault_ == RecordFault::None) fault_ = RecordFault::StrayQuote;
    put('"');
    ++begin_;
  }
  // CRLF: the CR before a line end is part of it.
  if (peek() != ',' && text_.size() > plain_from && text_.back() == '\r') text_.pop_back();
  if (quoted && text_.size() > plain_from && fault_ == RecordFault::None) {
    fault_ = RecordFault::StrayQuote;
  }
}

bool CsvReader::next(Record& record) {
  while (true) {
    if (peek() == kEnd) return false;
    record.line = line_;
    text_.clear();
    field_ends_.clear();
    bytes_ = 0;
    fault_ = RecordFault::None;
    int separator = ',';
    while (separator == ',') {
      read_field();
      separator = peek();
      end_field();
      if (separator != kEnd) ++begin_;
    }
    ++line_;
    if (field_ends_.size() == 1 && text_.empty() && fault_ == RecordFault::None) continue;
    break;
  }
  if (fault_ == RecordFault::None && text_.find('\0') != std::string::npos) {
    fault_ = RecordFault::NulByte;
  }
  record.fields.clear();
  std::size_t from = 0;
  for (const std::size_t to : field_ends_) {
    record.fields.emplace_back(text_.data() + from, to - from);
    from = to;
    if (fault_ == RecordFault::None && !is_utf8(record.fields.back())) {
      fault_ = RecordFault::InvalidUtf8;
    }
  }
  record.fault = fault_;
  return true;
}

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  while (i < text.size()) {
    const unsigned char lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t more = 0;
    unsigned low = 0x80, high = 0xbf;  // of the second byte
    if (lead >= 0xc2 && lead <= 0xdf) {
      more = 1;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      more = 2;
      if (lead == 0xe0) low = 0xa0;
      if (lead == 0xed) high = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      more = 3;
      if (lead == 0xf0) low = 0x90;
      if (lead == 0xf4) high = 0x8f;
    } else {
      return false;
    }
    if (i + more >= text.size()) return false;
    if (byte(i + 1) < low || byte(i + 1) > high) return false;
    for (std::size_t k = 2; k <= more; ++k) {
      if (byte(i + k) < 0x80 || byte(i + k) > 0xbf) return false;
    }
    i += more + 1;
  }
  return true;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace input
