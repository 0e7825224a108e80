// SHA-256 and its spelling in hexadecimal digits.
#pragma once

#include <sodium/crypto_hash_sha256.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace base {

inline constexpr std::size_t kHashBytes = 32;
using Hash = std::array<unsigned char, kHashBytes>;

Hash sha256(std::string_view bytes);

/// The same of bytes that come one after the other.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  Hash hash() const;  ///< of the bytes so far

 private:
  crypto_hash_sha256_state state_;
};

std::string to_hex(std::span<const unsigned char> bytes);

/// Lower-case digits only, so that a value is spelled in one way. Nothing: another character, or an
/// odd number of them.
std::optional<std::string> parse_hex(std::string_view digits);

/// The same for exactly 64 digits.
std::optional<Hash> parse_hash(std::string_view digits);

/// The 32 bytes of a hash as a database returns them; a CHECK on another length.
Hash hash_of_bytes(std::string_view bytes);

std::string_view bytes_of(std::span<const unsigned char> bytes);

}  // namespace base
