// The canonical text of a journal (docs/evidence.md), read back into its fields.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/hash.h"
#include "base/money.h"

namespace ledger {

/// The form of the text, its first field. A later form gets another name.
inline constexpr std::string_view kJournalContentForm = "plain-1";

/// An account as the text names it.
struct ContentAccount {
  std::string code;
  std::optional<std::string> owner;
  std::string tag;

  bool operator==(const ContentAccount&) const = default;
};

struct ContentTransfer {
  ContentAccount debit;
  ContentAccount credit;
  base::Money amount;

  bool operator==(const ContentTransfer&) const = default;
};

struct JournalContent {
  std::string party_kind;  ///< as a number, "1" a customer
  std::string party;
  std::string rule;
  std::optional<std::string> source_ref;
  std::optional<std::string> purchase_ref;
  base::Currency currency;
  base::Day business_date;
  base::Day value_date;
  std::optional<base::Hash> reversed;  ///< leaf of the journal that this one reverses
  std::vector<ContentTransfer> transfers;

  bool operator==(const JournalContent&) const = default;
};

/// A field of the text, "5:SALE1,": the length in bytes makes it unambiguous whatever the value
/// holds. What is absent is "-,".
void append_content_field(std::string& out, std::optional<std::string_view> value);
void append_content_field(std::string& out, std::int64_t value);

/// Nothing if the text is not exactly of that form.
std::optional<JournalContent> parse_journal_content(std::string_view text);

/// "customer" for "1"; the number itself where it has no name.
std::string party_kind_name(std::string_view number);

}  // namespace ledger
