#include "base/hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/check.h"

namespace base {
namespace {

static_assert(kHashBytes == crypto_hash_sha256_BYTES);

constexpr std::string_view kDigits = "0123456789abcdef";

/// OpenSSL uses the processor's instructions for SHA-256 and libsodium doesn't: a node of a tree
/// takes a third of the time. The context is kept, because making one takes longer than to hash.
class Digest {
 public:
  Hash hash(std::string_view bytes) {
    Hash result;
    const bool is_done = EVP_DigestInit_ex2(context_.get(), sha256_.get(), nullptr) == 1 &&
                         EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1 &&
                         EVP_DigestFinal_ex(context_.get(), result.data(), nullptr) == 1;
    CHECK(is_done, "OpenSSL can't hash {} bytes", bytes.size());
    return result;
  }

 private:
  std::unique_ptr<EVP_MD, void (*)(EVP_MD*)> sha256_{EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                     EVP_MD_free};
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

}  // namespace

Hash sha256(std::string_view bytes) {
  thread_local Digest digest;
  return digest.hash(bytes);
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
