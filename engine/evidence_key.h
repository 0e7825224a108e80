// The key that seals are signed with: a file that only its owner can read, and the public keys
// beside it, which anybody may have.
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "base/signature.h"
#include "sql/store/session.h"

namespace engine {

/// The key can't be read, made or used; the text names the file and says what to do.
struct EvidenceKeyError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// FENQI_EVIDENCE_KEY, or evidence.key in the data directory.
std::filesystem::path evidence_key_file();

/// Its public keys: the same name with .pub behind it.
std::filesystem::path public_key_file(const std::filesystem::path& key_file);

/// Reads the key: 64 hexadecimal digits, the seed of RFC 8032. Nothing if there is no such file.
/// A file that others than its owner may read, or that is not of this form, is an error.
std::optional<base::SecretSeed> load_evidence_key(const std::filesystem::path& file);

/// Makes a new key, mode 0600, and adds its public key to those beside it. A file that is there is
/// never overwritten: that is an error.
base::SecretSeed make_evidence_key(const std::filesystem::path& file);

/// The key of a book: the file's, or a new one for a book that has no signed seal yet. A book whose
/// key is missing gets no other one unasked: that is an error. Its public key is among those beside
/// the file afterwards.
base::SecretSeed open_evidence_key(store::Session& session,
                                   const std::filesystem::path& file = evidence_key_file());

/// Public keys, one a line as 64 hexadecimal digits, the newest last. None if there is no such
/// file.
std::vector<base::PublicKey> load_public_keys(const std::filesystem::path& file);

/// Those that are trusted here: what lies beside the key file.
std::vector<base::PublicKey> trusted_public_keys();

}  // namespace engine
