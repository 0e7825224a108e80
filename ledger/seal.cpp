#include "ledger/seal.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace ledger {
namespace {

/// "5:SALE1,": the length makes any sequence of fields unambiguous.
std::string field(std::string_view value) { return fmt::format("{}:{},", value.size(), value); }

/// previous || date || count, most significant byte first || content
std::string plain_bytes(const Seal& seal) {
  std::string bytes(base::bytes_of(seal.previous_hash));
  bytes += base::to_string(seal.business_date);
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(seal.journal_count >> shift & 255);
  }
  bytes += base::bytes_of(seal.content_hash);
  return bytes;
}

/// The first field keeps a signature from being taken for one of something else.
std::string merkle_bytes(const Seal& seal) {
  return field("fenqi-seal") + field(seal.format) + field(seal.book) +
         field(base::to_string(seal.business_date)) + field(std::to_string(seal.journal_count)) +
         field(base::to_hex(seal.content_hash)) + field(base::to_hex(seal.previous_hash));
}

}  // namespace

std::optional<std::string> seal_bytes(const Seal& seal) {
  if (seal.format == kPlainSeal) return plain_bytes(seal);
  if (seal.format == kMerkleSeal) return merkle_bytes(seal);
  return std::nullopt;
}

SignedSeal sign_seal(Seal seal, const base::SecretSeed& seed) {
  CHECK(seal.format == kMerkleSeal, "signing a seal of the form {}", seal.format);
  const std::string bytes = merkle_bytes(seal);
  return {.seal = std::move(seal),
          .hash = base::sha256(bytes),
          .signature = SealSignature{.key = base::fingerprint(base::public_key_of(seed)),
                                     .signature = base::sign(bytes, seed)}};
}

std::optional<SealFault> check_seal(const SignedSeal& seal, std::span<const base::PublicKey> keys) {
  const auto bytes = seal_bytes(seal.seal);
  if (!bytes) return SealFault::FormatUnknown;
  if (base::sha256(*bytes) != seal.hash) return SealFault::HashWrong;
  const bool is_plain = seal.seal.format == kPlainSeal;
  if (is_plain == seal.signature.has_value()) return SealFault::NotSigned;
  if (is_plain) return std::nullopt;
  const auto key = std::ranges::find(keys, seal.signature->key, base::fingerprint);
  if (key == keys.end()) return SealFault::KeyUnknown;
  if (!base::verify_signature(seal.signature->signature, *bytes, *key)) {
    return SealFault::SignatureWrong;
  }
  return std::nullopt;
}

bool follows(const SignedSeal& next, const SignedSeal* before) {
  if (before == nullptr) return next.seal.previous_hash == base::Hash{};
  const bool is_older_form = next.seal.format == kPlainSeal && before->seal.format != kPlainSeal;
  return next.seal.previous_hash == before->hash && next.seal.book == before->seal.book &&
         next.seal.business_date == base::plus_days(before->seal.business_date, 1) &&
         !is_older_form;
}

}  // namespace ledger
