#include "sql/store/plan_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "ledger/chart.h"
#include "sql/store/rows.h"

namespace store {
namespace {

// From now back to then: what was paid later is taken off again, and a schedule that was replaced
// later comes back. What an installment was paid stays with its number from version to version, so
// the paid arrays of today serve every version. Of a recent date little happened since, so this
// reads little more than the plans it tells of.
//
// $1 is the last sealed date of the reading, $2 its last date, $3 its instant. An event of a date
// in between belongs to it if one of its journals does, or, where it posts nothing (other due
// dates), its record.
constexpr std::string_view kReading = R"sql(
    WITH known AS MATERIALIZED (
      SELECT party_id, event_id FROM journal
      WHERE $1 < $2 AND business_date > $1 AND business_date <= $2 AND posted_at <= $3
      UNION
      SELECT party_id, event_id FROM life_event
      WHERE $1 < $2 AND business_date > $1 AND business_date <= $2 AND posted_at <= $3
    ), later AS (
      SELECT party_id, plan_id, array_agg(number) AS number, array_agg(principal) AS principal,
             array_agg(fee) AS fee, array_agg(interest) AS interest
      FROM (SELECT a.party_id, a.plan_id, part.number, sum(part.principal)::bigint AS principal,
                   sum(part.fee)::bigint AS fee, sum(part.interest)::bigint AS interest
            FROM allocation a
                 LEFT JOIN known k ON k.party_id = a.party_id AND k.event_id = a.event_id,
                 LATERAL unnest(a.installment, a.principal, a.fee, a.interest)
                   AS part (number, principal, fee, interest)
            WHERE a.business_date > $1 AND (a.business_date > $2 OR k.event_id IS NULL)
              AND a.kind IN (1, 2, 4, 5) AND a.plan_id <> 0
            GROUP BY a.party_id, a.plan_id, part.number) parts
      GROUP BY party_id, plan_id
    ), replaced AS (
      SELECT DISTINCT ON (party_id, plan_id) *
      FROM (SELECT v.*, max(schedule_version) FILTER (WHERE is_known) OVER plans AS last_known,
                   max(schedule_version) FILTER (WHERE NOT is_known) OVER plans AS last_unknown
            FROM (SELECT v.*, v.replaced_on <= $1
                              OR v.replaced_on <= $2 AND k.event_id IS NOT NULL AS is_known
                  FROM plan_version v
                  LEFT JOIN known k ON k.party_id = v.party_id AND k.event_id = v.replaced_by
                  WHERE (v.party_id, v.plan_id) IN (SELECT party_id, plan_id FROM plan_version
                                                    WHERE replaced_on > $1)) v
            WINDOW plans AS (PARTITION BY party_id, plan_id)) versions
      WHERE NOT is_known
      ORDER BY party_id, plan_id, schedule_version
    ))sql";

// Whether a change that belongs to the reading came after one that doesn't, and the schedule from
// before the first that doesn't.
constexpr std::string_view kSchedule = R"sql(
           p.party_id, p.plan_id, coalesce(r.last_known > r.schedule_version, false),
           p.currency, coalesce(r.due, p.due), coalesce(r.principal, p.principal),
           coalesce(r.fee, p.fee), coalesce(r.interest, p.interest), p.paid_principal, p.paid_fee,
           p.paid_interest, l.number, l.principal, l.fee, l.interest)sql";

constexpr std::string_view kPlans = R"sql(
    FROM plan p
    LEFT JOIN known k ON k.party_id = p.party_id AND k.event_id = p.event_id
    LEFT JOIN replaced r ON r.party_id = p.party_id AND r.plan_id = p.plan_id
    LEFT JOIN later l ON l.party_id = p.party_id AND l.plan_id = p.plan_id)sql";
constexpr std::string_view kIsKnown =
    "(p.business_date <= $1 OR p.business_date <= $2 AND k.event_id IS NOT NULL)";

std::string owing_plans() {
  return fmt::format(R"sql({} SELECT p.product, {}, p.business_date, p.financed_minor {}
    WHERE {} AND (p.status IN (1, 4) OR r.party_id IS NOT NULL
                  OR (p.status = 2 AND l.party_id IS NOT NULL))
    ORDER BY p.party_id, p.plan_id)sql",
                     kReading, kSchedule, kPlans, kIsKnown);
}

// A plan that was given back or charged off is told by its versions: the last change of a refunded
// plan is the refund that ended it. Whether it is paid is left to the reader, who knows the
// amounts; the last column is the late fee that was unpaid.
std::string all_plans() {
  return fmt::format(
      R"sql({reading}, disputed AS (
      SELECT e.party_id, e.plan_id
      FROM life_event e LEFT JOIN known k ON k.party_id = e.party_id AND k.event_id = e.event_id
      WHERE e.kind IN ('dispute_opened', 'dispute_won', 'dispute_lost')
        AND (e.business_date <= $1 OR e.business_date <= $2 AND k.event_id IS NOT NULL)
      GROUP BY e.party_id, e.plan_id
      HAVING count(*) FILTER (WHERE e.kind = 'dispute_opened') * 2 > count(*)
    ), later_fee AS (
      SELECT j.party_id, j.plan_id, sum(side.minor)::bigint AS minor
      FROM journal j,
           LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
             AS t (debit, credit, amount),
           LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount)) AS side (account_id, minor)
      WHERE j.business_date > $1 AND NOT (j.business_date <= $2 AND j.posted_at <= $3)
        AND j.plan_id IS NOT NULL
        AND side.account_id IN (SELECT account_id FROM account WHERE code = {late_fee})
      GROUP BY j.party_id, j.plan_id
    )
    SELECT p.purchase_ref, c.ref, m.ref, p.product,
           CASE WHEN p.status = 3 AND coalesce(r.last_unknown, 0) < p.schedule_version - 1 THEN 3
                WHEN p.status IN (3, 5)
                     AND (coalesce(r.schedule_cause, p.schedule_cause) = 10
                          OR EXISTS (SELECT FROM plan_version v
                                     WHERE v.party_id = p.party_id AND v.plan_id = p.plan_id
                                       AND v.schedule_cause = 10
                                       AND v.schedule_version <= coalesce(r.schedule_version,
                                                                          p.schedule_version)))
                THEN 5
                WHEN d.party_id IS NOT NULL THEN 4
                ELSE 1 END::smallint,
           p.late_fee_minor - p.late_fee_paid_minor - coalesce(f.minor, 0),
           {schedule} {plans}
    LEFT JOIN disputed d ON d.party_id = p.party_id AND d.plan_id = p.plan_id
    LEFT JOIN later_fee f ON f.party_id = p.party_id AND f.plan_id = p.plan_id
    JOIN party c ON c.party_id = p.party_id
    JOIN party m ON m.party_id = p.merchant_id
    WHERE {is_known}
    ORDER BY p.purchase_ref COLLATE "C", m.ref COLLATE "C", c.ref COLLATE "C", p.plan_id)sql",
      fmt::arg("reading", kReading),
      fmt::arg("late_fee", static_cast<int>(ledger::Code::LateFeeReceivable)),
      fmt::arg("schedule", kSchedule), fmt::arg("plans", kPlans), fmt::arg("is_known", kIsKnown));
}

Params params_of(const Reading& reading) {
  Params params;
  params.day(reading.sealed_through).day(reading.as_of);
  params.instant(reading.known_at.value_or(base::Instant{}));
  return params;
}

// An empty array in the table stands for all zeros.
std::vector<std::int64_t> whole(std::vector<std::int64_t> values, std::size_t size) {
  if (values.empty()) values.resize(size, 0);
  return values;
}

/// A schedule without what was paid of it. All amounts are as long as `due`.
struct Schedule {
  std::vector<base::Day> due;
  std::vector<std::int64_t> principal, fee, interest;
};

Schedule schedule_at(const Rows& rows, int row, int column) {
  Schedule schedule;
  schedule.due = rows.days(row, column);
  const std::size_t size = schedule.due.size();
  schedule.principal = rows.int8s(row, column + 1);
  schedule.fee = whole(rows.int8s(row, column + 2), size);
  schedule.interest = whole(rows.int8s(row, column + 3), size);
  return schedule;
}

/// result += before - after, installment by installment.
void take_back(std::vector<std::int64_t>& result, const std::vector<std::int64_t>& before,
               const std::vector<std::int64_t>& after) {
  result.resize(std::max({result.size(), before.size(), after.size()}));
  for (std::size_t i = 0; i < before.size(); ++i) result[i] += before[i];
  for (std::size_t i = 0; i < after.size(); ++i) result[i] -= after[i];
}

/// The schedule of a plan whose changes were not made in the order of their dates: what each
/// foreign change did to the amounts is taken back by itself; the dates are those after the last
/// change that belongs to the reading.
Schedule untangle(Session& session, const Reading& reading, std::int64_t party, std::int64_t plan) {
  Params params;
  params.int8(party).int8(plan).day(reading.sealed_through).day(reading.as_of);
  params.instant(reading.known_at.value_or(base::Instant{}));
  const Rows rows = query(session, R"sql(
    SELECT v.replaced_on <= $3
             OR v.replaced_on <= $4 AND EXISTS (SELECT FROM journal j
                                                WHERE j.party_id = v.party_id
                                                  AND j.event_id = v.replaced_by
                                                  AND j.posted_at <= $5
                                                UNION ALL
                                                SELECT FROM life_event e
                                                WHERE e.party_id = v.party_id
                                                  AND e.event_id = v.replaced_by
                                                  AND e.posted_at <= $5),
           v.due, v.principal, v.fee, v.interest
    FROM (SELECT party_id, schedule_version, replaced_by, replaced_on, due, principal, fee, interest
          FROM plan_version WHERE party_id = $1 AND plan_id = $2
          UNION ALL
          SELECT party_id, schedule_version, NULL, 'infinity', due, principal, fee, interest
          FROM plan WHERE party_id = $1 AND plan_id = $2) v
    ORDER BY v.schedule_version)sql",
                          params);
  std::vector<Schedule> versions;
  std::size_t dates_of = 0;
  for (int i = 0; i < rows.size(); ++i) {
    versions.push_back(schedule_at(rows, i, 1));
    if (rows.boolean(i, 0)) dates_of = static_cast<std::size_t>(i) + 1;
  }
  Schedule schedule = versions.back();
  for (std::size_t i = 0; i + 1 < versions.size(); ++i) {
    if (rows.boolean(static_cast<int>(i), 0)) continue;
    take_back(schedule.principal, versions[i].principal, versions[i + 1].principal);
    take_back(schedule.fee, versions[i].fee, versions[i + 1].fee);
    take_back(schedule.interest, versions[i].interest, versions[i + 1].interest);
  }
  schedule.due = versions.at(dates_of).due;
  for (const Schedule& version : versions) {
    for (std::size_t i = schedule.due.size(); i < version.due.size(); ++i) {
      schedule.due.push_back(version.due[i]);
    }
  }
  for (auto* amounts : {&schedule.principal, &schedule.fee, &schedule.interest}) {
    amounts->resize(schedule.due.size());
  }
  return schedule;
}

/// Takes off again what was paid later, which begins at `column`.
template <class Plan>
void read_paid(const Rows& rows, int row, int column, Plan& plan) {
  const std::array paid = {&plan.paid_principal, &plan.paid_fee, &plan.paid_interest};
  std::size_t size = plan.due.size();
  for (std::size_t i = 0; i < paid.size(); ++i) {
    *paid[i] = rows.int8s(row, column + static_cast<int>(i));
    size = std::max(size, paid[i]->size());
  }
  for (auto* amounts : paid) amounts->resize(size);
  if (!rows.is_null(row, column + 3)) {
    const auto number = rows.int8s(row, column + 3);
    for (std::size_t i = 0; i < paid.size(); ++i) {
      const auto later = rows.int8s(row, column + 4 + static_cast<int>(i));
      for (std::size_t k = 0; k < number.size(); ++k) {
        paid[i]->at(static_cast<std::size_t>(number[k] - 1)) -= later[k];
      }
    }
  }
  // A version with fewer installments: by then nothing was paid on those it does not have.
  for (auto* amounts : paid) amounts->resize(plan.due.size());
}

/// Fills in currency, due and amounts from the columns of kSchedule.
template <class Plan>
void read_schedule(Session& session, const Reading& reading, const Rows& rows, int row, int column,
                   Plan& plan) {
  const bool is_tangled = rows.boolean(row, column + 2);
  const auto currency = base::Currency::find(rows.text(row, column + 3));
  CHECK(currency.has_value(), "the database holds a currency we don't know: {}",
        rows.text(row, column + 3));
  plan.currency = *currency;
  Schedule schedule =
      is_tangled ? untangle(session, reading, rows.int8(row, column), rows.int8(row, column + 1))
                 : schedule_at(rows, row, column + 4);
  plan.due = std::move(schedule.due);
  plan.principal = std::move(schedule.principal);
  plan.fee = std::move(schedule.fee);
  plan.interest = std::move(schedule.interest);
  read_paid(rows, row, column + 8, plan);
}

template <class Plan>
std::int64_t unpaid_of(const Plan& plan) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < plan.due.size(); ++i) {
    sum += plan.principal[i] + plan.fee[i] + plan.interest[i] - plan.paid_principal[i] -
           plan.paid_fee[i] - plan.paid_interest[i];
  }
  return sum;
}

}  // namespace

OwingPlanCursor::OwingPlanCursor(Session& session, const Reading& reading)
    : session_(session), reading_(reading), cursor_(session, owing_plans(), params_of(reading)) {}

std::vector<PlanRow> OwingPlanCursor::next() {
  const Rows rows = cursor_.next();
  std::vector<PlanRow> plans(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    PlanRow& plan = plans[static_cast<std::size_t>(i)];
    plan.product = rows.text(i, 0);
    plan.party = {rows.int8(i, 1)};
    plan.id = {rows.int8(i, 2)};
    plan.business_date = rows.day(i, 16);
    plan.financed = rows.int8(i, 17);
    read_schedule(session_, reading_, rows, i, 1, plan);
    for (std::size_t k = 0; k < plan.due.size(); ++k) {
      plan.outstanding += plan.principal[k] - plan.paid_principal[k];
    }
  }
  return plans;
}

PlanCursor::PlanCursor(Session& session, const Reading& reading)
    : session_(session), reading_(reading), cursor_(session, all_plans(), params_of(reading)) {}

std::vector<ReportedPlan> PlanCursor::next() {
  const Rows rows = cursor_.next();
  std::vector<ReportedPlan> plans(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    ReportedPlan& plan = plans[static_cast<std::size_t>(i)];
    plan.purchase_ref = rows.text(i, 0);
    plan.customer = rows.text(i, 1);
    plan.merchant = rows.text(i, 2);
    plan.product = rows.text(i, 3);
    plan.status = static_cast<PlanStatus>(rows.int2(i, 4));
    read_schedule(session_, reading_, rows, i, 6, plan);
    if (plan.status == PlanStatus::Active && unpaid_of(plan) == 0 && rows.int8(i, 5) == 0) {
      plan.status = PlanStatus::Settled;
    }
  }
  return plans;
}

}  // namespace store
