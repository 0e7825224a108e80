#include "sql/store/quiet_store.h"

#include <string>
#include <vector>

#include "sql/store/rows.h"

namespace store {

QuietRange find_quiet_range(Session& session) {
  const Rows rows = query(session, R"(
    SELECT min(party_id), max(party_id), count(*) FROM credit_account
    WHERE quiet_through IS NOT NULL)");
  if (rows.is_null(0, 0)) return {};
  return {rows.int8(0, 0), rows.int8(0, 1), rows.int8(0, 2)};
}

QuietSums pass_quiet_night(Session& session, base::Day day, std::int32_t catalog,
                           std::int64_t first, std::int64_t last, std::int16_t rule,
                           std::span<const LateFeeAccounts> accounts, base::Currency currency) {
  std::vector<std::string> products, debit_tags, credit_tags;
  std::vector<std::int32_t> debit_codes, credit_codes;
  for (const LateFeeAccounts& a : accounts) {
    products.push_back(a.product);
    debit_codes.push_back(a.debit_code);
    debit_tags.push_back(a.debit_tag);
    credit_codes.push_back(a.credit_code);
    credit_tags.push_back(a.credit_tag);
  }
  // The plans are those of the rows that were locked and changed first: who was changed meanwhile
  // by an event is quiet no more, and is left out by both. A late fee has been posted before, so
  // its accounts are there; were they not, the journal could not be stored.
  const Rows rows = query(session, R"(
    WITH customer AS (
      UPDATE credit_account
      SET version = version + 1, closed_through = $1, dpd = dpd + 1,
          episode_peak_dpd = greatest(episode_peak_dpd,
                                      CASE WHEN episode_base_minor IS NULL THEN 0
                                           ELSE dpd + 1 END)
      WHERE quiet_through >= $1 AND quiet_catalog = $2 AND closed_through = $1 - 1
        AND party_id BETWEEN $3 AND $4
      RETURNING party_id, currency),
    late AS (
      UPDATE plan p
      SET dpd = p.dpd + 1, late_fee_minor = p.late_fee_minor + p.nightly_fee_minor,
          late_through = CASE WHEN p.nightly_fee_minor > 0 THEN $1 ELSE p.late_through END
      FROM customer c
      WHERE p.party_id = c.party_id AND p.currency = c.currency AND p.status = 1 AND p.dpd > 0
      RETURNING p.party_id, p.plan_id, p.currency, p.product, p.nightly_fee_minor AS fee),
    charged AS MATERIALIZED (
      SELECT *, 2 * (row_number() OVER () - 1) AS n FROM late WHERE fee > 0),
    blocks AS MATERIALIZED (
      SELECT array(SELECT nextval('id_block')
                   FROM generate_series(1, (SELECT (2 * count(*) + 999) / 1000 FROM charged)))
             AS ids),
    account_of AS MATERIALIZED (
      SELECT u.product, d.currency, d.account_id AS debit, k.account_id AS credit
      FROM unnest($5, $6, $7, $8, $9)
           AS u (product, debit_code, debit_tag, credit_code, credit_tag)
        JOIN account d ON d.code = u.debit_code AND d.owner_id IS NULL AND d.tag = u.debit_tag
        JOIN account k ON k.code = u.credit_code AND k.owner_id IS NULL AND k.tag = u.credit_tag
                      AND k.currency = d.currency),
    posted AS (
      INSERT INTO journal (party_id, journal_id, event_id, rule, plan_id, currency, business_date,
                           value_date, debit_account, credit_account, amount_minor)
      SELECT f.party_id, b.ids[(f.n / 1000 + 1)::int] + f.n % 1000, b.ids[(f.n / 1000 + 1)::int] + f.n % 1000 + 1,
             $10, f.plan_id, f.currency, $1, $1, ARRAY[a.debit], ARRAY[a.credit], ARRAY[f.fee]
      FROM charged f CROSS JOIN blocks b
        LEFT JOIN account_of a ON a.product = f.product AND a.currency = f.currency)
    SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM charged),
           (SELECT coalesce(sum(fee) FILTER (WHERE currency = $11), 0)::bigint FROM charged))",
                          Params()
                              .day(day)
                              .int4(catalog)
                              .int8(first)
                              .int8(last)
                              .texts(std::span<const std::string>(products))
                              .int4s(debit_codes)
                              .texts(std::span<const std::string>(debit_tags))
                              .int4s(credit_codes)
                              .texts(std::span<const std::string>(credit_tags))
                              .int2(rule)
                              .text(currency.code()));
  return {rows.int8(0, 0), rows.int8(0, 1), rows.int8(0, 2)};
}

}  // namespace store
