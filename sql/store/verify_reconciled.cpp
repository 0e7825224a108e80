// What lies between our books and others': suspense and who looks after it, the banks' balances;
// and the sub-ledgers a date moved.
#include "sql/store/verify_pass.h"

namespace store {
namespace {

/// An open suspense item has an owner after so many days (docs/accounting.md).
constexpr int kOwnerDays = 3;

constexpr const char* kReconciled = R"(
  WITH old AS (
    SELECT s.suspense_ref, s.owner, b.closed_through - s.business_date AS days
    FROM suspense s CROSS JOIN book b
    WHERE s.cleared_minor < s.amount_minor),
  stated AS (
    SELECT b.*, b.closing_minor + coalesce(t.amount, 0) AS tied, t.items,
           coalesce(l.balance_minor, 0) AS ledger
    FROM bank_statement b
      LEFT JOIN (SELECT bank_id, currency, as_of, sum(amount_minor) AS amount, count(*) AS items
                 FROM bank_transit GROUP BY bank_id, currency, as_of) t
        ON t.bank_id = b.bank_id AND t.currency = b.currency AND t.as_of = b.as_of
      LEFT JOIN account a ON a.code = 1001 AND a.owner_id = b.bank_id AND a.currency = b.currency
      LEFT JOIN LATERAL (SELECT d.balance_minor FROM account_day d
                         WHERE d.account_id = a.account_id AND d.business_date <= b.as_of
                         ORDER BY d.business_date DESC LIMIT 1) l ON true)
  SELECT (SELECT count(*) FROM old),
         (SELECT count(*) FROM old WHERE days > $1 AND owner = ''),
         (SELECT min(format('suspense item %s: open for %s days, and nobody looks after it',
                            suspense_ref, days)) FROM old WHERE days > $1 AND owner = ''),
         count(*), count(*) FILTER (WHERE tied <> ledger),
         min(format('bank %s in %s on %s: it holds %s, with %s items in transit %s, 1001 is %s',
                    (SELECT ref FROM party w WHERE w.party_id = bank_id), currency, as_of,
                    closing_minor, coalesce(items, 0), tied, ledger))
           FILTER (WHERE tied <> ledger)
  FROM stated)";

const Facts kReconciledFacts = {
    {"I13", "suspense-owned", "no suspense item is open for more than 3 days without an owner"},
    {"I21", "bank-balance",
     "1001 of each bank is what the bank said it held, and the items in transit listed with it"},
};

// Each compared by what moved on the date; suspense, whose items say how much of them is cleared
// but not when, by what is open now.
constexpr const char* kSubledgersOfDay = R"(
  WITH chosen AS MATERIALIZED (
    SELECT account_id, code, owner_id, currency FROM account
    WHERE code IN (1011, 1901, 2901, 3001, 6402)),
  moved AS MATERIALIZED (
    SELECT a.code, a.owner_id, a.currency, sum(d.debit_minor - d.credit_minor) AS amount
    FROM chosen a JOIN account_day d ON d.account_id = a.account_id AND d.business_date = $1
    GROUP BY a.code, a.owner_id, a.currency),
  item AS (
    SELECT code, owner_id, currency, sum(amount) AS amount
    FROM (SELECT 1011 AS code, channel_id AS owner_id, currency, amount_minor AS amount
          FROM repayment WHERE business_date = $1 AND channel_id IS NOT NULL
          UNION ALL
          SELECT code, nullif(owner_id, 0), currency, amount_minor FROM clearing_item
          WHERE business_date = $1) x
    GROUP BY code, owner_id, currency),
  clearing AS (
    SELECT coalesce(m.code, i.code) AS code, coalesce(m.owner_id, i.owner_id) AS owner_id,
           coalesce(m.currency, i.currency) AS currency, coalesce(m.amount, 0) AS ledger,
           coalesce(i.amount, 0) AS part
    FROM (SELECT * FROM moved WHERE code IN (1011, 3001)) m
      FULL JOIN item i ON i.code = m.code AND i.owner_id IS NOT DISTINCT FROM m.owner_id
                          AND i.currency = m.currency),
  carried AS (  -- in by a takeover, with what an account held before; out by the end of a year
    SELECT a.currency, sum(s.amount) AS amount
    FROM journal j
      CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
        AS t (debit, credit, amount)
      CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount))
        AS s (account_id, amount)
      JOIN chosen a ON a.account_id = s.account_id AND a.code = 6402
    WHERE j.business_date = $1
      AND (j.rule = 1 AND EXISTS (SELECT FROM takeover x WHERE x.business_date = $1)
           OR j.rule = 63)
    GROUP BY a.currency),
  coupon AS (
    SELECT m.currency, m.amount - coalesce(o.amount, 0) AS ledger,
           (SELECT coalesce(sum(i.coupon_platform_minor), 0) FROM merchant_item i
            WHERE i.business_date = $1 AND i.currency = m.currency
              AND i.merchant_id IN (SELECT a.owner_id
                                    FROM account_day d JOIN account a ON a.account_id = d.account_id
                                    WHERE d.business_date = $1 AND a.code = 2101)) AS part
    FROM (SELECT currency, sum(amount) AS amount FROM moved WHERE code = 6402
          GROUP BY currency) m
      LEFT JOIN carried o ON o.currency = m.currency),
  later AS (
    SELECT s.account_id, sum(s.amount) AS amount
    FROM journal j
      CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
        AS t (debit, credit, amount)
      CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount))
        AS s (account_id, amount)
    WHERE j.business_date > $1
      AND s.account_id IN (SELECT account_id FROM chosen WHERE code IN (1901, 2901))
    GROUP BY s.account_id),
  suspended AS (
    SELECT a.code, a.currency,
           sum(coalesce((SELECT d.balance_minor FROM account_day d
                         WHERE d.account_id = a.account_id AND d.business_date <= $1
                         ORDER BY d.business_date DESC LIMIT 1), 0)
               + coalesce(l.amount, 0)) AS ledger,
           coalesce((SELECT sum(CASE s.code WHEN 1901 THEN 1 ELSE -1 END
                                * (s.amount_minor - s.cleared_minor))
                     FROM suspense s WHERE s.code = a.code AND s.currency = a.currency
                       AND s.cleared_minor < s.amount_minor), 0) AS part
    FROM chosen a LEFT JOIN later l ON l.account_id = a.account_id
    WHERE a.code IN (1901, 2901)
    GROUP BY a.code, a.currency),
  judged AS (
    SELECT c.code, c.ledger <> c.part AS wrong,
           format('%s%s in %s moved by %s, its items by %s', c.code,
                  coalesce(' of ' || (SELECT ref FROM party w WHERE w.party_id = c.owner_id), ''),
                  c.currency, c.ledger, c.part) AS name
    FROM clearing c
    UNION ALL
    SELECT 6402, ledger <> part,
           format('6402 in %s took %s, the date''s items say %s', currency, ledger, part)
    FROM coupon
    UNION ALL
    SELECT code, ledger <> part,
           format('%s in %s is %s, the open suspense items sum to %s', code, currency, ledger, part)
    FROM suspended)
  SELECT count(*) FILTER (WHERE code = 1011), count(*) FILTER (WHERE code = 1011 AND wrong),
         min(name) FILTER (WHERE code = 1011 AND wrong),
         count(*) FILTER (WHERE code IN (1901, 2901)),
         count(*) FILTER (WHERE code IN (1901, 2901) AND wrong),
         min(name) FILTER (WHERE code IN (1901, 2901) AND wrong),
         count(*) FILTER (WHERE code = 6402), count(*) FILTER (WHERE code = 6402 AND wrong),
         min(name) FILTER (WHERE code = 6402 AND wrong),
         count(*) FILTER (WHERE code = 3001), count(*) FILTER (WHERE code = 3001 AND wrong),
         min(name) FILTER (WHERE code = 3001 AND wrong)
  FROM judged)";

const Facts kSubledgerOfDayFacts = {
    {"I12", "day-channel-clearing", "1011 of each channel moved by the date's items"},
    {"I13", "day-suspense", "2901 and 1901 are the sums of the open suspense items"},
    {"I17", "day-coupon-funding", "6402 took what the date's items say the platform funds"},
    {"I20", "day-fx-position", "3001 moved by the date's exchanges"},
};

}  // namespace

Findings check_reconciled(Session& session) {
  return run_statement(session, kReconciledFacts, kReconciled, Params().int4(kOwnerDays));
}

Findings check_subledgers_of_day(Session& session, base::Day day) {
  return run_statement(session, kSubledgerOfDayFacts, kSubledgersOfDay, Params().day(day));
}

}  // namespace store
