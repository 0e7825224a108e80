#include "engine/settle.h"

#include <fmt/format.h>

#include <map>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "engine/book.h"
#include "ledger/posting.h"
#include "ledger/settlement.h"
#include "sql/store/party_store.h"
#include "sql/store/settlement_store.h"

namespace engine {
namespace {

using base::Day;

[[noreturn]] void throw_missing_year(const std::string& calendar, int year) {
  throw SettlementImpossible(
      fmt::format("calendar {} has no year {}: apply a catalog that holds it", calendar, year));
}

bool is_business_day(const MerchantTerms& terms, Day day, const Catalog& catalog) {
  const scheduling::Calendar* calendar = catalog.find_calendar(terms.calendar);
  if (calendar == nullptr) {
    throw SettlementImpossible(
        fmt::format("merchant terms {} name an unknown calendar {}", terms.name, terms.calendar));
  }
  const auto answer = calendar->is_business_day(day);
  if (!answer) throw_missing_year(terms.calendar, answer.error().year);
  return *answer;
}

bool is_named_day(const MerchantTerms& terms, Day day) {
  switch (terms.frequency) {
    case Frequency::Daily:
      return true;
    case Frequency::Weekly:
      return static_cast<int>(date::weekday(day).iso_encoding()) == terms.frequency_day;
    case Frequency::Monthly:
      return static_cast<int>(unsigned(base::ymd(day).day())) == terms.frequency_day;
  }
  std::unreachable();
}

/// The last settlement day of these terms before `day`; before `opens_on` there is none.
Day previous_settlement_day(const MerchantTerms& terms, Day day, Day opens_on,
                            const Catalog& catalog) {
  Day previous = base::plus_days(day, -1);
  while (previous > opens_on && !is_settlement_day(terms, previous, catalog)) {
    previous = base::plus_days(previous, -1);
  }
  return previous;
}

/// One merchant and currency of a settlement date, on its way to its rows.
struct Pending {
  base::PartyId merchant;
  base::Currency currency;
  const MerchantTerms* terms = nullptr;
  Day window_from;
  ledger::SettlementTotals totals;
  std::int64_t item_count = 0;
  std::vector<store::TrancheRow> released;
};

/// By the merchant's reference, so that the order of the rows doesn't depend on ids.
using PendingMap = std::map<std::tuple<std::string, base::Currency>, Pending>;

/// What one settlement date writes.
struct Batch {
  std::vector<ledger::Journal> journals;
  std::vector<store::ItemRow> items;
  std::vector<store::SettlementRow> settlements;
  std::vector<store::TrancheRow> tranches;
  std::vector<store::PayoutRow> payouts;
};

class Settler {
 public:
  Settler(store::Session& session, BlockIds& ids, const Catalog& catalog, Day settled_on)
      : session_(session),
        ids_(ids),
        catalog_(catalog),
        settled_on_(settled_on),
        occurred_at_(catalog.zone.to_instant(
            date::local_time<std::chrono::microseconds>(settled_on.time_since_epoch()))) {
    const std::vector<std::string> ref{catalog.bank};
    const auto found = store::find_parties(session, store::PartyKind::Bank, ref);
    CHECK(found.size() == 1, "the book has no bank {}", catalog.bank);
    bank_ = found.front().id;
    const std::optional<Book> book = find_book(session);
    CHECK(book.has_value(), "a settlement without a book");
    opens_on_ = book->opens_on;
  }

  void gather();
  void net(Batch& batch);

 private:
  void gather_terms(const std::vector<const MerchantTerms*>& terms, Day previous);
  Pending& pending(base::PartyId merchant, base::Currency currency);
  void learn_merchants(const std::vector<std::int64_t>& merchants);
  void load_openings();
  void net_one(const Pending& p, Batch& batch);
  void post(const Pending& p, base::EventId event, ledger::Rule rule, ledger::Transfers transfers,
            const std::string& source_ref, Batch& batch);
  void add_item(const Pending& p, base::EventId event, store::ItemType type,
                const std::string& order_ref, std::int64_t gross, Batch& batch);
  void pay(const Pending& p, base::EventId event, std::int64_t amount, Batch& batch);

  store::Session& session_;
  BlockIds& ids_;
  const Catalog& catalog_;
  Day settled_on_;
  base::Instant occurred_at_;
  base::PartyId bank_;
  Day opens_on_;
  std::map<base::PartyId, store::PartyRow> merchants_;
  PendingMap pending_;
};

void Settler::gather() {
  // Terms whose last settlement was on the same day share one pass over the items.
  std::map<Day, std::vector<const MerchantTerms*>> due;
  for (const MerchantTerms& terms : catalog_.merchants) {
    if (!is_settlement_day(terms, settled_on_, catalog_)) continue;
    due[previous_settlement_day(terms, settled_on_, opens_on_, catalog_)].push_back(&terms);
  }
  for (const auto& [previous, terms] : due) gather_terms(terms, previous);
  load_openings();
}

void Settler::gather_terms(const std::vector<const MerchantTerms*>& terms, Day previous) {
  std::vector<std::string> names;
  for (const MerchantTerms* t : terms) names.push_back(t->name);
  // Other terms or another calendar may have left items behind that were available earlier.
  const bool is_from_sure =
      !store::is_catalog_changed_since(session_, base::plus_days(previous, -1));
  const auto totals = store::sum_window(session_, names,
                                        {.settled_on = settled_on_,
                                         .from = base::plus_days(previous, 1),
                                         .is_from_sure = is_from_sure});
  const auto tranches = store::list_tranches_to_release(session_, names, settled_on_);
  std::vector<std::int64_t> ids;
  for (const auto& total : totals) ids.push_back(total.merchant.value);
  for (const auto& tranche : tranches) ids.push_back(tranche.merchant.value);
  learn_merchants(ids);
  for (const store::WindowTotal& total : totals) {
    Pending& p = pending(total.merchant, total.currency);
    p.item_count += total.items;
    if (total.sale_date) {
      p.totals.sales.push_back({*total.sale_date, total.gross});
      p.totals.discount += total.discount;
      p.totals.subsidy += total.subsidy;
    } else if (total.is_adjustment) {
      p.totals.adjustments += total.gross;
    } else {
      p.totals.refunds += total.gross;
      p.totals.returned_discount += total.discount;
      p.totals.returned_subsidy += total.subsidy;
    }
  }
  for (const store::TrancheRow& tranche : tranches) {
    Pending& p = pending(tranche.merchant, tranche.currency);
    p.totals.releases += tranche.amount;
    p.released.push_back(tranche);
  }
  if (!tranches.empty()) store::release_tranches(session_, names, settled_on_);
}

void Settler::learn_merchants(const std::vector<std::int64_t>& merchants) {
  if (merchants.empty()) return;
  for (store::PartyRow& row : store::load_parties(session_, merchants)) {
    merchants_.emplace(row.id, std::move(row));
  }
}

Pending& Settler::pending(base::PartyId merchant, base::Currency currency) {
  const store::PartyRow& row = merchants_.at(merchant);
  Pending& p = pending_[{row.ref, currency}];
  if (p.terms == nullptr) {
    p.merchant = merchant;
    p.currency = currency;
    p.terms = catalog_.find_merchant_terms(row.terms);
    p.window_from = opens_on_;
    CHECK(p.terms != nullptr, "merchant {} has unknown terms {}", row.ref, row.terms);
  }
  return p;
}

void Settler::load_openings() {
  if (pending_.empty()) return;
  std::vector<std::int64_t> merchants;
  std::vector<std::string> currencies;
  for (const auto& [key, p] : pending_) {
    merchants.push_back(p.merchant.value);
    currencies.emplace_back(p.currency.code());
  }
  for (const auto& last : store::load_last_settlements(session_, merchants, currencies)) {
    Pending& p = pending(last.merchant, last.currency);
    p.totals.opening = last.carried;
    p.window_from = base::plus_days(last.settled_on, 1);
  }
}

void Settler::net(Batch& batch) {
  for (const auto& [key, p] : pending_) net_one(p, batch);
}

void Settler::net_one(const Pending& p, Batch& batch) {
  const CurrencyTerms* money = catalog_.find_currency(p.currency.code());
  CHECK(money != nullptr, "items in {}, which is not in the catalog", p.currency.code());
  const ledger::Settlement net =
      ledger::net_settlement(p.totals, {.currency = p.currency,
                                        .payout_minor_min = money->payout_minor_min,
                                        .reserve = p.terms->reserve,
                                        .reserve_days = p.terms->reserve_days});
  const base::EventId event{ids_.next()};
  const std::string date = base::to_string(settled_on_);
  batch.settlements.push_back({.merchant = p.merchant,
                               .currency = p.currency,
                               .settled_on = settled_on_,
                               .window_from = p.window_from,
                               .id = ids_.next(),
                               .opening = p.totals.opening,
                               .sales = net.sales,
                               .refunds = p.totals.refunds,
                               .discount = p.totals.discount,
                               .subsidy = p.totals.subsidy,
                               .returned_discount = p.totals.returned_discount,
                               .returned_subsidy = p.totals.returned_subsidy,
                               .releases = p.totals.releases,
                               .reserve = net.reserve,
                               .payout = net.payout,
                               .carried = net.carried,
                               .item_count = p.item_count,
                               .adjustments = p.totals.adjustments});
  if (p.totals.releases > 0) {
    post(p, event, ledger::Rule::ReserveRelease,
         ledger::reserve_release(p.merchant, p.totals.releases), date, batch);
    for (const store::TrancheRow& tranche : p.released) {
      add_item(p, event, store::ItemType::Release, base::to_string(tranche.sale_date),
               tranche.amount, batch);
    }
  }
  if (net.reserve < 0) {
    post(p, event, ledger::Rule::ReserveHold, ledger::reserve_hold(p.merchant, -net.reserve), date,
         batch);
    for (const ledger::ReserveTranche& tranche : net.tranches) {
      batch.tranches.push_back({p.merchant, p.currency, settled_on_, tranche.sale_date,
                                tranche.amount_minor, tranche.release_on});
      add_item(p, event, store::ItemType::Reserve, base::to_string(tranche.sale_date),
               -tranche.amount_minor, batch);
    }
  }
  if (net.payout > 0) pay(p, event, net.payout, batch);
}

void Settler::pay(const Pending& p, base::EventId event, std::int64_t amount, Batch& batch) {
  const auto day = base::ymd(settled_on_);
  // Numbered within the date by merchant reference: short enough for a bank's remark, and the same
  // however often the date is settled.
  const std::string ref =
      fmt::format("{:04}{:02}{:02}-{:06}", int(day.year()), unsigned(day.month()),
                  unsigned(day.day()), batch.payouts.size() + 1);
  const bool is_confirmed = catalog_.payout_auto_confirm_days == 0;
  batch.payouts.push_back(
      {.merchant = p.merchant,
       .id = ids_.next(),
       .ref = ref,
       .currency = p.currency,
       .settled_on = settled_on_,
       .amount = amount,
       .status = is_confirmed ? store::PayoutStatus::Confirmed : store::PayoutStatus::Instructed,
       .instructed_on = settled_on_,
       .confirmed_on = is_confirmed ? std::optional(settled_on_) : std::nullopt});
  post(p, event, ledger::Rule::PayoutInstruct, ledger::payout_instruct(p.merchant, amount), ref,
       batch);
  add_item(p, event, store::ItemType::Payout, ref, -amount, batch);
  if (!is_confirmed) return;
  post(p, {ids_.next()}, ledger::Rule::PayoutConfirm,
       ledger::payout_confirm(p.merchant, bank_, amount), ref, batch);
}

void Settler::post(const Pending& p, base::EventId event, ledger::Rule rule,
                   ledger::Transfers transfers, const std::string& source_ref, Batch& batch) {
  batch.journals.push_back({.party = p.merchant,
                            .id = {ids_.next()},
                            .event = event,
                            .rule = rule,
                            .currency = p.currency,
                            .business_date = settled_on_,
                            .value_date = settled_on_,
                            .source_ref = source_ref,
                            .transfers = std::move(transfers)});
}

void Settler::add_item(const Pending& p, base::EventId event, store::ItemType type,
                       const std::string& order_ref, std::int64_t gross, Batch& batch) {
  store::ItemRow item;
  item.party = p.merchant;
  item.id = {ids_.next()};
  item.merchant = p.merchant;
  item.type = type;
  item.event = event;
  item.order_ref = order_ref;
  item.currency = p.currency;
  item.occurred_at = occurred_at_;
  item.business_date = settled_on_;
  item.available_on = settled_on_;
  item.gross = gross;
  batch.items.push_back(std::move(item));
}

}  // namespace

bool is_settlement_day(const MerchantTerms& terms, Day day, const Catalog& catalog) {
  if (!is_business_day(terms, day, catalog)) return false;
  // The days off just before are moved to this one (FOLLOWING).
  for (Day named = day;;) {
    if (is_named_day(terms, named)) return true;
    named = base::plus_days(named, -1);
    const scheduling::Calendar* calendar = catalog.find_calendar(terms.calendar);
    const auto business = calendar->is_business_day(named);
    // A year that isn't loaded lies before the calendar's first: nothing was moved from there.
    if (!business || *business) return false;
  }
}

Settled settle_merchants(store::Session& session, BlockIds& ids, AccountBook& accounts,
                         const Catalog& catalog, Day settled_on) {
  Settler settler(session, ids, catalog, settled_on);
  settler.gather();
  Batch batch;
  settler.net(batch);
  save_journals(session, accounts, batch.journals);
  save_items(session, batch.items);
  store::copy_settlements(session, batch.settlements);
  store::copy_tranches(session, batch.tranches);
  store::copy_payouts(session, batch.payouts);
  Settled settled{.settlements = std::ssize(batch.settlements),
                  .payouts = std::ssize(batch.payouts)};
  for (const store::PayoutRow& payout : batch.payouts) settled.paid_minor += payout.amount;
  return settled;
}

Settled confirm_due_payouts(store::Session& session, BlockIds& ids, AccountBook& accounts,
                            const Catalog& catalog, Day day) {
  Settled settled;
  if (catalog.payout_auto_confirm_days.value_or(0) <= 0) return settled;
  const std::vector<std::string> ref{catalog.bank};
  const auto banks = store::find_parties(session, store::PartyKind::Bank, ref);
  CHECK(banks.size() == 1, "the book has no bank {}", catalog.bank);
  std::vector<ledger::Journal> journals;
  for (const store::PayoutRow& payout : store::confirm_payouts(
           session, base::plus_days(day, -*catalog.payout_auto_confirm_days), day)) {
    ++settled.payouts;
    settled.paid_minor += payout.amount;
    journals.push_back(
        {.party = payout.merchant,
         .id = {ids.next()},
         .event = {ids.next()},
         .rule = ledger::Rule::PayoutConfirm,
         .currency = payout.currency,
         .business_date = day,
         .value_date = day,
         .source_ref = payout.ref,
         .transfers = ledger::payout_confirm(payout.merchant, banks.front().id, payout.amount)});
  }
  save_journals(session, accounts, journals);
  return settled;
}

}  // namespace engine
