#include "engine/bills/text.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstring>

#include "engine/bills/format.h"
#include "engine/input/csv.h"

namespace bills {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

}  // namespace

struct Text::Hashes {
  EVP_MD_CTX* sha1 = EVP_MD_CTX_new();
  EVP_MD_CTX* sha256 = EVP_MD_CTX_new();

  Hashes() {
    EVP_DigestInit_ex(sha1, EVP_sha1(), nullptr);
    EVP_DigestInit_ex(sha256, EVP_sha256(), nullptr);
  }
  ~Hashes() {
    EVP_MD_CTX_free(sha1);
    EVP_MD_CTX_free(sha256);
  }
  Hashes(const Hashes&) = delete;
  Hashes& operator=(const Hashes&) = delete;

  void take(std::string_view piece) {
    EVP_DigestUpdate(sha1, piece.data(), piece.size());
    EVP_DigestUpdate(sha256, piece.data(), piece.size());
  }
  static std::string finish(EVP_MD_CTX* context) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
    unsigned size = 0;
    EVP_DigestFinal_ex(context, digest.data(), &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
    return hex;
  }
};

Text::Text(std::unique_ptr<Bytes> bytes)
    : bytes_(std::move(bytes)), hashes_(std::make_unique<Hashes>()), buffer_(kBufferBytes) {}
Text::~Text() = default;

bool Text::fill() {
  if (begin_ < end_) return true;
  begin_ = end_ = 0;
  const std::size_t got = bytes_->read(buffer_);
  hashes_->take({buffer_.data(), got});
  size_ += got;
  end_ = got;
  return got > 0;
}

std::string_view Text::head() {
  while (end_ < kHeadBytes) {
    const std::size_t got = bytes_->read(std::span(buffer_).subspan(end_));
    if (got == 0) break;
    hashes_->take({buffer_.data() + end_, got});
    size_ += got;
    end_ += got;
  }
  return {buffer_.data(), std::min(end_, kHeadBytes)};
}

bool Text::next(std::string_view& line) {
  raw_.clear();
  bool is_long = false;
  bool any = false;
  while (fill()) {
    any = true;
    const char* from = buffer_.data() + begin_;
    const auto* end = static_cast<const char*>(std::memchr(from, '\n', end_ - begin_));
    const std::size_t size = end != nullptr ? static_cast<std::size_t>(end - from) : end_ - begin_;
    if (raw_.size() + size > input::kRecordBytesMax) {
      is_long = true;
    } else {
      raw_.append(from, size);
    }
    begin_ += size + (end != nullptr ? 1 : 0);
    if (end != nullptr) break;
  }
  if (!any) return false;
  ++number_;
  std::string_view raw = raw_;
  if (at_start_ && raw.starts_with("\xef\xbb\xbf")) raw.remove_prefix(3);
  at_start_ = false;
  if (raw.ends_with('\r')) raw.remove_suffix(1);
  line = decoder_.decode(raw, fault_);
  if (is_long) fault_ = LineFault::TooLong;
  return true;
}

std::size_t Text::read(std::span<char> out) {
  if (!fill()) return 0;
  const std::size_t size = std::min(out.size(), end_ - begin_);
  std::memcpy(out.data(), buffer_.data() + begin_, size);
  begin_ += size;
  return size;
}

void Text::drain() {
  begin_ = end_;
  while (fill()) begin_ = end_;
}

std::string Text::sha1() { return Hashes::finish(hashes_->sha1); }
std::string Text::sha256() { return Hashes::finish(hashes_->sha256); }

}  // namespace bills
