// What customers owe, proved against the ledger and against the history of allocations.
#include <utility>

#include "sql/store/verify_pass.h"

namespace store {
namespace {

// 1101, 1102 and 1103 of each plan beside what its schedule says is unpaid.
constexpr const char* kPlans = R"(
  WITH code AS (
    SELECT coalesce(array_agg(account_id) FILTER (WHERE code = 1101), '{}') AS principal,
           coalesce(array_agg(account_id) FILTER (WHERE code = 1102), '{}') AS fee,
           coalesce(array_agg(account_id) FILTER (WHERE code = 1103), '{}') AS late_fee,
           coalesce(array_agg(account_id) FILTER (WHERE code = 2301), '{}') AS deferred
    FROM account),
  ledger AS (
    SELECT j.party_id, j.plan_id, j.currency,
           sum(t.amount * ((t.debit = ANY (c.principal))::int
                           - (t.credit = ANY (c.principal))::int)) AS principal,
           sum(t.amount * ((t.debit = ANY (c.fee))::int - (t.credit = ANY (c.fee))::int)) AS fee,
           sum(t.amount * ((t.debit = ANY (c.late_fee))::int
                           - (t.credit = ANY (c.late_fee))::int)) AS late_fee,
           sum(t.amount * ((t.credit = ANY (c.deferred))::int
                           - (t.debit = ANY (c.deferred))::int)) AS deferred
    FROM journal j
      CROSS JOIN code c
      CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
        AS t (debit, credit, amount)
    WHERE j.plan_id IS NOT NULL
    GROUP BY j.party_id, j.plan_id, j.currency),
  side_by_side AS (
    SELECT p.plan_id, coalesce(p.party_id, l.party_id) AS party_id,
           coalesce(p.purchase_ref, '(no such plan)') AS purchase_ref,
           coalesce(l.principal, 0) AS principal, coalesce(l.fee, 0) AS fee,
           coalesce(l.late_fee, 0) AS late_fee,
           coalesce(l.deferred, 0) + coalesce(o.fee_recognized_minor, 0) AS deferred, p.status,
           p.recognize_on, p.ecl_stage, p.allowance_minor,
           p.outstanding_minor, p.fee_minor, p.fee_recognized_minor, p.subsidy_minor,
           p.subsidy_recognized_minor, p.late_fee_minor, p.late_fee_paid_minor,
           (SELECT coalesce(sum(x), 0) FROM unnest(p.principal) x)
             - (SELECT coalesce(sum(x), 0) FROM unnest(p.paid_principal) x) AS principal_unpaid,
           (SELECT coalesce(sum(x), 0) FROM unnest(p.fee) x)
             - (SELECT coalesce(sum(x), 0) FROM unnest(p.paid_fee) x) AS fee_unpaid
    FROM (SELECT * FROM plan p WHERE true) p
      FULL JOIN ledger l ON l.party_id = p.party_id AND l.plan_id = p.plan_id
                            AND l.currency = p.currency
      LEFT JOIN takeover_plan o ON o.party_id = p.party_id AND o.plan_id = p.plan_id),
  judged AS (
    SELECT s.*,
           (principal = outstanding_minor AND outstanding_minor = principal_unpaid) IS NOT TRUE
             AS principal_wrong,
           (fee = fee_unpaid) IS NOT TRUE AS fee_wrong,
           (late_fee = late_fee_minor - late_fee_paid_minor) IS NOT TRUE AS late_fee_wrong,
           (fee_recognized_minor BETWEEN 0 AND fee_minor
            AND subsidy_recognized_minor BETWEEN 0 AND subsidy_minor) IS NOT TRUE
             AS recognized_wrong,
           (allowance_minor >= 0
            AND (allowance_minor = 0 OR (status IN (1, 4) AND ecl_stage > 0))) IS NOT TRUE
             AS allowance_wrong,
           (deferred = fee_minor
            AND (status NOT IN (2, 3, 5) OR recognize_on > (SELECT closed_through FROM book)
                 OR (fee_recognized_minor = fee_minor
                     AND subsidy_recognized_minor = subsidy_minor))) IS NOT TRUE AS income_wrong
    FROM side_by_side s)
  SELECT count(*),
         count(*) FILTER (WHERE principal_wrong),
         min(format('purchase %s of customer %s: 1101 holds %s, the plan says %s is outstanding, '
                    'its installments say %s is unpaid', purchase_ref, (SELECT ref FROM party w WHERE w.party_id = s.party_id), principal,
                    outstanding_minor, principal_unpaid)) FILTER (WHERE principal_wrong),
         count(*),
         count(*) FILTER (WHERE fee_wrong),
         min(format('purchase %s of customer %s: 1102 holds %s, its installments say %s is unpaid',
                    purchase_ref, (SELECT ref FROM party w WHERE w.party_id = s.party_id), fee, fee_unpaid)) FILTER (WHERE fee_wrong),
         count(*),
         count(*) FILTER (WHERE late_fee_wrong),
         min(format('purchase %s of customer %s: 1103 holds %s, the plan says %s less %s paid',
                    purchase_ref, (SELECT ref FROM party w WHERE w.party_id = s.party_id), late_fee, late_fee_minor, late_fee_paid_minor))
           FILTER (WHERE late_fee_wrong),
         count(*),
         count(*) FILTER (WHERE recognized_wrong),
         min(format('purchase %s of customer %s: fee %s of %s recognized, subsidy %s of %s',
                    purchase_ref, (SELECT ref FROM party w WHERE w.party_id = s.party_id), fee_recognized_minor, fee_minor,
                    subsidy_recognized_minor, subsidy_minor)) FILTER (WHERE recognized_wrong),
         count(*),
         count(*) FILTER (WHERE allowance_wrong),
         min(format('purchase %s of customer %s: an allowance of %s in stage %s, its status is %s',
                    purchase_ref, (SELECT ref FROM party w WHERE w.party_id = s.party_id),
                    allowance_minor, ecl_stage, status)) FILTER (WHERE allowance_wrong),
         count(*),
         count(*) FILTER (WHERE income_wrong),
         min(format('purchase %s of customer %s: 2301 took %s in all (and what was earned before a takeover), its fee is %s, of which %s is '
                    'recognized', purchase_ref,
                    (SELECT ref FROM party w WHERE w.party_id = s.party_id), deferred, fee_minor,
                    fee_recognized_minor)) FILTER (WHERE income_wrong)
  FROM judged s)";

// What repayments and refunds did to each plan beside what the plan remembers, and beside what was
// captured.
constexpr const char* kPlanAllocations = R"(
  WITH part AS (
    SELECT a.party_id, a.plan_id, a.kind,
           (SELECT coalesce(sum(x), 0) FROM unnest(a.principal) x) AS principal,
           (SELECT coalesce(sum(x), 0) FROM unnest(a.fee) x) AS fee,
           (SELECT coalesce(sum(x), 0) FROM unnest(a.interest) x) AS interest, a.penalty_minor
    FROM allocation a
    WHERE a.plan_id <> 0),
  history AS (
    SELECT party_id, plan_id,
           coalesce(sum(principal) FILTER (WHERE kind IN (1, 2, 4, 5, 7)), 0) AS paid,
           coalesce(sum(principal) FILTER (WHERE kind = 6), 0) AS charged_off,
           coalesce(sum(principal) FILTER (WHERE kind = 3), 0) AS refunded,
           coalesce(sum(fee) FILTER (WHERE kind IN (1, 2, 4, 5, 7)), 0) AS fee,
           coalesce(sum(interest) FILTER (WHERE kind IN (1, 2, 4, 5, 7)), 0) AS interest,
           sum(penalty_minor) AS penalty
    FROM part GROUP BY party_id, plan_id),
  judged AS (
    SELECT s.*,
           (paid = paid_principal AND fee = paid_fee AND interest = paid_interest
            AND penalty = late_fee_paid_minor) IS NOT TRUE AS paid_wrong,
           (paid + refunded + charged_off + outstanding_minor = financed_minor
            AND refunded = refunded_minor AND charged_off = charged_off_minor) IS NOT TRUE AS principal_wrong
    FROM (SELECT coalesce(p.party_id, h.party_id) AS party_id,
                 coalesce(p.purchase_ref, '(no such plan)') AS purchase_ref,
                 coalesce(h.paid, 0) AS paid, coalesce(h.refunded, 0) AS refunded,
                 coalesce(h.charged_off, 0) AS charged_off, p.charged_off_minor,
                 coalesce(h.fee, 0) AS fee, coalesce(h.interest, 0) AS interest,
                 coalesce(h.penalty, 0) AS penalty,
                 (SELECT coalesce(sum(x), 0) FROM unnest(p.paid_principal) x) AS paid_principal,
                 (SELECT coalesce(sum(x), 0) FROM unnest(p.paid_fee) x) AS paid_fee,
                 (SELECT coalesce(sum(x), 0) FROM unnest(p.paid_interest) x) AS paid_interest,
                 p.late_fee_paid_minor, p.outstanding_minor, p.financed_minor, p.refunded_minor
          FROM (SELECT * FROM plan p WHERE true) p
            FULL JOIN history h ON h.party_id = p.party_id AND h.plan_id = p.plan_id) s)
  SELECT count(*),
         count(*) FILTER (WHERE paid_wrong),
         min(format('purchase %s of customer %s: the plan says %s principal, %s fee and %s late fee '
                    'are paid, its allocations %s, %s and %s', purchase_ref, (SELECT ref FROM party w WHERE w.party_id = s.party_id),
                    paid_principal, paid_fee, late_fee_paid_minor, paid, fee, penalty))
           FILTER (WHERE paid_wrong),
         count(*),
         count(*) FILTER (WHERE principal_wrong),
         min(format('purchase %s of customer %s: %s paid, %s refunded and %s outstanding are not '
                    'the %s captured', purchase_ref, (SELECT ref FROM party w WHERE w.party_id = s.party_id), paid, refunded, outstanding_minor,
                    financed_minor)) FILTER (WHERE principal_wrong)
  FROM judged s)";

// Each repayment and refund beside the parts it was allocated to.
constexpr const char* kEventAllocations = R"(
  WITH event AS (
    SELECT r.party_id, r.event_id, r.currency, r.repayment_ref AS ref, 'repayment' AS what,
           r.amount_minor AS amount
    FROM repayment r WHERE true
    UNION ALL
    SELECT f.party_id, f.event_id, f.currency, f.refund_ref, 'refund', f.principal_minor
    FROM refund f WHERE true),
  part AS (
    SELECT a.party_id, a.event_id, a.currency,
           sum(a.credit_minor + CASE WHEN a.kind = 3 THEN 0 ELSE a.penalty_minor END
               + (SELECT coalesce(sum(x), 0) FROM unnest(a.principal) x)
               + CASE WHEN a.kind = 3 THEN 0
                      ELSE (SELECT coalesce(sum(x), 0) FROM unnest(a.fee) x)
                           + (SELECT coalesce(sum(x), 0) FROM unnest(a.interest) x) END) AS amount
    FROM allocation a
    WHERE a.kind IN (1, 3)
    GROUP BY a.party_id, a.event_id, a.currency),
  judged AS (
    SELECT coalesce(e.party_id, p.party_id) AS party_id, e.what, e.ref,
           coalesce(e.amount, 0) AS amount, coalesce(p.amount, 0) AS allocated,
           (e.event_id IS NOT NULL AND e.amount = coalesce(p.amount, 0)) IS NOT TRUE AS wrong
    FROM event e
      FULL JOIN part p ON p.party_id = e.party_id AND p.event_id = e.event_id
                          AND p.currency = e.currency)
  SELECT count(*),
         count(*) FILTER (WHERE wrong),
         min(format('%s %s of customer %s over %s: %s is allocated',
                    coalesce(what, 'an event'), coalesce(ref, 'that is not there'), (SELECT ref FROM party w WHERE w.party_id = s.party_id),
                    amount, allocated)) FILTER (WHERE wrong)
  FROM judged s)";

// The exposure row of each customer beside plans, holds and ledger.
constexpr const char* kCustomers = R"(
  WITH code AS (
    SELECT coalesce(array_agg(account_id) FILTER (WHERE code = 1101), '{}') AS principal,
           coalesce(array_agg(account_id) FILTER (WHERE code = 2201), '{}') AS credit,
           coalesce(array_agg(account_id) FILTER (WHERE code = 9011), '{}') AS held
    FROM account),
  source AS (
    SELECT party_id, currency, 1 AS rows, outstanding_minor AS outstanding,
           credit_balance_minor AS credit, held_minor AS held, 0::numeric AS plans,
           0::numeric AS ledger_outstanding, 0::numeric AS ledger_credit, 0::numeric AS holds,
           0::numeric AS ledger_held
    FROM credit_account c WHERE true
    UNION ALL
    SELECT party_id, currency, 0, 0, 0, 0, sum(outstanding_minor), 0, 0, 0, 0
    FROM plan p WHERE true GROUP BY party_id, currency
    UNION ALL
    SELECT party_id, currency, 0, 0, 0, 0, 0, 0, 0, sum(amount_minor), 0
    FROM hold h WHERE status = 1 GROUP BY party_id, currency
    UNION ALL
    SELECT j.party_id, j.currency, 0, 0, 0, 0, 0,
           sum(t.amount * ((t.debit = ANY (c.principal))::int
                           - (t.credit = ANY (c.principal))::int)),
           sum(t.amount * ((t.credit = ANY (c.credit))::int - (t.debit = ANY (c.credit))::int)),
           0,
           sum(t.amount * ((t.debit = ANY (c.held))::int - (t.credit = ANY (c.held))::int))
    FROM journal j
      CROSS JOIN code c
      CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
        AS t (debit, credit, amount)
    WHERE (t.debit = ANY (c.principal || c.credit || c.held)
           OR t.credit = ANY (c.principal || c.credit || c.held))
    GROUP BY j.party_id, j.currency),
  side_by_side AS (
    SELECT party_id, currency, sum(rows) AS rows, sum(outstanding) AS outstanding,
           sum(credit) AS credit, sum(held) AS held, sum(plans) AS plans,
           sum(ledger_outstanding) AS ledger_outstanding, sum(ledger_credit) AS ledger_credit,
           sum(holds) AS holds, sum(ledger_held) AS ledger_held
    FROM source GROUP BY party_id, currency),
  judged AS (
    SELECT s.*,
           rows <> 1 OR outstanding <> plans OR outstanding <> ledger_outstanding
             AS outstanding_wrong,
           credit <> ledger_credit AS credit_wrong,
           held <> holds OR held <> ledger_held AS held_wrong
    FROM side_by_side s)
  SELECT count(*),
         count(*) FILTER (WHERE outstanding_wrong),
         min(format('customer %s in %s: the credit account says %s is outstanding, the plans %s, '
                    '1101 %s', (SELECT ref FROM party w WHERE w.party_id = s.party_id), currency, outstanding, plans, ledger_outstanding))
           FILTER (WHERE outstanding_wrong),
         count(*),
         count(*) FILTER (WHERE credit_wrong),
         min(format('customer %s in %s: the credit account says the credit balance is %s, 2201 %s',
                    (SELECT ref FROM party w WHERE w.party_id = s.party_id), currency, credit, ledger_credit)) FILTER (WHERE credit_wrong),
         count(*),
         count(*) FILTER (WHERE held_wrong),
         min(format('customer %s in %s: the credit account says %s is held, the open holds %s, '
                    '9011 %s', (SELECT ref FROM party w WHERE w.party_id = s.party_id), currency, held, holds, ledger_held))
           FILTER (WHERE held_wrong)
  FROM judged s)";

const Facts kPlanFacts = {
    {"I5", "plan-principal",
     "1101 of each plan is the unpaid principal of its installments, and its outstanding amount"},
    {"I6", "plan-fee", "1102 of each plan is the unpaid fee of its installments"},
    {"I6", "plan-late-fee", "1103 of each plan is its late fee less what was paid of it"},
    {"I6", "plan-recognized",
     "no plan has recognized less than nothing or more than its fee and subsidy"},
    {"I14", "plan-allowance",
     "no plan's allowance is below 0, and one that ended, was refunded or charged off has none"},
    {"I18", "plan-income",
     "what a plan deferred on 2301 is its fee less rebates and reductions; at its end all is "
     "income"},
};
const Facts kPlanAllocationFacts = {
    {"I7", "plan-paid", "what a plan says was paid is what its allocations say"},
    {"I8", "plan-captured",
     "principal paid, refunded and outstanding are together the principal captured"},
};
const Facts kEventAllocationFacts = {
    {"I7", "event-allocated",
     "the parts of each repayment and its credit part sum to it, those of a refund to its "
     "principal"},
};
const Facts kCustomerFacts = {
    {"I10", "customer-outstanding",
     "each credit account's outstanding amount is that of its plans, and 1101 of the customer"},
    {"I10", "customer-credit", "each credit account's credit balance is 2201 of the customer"},
    {"I9", "customer-held",
     "each credit account's held amount is that of its open holds, and 9011 of the customer"},
};

}  // namespace

const Facts& plan_facts() { return kPlanFacts; }
const Facts& plan_allocation_facts() { return kPlanAllocationFacts; }
const Facts& event_allocation_facts() { return kEventAllocationFacts; }
const Facts& customer_facts() { return kCustomerFacts; }

Findings check_plans(Session& session) { return run_statement(session, kPlanFacts, kPlans, {}); }

Findings check_allocations(Session& session) {
  Findings findings = run_statement(session, kPlanAllocationFacts, kPlanAllocations, {});
  for (Finding& f : run_statement(session, kEventAllocationFacts, kEventAllocations, {})) {
    findings.push_back(std::move(f));
  }
  return findings;
}

Findings check_customers(Session& session) {
  return run_statement(session, kCustomerFacts, kCustomers, {});
}

}  // namespace store
