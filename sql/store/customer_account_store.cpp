#include "sql/store/customer_account_store.h"

#include "sql/store/currency_column.h"

namespace store {
namespace {

// An empty array in the table stands for all zeros.
std::vector<std::int64_t> whole(std::vector<std::int64_t> values, std::size_t size) {
  if (values.size() < size) values.resize(size, 0);
  return values;
}

// $2 is the last sealed date of the reading, $3 its last date, $4 its instant. What belongs to it
// of a date in between is what was posted by then.
constexpr const char* kKnown = R"sql(
    WITH known AS MATERIALIZED (
      SELECT event_id FROM journal
      WHERE party_id = $1 AND business_date > $2 AND business_date <= $3 AND posted_at <= $4
      UNION
      SELECT event_id FROM life_event
      WHERE party_id = $1 AND business_date > $2 AND business_date <= $3 AND posted_at <= $4))sql";

Params params_of(std::int64_t party, const Reading& reading) {
  Params params;
  params.int8(party).day(reading.sealed_through).day(reading.as_of);
  params.instant(reading.known_at.value_or(base::Instant{}));
  return params;
}

AccountSchedule schedule_in(const Rows& rows, int row, int column) {
  AccountSchedule schedule;
  schedule.due = rows.days(row, column);
  const std::size_t size = schedule.due.size();
  schedule.principal = whole(rows.int8s(row, column + 1), size);
  schedule.fee = whole(rows.int8s(row, column + 2), size);
  schedule.interest = whole(rows.int8s(row, column + 3), size);
  schedule.paid_principal = whole(rows.int8s(row, column + 4), size);
  schedule.paid_fee = whole(rows.int8s(row, column + 5), size);
  schedule.paid_interest = whole(rows.int8s(row, column + 6), size);
  return schedule;
}

std::vector<AccountPlan> load_plans(Session& session, std::int64_t party, const Reading& reading) {
  const Rows rows = query(session,
                          (std::string(kKnown) + R"sql(
    SELECT p.plan_id, p.purchase_ref, m.ref, p.product, p.currency, p.business_date, p.start_on,
           p.financed_minor, v.replaced_on, v.replaced_by, v.due, v.principal, v.fee, v.interest,
           v.paid_principal, v.paid_fee, v.paid_interest
    FROM plan p
    JOIN party m ON m.party_id = p.merchant_id
    CROSS JOIN LATERAL (
      SELECT schedule_version,
             CASE WHEN replaced_on <= $2
                       OR replaced_on <= $3 AND replaced_by IN (SELECT event_id FROM known)
                  THEN replaced_on END AS replaced_on,
             replaced_by, due, principal, fee, interest,
             paid_principal, paid_fee, paid_interest
      FROM plan_version WHERE party_id = p.party_id AND plan_id = p.plan_id
      UNION ALL
      SELECT p.schedule_version, NULL, NULL, p.due, p.principal, p.fee, p.interest,
             p.paid_principal, p.paid_fee, p.paid_interest) v
    WHERE p.party_id = $1
      AND (p.business_date <= $2
           OR p.business_date <= $3 AND p.event_id IN (SELECT event_id FROM known))
    ORDER BY p.business_date, p.purchase_ref COLLATE "C", p.plan_id, v.schedule_version)sql")
                              .c_str(),
                          params_of(party, reading));
  std::vector<AccountPlan> plans;
  for (int i = 0; i < rows.size(); ++i) {
    const base::PlanId id{rows.int8(i, 0)};
    if (plans.empty() || plans.back().id != id) {
      plans.push_back({.id = id,
                       .purchase_ref = std::string(rows.text(i, 1)),
                       .merchant = std::string(rows.text(i, 2)),
                       .product = std::string(rows.text(i, 3)),
                       .currency = currency_in(rows, i, 4),
                       .business_date = rows.day(i, 5),
                       .start_on = rows.day(i, 6),
                       .financed = rows.int8(i, 7),
                       .schedules = {}});
    }
    AccountSchedule& schedule = plans.back().schedules.emplace_back(schedule_in(rows, i, 10));
    schedule.replaced_on = rows.day_or_null(i, 8);
    schedule.replaced_by = {rows.int8_or_null(i, 9).value_or(0)};
  }
  return plans;
}

std::vector<AccountPosting> load_postings(Session& session, std::int64_t party,
                                          const Reading& reading) {
  const Rows rows = query(session, R"sql(
    SELECT j.business_date, j.rule, j.event_id, coalesce(j.plan_id, 0), j.currency,
           coalesce(j.source_ref, p.purchase_ref, ''),
           coalesce(sum(s.minor) FILTER (WHERE a.code IN (1101, 1102)), 0)::bigint,
           coalesce(sum(s.minor) FILTER (WHERE a.code = 1103), 0)::bigint,
           coalesce(sum(s.minor) FILTER (WHERE a.code = 1104), 0)::bigint,
           coalesce(sum(s.minor) FILTER (WHERE a.code = 2201), 0)::bigint
    FROM journal j
    LEFT JOIN voucher v ON v.party_id = j.party_id AND v.journal_id = j.journal_id
                           AND v.business_date = j.business_date AND v.business_date <= $2
    LEFT JOIN plan p ON p.party_id = j.party_id AND p.plan_id = j.plan_id
    CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
      AS t (debit, credit, amount)
    CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount)) AS s (account_id, minor)
    JOIN account a ON a.account_id = s.account_id AND a.code IN (1101, 1102, 1103, 1104, 2201)
    WHERE j.party_id = $1
      AND (j.business_date <= $2 OR j.business_date <= $3 AND j.posted_at <= $4)
    GROUP BY j.party_id, j.journal_id, p.purchase_ref, v.number
    ORDER BY j.business_date, v.number, j.posted_at, j.journal_id)sql",
                          params_of(party, reading));
  std::vector<AccountPosting> postings;
  for (int i = 0; i < rows.size(); ++i) {
    postings.push_back({rows.day(i, 0),
                        static_cast<ledger::Rule>(rows.int2(i, 1)),
                        {rows.int8(i, 2)},
                        {rows.int8(i, 3)},
                        currency_in(rows, i, 4),
                        std::string(rows.text(i, 5)),
                        rows.int8(i, 6),
                        rows.int8(i, 7),
                        rows.int8(i, 8),
                        rows.int8(i, 9)});
  }
  return postings;
}

std::vector<PaidLater> load_paid_later(Session& session, std::int64_t party, base::Day from,
                                       const Reading& reading) {
  const Rows rows = query(session,
                          (std::string(kKnown) + R"sql(
    SELECT plan_id,
           CASE WHEN business_date <= $2
                     OR business_date <= $3 AND event_id IN (SELECT event_id FROM known)
                THEN business_date ELSE DATE '9999-12-31' END,
           installment, principal, fee, interest
    FROM allocation
    WHERE party_id = $1 AND business_date >= $5 AND kind IN (1, 2, 4, 5) AND plan_id <> 0)sql")
                              .c_str(),
                          params_of(party, reading).day(from));
  std::vector<PaidLater> paid;
  for (int i = 0; i < rows.size(); ++i) {
    paid.push_back({{rows.int8(i, 0)},
                    rows.day(i, 1),
                    rows.int8s(i, 2),
                    rows.int8s(i, 3),
                    rows.int8s(i, 4),
                    rows.int8s(i, 5)});
  }
  return paid;
}

}  // namespace

std::optional<CustomerAccount> load_customer_account(Session& session, std::string_view customer,
                                                     base::Day from, const Reading& reading) {
  const Rows rows = query(session, "SELECT party_id FROM party WHERE kind = 1 AND ref = $1",
                          Params().text(customer));
  if (rows.empty()) return std::nullopt;
  const std::int64_t party = rows.int8(0, 0);
  // A party has no time: a customer is known from the first posting on.
  const Rows is_known = query(session, R"sql(
    SELECT EXISTS (SELECT FROM journal
                   WHERE party_id = $1
                     AND (business_date <= $2 OR business_date <= $3 AND posted_at <= $4)))sql",
                              params_of(party, reading));
  if (!is_known.boolean(0, 0)) return std::nullopt;
  return CustomerAccount{load_plans(session, party, reading),
                         load_postings(session, party, reading),
                         load_paid_later(session, party, from, reading)};
}

}  // namespace store
