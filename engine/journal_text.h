// Journals as hledger, Ledger and Beancount read them: what each writes differently, and nothing of
// where the journals come from.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "engine/journal_names.h"

namespace engine {

/// The description of the entry that brings balances forward.
inline constexpr std::string_view kBroughtForward = "BROUGHT_FORWARD";

struct JournalHead {
  base::Day opens_on;  ///< no later than the first entry
  base::Day last;
  /// Account by account, those of one name together.
  std::span<const ShownBalance> accounts;
};
/// Declares what the file uses, as strict checking asks for: accounts, commodities, descriptions
/// and tags.
void append_head(std::string& out, JournalFormat format, const JournalHead& head);

struct EntryHead {
  base::Day date;
  base::Day value_date;
  std::optional<std::int32_t> voucher;
  std::string_view description;
  /// Empty ones are left out.
  std::string_view party;
  std::string_view purchase;
  std::string_view source;
};
/// Begins an entry; its postings follow.
void append_entry(std::string& out, JournalFormat format, const EntryHead& entry);

/// One posting, a debit above 0.
void append_posting(std::string& out, std::string_view account, std::int64_t minor,
                    base::Currency currency);

}  // namespace engine
