#include "engine/account_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "base/check.h"
#include "base/wide.h"
#include "engine/book.h"
#include "engine/toml_section.h"

namespace engine {
namespace {

constexpr std::size_t kTextBytesMax = 200;

std::string plain_text(Section& section, std::string_view key) {
  std::string text = section.text(key);
  const bool is_plain = std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
  if (text.empty() || text.size() > kTextBytesMax || !is_plain) {
    wrong(section.path(key), text, "is a text of 1 to 200 bytes without control characters");
  }
  return text;
}

AccountRow read_row(Section section) {
  AccountRow row;
  const int number = section.whole("code", 1, 9999);
  const auto code = ledger::find_code(number);
  if (!code) {
    wrong(section.path("code"), std::to_string(number),
          "is a code of the chart in docs/accounting.md");
  }
  row.code = *code;
  if (section.find("owner") != nullptr) {
    row.owner = plain_text(section, "owner");
    if (ledger::entry(row.code).owner == ledger::Owner::None) {
      wrong(section.path("owner"), *row.owner,
            fmt::format("is for accounts that have one; {} has none", number));
    }
  }
  if (section.find("tag") != nullptr) {
    row.tag = plain_text(section, "tag");
    if (!ledger::entry(row.code).has_tag) {
      wrong(section.path("tag"), *row.tag,
            fmt::format("is for accounts that have one; {} has none", number));
    }
  }
  if (section.find("currency") != nullptr) {
    row.currency = base::Currency::find(section.text("currency"));
    if (!row.currency) {
      wrong(section.path("currency"), section.text("currency"), "is a currency of ISO 4217");
    }
  }
  row.number = section.name("number");
  row.name = section.find("name") != nullptr ? plain_text(section, "name")
                                             : std::string(ledger::entry(row.code).name);
  row.detail = section.choice<AccountDetail>("detail", section.text_or("detail", "owner_and_tag"),
                                             {{"owner_and_tag", AccountDetail::OwnerAndTag},
                                              {"owner", AccountDetail::Owner},
                                              {"none", AccountDetail::Nothing}});
  section.done();
  return row;
}

template <class T>
bool can_meet(const std::optional<T>& a, const std::optional<T>& b) {
  return !a || !b || *a == *b;
}
/// Whether `a` names all that `b` names.
bool names_all_of(const AccountRow& a, const AccountRow& b) {
  return (a.owner || !b.owner) && (a.tag || !b.tag) && (a.currency || !b.currency);
}
int keys_of(const AccountRow& row) {
  return (row.owner ? 1 : 0) + (row.tag ? 1 : 0) + (row.currency ? 1 : 0);
}
bool has_same_key(const AccountRow& a, const AccountRow& b) {
  return std::tie(a.code, a.owner, a.tag, a.currency) ==
         std::tie(b.code, b.owner, b.tag, b.currency);
}

std::string key_text(const AccountRow& row) {
  std::string text = std::to_string(static_cast<std::int32_t>(row.code));
  if (row.owner) text += " owner " + *row.owner;
  if (row.tag) text += " tag " + *row.tag;
  if (row.currency) text += fmt::format(" currency {}", row.currency->code());
  return text;
}

/// Of two rows that one account can belong to, one says more; or a third settles it.
void check_not_ambiguous(const std::vector<AccountRow>& rows, std::size_t at) {
  const AccountRow& row = rows[at];
  const std::string where = fmt::format("account[{}]", at + 1);
  for (std::size_t i = 0; i < at; ++i) {
    const AccountRow& other = rows[i];
    if (has_same_key(row, other)) wrong(where, key_text(row), "is mapped once");
    if (row.code != other.code || !can_meet(row.owner, other.owner) ||
        !can_meet(row.tag, other.tag) || !can_meet(row.currency, other.currency) ||
        names_all_of(row, other) || names_all_of(other, row)) {
      continue;
    }
    AccountRow both = row;
    if (!both.owner) both.owner = other.owner;
    if (!both.tag) both.tag = other.tag;
    if (!both.currency) both.currency = other.currency;
    if (std::ranges::none_of(rows, [&](const AccountRow& r) { return has_same_key(r, both); })) {
      wrong(where, key_text(row),
            fmt::format("is ambiguous with [[account]] {}: a row for {} has to say which number "
                        "such an account has",
                        key_text(other), key_text(both)));
    }
  }
}

/// Rows of one number print as one account, so that they may differ in nothing that is printed.
void check_number(const std::vector<AccountRow>& rows, std::size_t at) {
  const AccountRow& row = rows[at];
  const std::string where = fmt::format("account[{}]", at + 1);
  const auto& entry = ledger::entry(row.code);
  for (const AccountRow& other : rows) {
    if (other.number != row.number) continue;
    const auto& its = ledger::entry(other.code);
    if (other.name != row.name) {
      wrong(where + ".name", row.name,
            fmt::format("is one for a number: {} is \"{}\" too", row.number, other.name));
    }
    if (other.detail != row.detail) {
      wrong(where + ".detail", row.number, "is the same in all rows of a number");
    }
    if (ledger::is_memo(other.code) != ledger::is_memo(row.code)) {
      wrong(where + ".number", row.number,
            "is not both for memo accounts (from 9000) and for others: they balance apart");
    }
    const bool owners_differ =
        (entry.owner == ledger::Owner::None) != (its.owner == ledger::Owner::None);
    if ((row.detail != AccountDetail::Nothing && owners_differ) ||
        (row.detail == AccountDetail::OwnerAndTag && entry.has_tag != its.has_tag)) {
      wrong(where + ".number", row.number,
            fmt::format("joins {} and {}, of which one has an owner or tag and the other has not: "
                        "give them a detail that both have, \"owner\" or \"none\"",
                        static_cast<int>(row.code), static_cast<int>(other.code)));
    }
  }
}

/// A number that is one of our codes would be mistaken for it while accounts still keep that code.
void check_not_our_code(const std::vector<AccountRow>& rows, std::size_t at) {
  const std::string& number = rows[at].number;
  int value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size()) return;
  const auto code = ledger::find_code(value);
  if (!code || number != std::to_string(value)) return;
  const bool is_free = std::ranges::any_of(
      rows, [&](const AccountRow& row) { return row.code == *code && keys_of(row) == 0; });
  if (!is_free) {
    wrong(fmt::format("account[{}].number", at + 1), number,
          fmt::format("is a code of our chart: a row with code = {} and nothing else has to give "
                      "its accounts a number first",
                      value));
  }
}

bool matches(const AccountRow& row, const store::AccountName& account) {
  return row.code == account.code && (!row.owner || *row.owner == account.owner) &&
         (!row.tag || *row.tag == account.tag) &&
         (!row.currency || *row.currency == account.currency);
}

}  // namespace

std::vector<AccountRow> read_account_rows(Section& root) {
  std::vector<AccountRow> rows;
  if (root.find("account") == nullptr) return rows;
  for (Section& section : root.sections("account")) rows.push_back(read_row(std::move(section)));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    check_not_ambiguous(rows, i);
    check_number(rows, i);
    check_not_our_code(rows, i);
  }
  return rows;
}

ShownAccount AccountMap::show(const store::AccountName& account) const {
  const AccountRow* best = nullptr;
  for (const AccountRow& row : rows_) {
    if (matches(row, account) && (best == nullptr || keys_of(row) > keys_of(*best))) best = &row;
  }
  const ledger::ChartEntry& ours = ledger::entry(account.code);
  if (best == nullptr) {
    return {std::to_string(static_cast<std::int32_t>(account.code)),
            std::string(ours.name),
            std::string(ours.name_zh),
            account.owner,
            account.tag,
            account.currency,
            account.code,
            false};
  }
  ledger::Code first = best->code;
  for (const AccountRow& row : rows_) {
    if (row.number == best->number) first = std::min(first, row.code);
  }
  return {best->number,
          best->name,
          best->name,
          best->detail == AccountDetail::Nothing ? std::string() : account.owner,
          best->detail == AccountDetail::OwnerAndTag ? account.tag : std::string(),
          account.currency,
          first,
          true};
}

std::vector<ShownBalance> AccountMap::show(
    const std::vector<store::AccountBalance>& balances) const {
  std::vector<ShownBalance> shown;
  shown.reserve(balances.size());
  for (const auto& [account, minor] : balances) shown.push_back({show(account), minor});
  if (is_empty()) return shown;  // one by one, and in order already
  const auto key = [](const ShownBalance& b) {
    return std::tie(b.account.number, b.account.owner, b.account.tag, b.account.currency);
  };
  std::ranges::stable_sort(shown, {}, key);
  std::vector<ShownBalance> merged;
  for (ShownBalance& balance : shown) {
    if (!merged.empty() && key(merged.back()) == key(balance)) {
      merged.back().minor = base::narrow(base::int128{merged.back().minor} + balance.minor);
    } else {
      merged.push_back(std::move(balance));
    }
  }
  return merged;
}

bool AccountMap::has_number(std::string_view number) const {
  return std::ranges::find(rows_, number, &AccountRow::number) != rows_.end();
}

ShownCodes show_codes(const AccountMap& map, const std::vector<store::AccountName>& accounts,
                      std::span<const ledger::Code> codes, base::Currency currency) {
  std::map<std::string, std::string> names;
  for (const ledger::Code code : codes) {
    bool is_used = false;
    for (const store::AccountName& account : accounts) {
      if (account.code != code || account.currency != currency) continue;
      const ShownAccount shown = map.show(account);
      names.emplace(shown.number, shown.name);
      is_used = true;
    }
    if (is_used) continue;
    const ShownAccount shown =
        map.show({.code = code, .owner = {}, .tag = {}, .currency = currency});
    names.emplace(shown.number, shown.name);
  }
  ShownCodes all;
  for (const auto& [number, name] : names) {
    all.numbers += fmt::format("{}{}", all.numbers.empty() ? "" : " ", number);
  }
  if (names.size() == 1) all.name = names.begin()->second;
  return all;
}

AccountMap load_account_map(store::Session& session) {
  if (!find_book(session)) return {};
  return AccountMap(load_catalog(session)->accounts);
}

}  // namespace engine
