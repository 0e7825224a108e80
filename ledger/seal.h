// What a closed date is sealed with: the bytes that are hashed, chained and signed. They are fixed
// in docs/evidence.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/day.h"
#include "base/hash.h"
#include "base/signature.h"

namespace ledger {

inline constexpr std::string_view kPlainSeal = "plain-1";    ///< a hash over the leaves in order
inline constexpr std::string_view kMerkleSeal = "merkle-1";  ///< a Merkle tree, signed: today's

/// What a seal says.
struct Seal {
  std::string format;
  std::string book;  ///< its name in the catalog
  base::Day business_date;
  std::uint64_t journal_count = 0;
  base::Hash content_hash{};   ///< merkle-1: the root of the date's tree
  base::Hash previous_hash{};  ///< of the seal of the day before; zeros for a book's first

  bool operator==(const Seal&) const = default;
};

struct SealSignature {
  base::Hash key{};  ///< fingerprint of the public key
  base::Signature signature{};

  bool operator==(const SealSignature&) const = default;
};

/// A seal with the hash that the next one is chained to. A plain-1 seal has no signature.
struct SignedSeal {
  Seal seal;
  base::Hash hash{};
  std::optional<SealSignature> signature = {};

  bool operator==(const SignedSeal&) const = default;
};

/// The bytes whose SHA-256 is the seal's hash; of a merkle-1 seal they are what is signed, too.
/// Nothing for a format we don't know.
std::optional<std::string> seal_bytes(const Seal& seal);

/// A merkle-1 seal, hashed and signed.
SignedSeal sign_seal(Seal seal, const base::SecretSeed& seed);

/// What is wrong with a seal by itself, in the order it is looked for.
enum class SealFault {
  FormatUnknown,
  HashWrong,       ///< the hash is not that of what the seal says
  NotSigned,       ///< a merkle-1 seal without a signature, or a plain-1 seal with one
  KeyUnknown,      ///< signed with a key that is not among the given ones
  SignatureWrong,  ///< not made with the key it names
};

/// Checks hash and signature. `keys` are the public keys that are trusted.
std::optional<SealFault> check_seal(const SignedSeal& seal, std::span<const base::PublicKey> keys);

/// Whether `next` follows from the seal of the day before, or opens a book if there is none. A date
/// is never sealed in an older form than the one before.
bool follows(const SignedSeal& next, const SignedSeal* before);

}  // namespace ledger
