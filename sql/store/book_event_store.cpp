#include "sql/store/book_event_store.h"

#include "sql/store/rows.h"

namespace store {

bool take_reserve(Session& session, base::PartyId merchant, base::Currency currency,
                  std::int64_t amount, base::Day day) {
  // A prefix of the tranches by age; a settlement that releases some at the same time waits.
  const Rows rows =
      query(session, R"(
    WITH open AS (
      SELECT settled_on, sale_date, amount_minor FROM reserve_tranche
      WHERE merchant_id = $1 AND currency = $2 AND released_on IS NULL
      ORDER BY settled_on, sale_date FOR UPDATE),
    running AS (
      SELECT settled_on, sale_date,
             sum(amount_minor) OVER (ORDER BY settled_on, sale_date) AS through FROM open)
    UPDATE reserve_tranche t SET released_on = $4
    FROM running r
    WHERE t.merchant_id = $1 AND t.currency = $2 AND t.settled_on = r.settled_on
      AND t.sale_date = r.sale_date AND r.through <= $3
      AND EXISTS (SELECT FROM running x WHERE x.through = $3)
    RETURNING t.amount_minor)",
            Params().int8(merchant.value).text(currency.code()).int8(amount).day(day));
  return !rows.empty();
}

std::int64_t take_reserve_up_to(Session& session, base::PartyId merchant, base::Currency currency,
                                std::int64_t amount, base::Day day) {
  return query(session, R"(
    WITH running AS (
      SELECT settled_on, sale_date,
             sum(amount_minor) OVER (ORDER BY settled_on, sale_date) AS through
      FROM reserve_tranche
      WHERE merchant_id = $1 AND currency = $2 AND released_on IS NULL),
    taken AS (
      UPDATE reserve_tranche t SET released_on = $4
      FROM running r
      WHERE t.merchant_id = $1 AND t.currency = $2 AND t.settled_on = r.settled_on
        AND t.sale_date = r.sale_date AND r.through <= $3
      RETURNING t.amount_minor)
    SELECT coalesce(sum(amount_minor), 0)::bigint FROM taken)",
               Params().int8(merchant.value).text(currency.code()).int8(amount).day(day))
      .int8(0, 0);
}

bool open_payout(Session& session, base::PartyId merchant, std::int64_t id, const std::string& ref,
                 base::Currency currency, std::int64_t amount, base::Day day) {
  return query(session, R"(
    INSERT INTO payout (merchant_id, payout_id, payout_ref, currency, settled_on, amount_minor,
                        status, instructed_on, kind)
    VALUES ($1, $2, $3, $4, $6, $5, 1, $6, 2)
    ON CONFLICT DO NOTHING)",
               Params()
                   .int8(merchant.value)
                   .int8(id)
                   .text(ref)
                   .text(currency.code())
                   .int8(amount)
                   .day(day))
             .affected() == 1;
}

bool move_payout(Session& session, base::PartyId merchant, const std::string& ref,
                 base::Currency currency, std::int64_t amount, PayoutMove move, base::Day day) {
  const char* statement = nullptr;
  switch (move) {
    case PayoutMove::Confirm:
      statement = R"(
    UPDATE payout SET status = 2, confirmed_on = $5
    WHERE payout_ref = $1 AND merchant_id = $2 AND currency = $3 AND amount_minor = $4
      AND status = 1)";
      break;
    case PayoutMove::Return:
      statement = R"(
    UPDATE payout SET status = 3
    WHERE payout_ref = $1 AND merchant_id = $2 AND currency = $3 AND amount_minor = $4
      AND status = 2 AND confirmed_on <= $5)";
      break;
    case PayoutMove::Reject:
      statement = R"(
    UPDATE payout SET status = 3, rejected_on = $5
    WHERE payout_ref = $1 AND merchant_id = $2 AND currency = $3 AND amount_minor = $4
      AND status = 1)";
      break;
  }
  return query(session, statement,
               Params().text(ref).int8(merchant.value).text(currency.code()).int8(amount).day(day))
             .affected() == 1;
}

std::vector<MerchantDebt> list_merchant_debts(Session& session, base::Day day) {
  const Rows rows = query(session, R"(
    WITH last AS (
      SELECT DISTINCT ON (merchant_id, currency) merchant_id, currency, settled_on, carried_minor
      FROM settlement ORDER BY merchant_id, currency, settled_on DESC),
    balance AS (
      SELECT l.merchant_id, l.currency,
             l.carried_minor
             + coalesce((SELECT sum(i.net_minor) FROM merchant_item i
                         WHERE i.merchant_id = l.merchant_id AND i.currency = l.currency
                           AND i.available_on > l.settled_on AND i.business_date <= $1), 0)
               AS minor
      FROM last l WHERE l.carried_minor < 0)
    SELECT b.merchant_id, b.currency, (-b.minor)::bigint
    FROM balance b JOIN party p ON p.party_id = b.merchant_id
    WHERE b.minor < 0 ORDER BY p.ref COLLATE "C", b.currency)",
                          Params().day(day));
  std::vector<MerchantDebt> debts;
  for (int i = 0; i < rows.size(); ++i) {
    debts.push_back(
        {{rows.int8(i, 0)}, base::Currency::find(rows.text(i, 1)).value(), rows.int8(i, 2)});
  }
  return debts;
}

std::vector<AllowanceChange> remeasure_allowances(Session& session,
                                                  const std::vector<std::string>& rates_e16) {
  // The version moves too, so that a batch that loaded a plan before decides again.
  const Rows rows = query(session, R"(
    WITH target AS (
      SELECT party_id, plan_id, allowance_minor AS before,
             round(outstanding_minor * r.rate / 10000000000000000)::bigint AS after
      FROM plan JOIN unnest($1::text[]) WITH ORDINALITY AS u (text, stage) ON stage = ecl_stage
        CROSS JOIN LATERAL (SELECT u.text::numeric) AS r (rate)
      WHERE ecl_stage > 0),
    changed AS (
      UPDATE plan p SET allowance_minor = t.after
      FROM target t
      WHERE p.party_id = t.party_id AND p.plan_id = t.plan_id AND t.after <> t.before
      RETURNING p.party_id, p.ecl_stage, p.product, p.currency, t.after - t.before AS moved),
    touched AS (
      UPDATE credit_account c SET version = c.version + 1
      FROM (SELECT DISTINCT party_id, currency FROM changed) x
      WHERE c.party_id = x.party_id AND c.currency = x.currency)
    SELECT ecl_stage, product, currency, sum(moved)::bigint, count(*)::int
    FROM changed GROUP BY 1, 2, 3 ORDER BY 1, 2, 3)",
                          Params().texts(rates_e16));
  std::vector<AllowanceChange> changes;
  for (int i = 0; i < rows.size(); ++i) {
    changes.push_back({rows.int2(i, 0), std::string(rows.text(i, 1)),
                       base::Currency::find(rows.text(i, 2)).value(), rows.int8(i, 3),
                       rows.int4(i, 4)});
  }
  return changes;
}

}  // namespace store
