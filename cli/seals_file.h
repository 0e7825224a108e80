// The seals of a book as `fenqi export seals` writes them, kept by somebody else and read back.
#pragma once

#include <filesystem>
#include <span>
#include <stdexcept>
#include <vector>

#include "base/signature.h"
#include "ledger/seal.h"

namespace cli {

/// The file is none of seals, or one of its seals is wrong; the text names the line.
struct SealsFileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The seals of a file, in order, each signed with one of `keys` and chained to the one before.
/// At least one.
std::vector<ledger::SignedSeal> read_seals(const std::filesystem::path& file,
                                           std::span<const base::PublicKey> keys);

}  // namespace cli
