#include "engine/takeover.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/check.h"
#include "engine/book.h"
#include "engine/customers.h"
#include "engine/takeover_records.h"
#include "ledger/opening.h"
#include "sql/store/command_store.h"
#include "sql/store/customer_store.h"
#include "sql/store/party_store.h"
#include "sql/store/settlement_store.h"
#include "sql/store/takeover_store.h"

namespace engine {
namespace {

using ledger::Code;
using store::CommandKind;
using store::PartyKind;

constexpr const char* kSourceRef = "takeover";
constexpr const char* kOpeningTag = "opening";  // of 2101
constexpr std::size_t kTransfersAJournal = 500;

std::string hash_of(const std::string& text) {
  std::string hash(crypto_generichash_BYTES_MIN, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  return hash;
}

base::Currency currency_of(const TakenRecord& record) {
  return std::visit([](const auto& r) { return r.currency; }, record);
}

CommandKind kind_of(const TakenRecord& record) {
  return std::holds_alternative<TakenPlan>(record) ? CommandKind::Purchase : CommandKind::Takeover;
}

/// What a record is known by: a plan by its purchase, the others by party and currency.
std::string key_of(const TakenRecord& record) {
  if (const auto* plan = std::get_if<TakenPlan>(&record)) return plan->ref;
  if (const auto* customer = std::get_if<TakenCustomer>(&record)) {
    return fmt::format("customer {} {}", customer->currency.code(), customer->customer);
  }
  const auto& merchant = std::get<TakenMerchant>(record);
  return fmt::format("merchant {} {}", merchant.currency.code(), merchant.merchant);
}

/// One record of a batch on its way.
struct Item {
  const TakenLine* line = nullptr;
  TakenResult* result = nullptr;
  store::CommandRow command;

  const TakenRecord& record() const { return line->record; }
  void reject(std::string code, std::string field, std::string value, std::string rule) const {
    reject({std::move(code), std::move(field), std::move(value), std::move(rule)});
  }
  void reject(TakeoverProblem problem) const {
    *result = {TakenStatus::Rejected, std::move(problem)};
  }
};

using Parties = std::unordered_map<std::string, store::PartyRow>;

const store::PartyRow* find(const Parties& parties, const std::string& ref) {
  const auto found = parties.find(ref);
  return found == parties.end() ? nullptr : &found->second;
}

}  // namespace

bool is_kept_by_records(Code code) {
  static constexpr std::array kCodes = {Code::PrincipalReceivable, Code::FeeReceivable,
                                        Code::InterestReceivable,  Code::LateFeeReceivable,
                                        Code::AllowanceStage1,     Code::AllowanceStage2,
                                        Code::AllowanceStage3,     Code::Shortage,
                                        Code::MerchantPayable,     Code::MerchantReserve,
                                        Code::PayoutsInTransit,    Code::CustomerCredit,
                                        Code::RefundPayable,       Code::UnearnedFee,
                                        Code::UnearnedSubsidy,     Code::Suspense};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

bool is_free_account(Code code) {
  const ledger::ChartEntry& entry = ledger::entry(code);
  return entry.owner == ledger::Owner::None && !entry.has_tag && !ledger::is_memo(code) &&
         !is_kept_by_records(code);
}

struct Takeover::Impl {
  Impl(const std::string& conninfo, std::shared_ptr<const Catalog> catalog_in_force,
       const TakeoverOptions& wanted)
      : catalog(std::move(catalog_in_force)),
        options(wanted),
        session(conninfo),
        ids(session),
        accounts(conninfo),
        transaction(session) {
    store::lock_book_shared(session);
    const auto book = store::load_book(session);
    if (!book)
      throw TakeoverRefused("this database has no book yet: run fenqi catalog apply first");
    date = wanted.date.value_or(book->open_date);
    if (date != book->open_date) {
      throw TakeoverRefused(fmt::format("{} is not the book's open date, which is {}",
                                        base::to_string(date), base::to_string(book->open_date)));
    }
    if (book->closed_through != base::plus_days(date, -1)) {
      throw TakeoverRefused(fmt::format("the dates before {} are not all closed: finish the close",
                                        base::to_string(date)));
    }
    if (!is_free_account(wanted.control)) {
      throw TakeoverRefused(fmt::format("{} can't be the other side of opening entries",
                                        static_cast<int>(wanted.control)));
    }
    first_event = ids.next();
    store::insert_takeover(session, first_event, date, static_cast<std::int32_t>(wanted.control));
    const std::vector<std::string> platform{kPlatformRef};
    platform_id = store::find_parties(session, PartyKind::Platform, platform).at(0).id;
  }

  std::vector<TakenResult> add(std::span<const TakenLine> lines);

  // The steps of a batch, in order; an item that is rejected takes no part in the later ones.
  void claim(std::vector<Item*>& items, CommandKind kind);
  Parties find_or_make(PartyKind kind, const std::set<std::string>& refs, const std::string& terms);
  void resolve(std::vector<Item*>& items);
  void take_customers(base::Currency currency, std::vector<Item*>& items);
  std::vector<Customer> open_accounts(base::Currency currency, std::vector<Item*>& items);
  void take_plan(Customer& customer, const Item& item);
  void take_customer(Customer& customer, const TakenCustomer& record);
  void take_merchant(const Item& item);
  void save_merchants();

  ledger::Journal opening(base::PartyId party, base::EventId event, base::Currency currency,
                          ledger::Transfers transfers) {
    return {.party = party,
            .id = {ids.next()},
            .event = event,
            .rule = ledger::Rule::Opening,
            .currency = currency,
            .business_date = date,
            .value_date = date,
            .source_ref = kSourceRef,
            .transfers = std::move(transfers)};
  }

  std::vector<BalanceDifference> reconcile(std::span<const GivenBalance> given,
                                           std::optional<Code> difference_account);
  void check_balanced(std::span<const GivenBalance> given) const;
  base::PartyId owner_of(Code code, const std::string& ref);
  void post_balances(std::map<base::Currency, ledger::Transfers> entries);

  std::shared_ptr<const Catalog> catalog;
  TakeoverOptions options;
  base::Day date;
  store::Session session;
  BlockIds ids;
  AccountBook accounts;
  store::Transaction transaction;
  std::int64_t first_event = 0;
  base::PartyId platform_id;

  // Of the batch on its way.
  Parties customers, merchants;
  std::vector<store::TakenPlanRow> taken_plans;
  std::vector<std::int64_t> late_parties, late_plans;
  std::vector<ledger::Journal> merchant_journals;
  std::vector<store::ItemRow> merchant_items;
  std::vector<store::TrancheRow> tranches;
};

// ---- records

/// Claims the keys of these records; answers those that were taken before.
void Takeover::Impl::claim(std::vector<Item*>& items, CommandKind kind) {
  std::vector<const store::CommandRow*> rows;
  std::vector<std::string> keys;
  std::set<std::string_view> seen;
  for (Item* item : items) {
    if (kind_of(item->record()) != kind) continue;
    if (!seen.insert(item->command.key).second) {
      item->reject("DUPLICATE", "", item->command.key, "is in the file once");
      continue;
    }
    rows.push_back(&item->command);
    keys.push_back(item->command.key);
  }
  const auto won = store::claim_commands(session, kind, store::kOperatorScope, rows);
  const std::set<std::string> is_new(won.begin(), won.end());
  std::erase_if(keys, [&](const std::string& key) { return is_new.contains(key); });
  std::unordered_map<std::string, store::CommandRow> old;
  for (auto& row : store::load_commands(session, kind, store::kOperatorScope, keys)) {
    old.emplace(row.key, std::move(row));
  }
  for (Item* item : items) {
    if (kind_of(item->record()) != kind || item->result->status == TakenStatus::Rejected) continue;
    const auto found = old.find(item->command.key);
    if (found == old.end()) continue;
    if (found->second.event >= first_event) {
      item->reject("DUPLICATE", "", item->command.key, "is in the file once");
    } else if (found->second.request_hash != item->command.request_hash) {
      item->reject("IDEMPOTENCY_CONFLICT", "", item->command.key,
                   "is in the book already, otherwise");
    } else {
      item->result->status = TakenStatus::Repeated;
    }
  }
  std::erase_if(items, [](const Item* i) { return i->result->status != TakenStatus::Taken; });
}

Parties Takeover::Impl::find_or_make(PartyKind kind, const std::set<std::string>& refs,
                                     const std::string& terms) {
  const std::vector<std::string> wanted(refs.begin(), refs.end());
  Parties parties;
  for (auto& row : store::find_parties(session, kind, wanted)) parties.emplace(row.ref, row);
  if (!options.creates_parties || terms.empty() || parties.size() == wanted.size()) return parties;
  std::vector<std::string> missing;
  std::vector<std::int64_t> new_ids;
  for (const std::string& ref : wanted) {
    if (parties.contains(ref)) continue;
    missing.push_back(ref);
    new_ids.push_back(ids.next());
  }
  store::insert_parties(session, kind, missing, new_ids, terms, date);
  for (auto& row : store::find_parties(session, kind, missing)) parties.emplace(row.ref, row);
  return parties;
}

/// Finds whose records these are.
void Takeover::Impl::resolve(std::vector<Item*>& items) {
  std::set<std::string> customer_refs, merchant_refs;
  for (const Item* item : items) {
    if (const auto* plan = std::get_if<TakenPlan>(&item->record())) {
      customer_refs.insert(plan->customer);
      merchant_refs.insert(plan->merchant);
    } else if (const auto* customer = std::get_if<TakenCustomer>(&item->record())) {
      customer_refs.insert(customer->customer);
    } else {
      merchant_refs.insert(std::get<TakenMerchant>(item->record()).merchant);
    }
  }
  customers = find_or_make(PartyKind::Customer, customer_refs, catalog->created_customer_terms);
  merchants = find_or_make(PartyKind::Merchant, merchant_refs, catalog->created_merchant_terms);
  const auto place = [&](Item& item, const Parties& parties, const std::string& ref,
                         const char* field) {
    const store::PartyRow* party = find(parties, ref);
    if (party == nullptr) {
      item.reject(field == std::string_view("merchant") ? "MERCHANT_UNKNOWN" : "CUSTOMER_UNKNOWN",
                  field, ref, "is in the book, or made by --create-parties");
      return;
    }
    item.command.party = party->id.value;
  };
  for (Item* item : items) {
    if (catalog->find_currency(currency_of(item->record()).code()) == nullptr) {
      item->reject("CURRENCY_UNKNOWN", "currency", std::string(currency_of(item->record()).code()),
                   "is a currency with terms in the catalog");
      continue;
    }
    if (const auto* merchant = std::get_if<TakenMerchant>(&item->record())) {
      place(*item, merchants, merchant->merchant, "merchant");
      continue;
    }
    if (const auto* plan = std::get_if<TakenPlan>(&item->record())) {
      place(*item, merchants, plan->merchant, "merchant");
      if (item->result->status == TakenStatus::Rejected) continue;
      place(*item, customers, plan->customer, "customer");
      item->command.subject = ids.next();
    } else {
      place(*item, customers, std::get<TakenCustomer>(item->record()).customer, "customer");
    }
  }
  std::erase_if(items, [](const Item* i) { return i->result->status != TakenStatus::Taken; });
}

/// The customers of these records with a credit account each; those that have none yet get one as
/// their terms say.
std::vector<Customer> Takeover::Impl::open_accounts(base::Currency currency,
                                                    std::vector<Item*>& items) {
  std::map<base::PartyId, const std::string*> terms;
  for (const auto& [ref, party] : customers) terms.emplace(party.id, &party.terms);
  std::map<base::PartyId, store::CreditRow> rows;
  for (Item* item : items) {
    const base::PartyId party{item->command.party};
    const CustomerTerms* of_party = catalog->find_customer_terms(*terms.at(party));
    const auto limit = of_party == nullptr
                           ? std::map<std::string, std::int64_t>::const_iterator{}
                           : of_party->limit_minor.find(std::string(currency.code()));
    if (of_party == nullptr || limit == of_party->limit_minor.end()) {
      item->reject("CURRENCY_MISMATCH", "currency", std::string(currency.code()),
                   "is a currency that the customer's terms have a limit for");
      continue;
    }
    store::CreditRow& row = rows[party];
    row.party = party;
    row.currency = currency;
    row.closed_through = base::plus_days(date, -1);
    row.base_limit = limit->second;
  }
  std::erase_if(items, [](const Item* i) { return i->result->status != TakenStatus::Taken; });
  std::vector<const store::CreditRow*> inserts;
  std::vector<base::PartyId> parties;
  for (const auto& [party, row] : rows) {
    inserts.push_back(&row);
    parties.push_back(party);
  }
  store::insert_taken_accounts(session, store::insert_credit(session, inserts), currency, date);
  return load_customers(session, parties, currency, {.lock = true});
}

void Takeover::Impl::take_customers(base::Currency currency, std::vector<Item*>& items) {
  if (items.empty()) return;
  std::vector<Customer> loaded = open_accounts(currency, items);
  std::vector<std::int64_t> parties;
  std::unordered_map<std::int64_t, Customer*> by_party;
  for (Customer& customer : loaded) {
    parties.push_back(customer.credit.party.value);
    by_party.emplace(customer.credit.party.value, &customer);
  }
  const auto taken = store::find_taken_accounts(session, parties, currency, date);
  std::map<std::int64_t, const TakenCustomer*> records;
  for (Item* item : items) {
    Customer& customer = *by_party.at(item->command.party);
    if (const auto* record = std::get_if<TakenCustomer>(&item->record())) {
      if (!std::ranges::binary_search(taken, item->command.party)) {
        item->reject("CUSTOMER_HAS_ACCOUNT", "customer", record->customer,
                     "has no credit account in the book before the takeover");
        continue;
      }
      take_customer(customer, *record);
      records[item->command.party] = record;
    } else {
      take_plan(customer, *item);
    }
  }
  for (Customer& customer : loaded) {
    store::CreditRow& credit = customer.credit;
    credit.closed_through = std::max(credit.closed_through, base::plus_days(date, -1));
    credit.dpd = 0;
    for (const store::PlanRow& plan : customer.plans) {
      if (plan.status == store::PlanStatus::Active) credit.dpd = std::max(credit.dpd, plan.dpd);
    }
    customer.is_changed = true;
    if (!std::ranges::binary_search(taken, credit.party.value)) continue;
    const auto record = records.find(credit.party.value);
    take_policy_state(credit, record == records.end() ? nullptr : record->second, date, *catalog);
  }
  const std::vector<char> won = save_customers(session, ids, accounts, loaded);
  if (std::ranges::find(won, 0) != won.end()) {
    throw TakeoverRefused("somebody else posted to one of these customers meanwhile: run it again");
  }
}

void Takeover::Impl::take_plan(Customer& customer, const Item& item) {
  const auto& record = std::get<TakenPlan>(item.record());
  const store::PartyRow& merchant = merchants.at(record.merchant);
  const MerchantTerms* terms = catalog->find_merchant_terms(merchant.terms);
  if (terms == nullptr) {
    item.reject("MERCHANT_UNKNOWN", "merchant", record.merchant, "has terms of the catalog");
    return;
  }
  auto plan = taken_plan(
      record, {.customer = customer.credit.party, .merchant = merchant.id, .merchant_terms = terms},
      date, *catalog);
  if (!plan) {
    item.reject(std::move(plan.error()));
    return;
  }
  plan->id = {item.command.subject};
  plan->event = {item.command.event};
  if (auto allocation = taken_allocation(*plan, date)) {
    customer.allocations.push_back(*std::move(allocation));
  }
  ledger::Transfers entries = taken_plan_entries(*plan, options.control);
  if (!entries.empty()) {
    customer.journals.push_back(
        opening(plan->party, plan->event, plan->currency, std::move(entries)));
    customer.journals.back().plan = plan->id;
    customer.journals.back().source_ref.reset();
  }
  taken_plans.push_back({plan->party, plan->id, plan->product, plan->currency, date,
                         plan->fee_recognized, plan->subsidy_recognized,
                         plan->interest_recognized});
  if (plan->late_through) {
    late_parties.push_back(plan->party.value);
    late_plans.push_back(plan->id.value);
  }
  customer.credit.outstanding += plan->outstanding;
  customer.add_plan(*std::move(plan));
}

void Takeover::Impl::take_customer(Customer& customer, const TakenCustomer& record) {
  store::CreditRow& credit = customer.credit;
  if (record.limit) credit.base_limit = *record.limit;
  credit.credit_balance += record.credit_balance;
  ledger::Transfers entries =
      ledger::opening_balance({Code::CustomerCredit}, -record.credit_balance, options.control);
  if (entries.empty()) return;
  customer.journals.push_back(
      opening(credit.party, {ids.next()}, credit.currency, std::move(entries)));
}

void Takeover::Impl::take_merchant(const Item& item) {
  const auto& record = std::get<TakenMerchant>(item.record());
  const base::PartyId merchant{item.command.party};
  std::int64_t kept = 0;
  std::set<base::Day> sale_dates;
  for (std::size_t i = 0; i < record.reserve.size(); ++i) {
    const TakenReserve& reserve = record.reserve[i];
    const std::string at = fmt::format("reserve[{}].", i + 1);
    if (reserve.sale_date >= date || !sale_dates.insert(reserve.sale_date).second) {
      item.reject("DATE_OUT_OF_RANGE", at + "sale_date", base::to_string(reserve.sale_date),
                  "is before the takeover, and each date is there once");
      return;
    }
    if (reserve.release_on <= date) {
      item.reject("DATE_OUT_OF_RANGE", at + "release_on", base::to_string(reserve.release_on),
                  "is after the takeover");
      return;
    }
    kept += reserve.amount;
  }
  for (const TakenReserve& reserve : record.reserve) {
    tranches.push_back(
        {merchant, record.currency, date, reserve.sale_date, reserve.amount, reserve.release_on});
  }
  const base::EventId event{item.command.event};
  ledger::Transfers entries = ledger::opening_balance(
      {Code::MerchantPayable, merchant, kOpeningTag}, -record.payable, options.control);
  for (auto& transfer :
       ledger::opening_balance({Code::MerchantReserve, merchant}, -kept, options.control)) {
    entries.push_back(std::move(transfer));
  }
  if (!entries.empty()) {
    merchant_journals.push_back(opening(merchant, event, record.currency, std::move(entries)));
  }
  if (record.payable == 0) return;
  // The settlement window that ends with the takeover's date is over.
  const base::Day first = base::plus_days(date, 1);
  store::ItemRow row;
  row.party = merchant;
  row.id = {ids.next()};
  row.merchant = merchant;
  row.type = store::ItemType::Adjustment;
  row.event = event;
  row.order_ref = kSourceRef;
  row.currency = record.currency;
  row.occurred_at = catalog->zone.to_instant(
      date::local_time<std::chrono::microseconds>(date.time_since_epoch()));
  row.business_date = date;
  row.available_on = std::max(record.available_on.value_or(first), first);
  row.gross = record.payable;
  merchant_items.push_back(std::move(row));
}

void Takeover::Impl::save_merchants() {
  save_journals(session, accounts, merchant_journals);
  save_items(session, merchant_items);
  store::copy_tranches(session, tranches);
  merchant_journals.clear();
  merchant_items.clear();
  tranches.clear();
}

std::vector<TakenResult> Takeover::Impl::add(std::span<const TakenLine> lines) {
  std::vector<TakenResult> results(lines.size());
  std::vector<Item> all(lines.size());
  std::vector<Item*> items;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    all[i] = {&lines[i], &results[i], {}};
    all[i].command.key = key_of(lines[i].record);
    all[i].command.request_hash = hash_of(lines[i].text);
    all[i].command.event = ids.next();
    all[i].command.business_date = date;
    items.push_back(&all[i]);
  }
  resolve(items);
  claim(items, CommandKind::Purchase);
  claim(items, CommandKind::Takeover);
  std::map<base::Currency, std::vector<Item*>> by_currency;
  for (Item* item : items) {
    if (std::holds_alternative<TakenMerchant>(item->record())) {
      take_merchant(*item);
    } else {
      by_currency[currency_of(item->record())].push_back(item);
    }
  }
  for (auto& [currency, of_currency] : by_currency) take_customers(currency, of_currency);
  store::copy_taken_plans(session, taken_plans);
  store::set_late_fee_before(session, late_parties, late_plans, base::plus_days(date, -1));
  taken_plans.clear();
  late_parties.clear();
  late_plans.clear();
  save_merchants();
  return results;
}

// ---- the trial balance

void Takeover::Impl::check_balanced(std::span<const GivenBalance> given) const {
  std::map<base::Currency, base::int128> sums;
  for (const GivenBalance& balance : given) sums[balance.currency] += balance.minor;
  for (const auto& [currency, sum] : sums) {
    if (sum == 0) continue;
    throw TakeoverRefused(
        fmt::format("the trial balance does not balance: in {} debits less credits are {}",
                    currency.code(), base::to_decimal(base::narrow(sum), currency.exponent())));
  }
}

base::PartyId Takeover::Impl::owner_of(Code code, const std::string& ref) {
  PartyKind kind{};
  switch (ledger::entry(code).owner) {
    case ledger::Owner::None:
      return {};
    case ledger::Owner::Merchant:
      kind = PartyKind::Merchant;
      break;
    case ledger::Owner::Channel:
      kind = PartyKind::Channel;
      break;
    case ledger::Owner::Sponsor:
      kind = PartyKind::Sponsor;
      break;
    case ledger::Owner::Bank:
      kind = PartyKind::Bank;
      break;
  }
  const std::vector<std::string> refs{ref};
  const auto found = store::find_parties(session, kind, refs);
  if (found.empty()) {
    throw TakeoverRefused(
        fmt::format("the trial balance has account {} of \"{}\", whom the book "
                    "doesn't know",
                    static_cast<int>(code), ref));
  }
  return found.front().id;
}

void Takeover::Impl::post_balances(std::map<base::Currency, ledger::Transfers> entries) {
  std::vector<ledger::Journal> journals;
  const base::EventId event{ids.next()};
  for (auto& [currency, transfers] : entries) {
    for (std::size_t from = 0; from < transfers.size(); from += kTransfersAJournal) {
      const std::size_t to = std::min(from + kTransfersAJournal, transfers.size());
      journals.push_back(opening(platform_id, event, currency,
                                 {transfers.begin() + static_cast<std::ptrdiff_t>(from),
                                  transfers.begin() + static_cast<std::ptrdiff_t>(to)}));
    }
  }
  save_journals(session, accounts, journals);
}

std::vector<BalanceDifference> Takeover::Impl::reconcile(std::span<const GivenBalance> given,
                                                         std::optional<Code> difference_account) {
  check_balanced(given);
  if (difference_account && !is_free_account(*difference_account)) {
    throw TakeoverRefused(
        fmt::format("differences can't be booked to {}", static_cast<int>(*difference_account)));
  }
  // By what is compared: records keep no tags of their accounts.
  using Key = std::tuple<Code, std::string, std::string, base::Currency>;
  struct Sides {
    std::int64_t given = 0;
    std::int64_t now = 0;
    bool is_given = false;
  };
  std::map<Key, Sides> sides;
  const auto side = [&](Code code, const std::string& owner, const std::string& tag,
                        base::Currency currency) -> Sides& {
    return sides[{code, owner, is_kept_by_records(code) ? std::string() : tag, currency}];
  };
  for (const GivenBalance& balance : given) {
    Sides& s = side(balance.code, balance.owner, balance.tag, balance.currency);
    s.given += balance.minor;
    s.is_given = true;
  }
  for (const auto& [account, minor] : store::list_balances_now(session)) {
    side(account.code, account.owner, account.tag, account.currency).now += minor;
  }
  std::vector<BalanceDifference> differences;
  std::map<base::Currency, ledger::Transfers> entries;
  const auto post = [&](const ledger::AccountKey& account, base::Currency currency,
                        std::int64_t minor) {
    for (auto& transfer : ledger::opening_balance(account, minor, options.control)) {
      entries[currency].push_back(std::move(transfer));
    }
  };
  for (const auto& [key, s] : sides) {
    const auto& [code, owner, tag, currency] = key;
    const std::int64_t difference = s.given - s.now;
    if (difference == 0 || code == options.control || ledger::is_memo(code)) continue;
    if (is_kept_by_records(code) || !s.is_given) {
      differences.push_back({code, owner, tag, currency, s.given, s.now});
      if (difference_account && difference_account != options.control) {
        post({*difference_account}, currency, difference);
      }
    } else {
      post({code, owner_of(code, owner), tag}, currency, difference);
    }
  }
  if (differences.empty() || difference_account) post_balances(std::move(entries));
  return differences;
}

// ---- the shell

Takeover::Takeover(const std::string& conninfo, std::shared_ptr<const Catalog> catalog,
                   const TakeoverOptions& options)
    : impl_(std::make_unique<Impl>(conninfo, std::move(catalog), options)) {}
Takeover::~Takeover() = default;

base::Day Takeover::date() const { return impl_->date; }

std::vector<TakenResult> Takeover::add(std::span<const TakenLine> lines) {
  return impl_->add(lines);
}

std::vector<BalanceDifference> Takeover::reconcile(std::span<const GivenBalance> given,
                                                   std::optional<Code> difference_account) {
  return impl_->reconcile(given, difference_account);
}

std::vector<store::AccountBalance> Takeover::balances() {
  return store::list_balances_now(impl_->session);
}

void Takeover::commit() { impl_->transaction.commit(); }

}  // namespace engine
