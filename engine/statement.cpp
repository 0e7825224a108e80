#include "engine/statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/check.h"
#include "engine/reading.h"

namespace engine {
namespace {

StatementTotals totals_of(const std::array<store::ItemTotals, store::kItemTypes>& by_type) {
  const auto of = [&](store::ItemType type) { return by_type[store::index_of(type)]; };
  const store::ItemTotals sale = of(store::ItemType::Sale);
  const store::ItemTotals refund = of(store::ItemType::Refund);
  StatementTotals totals;
  totals.sales = sale.gross;
  totals.discount = sale.discount;
  totals.subsidy = sale.subsidy;
  totals.refunds = refund.gross;
  totals.returned_discount = refund.discount;
  totals.returned_subsidy = refund.subsidy;
  totals.reserve = of(store::ItemType::Reserve).net;
  totals.releases = of(store::ItemType::Release).net;
  totals.payouts = of(store::ItemType::Payout).net;
  totals.adjustments = of(store::ItemType::Adjustment).net;
  for (const store::ItemTotals& each : by_type) {
    totals.net += each.net;
    totals.vat += each.vat;
    totals.lines += each.count;
  }
  CHECK(totals.net == totals.sales + totals.refunds + totals.discount + totals.subsidy +
                          totals.returned_discount + totals.returned_subsidy + totals.releases +
                          totals.reserve + totals.payouts + totals.adjustments,
        "the totals of a statement don't sum to its net {}", totals.net);
  return totals;
}

// What the merchant is owed before `day`. Past the last closed date the ledger's daily balances
// end, and the items since then are added.
std::map<base::Currency, std::int64_t> owed_before(store::Session& session, base::PartyId merchant,
                                                   base::Day day, base::Day closed_through,
                                                   const Reading& reading) {
  std::map<base::Currency, std::int64_t> owed;
  const base::Day first_open = base::plus_days(closed_through, 1);
  for (const auto& [currency, minor] :
       list_payable_before(session, merchant, std::min(day, first_open))) {
    owed[currency] = minor;
  }
  if (day > first_open) {
    for (const store::CurrencyTotals& totals :
         sum_items(session, merchant, first_open, reading.through(base::plus_days(day, -1)))) {
      for (const store::ItemTotals& each : totals.by_type) owed[totals.currency] += each.net;
    }
  }
  return owed;
}

// The statement is as of the end of its period: what was confirmed later had only been instructed.
// That a payout came back, whenever it did, is a line of its own.
void tell_as_of(store::PayoutLine& payout, base::Day day) {
  if (payout.confirmed_on && *payout.confirmed_on > day) payout.confirmed_on.reset();
  payout.status =
      payout.confirmed_on ? store::PayoutStatus::Confirmed : store::PayoutStatus::Instructed;
}

}  // namespace

namespace {

using Sections = std::map<base::Currency, StatementSection>;

void add_expected(Sections& sections, ExpectedReason reason,
                  const std::vector<store::ExpectedAmount>& amounts) {
  for (const store::ExpectedAmount& amount : amounts) {
    sections[amount.currency].expected.push_back(
        {reason, amount.on, amount.minor, amount.count, amount.payout_ref});
  }
}

/// What of the closing balance no line explains that waits for its settlement was carried.
void add_carried(StatementSection& section) {
  std::int64_t carried = section.closing;
  for (const ExpectedReceipt& receipt : section.expected) {
    if (receipt.reason == ExpectedReason::NotSettled) carried -= receipt.amount;
  }
  if (carried == 0) return;
  section.expected.push_back(
      {carried < 0 ? ExpectedReason::OwedByMerchant : ExpectedReason::CarriedForward, {}, carried});
}

}  // namespace

std::string_view name(ExpectedReason reason) {
  switch (reason) {
    case ExpectedReason::PayoutOnItsWay:
      return "payout_on_its_way";
    case ExpectedReason::NotSettled:
      return "not_settled";
    case ExpectedReason::CarriedForward:
      return "carried_forward";
    case ExpectedReason::OwedByMerchant:
      return "owed_by_merchant";
    case ExpectedReason::Reserve:
      return "reserve";
  }
  std::unreachable();
}

std::string_view code(StatementRefusal refusal) {
  switch (refusal) {
    case StatementRefusal::BookMissing:
      return "BOOK_MISSING";
    case StatementRefusal::DatesReversed:
      return "DATES_REVERSED";
    case StatementRefusal::KnownAtInFuture:
      return "KNOWN_AT_IN_FUTURE";
    case StatementRefusal::MerchantUnknown:
      return "MERCHANT_UNKNOWN";
  }
  std::unreachable();
}

std::string sentence(StatementRefusal refusal, const StatementRequest& request) {
  switch (refusal) {
    case StatementRefusal::BookMissing:
      return "the database has no book yet";
    case StatementRefusal::DatesReversed:
      return fmt::format("the period starts on {}, after its end on {}",
                         base::to_string(request.from), base::to_string(request.to));
    case StatementRefusal::KnownAtInFuture:
      return fmt::format("what is known at {} is not certain yet: that instant is not over",
                         base::to_string(request.known_at.value()));
    case StatementRefusal::MerchantUnknown:
      return fmt::format("there is no merchant \"{}\"", request.merchant);
  }
  std::unreachable();
}

std::string_view name(store::ItemType type) {
  switch (type) {
    case store::ItemType::Sale:
      return "sale";
    case store::ItemType::Refund:
      return "refund";
    case store::ItemType::Reserve:
      return "reserve";
    case store::ItemType::Release:
      return "release";
    case store::ItemType::Payout:
      return "payout";
    case store::ItemType::Adjustment:
      return "adjustment";
  }
  std::unreachable();
}

std::string_view name(store::PayoutStatus status) {
  switch (status) {
    case store::PayoutStatus::Instructed:
      return "instructed";
    case store::PayoutStatus::Confirmed:
      return "confirmed";
    case store::PayoutStatus::Returned:
      return "returned";
  }
  std::unreachable();
}

struct Statement::Impl {
  store::Session& session;
  store::Transaction transaction;
  base::PartyId merchant;
  StatementHeader header;
  Reading reading = {};  // through the end of the period
  std::vector<store::SettlementWindow> settlements;

  // The section being read.
  std::optional<std::size_t> section = {};
  std::optional<store::ItemCursor> cursor = {};
  std::array<store::ItemTotals, store::kItemTypes> seen = {};
  std::int64_t balance = 0;

  explicit Impl(store::Session& s)
      : session(s), transaction(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") {}

  void start(std::size_t index);
  const store::SettlementWindow* find_settlement(const store::ItemRow& item) const;
  void prove_end() const;
};

void Statement::Impl::start(std::size_t index) {
  const StatementSection& next = header.sections[index];
  section = index;
  cursor.emplace(session, merchant, next.currency, header.from, reading);
  seen = {};
  balance = next.opening;
}

// The first settlement that ends on or after the day the item became available.
const store::SettlementWindow* Statement::Impl::find_settlement(const store::ItemRow& item) const {
  const auto found = std::ranges::lower_bound(
      settlements, std::pair(item.currency, item.available_on), {},
      [](const store::SettlementWindow& s) { return std::pair(s.currency, s.settled_on); });
  if (found == settlements.end() || found->currency != item.currency) return nullptr;
  return &*found;
}

void Statement::Impl::prove_end() const {
  const StatementSection& read = header.sections[*section];
  CHECK(balance == read.closing, "the lines of {} end at {}, the statement at {}",
        read.currency.code(), balance, read.closing);
  CHECK(seen == read.by_type, "the lines of {} don't sum to the statement's totals",
        read.currency.code());
}

Statement::Statement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Statement::~Statement() = default;

const StatementHeader& Statement::header() const { return impl_->header; }

base::Result<std::unique_ptr<Statement>, StatementRefusal> Statement::open(
    store::Session& session, const StatementRequest& request, StatementAccess access) {
  CHECK(!request.known_at || access == StatementAccess::Operator,
        "what was known when is told by journals, which merchant {} may not see", request.merchant);
  if (!store::find_book_dates(session)) return std::unexpected(StatementRefusal::BookMissing);
  if (request.from > request.to) return std::unexpected(StatementRefusal::DatesReversed);
  if (request.known_at && !store::wait_for_postings(session, *request.known_at)) {
    return std::unexpected(StatementRefusal::KnownAtInFuture);
  }
  auto impl = std::make_unique<Impl>(session);
  const auto book = store::find_book_dates(session);
  CHECK(book.has_value(), "the book has gone");
  const auto merchant = store::find_merchant(session, request.merchant);
  if (!merchant) return std::unexpected(StatementRefusal::MerchantUnknown);
  const auto zone = base::Zone::find(book->zone);
  CHECK(zone.has_value(), "the book's zone {} is unknown here", book->zone);
  impl->merchant = *merchant;
  StatementHeader& header = impl->header;
  header.merchant = request.merchant;
  header.from = request.from;
  header.to = request.to;
  header.zone = *zone;
  header.closed_through = book->closed_through;
  impl->reading = store::all_through(request.to);
  if (request.known_at) {
    header.closed_through = store::find_standing(session, *request.known_at).sealed_through;
    impl->reading = {request.to, request.known_at, std::min(header.closed_through, request.to)};
  }
  const Reading& reading = impl->reading;
  const bool is_closed = request.to <= header.closed_through;
  header.is_final = is_closed;

  std::map<base::Currency, StatementSection> sections;
  const auto opening =
      owed_before(session, *merchant, request.from, header.closed_through, reading);
  for (const auto& [currency, minor] : opening) {
    if (minor != 0) sections[currency].opening = minor;
  }
  auto ledger_closing = opening;
  if (is_closed) {
    ledger_closing = owed_before(session, *merchant, base::plus_days(request.to, 1),
                                 header.closed_through, reading);
  }
  // Tables that carry business dates only can tell what is expected at the end of a date that was
  // sealed then, or as it is now.
  const bool tells_expected = !request.known_at || is_closed;
  // A merchant's own role may not see the reserve.
  std::vector<store::ExpectedAmount> reserve;
  if (tells_expected) reserve = store::list_held_reserve(session, *merchant, request.to);
  if (access == StatementAccess::Merchant) store::see_only_merchant(session, *merchant);
  for (const store::CurrencyTotals& totals : sum_items(session, *merchant, request.from, reading)) {
    sections[totals.currency].by_type = totals.by_type;
  }
  for (auto& [currency, section] : sections) {
    section.currency = currency;
    section.totals = totals_of(section.by_type);
    section.closing = section.opening + section.totals.net;
  }
  if (is_closed) {
    for (const auto& [currency, minor] : ledger_closing) {
      const auto found = sections.find(currency);
      const std::int64_t closing = found == sections.end() ? 0 : found->second.closing;
      CHECK(closing == minor, "the items of merchant {} end at {} {} minor units, the ledger at {}",
            request.merchant, closing, currency.code(), minor);
    }
  }
  for (store::PayoutLine& payout : list_payouts(session, *merchant, request.from, reading)) {
    tell_as_of(payout, request.to);
    sections[payout.currency].payouts.push_back(std::move(payout));
  }
  if (tells_expected) {
    add_expected(sections, ExpectedReason::PayoutOnItsWay,
                 store::list_payouts_on_their_way(session, *merchant, request.to));
    add_expected(sections, ExpectedReason::NotSettled,
                 store::list_unsettled(session, *merchant, request.to));
    for (auto& [currency, section] : sections) add_carried(section);
    add_expected(sections, ExpectedReason::Reserve, reserve);
  }
  for (auto& [currency, section] : sections) {
    section.currency = currency;
    header.sections.push_back(std::move(section));
  }
  impl->settlements = list_settlements(session, *merchant, request.from, reading);
  return std::unique_ptr<Statement>(new Statement(std::move(impl)));
}

std::vector<StatementLine> Statement::next(std::size_t section) {
  CHECK(section < impl_->header.sections.size(), "a statement has no section {}", section);
  if (impl_->section != section) impl_->start(section);
  std::vector<store::ItemRow> items = impl_->cursor->next();
  if (items.empty()) {
    impl_->prove_end();
    return {};
  }
  std::vector<StatementLine> lines;
  lines.reserve(items.size());
  for (store::ItemRow& item : items) {
    impl_->seen[store::index_of(item.type)].add(item);
    StatementLine line;
    line.net = item.net();
    impl_->balance += line.net;
    line.balance = impl_->balance;
    if (const store::SettlementWindow* settlement = impl_->find_settlement(item)) {
      line.settled_on = settlement->settled_on;
      line.payout_ref = settlement->payout_ref;
    }
    line.item = std::move(item);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace engine
