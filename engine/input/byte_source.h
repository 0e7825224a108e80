// Bytes of a file or of standard input, unpacked on the way when they are gzip.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

namespace input {

/// An input that can't be used as a whole: not there, a directory, no header, a column missing.
/// Nothing of it has been posted. A command ends with exit code 65.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads in pieces of constant size. Gzip is known by its first two bytes, not by its name, and may
/// have several members.
class ByteSource {
 public:
  /// "-" is standard input. Throws InputError for a directory or what can't be opened.
  explicit ByteSource(const std::string& path);
  ~ByteSource();
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;

  const std::string& name() const;

  /// Fills as much of `out` as there is; 0 at the end. Where the input breaks off (a truncated or
  /// corrupt gzip, a read error) it ends early and `fault` says why, so that what was whole counts.
  std::size_t read(std::span<char> out);

  std::optional<std::string> fault() const;

  std::uint64_t bytes_taken() const;                 ///< as stored, before unpacking
  std::optional<std::uint64_t> bytes_total() const;  ///< of a regular file

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace input
