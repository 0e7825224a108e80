#include "sql/store/settlement_store.h"

#include "base/check.h"
#include "sql/store/rows.h"

namespace store {
namespace {

base::Currency currency_of(const Rows& rows, int row, int column) {
  const std::optional<base::Currency> currency = base::Currency::find(rows.text(row, column));
  CHECK(currency.has_value(), "the database names a currency {}", rows.text(row, column));
  return *currency;
}

}  // namespace

std::vector<WindowTotal> sum_window(Session& session, std::span<const std::string> terms,
                                    const Window& window) {
  const Rows rows = query(
      session, R"(
    SELECT s.merchant_id, s.currency, s.sale_date, s.items, s.gross, s.discount, s.subsidy,
           s.is_adjustment
    FROM (SELECT i.merchant_id, i.currency,
                 CASE i.type WHEN 1 THEN i.business_date END AS sale_date,
                 i.type = 6 AS is_adjustment, count(*) AS items,
                 sum(i.gross_minor)::bigint AS gross, sum(i.discount_minor)::bigint AS discount,
                 sum(i.subsidy_minor)::bigint AS subsidy
          FROM merchant_item i
          WHERE i.available_on <= $2 AND i.type IN (1, 2, 6)
            AND CASE WHEN $4 THEN i.available_on >= $3
                     ELSE i.available_on > coalesce(
                            (SELECT max(l.settled_on) FROM settlement l
                             WHERE l.merchant_id = i.merchant_id AND l.currency = i.currency),
                            '-infinity')
                END
          GROUP BY 1, 2, 3, 4) s
    JOIN party p ON p.party_id = s.merchant_id
    WHERE p.terms = ANY ($1)
    ORDER BY p.ref COLLATE "C", s.currency, s.sale_date, s.is_adjustment)",
      Params().texts(terms).day(window.settled_on).day(window.from).boolean(window.is_from_sure));
  std::vector<WindowTotal> totals;
  totals.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    totals.push_back({{rows.int8(i, 0)},
                      currency_of(rows, i, 1),
                      rows.day_or_null(i, 2),
                      rows.int8(i, 3),
                      rows.int8(i, 4),
                      rows.int8(i, 5),
                      rows.int8(i, 6),
                      rows.boolean(i, 7)});
  }
  return totals;
}

std::vector<TrancheRow> list_tranches_to_release(Session& session,
                                                 std::span<const std::string> terms,
                                                 base::Day day) {
  const Rows rows = query(session, R"(
    SELECT t.merchant_id, t.currency, t.settled_on, t.sale_date, t.amount_minor, t.release_on
    FROM reserve_tranche t JOIN party p ON p.party_id = t.merchant_id
    WHERE t.released_on IS NULL AND t.release_on <= $2 AND p.terms = ANY ($1)
    ORDER BY p.ref COLLATE "C", t.currency, t.settled_on, t.sale_date)",
                          Params().texts(terms).day(day));
  std::vector<TrancheRow> tranches;
  for (int i = 0; i < rows.size(); ++i) {
    tranches.push_back({{rows.int8(i, 0)},
                        currency_of(rows, i, 1),
                        rows.day(i, 2),
                        rows.day(i, 3),
                        rows.int8(i, 4),
                        rows.day(i, 5)});
  }
  return tranches;
}

void release_tranches(Session& session, std::span<const std::string> terms, base::Day day) {
  query(session, R"(
    UPDATE reserve_tranche t SET released_on = $2
    FROM party p
    WHERE p.party_id = t.merchant_id AND t.released_on IS NULL AND t.release_on <= $2
      AND p.terms = ANY ($1))",
        Params().texts(terms).day(day));
}

void copy_tranches(Session& session, std::span<const TrancheRow> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY reserve_tranche (merchant_id, currency, settled_on, sale_date, amount_minor, release_on)
    FROM STDIN (FORMAT binary))");
  for (const TrancheRow& row : rows) {
    copy.row(6)
        .int8(row.merchant.value)
        .text(row.currency.code())
        .day(row.settled_on)
        .day(row.sale_date)
        .int8(row.amount)
        .day(row.release_on);
  }
  copy.finish();
}

std::vector<LastSettlement> load_last_settlements(Session& session,
                                                  std::span<const std::int64_t> merchants,
                                                  std::span<const std::string> currencies) {
  const Rows rows = query(session, R"(
    SELECT m.merchant_id, m.currency, s.settled_on, s.carried_minor
    FROM unnest($1, $2) AS m (merchant_id, currency),
         LATERAL (SELECT l.settled_on, l.carried_minor FROM settlement l
                  WHERE l.merchant_id = m.merchant_id AND l.currency = m.currency::char(3)
                  ORDER BY l.settled_on DESC LIMIT 1) s)",
                          Params().int8s(merchants).texts(currencies));
  std::vector<LastSettlement> last;
  last.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    last.push_back({{rows.int8(i, 0)}, currency_of(rows, i, 1), rows.day(i, 2), rows.int8(i, 3)});
  }
  return last;
}

bool is_catalog_changed_since(Session& session, base::Day day) {
  return query(session, R"(
    SELECT NOT EXISTS (SELECT FROM close_step WHERE business_date = $1)
        OR EXISTS (SELECT FROM catalog_version v
                   WHERE v.applied_at > (SELECT min(done_at) FROM close_step
                                         WHERE business_date = $1)))",
               Params().day(day))
      .boolean(0, 0);
}

void copy_settlements(Session& session, std::span<const SettlementRow> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY settlement (merchant_id, currency, settled_on, window_from, settlement_id, opening_minor,
      sales_minor, refunds_minor, discount_minor, subsidy_minor, returned_discount_minor,
      returned_subsidy_minor, releases_minor, reserve_minor, payout_minor, carried_minor,
      item_count, adjustments_minor)
    FROM STDIN (FORMAT binary))");
  for (const SettlementRow& row : rows) {
    copy.row(18)
        .int8(row.merchant.value)
        .text(row.currency.code())
        .day(row.settled_on)
        .day(row.window_from)
        .int8(row.id)
        .int8(row.opening)
        .int8(row.sales)
        .int8(row.refunds)
        .int8(row.discount)
        .int8(row.subsidy)
        .int8(row.returned_discount)
        .int8(row.returned_subsidy)
        .int8(row.releases)
        .int8(row.reserve)
        .int8(row.payout)
        .int8(row.carried)
        .int4(static_cast<std::int32_t>(row.item_count))
        .int8(row.adjustments);
  }
  copy.finish();
}

void copy_payouts(Session& session, std::span<const PayoutRow> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY payout (merchant_id, payout_id, payout_ref, currency, settled_on, amount_minor, status,
      instructed_on, confirmed_on)
    FROM STDIN (FORMAT binary))");
  for (const PayoutRow& row : rows) {
    copy.row(9)
        .int8(row.merchant.value)
        .int8(row.id)
        .text(row.ref)
        .text(row.currency.code())
        .day(row.settled_on)
        .int8(row.amount)
        .int2(static_cast<std::int16_t>(row.status))
        .day(row.instructed_on)
        .day_or_null(row.confirmed_on);
  }
  copy.finish();
}

std::vector<PayoutRow> confirm_payouts(Session& session, base::Day instructed_by,
                                       base::Day confirmed_on) {
  const Rows rows = query(session, R"(
    WITH confirmed AS (
      UPDATE payout SET status = 2, confirmed_on = $2
      WHERE status = 1 AND instructed_on <= $1
      RETURNING merchant_id, payout_id, payout_ref, currency, settled_on, amount_minor,
                instructed_on)
    SELECT * FROM confirmed ORDER BY payout_ref COLLATE "C")",
                          Params().day(instructed_by).day(confirmed_on));
  std::vector<PayoutRow> payouts;
  for (int i = 0; i < rows.size(); ++i) {
    payouts.push_back({{rows.int8(i, 0)},
                       rows.int8(i, 1),
                       std::string(rows.text(i, 2)),
                       currency_of(rows, i, 3),
                       rows.day(i, 4),
                       rows.int8(i, 5),
                       PayoutStatus::Confirmed,
                       rows.day(i, 6),
                       confirmed_on});
  }
  return payouts;
}

}  // namespace store
