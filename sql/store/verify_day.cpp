// What a close asks about its date before it seals it. It must not cost more on an old book than on
// a young one, so it looks at what the date moved, and at the customers who bought, paid or were
// refunded on it; from date to date that proves the whole, which the full run does at once.
#include "sql/store/verify_pass.h"

namespace store {
namespace {

// Journals beside allocations, plan by plan; then the plans and credit accounts of those customers.
// OFFSET 0 keeps the sums over arrays above the choice of rows.
constexpr const char* kCustomersOfDay = R"(
  WITH code AS (
    SELECT coalesce(array_agg(account_id) FILTER (WHERE code = 1101), '{}') AS principal,
           coalesce(array_agg(account_id) FILTER (WHERE code = 1102), '{}') AS fee,
           coalesce(array_agg(account_id) FILTER (WHERE code = 1103), '{}') AS late_fee,
           coalesce(array_agg(account_id) FILTER (WHERE code = 2201), '{}') AS credit
    FROM account WHERE code IN (1101, 1102, 1103, 2201)),
  day AS MATERIALIZED (
    SELECT party_id, plan_id, sum(captured) AS captured, sum(principal) AS principal,
           sum(fee) AS fee, sum(penalty) AS penalty, sum(credit) AS credit
    FROM (
      SELECT j.party_id, coalesce(j.plan_id, 0) AS plan_id,
             CASE WHEN j.rule = 4 AND t.debit = ANY (c.principal) THEN t.amount ELSE 0 END
               AS captured,
             CASE WHEN t.credit = ANY (c.principal) THEN t.amount
                  WHEN j.rule = 27 AND t.debit = ANY (c.principal) THEN -t.amount ELSE 0 END
               AS principal,
             CASE WHEN t.credit = ANY (c.fee) THEN t.amount
                  WHEN j.rule = 27 AND t.debit = ANY (c.fee) THEN -t.amount ELSE 0 END AS fee,
             CASE WHEN t.credit = ANY (c.late_fee) THEN t.amount
                  WHEN j.rule = 27 AND t.debit = ANY (c.late_fee) THEN -t.amount ELSE 0 END
               AS penalty,
             CASE WHEN t.credit = ANY (c.credit) THEN t.amount
                  WHEN t.debit = ANY (c.credit) THEN -t.amount ELSE 0 END AS credit
      FROM journal j
        CROSS JOIN code c
        CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
          AS t (debit, credit, amount)
      WHERE j.business_date = $1 AND j.rule IN (4, 5, 6, 8, 19, 25, 27, 30, 32)
      UNION ALL
      SELECT a.party_id, a.plan_id, 0, -s.principal, -s.fee, -a.penalty_minor,
             CASE a.kind WHEN 2 THEN s.principal + s.fee + s.interest + a.penalty_minor
                         ELSE -a.credit_minor END
      FROM allocation a
        CROSS JOIN LATERAL (
          SELECT coalesce(sum(x.principal), 0) AS principal, coalesce(sum(x.fee), 0) AS fee,
                 coalesce(sum(x.interest), 0) AS interest
          FROM unnest(a.principal, a.fee, a.interest) AS x (principal, fee, interest)) s
      WHERE a.business_date = $1 AND a.kind <> 7) x
    GROUP BY party_id, plan_id),
  touched AS MATERIALIZED (SELECT party_id, sum(credit) AS credit FROM day GROUP BY party_id),
  plans AS MATERIALIZED (
    SELECT p.party_id, p.plan_id, p.purchase_ref, p.currency, p.business_date, p.financed_minor,
           p.outstanding_minor, p.refunded_minor, p.late_fee_paid_minor, p.status,
           p.allowance_minor, s.*
    FROM (SELECT p.* FROM touched t JOIN plan p ON p.party_id = t.party_id OFFSET 0) p
      CROSS JOIN LATERAL (
        SELECT sum(x.due) AS due, coalesce(sum(x.principal), 0) AS paid_principal,
               coalesce(sum(x.fee), 0) AS paid_fee
        FROM unnest(p.principal, p.paid_principal, p.paid_fee) AS x (due, principal, fee)) s),
  history AS (
    SELECT a.party_id, a.plan_id, sum(CASE WHEN a.kind IN (3, 6) THEN 0 ELSE s.principal END) AS paid,
           sum(CASE WHEN a.kind = 6 THEN s.principal ELSE 0 END) AS charged_off,
           sum(CASE WHEN a.kind = 3 THEN s.principal ELSE 0 END) AS refunded,
           sum(CASE WHEN a.kind IN (3, 6) THEN 0 ELSE s.fee END) AS fee, sum(a.penalty_minor) AS penalty
    FROM (SELECT a.* FROM touched t JOIN allocation a ON a.party_id = t.party_id OFFSET 0) a
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.principal), 0) AS principal, coalesce(sum(x.fee), 0) AS fee
        FROM unnest(a.principal, a.fee) AS x (principal, fee)) s
    GROUP BY a.party_id, a.plan_id),
  plan_wrong AS MATERIALIZED (
    SELECT p.party_id, p.purchase_ref,
           p.outstanding_minor <> p.due - p.paid_principal AS due_wrong,
           coalesce(h.paid, 0) <> p.paid_principal OR coalesce(h.fee, 0) <> p.paid_fee
             OR coalesce(h.penalty, 0) <> p.late_fee_paid_minor AS paid_wrong,
           coalesce(h.paid, 0) + coalesce(h.refunded, 0) + coalesce(h.charged_off, 0)
             + p.outstanding_minor <> p.financed_minor
             OR coalesce(h.refunded, 0) <> p.refunded_minor AS captured_wrong,
           p.allowance_minor <> 0 AND p.status NOT IN (1, 4) AS allowance_wrong
    FROM plans p
      LEFT JOIN history h ON h.party_id = p.party_id AND h.plan_id = p.plan_id),
  customer_wrong AS (
    SELECT t.party_id, 'outstanding' AS what
    FROM touched t
      LEFT JOIN (SELECT party_id, sum(outstanding_minor) AS outstanding FROM credit_account
                 WHERE party_id IN (SELECT party_id FROM touched) GROUP BY party_id) c
        ON c.party_id = t.party_id
      LEFT JOIN (SELECT party_id, sum(outstanding_minor) AS outstanding FROM plans
                 GROUP BY party_id) p ON p.party_id = t.party_id
    WHERE c.outstanding IS DISTINCT FROM coalesce(p.outstanding, 0)),
  day_wrong AS (
    SELECT d.party_id, d.plan_id
    FROM day d LEFT JOIN plans p ON p.party_id = d.party_id AND p.plan_id = d.plan_id
    WHERE d.principal <> 0 OR d.fee <> 0 OR d.penalty <> 0
       OR (d.captured <> 0 AND (p.financed_minor = d.captured) IS NOT TRUE)),
  credit_wrong AS (SELECT party_id FROM touched WHERE credit <> 0)
  SELECT (SELECT count(*) FROM day), (SELECT count(*) FROM day_wrong),
         (SELECT min(format('customer %s, purchase %s: the date''s journals and allocations differ, '
                            'or what was captured is not what the plan financed',
                            (SELECT ref FROM party w WHERE w.party_id = s.party_id),
                            (SELECT purchase_ref FROM plans p WHERE p.party_id = s.party_id
                             AND p.plan_id = s.plan_id))) FROM day_wrong s),
         (SELECT count(*) FROM touched), (SELECT count(*) FROM credit_wrong),
         (SELECT min(format('customer %s: 2201 moved by other than the date''s allocations',
                            (SELECT ref FROM party w WHERE w.party_id = s.party_id)))
          FROM credit_wrong s),
         count(*), count(*) FILTER (WHERE due_wrong),
         min('purchase ' || purchase_ref || ': its outstanding amount is not the unpaid principal')
           FILTER (WHERE due_wrong),
         count(*), count(*) FILTER (WHERE paid_wrong),
         min('purchase ' || purchase_ref || ': what it says was paid is not what was allocated')
           FILTER (WHERE paid_wrong),
         count(*), count(*) FILTER (WHERE captured_wrong),
         min('purchase ' || purchase_ref || ': paid, refunded and outstanding are not the captured')
           FILTER (WHERE captured_wrong),
         count(*), count(*) FILTER (WHERE allowance_wrong),
         min('purchase ' || purchase_ref || ': it has ended and still has an allowance')
           FILTER (WHERE allowance_wrong),
         (SELECT count(*) FROM touched), (SELECT count(*) FROM customer_wrong),
         (SELECT min(format('customer %s: the credit account''s outstanding amount is not that of '
                            'the plans', (SELECT ref FROM party w WHERE w.party_id = s.party_id)))
          FROM customer_wrong s)
  FROM plan_wrong)";

const Facts kCustomerOfDayFacts = {
    {"I7", "day-allocated",
     "what the date's journals did to each plan is what its allocations say"},
    {"I7", "day-credit", "2201 of each customer moved by the date's allocations"},
    {"I5", "day-plan-principal", "each such customer's plans owe their unpaid principal"},
    {"I7", "day-plan-paid", "what those plans say was paid is what their allocations say"},
    {"I8", "day-plan-captured",
     "principal paid, refunded and outstanding are together the principal captured"},
    {"I14", "day-plan-allowance", "no such plan that has ended has an allowance"},
    {"I10", "day-customer-outstanding",
     "each such customer's credit account owes what the plans owe"},
};

}  // namespace

Findings check_customers_of_day(Session& session, base::Day day) {
  return run_statement(session, kCustomerOfDayFacts, kCustomersOfDay, Params().day(day));
}

}  // namespace store
