// Ed25519 (RFC 8032): who has the secret signs, who has the public key checks.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/hash.h"

namespace base {

using SecretSeed = std::array<unsigned char, 32>;
using PublicKey = std::array<unsigned char, 32>;
using Signature = std::array<unsigned char, 64>;

PublicKey public_key_of(const SecretSeed& seed);

/// Names a public key: its SHA-256.
Hash fingerprint(const PublicKey& key);

/// The same for the same message and seed.
Signature sign(std::string_view message, const SecretSeed& seed);

bool verify_signature(const Signature& signature, std::string_view message, const PublicKey& key);

}  // namespace base
