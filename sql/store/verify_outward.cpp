// What others are told and asked: the feed of limit changes, debits of customers' accounts, what
// collectors noted, and breaks with channels and banks.
#include "sql/store/verify_pass.h"

namespace store {
namespace {

// Each change is counted once as itself and once where it is told.
constexpr const char* kFeedComplete = R"(
  WITH told AS (
    SELECT party_id, change_id, sum(changes) AS changes, sum(entries) AS entries
    FROM (SELECT party_id, change_id, 1 AS changes, 0 AS entries FROM limit_change
          UNION ALL
          SELECT party_id, change_id, 0, 1 FROM limit_feed
          UNION ALL
          SELECT party_id, change_id, 0, 1 FROM limit_outbox) x
    GROUP BY party_id, change_id)
  SELECT count(*) FILTER (WHERE changes > 0), count(*) FILTER (WHERE changes <> 1 OR entries <> 1),
         min(format('limit change %s of customer %s: it is told %s times, and exists %s times',
                    change_id, (SELECT ref FROM party w WHERE w.party_id = t.party_id), entries,
                    changes)) FILTER (WHERE changes <> 1 OR entries <> 1)
  FROM told t)";

constexpr const char* kFeedPositions = R"(
  SELECT count(*), max(position) - count(*),
         CASE WHEN max(position) <> count(*)
              THEN format('position %s is missing',
                          (SELECT min(p.position) + 1 FROM (SELECT 0::bigint AS position
                                                            UNION ALL
                                                            SELECT position FROM limit_feed) p
                           WHERE NOT EXISTS (SELECT FROM limit_feed n
                                             WHERE n.position = p.position + 1))) END
  FROM (SELECT position FROM limit_feed UNION ALL SELECT NULL WHERE false) f
  HAVING count(*) > 0
  UNION ALL
  SELECT 0, 0, NULL WHERE NOT EXISTS (SELECT FROM limit_feed))";

// A customer's changes are listed in the order in which they happened: dates never go back.
constexpr const char* kFeedOrder = R"(
  SELECT count(*), count(*) FILTER (WHERE business_date < before),
         min(format('position %s: a change of customer %s of %s is listed behind one of %s',
                    position, (SELECT ref FROM party w WHERE w.party_id = o.party_id),
                    business_date, before)) FILTER (WHERE business_date < before)
  FROM (SELECT f.position, f.party_id, l.business_date,
               lag(l.business_date) OVER (PARTITION BY f.party_id ORDER BY f.position) AS before
        FROM limit_feed f
          JOIN limit_change l ON l.party_id = f.party_id AND l.change_id = f.change_id) o)";

// While an answer is being booked, the repayment is there before the instruction says so.
constexpr const char* kDebits = R"(
  WITH booked AS (
    SELECT d.debit_ref, d.status, count(r.event_id) AS repayments,
           count(*) FILTER (WHERE r.currency = d.currency AND r.amount_minor = d.amount_minor)
             AS right_ones
    FROM debit_instruction d
      LEFT JOIN repayment r ON r.party_id = d.party_id AND r.repayment_ref = d.debit_ref
    GROUP BY d.debit_ref, d.status),
  judged AS (
    SELECT *, CASE status WHEN 2 THEN repayments <> 1 OR right_ones <> 1
                          WHEN 3 THEN repayments > 0
                          ELSE repayments > 1 OR right_ones <> repayments END AS is_wrong
    FROM booked),
  open AS (
    SELECT party_id, currency, count(*) AS instructions FROM debit_instruction
    WHERE status IN (1, 4) GROUP BY party_id, currency)
  SELECT (SELECT count(*) FROM judged), (SELECT count(*) FROM judged WHERE is_wrong),
         (SELECT min(format('debit %s is %s, and the books have %s repayments of it, %s of its '
                            'amount', debit_ref,
                            CASE status WHEN 2 THEN 'paid' WHEN 3 THEN 'failed' ELSE 'open' END,
                            repayments, right_ones)) FROM judged WHERE is_wrong),
         (SELECT count(*) FROM open), (SELECT count(*) FROM open WHERE instructions > 1),
         (SELECT min(format('customer %s has %s open instructions in %s',
                            (SELECT ref FROM party w WHERE w.party_id = o.party_id),
                            instructions, currency)) FROM open o WHERE instructions > 1))";

// Of customers, and of their plans; an installment may be gone since, with its schedule.
constexpr const char* kCollections = R"(
  WITH named AS (
    SELECT format('promise %s', promise_id) AS what, party_id, NULL::bigint AS plan_id,
           NULL::smallint AS number FROM payment_promise
    UNION ALL
    SELECT format('contact %s', contact_id), party_id, NULL, NULL FROM customer_contact
    UNION ALL
    SELECT 'debit ' || debit_ref, party_id, i.plan_id, i.number
    FROM debit_instruction
      CROSS JOIN LATERAL unnest(plan_ids, installments) AS i (plan_id, number)),
  judged AS (
    SELECT n.what, w.ref IS NULL OR w.kind <> 1 AS nobody,
           n.plan_id IS NOT NULL
             AND (p.plan_id IS NULL OR n.number NOT BETWEEN 1 AND 60) AS nothing
    FROM named n LEFT JOIN party w ON w.party_id = n.party_id
      LEFT JOIN plan p ON p.party_id = n.party_id AND p.plan_id = n.plan_id)
  SELECT count(*), count(*) FILTER (WHERE nobody OR nothing),
         min(what || CASE WHEN nobody THEN ' is of no customer'
                          ELSE ' names a plan that its customer has not' END)
           FILTER (WHERE nobody OR nothing)
  FROM judged)";

// The events of a break are recon-N, of its second approval recon-N.2, and so on. Channels and
// banks have few journals of their own, and those are read once.
constexpr const char* kBreakJournals = R"(
  WITH resolved AS MATERIALIZED (
    SELECT break_id, type, action, posted_minor, approvals FROM reconcile_break
    WHERE posted_minor <> 0
      OR (state = 'resolved' AND action IN ('suspense', 'loss') AND difference <> 0)),
  event AS MATERIALIZED (
    SELECT b.break_id, c.party_id, c.event_id
    FROM resolved b CROSS JOIN generate_series(1, b.approvals) n
      JOIN command c ON c.kind = 8 AND c.scope = 0
        AND c.key = 'recon-' || b.break_id || CASE WHEN n > 1 THEN '.' || n ELSE '' END),
  owned AS MATERIALIZED (
    SELECT j.* FROM (SELECT DISTINCT party_id FROM event) p
      CROSS JOIN LATERAL (SELECT party_id, journal_id, event_id FROM journal
                          WHERE journal.party_id = p.party_id OFFSET 0) j),
  posted AS (
    SELECT e.break_id, count(DISTINCT j.journal_id) AS journals,
           coalesce(sum(i.amount_minor), 0) AS amount
    FROM event e JOIN owned j ON j.party_id = e.party_id AND j.event_id = e.event_id
      LEFT JOIN clearing_item i
        ON i.party_id = j.party_id AND i.journal_id = j.journal_id AND i.code = 1011
    GROUP BY e.break_id),
  judged AS (
    SELECT b.*, coalesce(p.journals, 0) AS journals, coalesce(p.amount, 0) AS amount,
           coalesce(p.journals, 0) = 0 OR p.amount <> b.posted_minor AS is_wrong
    FROM resolved b LEFT JOIN posted p USING (break_id))
  SELECT count(*), count(*) FILTER (WHERE is_wrong),
         min(format('break %s ended as %s: it says %s on 1011; its %s journals have %s', break_id,
                    action, posted_minor, journals, amount)) FILTER (WHERE is_wrong)
  FROM judged)";

constexpr const char* kFourEyes = R"(
  WITH signed AS (
    SELECT format('break %s', break_id) AS what, proposed_by AS first, approved_by AS second
    FROM reconcile_break WHERE state IN ('approved', 'resolved')
    UNION ALL
    SELECT format('the sign-off of %s on %s',
                  (SELECT ref FROM party w WHERE w.party_id = channel_id), signed_date),
           signed_by, approved_by
    FROM reconcile_signoff)
  SELECT count(*), count(*) FILTER (WHERE is_wrong),
         min(format('%s: %s and %s', what, coalesce(nullif(first, ''), 'nobody'),
                    coalesce(nullif(second, ''), 'nobody'))) FILTER (WHERE is_wrong)
  FROM (SELECT *, first = '' OR second = '' OR first = second AS is_wrong FROM signed) x)";

constexpr const char* kSignoffSums = R"(
  WITH stored AS (
    SELECT channel_id, signed_date, currency,
           count(*) FILTER (WHERE state IN ('resolved', 'closed')) AS resolved_count,
           coalesce(sum(amount_minor) FILTER (WHERE state IN ('resolved', 'closed')), 0)
             AS resolved_minor,
           count(*) FILTER (WHERE type = 'TIMING' AND state NOT IN ('resolved', 'closed'))
             AS timing_count,
           coalesce(sum(amount_minor) FILTER (WHERE type = 'TIMING'
                                                AND state NOT IN ('resolved', 'closed')), 0)
             AS timing_minor
    FROM reconcile_signoff_break GROUP BY channel_id, signed_date, currency),
  judged AS (
    SELECT coalesce(s.channel_id, b.channel_id) AS channel_id,
           coalesce(s.signed_date, b.signed_date) AS signed_date,
           coalesce(s.currency, b.currency) AS currency,
           o.channel_id IS NULL
             OR (s.resolved_count, s.resolved_minor, s.timing_count, s.timing_minor)
                  IS DISTINCT FROM
                  (coalesce(b.resolved_count, 0), coalesce(b.resolved_minor, 0)::bigint,
                   coalesce(b.timing_count, 0), coalesce(b.timing_minor, 0)::bigint)
             OR s.ledger_minor <> s.billed_minor + s.paid_minor + s.other_minor - s.apart_minor
                                    - s.later_minor AS is_wrong
    FROM reconcile_signoff_sum s
      FULL JOIN stored b USING (channel_id, signed_date, currency)
      LEFT JOIN reconcile_signoff o
        ON o.channel_id = s.channel_id AND o.signed_date = s.signed_date)
  SELECT count(*), count(*) FILTER (WHERE is_wrong),
         min(format('%s on %s in %s: what was signed is not what its breaks come to',
                    (SELECT ref FROM party w WHERE w.party_id = channel_id), signed_date,
                    currency)) FILTER (WHERE is_wrong)
  FROM judged)";

Findings of_one(Session& session, const Fact& fact, const char* statement) {
  return run_statement(session, {fact}, statement, {});
}

void append(Findings& to, Findings from) {
  for (Finding& one : from) to.push_back(std::move(one));
}

}  // namespace

Findings check_limit_feed(Session& session) {
  Findings findings = of_one(
      session, {"FEED", "feed-complete", "every limit change is told once: it waits, or is listed"},
      kFeedComplete);
  append(findings,
         of_one(session, {"FEED", "feed-positions", "positions of the feed are 1, 2, 3, no gap"},
                kFeedPositions));
  append(findings,
         of_one(session, {"FEED", "feed-order", "a customer's limit changes are listed by date"},
                kFeedOrder));
  return findings;
}

Findings check_collections(Session& session) {
  Findings findings = run_statement(
      session,
      {{"DEBIT", "debit-booked",
        "a debit that is paid has one repayment, of its amount; one that failed has none"},
       {"DEBIT", "debit-open-once", "no customer has two debits open at once in a currency"}},
      kDebits, {});
  append(findings, of_one(session,
                          {"COLL", "collections",
                           "promises, contacts and debits are of customers and their plans"},
                          kCollections));
  return findings;
}

Findings check_breaks(Session& session) {
  Findings findings = of_one(
      session,
      {"RECON", "break-journal", "a break that ended with a journal has it, with its amount"},
      kBreakJournals);
  append(findings, of_one(session,
                          {"RECON", "four-eyes",
                           "what ends breaks and what signs dates has two persons, not one"},
                          kFourEyes));
  append(findings, of_one(session,
                          {"RECON", "signed-sums",
                           "what was signed of a date is what its breaks came to then"},
                          kSignoffSums));
  return findings;
}

}  // namespace store
