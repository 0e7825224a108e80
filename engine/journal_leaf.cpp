#include "engine/journal_leaf.h"

#include <array>
#include <set>

#include "ledger/journal.h"
#include "ledger/journal_content.h"

namespace engine {
namespace {

using ledger::Rule;

/// Accounts that are remembered at a time: a book has some for each merchant.
constexpr std::size_t kAccountsAtMost = 200'000;

/// Successive journals mostly have the same dates.
void append_date(std::string& out, base::Day day) {
  thread_local base::Day last;
  thread_local std::string text = base::to_string(last);
  if (day != last) {
    last = day;
    text = base::to_string(day);
  }
  ledger::append_content_field(out, text);
}

/// The names of the rules by number, absent where there is no such rule.
std::optional<std::string_view> rule_name(std::int16_t number) {
  constexpr std::size_t kNumbers = 128;
  static const auto kNames = [] {
    std::array<std::optional<std::string_view>, kNumbers> names;
    for (const Rule rule : ledger::kRules) names.at(static_cast<std::size_t>(rule)) = name(rule);
    return names;
  }();
  const auto index = static_cast<std::size_t>(number);
  return index < kNumbers ? kNames[index] : std::nullopt;
}

}  // namespace

TallyAccount tally_account(const store::ProofAccount& account) {
  TallyAccount tallied{.code = account.code, .currency = account.currency};
  ledger::append_content_field(tallied.content, account.code);
  ledger::append_content_field(
      tallied.content,
      account.owner_ref ? std::optional<std::string_view>(*account.owner_ref) : std::nullopt);
  ledger::append_content_field(tallied.content, account.tag);
  return tallied;
}

bool find_accounts(const store::ProofJournal& journal, const TallyAccounts& accounts,
                   TransferAccounts& found) {
  found.clear();
  for (const store::ProofTransfer& transfer : journal.transfers) {
    const auto debit = accounts.find(transfer.debit);
    const auto credit = accounts.find(transfer.credit);
    if (debit == accounts.end() || credit == accounts.end()) return false;
    found.emplace_back(&debit->second, &credit->second);
  }
  return true;
}

base::Hash journal_leaf(const store::ProofJournal& journal, const TransferAccounts& accounts,
                        const std::optional<base::Hash>& original, std::string& buffer) {
  using ledger::append_content_field;
  buffer.assign(1, '\0');  // what tells leaves from nodes (base/merkle.h)
  append_content_field(buffer, ledger::kJournalContentForm);
  if (journal.party_kind) {
    append_content_field(buffer, std::int64_t{*journal.party_kind});
  } else {
    append_content_field(buffer, std::nullopt);
  }
  append_content_field(buffer, journal.party_ref);
  append_content_field(buffer, rule_name(journal.rule));
  append_content_field(buffer, journal.source_ref ? journal.source_ref : journal.purchase_ref);
  append_content_field(buffer, journal.purchase_ref);
  append_content_field(buffer, journal.currency);
  append_date(buffer, journal.business_date);
  append_date(buffer, journal.value_date);
  if (original) {
    append_content_field(buffer, base::to_hex(*original));
  } else {
    append_content_field(buffer, std::nullopt);
  }
  append_content_field(buffer, std::ssize(journal.transfers));
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    buffer += accounts[i].first->content;
    buffer += accounts[i].second->content;
    append_content_field(buffer, journal.transfers[i].amount);
  }
  return base::sha256(buffer);
}

const TallyAccounts& AccountNames::of(std::span<const store::ProofJournal> journals,
                                      std::span<const store::ProofJournal> originals) {
  std::set<std::int32_t> unknown;
  if (known_.size() > kAccountsAtMost) known_.clear();
  for (const auto& some : {journals, originals}) {
    for (const store::ProofJournal& journal : some) {
      for (const store::ProofTransfer& transfer : journal.transfers) {
        if (!known_.contains(transfer.debit)) unknown.insert(transfer.debit);
        if (!known_.contains(transfer.credit)) unknown.insert(transfer.credit);
      }
    }
  }
  if (!unknown.empty()) {
    const std::vector<std::int32_t> ids(unknown.begin(), unknown.end());
    for (const store::ProofAccount& account : store::find_accounts(session_, ids)) {
      known_.emplace(account.account, tally_account(account));
    }
  }
  return known_;
}

OriginalJournals original_leaves(std::span<const store::ProofJournal> originals,
                                 const TallyAccounts& accounts) {
  OriginalJournals leaves;
  TransferAccounts of_original;
  std::string buffer;
  for (const store::ProofJournal& original : originals) {
    if (!original.is_whole || !find_accounts(original, accounts, of_original)) continue;
    leaves[{original.party, original.journal}] = {&original,
                                                  journal_leaf(original, of_original, {}, buffer)};
  }
  return leaves;
}

OriginalJournal find_original(const store::ProofJournal& journal,
                              const OriginalJournals& originals) {
  if (!journal.reverses) return {};
  const auto found = originals.find({journal.party, *journal.reverses});
  return found == originals.end() ? OriginalJournal{} : found->second;
}

}  // namespace engine
