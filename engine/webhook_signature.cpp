#include "engine/webhook_signature.h"

#include <fmt/format.h>
#include <sodium.h>

#include "base/check.h"

namespace engine {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kBytesMin = 24;  // what the specification asks for
constexpr std::size_t kBytesMax = 64;
constexpr std::size_t kBytesMade = 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // its terminating zero
  return text;
}

}  // namespace

std::optional<std::string> parse_webhook_secret(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  std::string bytes(kBytesMax, '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size() || size < kBytesMin) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

std::string make_webhook_secret() {
  CHECK(sodium_init() >= 0, "libsodium can't start");
  std::string bytes(kBytesMade, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return fmt::format("{}{}", kPrefix, base64(bytes));
}

std::string sign_webhook(std::string_view secret, std::string_view id, std::int64_t timestamp,
                         std::string_view payload) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(secret), secret.size());
  const std::string head = fmt::format("{}.{}.", id, timestamp);
  crypto_auth_hmacsha256_update(&state, bytes_of(head), head.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(payload), payload.size());
  std::string hash(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(hash.data()));
  return fmt::format("v1,{}", base64(hash));
}

}  // namespace engine
