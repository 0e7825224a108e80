#include "base/signature.h"

#include <sodium.h>

#include <tuple>

namespace base {
namespace {

static_assert(std::tuple_size_v<SecretSeed> == crypto_sign_ed25519_SEEDBYTES);
static_assert(std::tuple_size_v<PublicKey> == crypto_sign_ed25519_PUBLICKEYBYTES);
static_assert(std::tuple_size_v<Signature> == crypto_sign_ed25519_BYTES);

const unsigned char* data_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// libsodium's form of a secret: the seed and the public key.
class Pair {
 public:
  explicit Pair(const SecretSeed& seed) {
    crypto_sign_ed25519_seed_keypair(public_key.data(), secret.data(), seed.data());
  }
  ~Pair() { sodium_memzero(secret.data(), secret.size()); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  PublicKey public_key;
  std::array<unsigned char, crypto_sign_ed25519_SECRETKEYBYTES> secret;
};

}  // namespace

PublicKey public_key_of(const SecretSeed& seed) { return Pair(seed).public_key; }

Hash fingerprint(const PublicKey& key) { return sha256(bytes_of(key)); }

Signature sign(std::string_view message, const SecretSeed& seed) {
  const Pair pair(seed);
  Signature signature;
  crypto_sign_ed25519_detached(signature.data(), nullptr, data_of(message), message.size(),
                               pair.secret.data());
  return signature;
}

bool verify_signature(const Signature& signature, std::string_view message, const PublicKey& key) {
  return crypto_sign_ed25519_verify_detached(signature.data(), data_of(message), message.size(),
                                             key.data()) == 0;
}

}  // namespace base
