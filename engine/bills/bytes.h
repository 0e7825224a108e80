// Where a bill's bytes come from: a file, gzip, standard input, or the right member of a zip.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace bills {

/// Unpacked bytes, in pieces of constant size.
class Bytes {
 public:
  virtual ~Bytes() = default;
  /// Fills as much of `out` as there is; 0 at the end.
  virtual std::size_t read(std::span<char> out) = 0;
  /// Why the input broke off, if it did.
  virtual std::optional<std::string> fault() const = 0;
};

/// Opens a file, plain or gzip; "-" is standard input. Of a zip the one member is taken that is a
/// bill by its content (names in a zip are in any encoding and in any order). Throws
/// input::InputError for what can't be opened, and for a zip with none or several such members.
std::unique_ptr<Bytes> open_bytes(const std::string& path);

/// The bytes of a text, for tests.
std::unique_ptr<Bytes> text_bytes(std::string text);

}  // namespace bills
