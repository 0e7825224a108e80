#include "engine/journal_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "ledger/journal.h"

namespace engine {
namespace {

struct Tag {
  std::string_view name;
  std::string_view value;
};

/// In a comment a comma ends a tag, and a date in brackets is taken for the posting's.
constexpr std::string_view kReservedInTags = ",[]";

std::set<base::Currency> currencies_of(std::span<const ShownBalance> accounts) {
  std::set<base::Currency> currencies;
  for (const auto& [account, minor] : accounts) currencies.insert(account.currency);
  return currencies;
}

/// Calls `append(accounts of one name)` for each.
template <class Append>
void for_each_name(std::span<const ShownBalance> accounts, Append append) {
  while (!accounts.empty()) {
    std::size_t count = 1;
    while (count < accounts.size() &&
           accounts[0].account.is_same_but_for_currency(accounts[count].account)) {
      ++count;
    }
    append(accounts.first(count));
    accounts = accounts.subspan(count);
  }
}

std::vector<std::string_view> descriptions() {
  std::vector<std::string_view> all = {kBroughtForward};
  for (const ledger::Rule rule : ledger::kRules) all.push_back(ledger::name(rule));
  return all;
}

/// Quoted as Beancount reads strings.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_metadata(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  fmt::format_to(std::back_inserter(out), "  {}: ", name);
  append_quoted(out, value);
  out += '\n';
}

void append_beancount_head(std::string& out, const JournalHead& head) {
  for (const base::Currency currency : currencies_of(head.accounts)) {
    out += fmt::format("option \"operating_currency\" \"{}\"\n", currency.code());
  }
  for_each_name(head.accounts, [&](std::span<const ShownBalance> accounts) {
    const ShownAccount& first = accounts.front().account;
    std::string codes;
    for (const auto& [account, minor] : accounts) {
      codes += fmt::format("{}{}", codes.empty() ? "" : ",", account.currency.code());
    }
    out += fmt::format("\n{} open {} {}\n", base::to_string(head.opens_on),
                       account_name(JournalFormat::Beancount, first), codes);
    append_metadata(out, "code", first.number);
    append_metadata(out, "name", first.name);
    append_metadata(out, "name_zh", first.name_zh);
    append_metadata(out, "owner", first.owner);
    append_metadata(out, "tag", first.tag);
  });
}

void append_plain_head(std::string& out, JournalFormat format, const JournalHead& head) {
  const bool is_hledger = format == JournalFormat::Hledger;
  if (is_hledger) out += "decimal-mark .\n";
  for (const base::Currency currency : currencies_of(head.accounts)) {
    std::string sample = base::to_decimal(0, currency.exponent());
    if (is_hledger && currency.exponent() == 0) sample += '.';  // hledger wants to see its place
    out += is_hledger ? fmt::format("commodity {} {}\n", sample, currency.code())
                      : fmt::format("commodity {1}\n    format {0} {1}\n", sample, currency.code());
  }
  for (const std::string_view description : descriptions()) {
    out += fmt::format("payee {}\n", description);
  }
  for (const std::string_view tag : {"party", "purchase", "source"}) {
    out += fmt::format("tag {}\n", tag);
  }
  for_each_name(head.accounts, [&](std::span<const ShownBalance> accounts) {
    const ShownAccount& account = accounts.front().account;
    out += fmt::format("account {}{}{}\n", account_name(format, account),
                       is_hledger ? "  ; " : "\n    note ", account.name_zh);
  });
}

}  // namespace

void append_head(std::string& out, JournalFormat format, const JournalHead& head) {
  out += fmt::format("; Written by fenqi: balances are those of its trial balance of {}.\n",
                     base::to_string(head.last));
  if (format == JournalFormat::Beancount) {
    append_beancount_head(out, head);
  } else {
    append_plain_head(out, format, head);
  }
}

void append_entry(std::string& out, JournalFormat format, const EntryHead& entry) {
  const bool is_beancount = format == JournalFormat::Beancount;
  const bool is_late = entry.value_date != entry.date;
  (out += '\n') += base::to_string(entry.date);
  if (is_beancount) {
    ((out += " * \"") += entry.description) += "\"\n";
    if (entry.voucher) fmt::format_to(std::back_inserter(out), "  voucher: {}\n", *entry.voucher);
    if (is_late) ((out += "  value_date: ") += base::to_string(entry.value_date)) += '\n';
  } else {
    if (is_late) (out += '=') += base::to_string(entry.value_date);
    out += " * ";
    if (entry.voucher) fmt::format_to(std::back_inserter(out), "({}) ", *entry.voucher);
    (out += entry.description) += '\n';
  }
  for (const auto& [name, value] :
       {Tag{"party", entry.party}, Tag{"purchase", entry.purchase}, Tag{"source", entry.source}}) {
    if (is_beancount) {
      append_metadata(out, name, value);
    } else if (!value.empty()) {
      fmt::format_to(std::back_inserter(out), "    ; {}: {}\n", name,
                     percent_encoded(value, kReservedInTags));
    }
  }
}

void append_posting(std::string& out, std::string_view account, std::int64_t minor,
                    base::Currency currency) {
  fmt::format_to(std::back_inserter(out), "    {}  {} {}\n", account,
                 base::to_decimal(minor, currency.exponent()), currency.code());
}

}  // namespace engine
