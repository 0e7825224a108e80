#include "sql/store/statement_store.h"

#include <fmt/format.h>

#include "base/check.h"
#include "ledger/journal.h"
#include "sql/store/rows.h"

namespace store {
namespace {

base::Currency currency_at(const Rows& rows, int row, int column) {
  const auto currency = base::Currency::find(rows.text(row, column));
  CHECK(currency.has_value(), "the database holds a currency we don't know: {}",
        rows.text(row, column));
  return *currency;
}

// A merchant's own role may not see journals, so they are only asked where a reading has an
// instant: $4 is the last date that was sealed then, $5 the instant.
constexpr std::string_view kItemIsKnown = R"sql(
      AND (business_date <= $4 OR EXISTS (SELECT FROM journal j
                                          WHERE j.party_id = merchant_item.party_id
                                            AND j.event_id = merchant_item.event_id
                                            AND j.posted_at <= $5)))sql";
// The settlement is a step of the close of the day before.
constexpr std::string_view kSettlementIsKnown = R"sql(
      AND (s.settled_on <= $4 OR EXISTS (SELECT FROM close_step c
                                         WHERE c.business_date = s.settled_on - 1
                                           AND c.step = 'settlement' AND c.done_at <= $5)))sql";
constexpr std::string_view kPayoutIsKnown = R"sql(
      AND (instructed_on <= $4 OR EXISTS (SELECT FROM journal j
                                          WHERE j.party_id = payout.merchant_id
                                            AND j.source_ref = payout.payout_ref
                                            AND j.posted_at <= $5)))sql";

Params period(base::PartyId merchant, base::Day from, const Reading& reading) {
  Params params;
  params.int8(merchant.value).day(from).day(reading.as_of);
  if (reading.known_at) params.day(reading.sealed_through).instant(*reading.known_at);
  return params;
}

std::string_view if_known(const Reading& reading, std::string_view condition) {
  return reading.known_at ? condition : std::string_view();
}

}  // namespace

std::optional<BookDates> find_book_dates(Session& session) {
  const Rows rows = query(session, "SELECT zone, opens_on, open_date, closed_through FROM book");
  if (rows.empty()) return std::nullopt;
  return BookDates{std::string(rows.text(0, 0)), rows.day(0, 1), rows.day(0, 2), rows.day(0, 3)};
}

std::optional<base::PartyId> find_merchant(Session& session, std::string_view ref) {
  const Rows rows =
      query(session, "SELECT party_id FROM party WHERE kind = 2 AND ref = $1", Params().text(ref));
  if (rows.empty()) return std::nullopt;
  return base::PartyId{rows.int8(0, 0)};
}

void see_only_merchant(Session& session, base::PartyId merchant) {
  query(session, "SELECT set_config('fenqi.merchant_id', $1, true)",
        Params().text(std::to_string(merchant.value)));
  session.execute("SET LOCAL ROLE fenqi_merchant");
}

std::vector<CurrencyAmount> list_payable_before(Session& session, base::PartyId merchant,
                                                base::Day day) {
  const Rows rows = query(session, R"sql(
    SELECT a.currency, (-sum(last.balance_minor))::bigint
    FROM account a,
         LATERAL (SELECT d.balance_minor FROM account_day d
                  WHERE d.account_id = a.account_id AND d.business_date < $2
                  ORDER BY d.business_date DESC LIMIT 1) last
    WHERE a.code = 2101 AND a.owner_id = $1
    GROUP BY a.currency ORDER BY a.currency)sql",
                          Params().int8(merchant.value).day(day));
  std::vector<CurrencyAmount> amounts;
  for (int i = 0; i < rows.size(); ++i) {
    amounts.push_back({currency_at(rows, i, 0), rows.int8(i, 1)});
  }
  return amounts;
}

void ItemTotals::add(const ItemRow& item) {
  ++count;
  gross += item.gross;
  coupon_platform += item.coupon_platform;
  coupon_merchant += item.coupon_merchant;
  coupon_sponsor += item.coupon_sponsor;
  discount += item.discount;
  vat += item.vat;
  subsidy += item.subsidy;
  net += item.net();
}

std::vector<CurrencyTotals> sum_items(Session& session, base::PartyId merchant, base::Day from,
                                      const Reading& reading) {
  const std::string statement = fmt::format(R"sql(
    SELECT currency, type, count(*), sum(gross_minor)::bigint,
           sum(coupon_platform_minor)::bigint, sum(coupon_merchant_minor)::bigint,
           sum(coupon_sponsor_minor)::bigint, sum(discount_minor)::bigint,
           sum(vat_minor)::bigint, sum(subsidy_minor)::bigint, sum(net_minor)::bigint
    FROM merchant_item
    WHERE merchant_id = $1 AND business_date BETWEEN $2 AND $3 {}
    GROUP BY currency, type ORDER BY currency, type)sql",
                                            if_known(reading, kItemIsKnown));
  const Rows rows = query(session, statement.c_str(), period(merchant, from, reading));
  std::vector<CurrencyTotals> totals;
  for (int i = 0; i < rows.size(); ++i) {
    const base::Currency currency = currency_at(rows, i, 0);
    if (totals.empty() || totals.back().currency != currency) totals.push_back({currency, {}});
    const std::size_t type = index_of(static_cast<ItemType>(rows.int2(i, 1)));
    CHECK(type < kItemTypes, "an item of type {}", rows.int2(i, 1));
    totals.back().by_type[type] = {rows.int8(i, 2), rows.int8(i, 3), rows.int8(i, 4),
                                   rows.int8(i, 5), rows.int8(i, 6), rows.int8(i, 7),
                                   rows.int8(i, 8), rows.int8(i, 9), rows.int8(i, 10)};
  }
  return totals;
}

std::vector<SettlementWindow> list_settlements(Session& session, base::PartyId merchant,
                                               base::Day from, const Reading& reading) {
  const std::string statement = fmt::format(R"sql(
    SELECT s.currency, s.window_from, s.settled_on, coalesce(p.payout_ref, '')
    FROM settlement s
    LEFT JOIN payout p ON p.merchant_id = s.merchant_id AND p.currency = s.currency
                      AND p.settled_on = s.settled_on AND p.kind = 1
    WHERE s.merchant_id = $1 AND s.settled_on BETWEEN $2 AND $3 {}
    ORDER BY s.currency, s.settled_on)sql",
                                            if_known(reading, kSettlementIsKnown));
  const Rows rows = query(session, statement.c_str(), period(merchant, from, reading));
  std::vector<SettlementWindow> windows;
  for (int i = 0; i < rows.size(); ++i) {
    windows.push_back(
        {currency_at(rows, i, 0), rows.day(i, 1), rows.day(i, 2), std::string(rows.text(i, 3))});
  }
  return windows;
}

std::vector<PayoutLine> list_payouts(Session& session, base::PartyId merchant, base::Day from,
                                     const Reading& reading) {
  const std::string_view confirmed_on = reading.known_at ? R"sql(
           CASE WHEN confirmed_on <= $4
                     OR EXISTS (SELECT FROM journal j
                                WHERE j.party_id = payout.merchant_id AND j.rule = $6
                                  AND j.source_ref = payout.payout_ref AND j.posted_at <= $5)
                THEN confirmed_on END)sql"
                                                         : "confirmed_on";
  const std::string statement = fmt::format(R"sql(
    SELECT currency, payout_ref, settled_on, amount_minor, status, {}
    FROM payout
    WHERE merchant_id = $1 AND instructed_on BETWEEN $2 AND $3 {}
    ORDER BY currency, settled_on, payout_ref COLLATE "C")sql",
                                            confirmed_on, if_known(reading, kPayoutIsKnown));
  Params params = period(merchant, from, reading);
  if (reading.known_at) params.int2(static_cast<std::int16_t>(ledger::Rule::PayoutConfirm));
  const Rows rows = query(session, statement.c_str(), params);
  std::vector<PayoutLine> payouts;
  for (int i = 0; i < rows.size(); ++i) {
    payouts.push_back({currency_at(rows, i, 0), std::string(rows.text(i, 1)), rows.day(i, 2),
                       rows.int8(i, 3), static_cast<PayoutStatus>(rows.int2(i, 4)),
                       rows.day_or_null(i, 5)});
  }
  return payouts;
}

// The index on (merchant_id, business_date) brings the dates in order, so that the server sorts a
// date at a time and the first piece comes at once.
ItemCursor::ItemCursor(Session& session, base::PartyId merchant, base::Currency currency,
                       base::Day from, const Reading& reading)
    : merchant_(merchant),
      currency_(currency),
      cursor_(session,
              fmt::format(R"sql(
    SELECT type, order_ref, periods, occurred_at, business_date, available_on, gross_minor,
           coupon_platform_minor, coupon_merchant_minor, coupon_sponsor_minor, discount_minor,
           vat_minor, subsidy_minor
    FROM merchant_item
    WHERE merchant_id = $1 AND business_date BETWEEN $2 AND $3 {} AND currency = ${}
    ORDER BY business_date, occurred_at, type, order_ref COLLATE "C", net_minor)sql",
                          if_known(reading, kItemIsKnown), reading.known_at ? 6 : 4),
              period(merchant, from, reading).text(currency.code())) {}

namespace {

std::vector<ItemRow> read_items(const Rows& rows, base::PartyId merchant, base::Currency currency) {
  std::vector<ItemRow> items(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    ItemRow& item = items[static_cast<std::size_t>(i)];
    item.merchant = merchant;
    item.currency = currency;
    item.type = static_cast<ItemType>(rows.int2(i, 0));
    item.order_ref = rows.text(i, 1);
    item.periods = rows.int2(i, 2);
    item.occurred_at = rows.instant(i, 3);
    item.business_date = rows.day(i, 4);
    item.available_on = rows.day(i, 5);
    item.gross = rows.int8(i, 6);
    item.coupon_platform = rows.int8(i, 7);
    item.coupon_merchant = rows.int8(i, 8);
    item.coupon_sponsor = rows.int8(i, 9);
    item.discount = rows.int8(i, 10);
    item.vat = rows.int8(i, 11);
    item.subsidy = rows.int8(i, 12);
  }
  return items;
}

}  // namespace

std::vector<ItemRow> ItemCursor::next() { return read_items(cursor_.next(), merchant_, currency_); }

SettledItemCursor::SettledItemCursor(Session& session, base::PartyId merchant,
                                     base::Currency currency, base::Day from, base::Day to)
    : merchant_(merchant),
      currency_(currency),
      cursor_(session, R"sql(
    SELECT type, order_ref, periods, occurred_at, business_date, available_on, gross_minor,
           coupon_platform_minor, coupon_merchant_minor, coupon_sponsor_minor, discount_minor,
           vat_minor, subsidy_minor
    FROM merchant_item
    WHERE merchant_id = $1 AND currency = $2 AND available_on BETWEEN $3 AND $4 AND type <> 5
    ORDER BY available_on, business_date, occurred_at, type, order_ref COLLATE "C", net_minor)sql",
              Params().int8(merchant.value).text(currency.code()).day(from).day(to)) {}

std::vector<ItemRow> SettledItemCursor::next() {
  return read_items(cursor_.next(), merchant_, currency_);
}

std::vector<SettlementTotals> list_settlement_totals(Session& session, base::PartyId merchant,
                                                     base::Day from, base::Day to) {
  const Rows rows = query(session, R"sql(
    SELECT s.currency, s.window_from, s.settled_on, s.opening_minor, s.payout_minor,
           s.carried_minor, coalesce(p.payout_ref, '')
    FROM settlement s
    LEFT JOIN payout p ON p.merchant_id = s.merchant_id AND p.currency = s.currency
                      AND p.settled_on = s.settled_on AND p.kind = 1
    WHERE s.merchant_id = $1 AND s.settled_on BETWEEN $2 AND $3
    ORDER BY s.currency, s.settled_on)sql",
                          Params().int8(merchant.value).day(from).day(to));
  std::vector<SettlementTotals> settlements;
  for (int i = 0; i < rows.size(); ++i) {
    settlements.push_back({currency_at(rows, i, 0), rows.day(i, 1), rows.day(i, 2), rows.int8(i, 3),
                           rows.int8(i, 4), rows.int8(i, 5), std::string(rows.text(i, 6))});
  }
  return settlements;
}

namespace {

std::vector<ExpectedAmount> read_expected(const Rows& rows) {
  std::vector<ExpectedAmount> amounts;
  for (int i = 0; i < rows.size(); ++i) {
    amounts.push_back({currency_at(rows, i, 0), rows.day(i, 1), rows.int8(i, 2), rows.int8(i, 3),
                       std::string(rows.text(i, 4))});
  }
  return amounts;
}

}  // namespace

std::vector<ExpectedAmount> list_unsettled(Session& session, base::PartyId merchant, base::Day to) {
  return read_expected(query(session, R"sql(
    WITH last AS (SELECT currency, max(settled_on) AS settled_on FROM settlement
                  WHERE merchant_id = $1 AND settled_on <= $2 GROUP BY currency)
    SELECT i.currency, i.available_on, sum(i.net_minor)::bigint, count(*), ''
    FROM merchant_item i LEFT JOIN last l ON l.currency = i.currency
    WHERE i.merchant_id = $1 AND i.business_date <= $2
      AND i.available_on > coalesce(l.settled_on, '-infinity')
    GROUP BY i.currency, i.available_on ORDER BY i.currency, i.available_on)sql",
                             Params().int8(merchant.value).day(to)));
}

std::vector<ExpectedAmount> list_held_reserve(Session& session, base::PartyId merchant,
                                              base::Day to) {
  return read_expected(query(session, R"sql(
    SELECT currency, release_on, sum(amount_minor)::bigint, count(*), ''
    FROM reserve_tranche
    WHERE merchant_id = $1 AND settled_on <= $2 AND (released_on IS NULL OR released_on > $2)
    GROUP BY currency, release_on ORDER BY currency, release_on)sql",
                             Params().int8(merchant.value).day(to)));
}

std::vector<ExpectedAmount> list_payouts_on_their_way(Session& session, base::PartyId merchant,
                                                      base::Day to) {
  return read_expected(query(session, R"sql(
    SELECT currency, settled_on, amount_minor, 1::bigint, payout_ref
    FROM payout
    WHERE merchant_id = $1 AND instructed_on <= $2
      AND (confirmed_on IS NULL OR confirmed_on > $2) AND (rejected_on IS NULL OR rejected_on > $2)
    ORDER BY currency, settled_on, payout_ref COLLATE "C")sql",
                             Params().int8(merchant.value).day(to)));
}

}  // namespace store
