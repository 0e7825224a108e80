#include "base/weights.h"

#include <sodium/crypto_shorthash_siphash24.h>
#include <sodium/randombytes.h>

#include <cstring>
#include <memory>

#include "base/check.h"

namespace base {
namespace {

static_assert(crypto_shorthash_siphashx24_KEYBYTES == 16);

/// What tells a key of numbers from one of bytes, behind the key.
enum class KeyKind : unsigned char { Numbers = 1, Bytes = 2 };

template <std::size_t Room>
class KeyBytes {
 public:
  void add(const void* bytes, std::size_t size) {
    CHECK(size_ + size <= Room, "a key of more than {} bytes", Room);
    std::memcpy(bytes_.data() + size_, bytes, size);
    size_ += size;
  }

  uint128 weight(const std::array<unsigned char, 16>& secret) const {
    uint128 weight = 0;
    std::array<unsigned char, sizeof weight> hash;
    crypto_shorthash_siphashx24(hash.data(), bytes_.data(), size_, secret.data());
    std::memcpy(&weight, hash.data(), sizeof weight);
    return weight;
  }

 private:
  std::array<unsigned char, Room> bytes_;
  std::size_t size_ = 0;
};

}  // namespace

Weights::Weights() { randombytes_buf(secret_.data(), secret_.size()); }

uint128 Weights::of(std::initializer_list<std::int64_t> key) const {
  KeyBytes<64> bytes;
  for (const std::int64_t number : key) bytes.add(&number, sizeof number);
  bytes.add(std::array{KeyKind::Numbers}.data(), 1);
  return bytes.weight(secret_);
}

uint128 Weights::of(std::string_view key) const {
  KeyBytes<128> bytes;
  bytes.add(key.data(), key.size());
  bytes.add(std::array{KeyKind::Bytes}.data(), 1);
  return bytes.weight(secret_);
}

}  // namespace base
