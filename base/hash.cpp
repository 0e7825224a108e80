#include "base/hash.h"

#include <algorithm>

#include "base/check.h"

namespace base {
namespace {

static_assert(kHashBytes == crypto_hash_sha256_BYTES);

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

Hash sha256(std::string_view bytes) {
  Hash hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
  return hash;
}

Sha256::Sha256() { crypto_hash_sha256_init(&state_); }

void Sha256::add(std::string_view bytes) {
  crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()),
                            bytes.size());
}

Hash Sha256::hash() const {
  crypto_hash_sha256_state last = state_;
  Hash hash;
  crypto_hash_sha256_final(&last, hash.data());
  return hash;
}

std::string to_hex(std::span<const unsigned char> bytes) {
  std::string digits;
  digits.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    digits += kDigits[byte >> 4];
    digits += kDigits[byte & 15];
  }
  return digits;
}

std::optional<std::string> parse_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const std::size_t high = kDigits.find(digits[i]);
    const std::size_t low = kDigits.find(digits[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::optional<Hash> parse_hash(std::string_view digits) {
  if (digits.size() != 2 * kHashBytes) return std::nullopt;
  const auto bytes = parse_hex(digits);
  return bytes ? std::optional(hash_of_bytes(*bytes)) : std::nullopt;
}

Hash hash_of_bytes(std::string_view bytes) {
  CHECK(bytes.size() == kHashBytes, "a hash of {} bytes", bytes.size());
  Hash hash;
  std::ranges::copy(bytes, hash.begin());
  return hash;
}

std::string_view bytes_of(std::span<const unsigned char> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace base
