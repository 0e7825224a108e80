#include "cli/seals_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "engine/exports.h"
#include "engine/input/csv.h"

namespace cli {
namespace {

enum Column { Book, Date, Format, Count, Root, Previous, SealHash, Key, Signature, kColumns };

[[noreturn]] void fail(const std::filesystem::path& file, std::int64_t line,
                       std::string_view what) {
  throw SealsFileError(fmt::format("{}, line {}: {}", file.string(), line, what));
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && std::to_string(count) == text ? std::optional(count) : std::nullopt;
}

/// Nothing if a field is not as it is written.
std::optional<ledger::SignedSeal> parse_seal(const std::vector<std::string_view>& fields) {
  if (fields.size() != kColumns) return std::nullopt;
  const auto day = base::parse_day(fields[Date]);
  const auto count = parse_count(fields[Count]);
  const auto root = base::parse_hash(fields[Root]);
  const auto previous = base::parse_hash(fields[Previous]);
  const auto hash = base::parse_hash(fields[SealHash]);
  if (!day || !count || !root || !previous || !hash) return std::nullopt;
  ledger::SignedSeal sealed{.seal = {.format = std::string(fields[Format]),
                                     .book = std::string(fields[Book]),
                                     .business_date = *day,
                                     .journal_count = *count,
                                     .content_hash = *root,
                                     .previous_hash = *previous},
                            .hash = *hash};
  if (fields[Key].empty() && fields[Signature].empty()) return sealed;
  const auto key = base::parse_hash(fields[Key]);
  const auto signature = base::parse_hex(fields[Signature]);
  if (!key || !signature || signature->size() != std::tuple_size_v<base::Signature>) {
    return std::nullopt;
  }
  sealed.signature.emplace();
  sealed.signature->key = *key;
  std::ranges::copy(*signature, sealed.signature->signature.begin());
  return sealed;
}

std::string_view sentence(ledger::SealFault fault) {
  switch (fault) {
    case ledger::SealFault::FormatUnknown:
      return "a seal of an unknown form";
    case ledger::SealFault::HashWrong:
      return "the hash of the seal is not that of what the seal says";
    case ledger::SealFault::NotSigned:
      return "the seal's signature is missing or too much";
    case ledger::SealFault::KeyUnknown:
      return "the seal is signed with another key than the given one";
    case ledger::SealFault::SignatureWrong:
      return "the signature is not one of this seal";
  }
  std::unreachable();
}

}  // namespace

std::vector<ledger::SignedSeal> read_seals(const std::filesystem::path& file,
                                           std::span<const base::PublicKey> keys) {
  input::CsvReader reader{input::ByteSource(file.string())};
  input::Record record;
  const auto next = [&] {
    if (!reader.next(record)) return false;
    if (record.fault != input::RecordFault::None) {
      fail(file, record.line, input::sentence(record.fault));
    }
    return true;
  };
  if (!next() || fmt::format("{}", fmt::join(record.fields, ",")) != engine::kSealsHeader) {
    fail(file, 1, "not the header of what fenqi export seals writes");
  }
  std::vector<ledger::SignedSeal> seals;
  while (next()) {
    const auto seal = parse_seal(record.fields);
    if (!seal) fail(file, record.line, "not a seal as fenqi export seals writes it");
    if (const auto fault = ledger::check_seal(*seal, keys)) {
      fail(file, record.line, sentence(*fault));
    }
    if (!seals.empty() && !ledger::follows(*seal, &seals.back())) {
      fail(file, record.line, "the seal does not follow from the one of the day before");
    }
    seals.push_back(*seal);
  }
  if (const auto fault = reader.source().fault()) fail(file, record.line, *fault);
  if (seals.empty()) fail(file, 1, "it holds no seal");
  return seals;
}

}  // namespace cli
