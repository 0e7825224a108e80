#include "engine/book_events.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/check.h"
#include "base/wide.h"
#include "engine/book.h"
#include "engine/lookup.h"
#include "sql/store/book_event_store.h"
#include "sql/store/clearing_store.h"
#include "sql/store/command_store.h"
#include "sql/store/customer_store.h"
#include "sql/store/payout_file_store.h"
#include "sql/store/suspense_store.h"

namespace engine {
namespace {

constexpr auto kCommand = store::CommandKind::Book;

std::string hash_of(const BookEvent& e) {
  std::vector<std::string> fields{e.type,
                                  base::to_string(e.at),
                                  std::string(e.currency.code()),
                                  e.merchant,
                                  e.channel,
                                  e.sponsor,
                                  e.tag,
                                  e.suspense,
                                  e.payout,
                                  e.reason,
                                  e.requested_by,
                                  e.approved_by};
  if (e.other_currency) fields.emplace_back(e.other_currency->code());
  for (const auto& [name, amount] : e.amounts) fields.push_back(fmt::format("{}={}", name, amount));
  for (const ManualPair& p : e.pairs) {
    fields.push_back(fmt::format("{}/{}={}", p.debit, p.credit, p.amount));
  }
  if (e.stated) {
    fields.push_back(fmt::format("{}={}", base::to_string(e.stated->as_of), e.stated->closing));
    for (const auto& item : e.stated->transit) {
      fields.push_back(fmt::format("{}={}", item.ref, item.amount));
    }
  }
  if (!e.owner.empty()) fields.push_back("owner=" + e.owner);
  if (e.account) {
    fields.insert(fields.end(), {e.account->name, e.account->account, e.account->bank_code});
  }
  const std::string text = join_fields(fields);
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hash;
}

/// Accounts a manual journal may name: those no other record is kept beside.
bool is_free(ledger::Code code) {
  using ledger::Code;
  constexpr std::array kFree = {
      Code::Equity,      Code::FactoringIncome,    Code::ServiceFeeIncome,
      Code::FxResult,    Code::RoundingDifference, Code::DisputeFeeIncome,
      Code::ReconLoss,   Code::OutputVat,          Code::CollectionExpense,
      Code::FundingCost, Code::FundingPayable,     Code::Waiver,
      Code::FxPosition};
  return std::ranges::find(kFree, code) != kFree.end();
}

/// One batch on its way.
class BookBatch {
 public:
  BookBatch(Engine::Impl& engine, std::span<const BookEvent> batch, const BatchContext& context)
      : engine_(engine), batch_(batch), context_(context), results_(batch.size()) {}

  std::vector<ItemResult> run() {
    find_parties();
    store::Transaction transaction(engine_.session);
    store::lock_book_shared(engine_.session);
    const auto book = store::load_book(engine_.session);
    CHECK(book.has_value(), "an event without a book");
    open_date_ = book->open_date;
    std::vector<std::string> refused;
    for (std::size_t i = 0; i < batch_.size(); ++i) post_one(i, refused);
    store::delete_commands(engine_.session, kCommand, store::kOperatorScope, refused);
    save();
    transaction.commit();
    return results_;
  }

 private:
  void find_parties() {
    std::set<std::string> merchants, sponsors;
    for (const BookEvent& e : batch_) {
      if (!e.merchant.empty()) merchants.insert(e.merchant);
      if (!e.sponsor.empty()) sponsors.insert(e.sponsor);
    }
    const bool creates = context_.create_parties;
    know_merchants(engine_, merchants, creates ? engine_.catalog->created_merchant_terms : "");
    sponsors_ = find_or_make_parties(engine_, store::PartyKind::Sponsor, sponsors,
                                     creates ? "sponsor" : "");
    const auto one = [&](store::PartyKind kind, const std::string& ref) {
      const auto found = store::find_parties(engine_.session, kind, std::vector{ref});
      CHECK(found.size() == 1, "the book has no party {}", ref);
      return found.front().id;
    };
    bank_ = one(store::PartyKind::Bank, engine_.catalog->bank);
    platform_ = one(store::PartyKind::Platform, kPlatformRef);
  }

  /// Claims the reference, decides, and takes the claim back where the answer is no.
  void post_one(std::size_t i, std::vector<std::string>& refused) {
    const BookEvent& e = batch_[i];
    ItemResult& result = results_[i];
    const base::Day value_date = engine_.catalog->zone.day_of(e.at, engine_.catalog->cutoff);
    result.refusal = check_alone(e, value_date);
    if (result.refusal != Refusal::None) return;
    const store::CommandRow row{.key = e.ref,
                                .party = party_of(e).value,
                                .event = engine_.ids.next(),
                                .request_hash = hash_of(e),
                                .business_date = std::max(value_date, open_date_)};
    const std::vector<const store::CommandRow*> rows{&row};
    if (store::claim_commands(engine_.session, kCommand, store::kOperatorScope, rows).empty()) {
      repeat(row, result);
      return;
    }
    event_ = {row.event};
    value_date_ = value_date;
    business_date_ = row.business_date;
    result.event = event_;
    result.business_date = business_date_;
    result.refusal = apply(e);
    if (result.refusal == Refusal::None) {
      result.status = Status::Posted;
    } else {
      refused.push_back(e.ref);
    }
  }

  void repeat(const store::CommandRow& row, ItemResult& result) {
    const std::vector<std::string> keys{row.key};
    for (const auto& old :
         store::load_commands(engine_.session, kCommand, store::kOperatorScope, keys)) {
      const bool is_same = old.request_hash == row.request_hash;
      result = {.status = is_same ? Status::Repeated : Status::Rejected,
                .refusal = is_same ? Refusal::None : Refusal::IdempotencyConflict,
                .event = {old.event},
                .business_date = old.business_date};
    }
  }

  Refusal check_alone(const BookEvent& e, base::Day value_date) const {
    const BookRule* rule = find_book_rule(e.type);
    if (rule == nullptr) return Refusal::EventTypeUnknown;
    if (value_date < engine_.opens_on) return Refusal::BeforeBookOpened;
    if (value_date > context_.today) return Refusal::AfterToday;
    if (!engine_.catalog->find_currency(e.currency.code())) return Refusal::CurrencyUnknown;
    if (rule->needs_second_person &&
        (e.requested_by.empty() || e.approved_by.empty() || e.requested_by == e.approved_by)) {
      return Refusal::SecondPersonMissing;
    }
    if (rule->effect == BookEffect::NamesAccount) return check_account(e);
    return e.type == "manual" ? check_pairs(e) : check_legs(e, *rule);
  }

  Refusal check_account(const BookEvent& e) const {
    if (!engine_.merchants.contains(e.merchant)) return Refusal::PartyMissing;
    const bool is_valid = e.account && check_payout_account(*e.account) == PayoutAccountFault::None;
    return is_valid ? Refusal::None : Refusal::PayoutAccountInvalid;
  }

  Refusal check_pairs(const BookEvent& e) const {
    if (e.pairs.empty()) return Refusal::AmountMissing;
    for (const ManualPair& pair : e.pairs) {
      if (pair.amount <= 0) return Refusal::AmountNotPositive;
      if (pair.amount > base::kAmountMinorMax / 10) return Refusal::AmountTooLarge;
      const auto debit = ledger::find_code(pair.debit);
      const auto credit = ledger::find_code(pair.credit);
      if (!debit || !credit || !is_free(*debit) || !is_free(*credit) || *debit == *credit) {
        return Refusal::AccountNotFree;
      }
    }
    return Refusal::None;
  }

  Refusal check_legs(const BookEvent& e, const BookRule& rule) const {
    std::int64_t all = 0;
    for (const auto& [name, amount] : e.amounts) {
      const bool is_known =
          std::ranges::any_of(rule.legs, [&](const RuleLeg& leg) { return leg.amount == name; });
      if (!is_known) return Refusal::AmountMissing;
      if (amount < 0) return Refusal::AmountNotPositive;
      if (amount > base::kAmountMinorMax / 10) return Refusal::AmountTooLarge;
      all += amount;
    }
    if (all == 0 && !rule.legs.empty()) return Refusal::AmountNotPositive;
    for (const RuleLeg& leg : rule.legs) {
      if (leg.is_other && !e.other_currency) return Refusal::CurrencyUnknown;
      for (const RuleAccount* account : {&leg.debit, &leg.credit}) {
        const bool is_there =
            account->owner == Owner::Merchant  ? engine_.merchants.contains(e.merchant)
            : account->owner == Owner::Channel ? bool(find_channel(engine_, e.channel))
            : account->owner == Owner::Sponsor ? sponsors_.contains(e.sponsor)
                                               : true;
        if (!is_there) return Refusal::PartyMissing;
      }
    }
    return Refusal::None;
  }

  base::PartyId party_of(const BookEvent& e) const {
    const auto merchant = engine_.merchants.find(e.merchant);
    return merchant == engine_.merchants.end() ? platform_ : merchant->second.id;
  }

  ledger::AccountKey key_of(const RuleAccount& account, const BookEvent& e) const {
    ledger::AccountKey key{account.code};
    key.tag = account.tag == "*" ? e.tag : std::string(account.tag);
    switch (account.owner) {
      case Owner::None:
        break;
      case Owner::Bank:
        key.owner = bank_;
        break;
      case Owner::Merchant:
        key.owner = engine_.merchants.find(e.merchant)->second.id;
        break;
      case Owner::Channel:
        key.owner = find_channel(engine_, e.channel);
        break;
      case Owner::Sponsor:
        key.owner = sponsors_.at(e.sponsor).id;
        break;
    }
    return key;
  }

  Refusal apply(const BookEvent& e) {
    const BookRule& rule = *find_book_rule(e.type);
    const Refusal refusal = take_effect(e, rule);
    if (refusal != Refusal::None) return refusal;
    std::map<std::pair<ledger::Rule, base::Currency>, ledger::Transfers> transfers;
    std::map<std::string, std::int64_t> owed;  // 2101 by tag, what the merchant gets
    for (const RuleLeg& leg : rule.legs) {
      const auto amount = e.amounts.find(std::string(leg.amount));
      if (amount == e.amounts.end() || amount->second == 0) continue;
      const base::Currency currency = leg.is_other ? *e.other_currency : e.currency;
      transfers[{leg.rule, currency}].push_back(
          {key_of(leg.debit, e), key_of(leg.credit, e), amount->second});
      if (leg.debit.code == ledger::Code::MerchantPayable) {
        owed[std::string(leg.debit.tag)] -= amount->second;
      }
      if (leg.credit.code == ledger::Code::MerchantPayable) {
        owed[std::string(leg.credit.tag)] += amount->second;
      }
    }
    for (const ManualPair& pair : e.pairs) {
      transfers[{ledger::Rule::Manual, e.currency}].push_back(
          {{ledger::find_code(pair.debit).value()},
           {ledger::find_code(pair.credit).value()},
           pair.amount});
    }
    for (auto& [key, list] : transfers) add_journal(e, key.first, key.second, std::move(list));
    for (const auto& [tag, amount] : owed) add_item(e, tag, amount);
    add_record(e);
    return Refusal::None;
  }

  Refusal take_effect(const BookEvent& e, const BookRule& rule) {
    const auto amount = [&](const char* name) {
      const auto found = e.amounts.find(name);
      return found == e.amounts.end() ? std::int64_t{0} : found->second;
    };
    switch (rule.effect) {
      case BookEffect::None:
        return Refusal::None;
      case BookEffect::OpensSuspense: {
        if (!store::load_suspense(engine_.session, std::vector{e.ref}).empty()) {
          return Refusal::IdempotencyConflict;
        }
        const bool is_short = rule.legs.front().debit.code == ledger::Code::Shortage;
        // At once, so that a later event of the batch can clear it.
        store::insert_suspense(engine_.session,
                               std::vector{store::SuspenseRow{
                                   e.ref, is_short ? store::kShortage : store::kReceipt, event_,
                                   e.currency, amount("amount"), 0, business_date_}});
        return Refusal::None;
      }
      case BookEffect::ClearsSuspense: {
        const auto items = store::load_suspense(engine_.session, std::vector{e.suspense});
        if (items.empty() || items.front().code != store::kShortage) {
          return Refusal::SuspenseUnknown;
        }
        if (items.front().currency != e.currency) return Refusal::CurrencyMismatch;
        if (items.front().amount - items.front().cleared < amount("amount")) {
          return Refusal::SuspenseTooLow;
        }
        store::clear_suspense(engine_.session,
                              std::vector{store::SuspenseClearing{e.suspense, amount("amount")}});
        return Refusal::None;
      }
      case BookEffect::OwnsSuspense:
        if (e.owner.empty()) return Refusal::OwnerMissing;
        return store::set_suspense_owner(engine_.session, e.suspense, e.owner)
                   ? Refusal::None
                   : Refusal::SuspenseUnknown;
      case BookEffect::StatesBank:
        return state_bank(e);
      case BookEffect::TakesReserve:
        if (amount("amount") == 0) return Refusal::None;
        return store::take_reserve(engine_.session, party_of(e), e.currency, amount("amount"),
                                   business_date_)
                   ? Refusal::None
                   : Refusal::ReserveNotWhole;
      case BookEffect::OpensPayout:
        if (amount("cash") == 0) return Refusal::AmountMissing;
        return store::open_payout(engine_.session, party_of(e), engine_.ids.next(), e.ref,
                                  e.other_currency.value_or(e.currency), amount("cash"),
                                  business_date_)
                   ? Refusal::None
                   : Refusal::IdempotencyConflict;
      case BookEffect::ConfirmsPayout:
        return store::move_payout(engine_.session, party_of(e), e.payout, e.currency,
                                  amount("amount"), store::PayoutMove::Confirm, business_date_)
                   ? Refusal::None
                   : Refusal::PayoutUnknown;
      case BookEffect::ReturnsPayout:
        return store::move_payout(engine_.session, party_of(e), e.payout, e.currency,
                                  amount("amount"), store::PayoutMove::Return, business_date_)
                   ? Refusal::None
                   : Refusal::PayoutUnknown;
      case BookEffect::RejectsPayout:
        return store::move_payout(engine_.session, party_of(e), e.payout, e.currency,
                                  amount("amount"), store::PayoutMove::Reject, business_date_)
                   ? Refusal::None
                   : Refusal::PayoutUnknown;
      case BookEffect::NamesAccount:
        store::insert_payout_account(engine_.session, {.merchant = party_of(e),
                                                       .event = event_,
                                                       .changed_at = e.at,
                                                       .name = e.account->name,
                                                       .account = e.account->account,
                                                       .bank_code = e.account->bank_code,
                                                       .business_date = business_date_});
        return Refusal::None;
    }
    CHECK(false, "an effect of {}", e.type);
  }

  /// What differs has to be listed: a stated balance ties to the cent or is refused.
  Refusal state_bank(const BookEvent& e) {
    if (!e.stated) return Refusal::AmountMissing;
    const auto ours = store::find_bank_balance(engine_.session, bank_, e.currency, e.stated->as_of);
    if (!ours) return Refusal::DateNotClosed;
    store::BankStatementRow row{.bank = bank_,
                                .currency = e.currency,
                                .as_of = e.stated->as_of,
                                .closing = e.stated->closing,
                                .event = event_,
                                .business_date = business_date_};
    base::int128 tied = e.stated->closing;
    std::set<std::string> refs;
    for (const auto& item : e.stated->transit) {
      if (item.amount == 0) return Refusal::AmountNotPositive;
      if (item.ref.empty() || !refs.insert(item.ref).second) return Refusal::TransitUnclear;
      tied += item.amount;
      row.transit.push_back({item.ref, item.amount});
    }
    if (tied != *ours) return Refusal::BankNotTied;
    return store::insert_bank_statement(engine_.session, row) ? Refusal::None : Refusal::BankStated;
  }

  void add_journal(const BookEvent& e, ledger::Rule rule, base::Currency currency,
                   ledger::Transfers transfers) {
    journals_.push_back({.party = party_of(e),
                         .id = {engine_.ids.next()},
                         .event = event_,
                         .rule = rule,
                         .currency = currency,
                         .business_date = business_date_,
                         .value_date = value_date_,
                         .source_ref = e.ref,
                         .transfers = std::move(transfers)});
  }

  void add_item(const BookEvent& e, const std::string& tag, std::int64_t amount) {
    if (amount == 0) return;
    store::ItemRow item;
    item.party = party_of(e);
    item.id = {engine_.ids.next()};
    item.merchant = item.party;
    item.type = store::ItemType::Adjustment;
    item.event = event_;
    item.order_ref = tag + " " + e.ref;
    item.currency = e.currency;
    item.occurred_at = e.at;
    item.business_date = business_date_;
    item.available_on = base::plus_days(open_date_, 1);
    item.gross = amount;
    items_.push_back(std::move(item));
  }

  void add_record(const BookEvent& e) {
    std::int64_t all = 0;
    for (const auto& [name, amount] : e.amounts) all += amount;
    records_.push_back({.party = party_of(e),
                        .event = event_,
                        .ref = e.ref,
                        .kind = e.type,
                        .currency = e.currency,
                        .happened_at = e.at,
                        .business_date = business_date_,
                        .value_date = value_date_,
                        .reason = e.reason,
                        .requested_by = e.requested_by,
                        .approved_by = e.approved_by,
                        .amount = all});
  }

  void save() {
    save_journals(engine_.session, engine_.accounts, journals_);
    save_items(engine_.session, items_);
    std::vector<const store::LifeEventRow*> records;
    for (const store::LifeEventRow& row : records_) records.push_back(&row);
    store::copy_life_events(engine_.session, records);
  }

  Engine::Impl& engine_;
  std::span<const BookEvent> batch_;
  const BatchContext& context_;
  std::vector<ItemResult> results_;
  std::unordered_map<std::string, store::PartyRow> sponsors_;
  base::PartyId bank_;
  base::PartyId platform_;
  base::Day open_date_;
  // Of the event at hand.
  base::EventId event_;
  base::Day value_date_;
  base::Day business_date_;
  // What the batch adds.
  std::vector<ledger::Journal> journals_;
  std::vector<store::ItemRow> items_;
  std::vector<store::LifeEventRow> records_;
};

}  // namespace

std::vector<ItemResult> post_book_events(Engine::Impl& engine, std::span<const BookEvent> batch,
                                         const BatchContext& context) {
  CHECK(batch.size() <= kBatchMax, "a batch of {} events", batch.size());
  return BookBatch(engine, batch, context).run();
}

}  // namespace engine
