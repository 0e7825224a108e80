#include "sql/store/plan_history.h"

#include "base/check.h"
#include "sql/store/command_store.h"
#include "sql/store/rows.h"

namespace store {
namespace {

// An empty array in the table stands for all zeros.
std::vector<std::int64_t> whole(std::vector<std::int64_t> values, std::size_t size) {
  if (values.empty()) values.resize(size, 0);
  return values;
}

void read_schedule(const Rows& rows, int row, int column, ScheduleVersion& version) {
  version.due = rows.days(row, column);
  const std::size_t size = version.due.size();
  version.principal = rows.int8s(row, column + 1);
  version.fee = whole(rows.int8s(row, column + 2), size);
  version.interest = whole(rows.int8s(row, column + 3), size);
}

/// An event and when it happened, as far as the version that it ended knows.
struct Ended {
  base::EventId event;
  base::Day on;
  std::string ref;
};

/// The versions that were replaced, oldest first; `began` is what put the first one in force, and
/// at the end what put the present one.
std::vector<ScheduleVersion> load_replaced(Session& session, const PlanHistory& plan,
                                           Ended& began) {
  const Rows rows = query(session, R"sql(
    SELECT v.schedule_version, v.schedule_cause, v.replaced_by, v.replaced_on,
           coalesce(l.event_ref, j.source_ref, ''), v.due, v.principal, v.fee, v.interest
    FROM plan_version v
    LEFT JOIN LATERAL (
      SELECT source_ref FROM journal
      WHERE party_id = v.party_id AND event_id = v.replaced_by AND plan_id = v.plan_id
      ORDER BY journal_id LIMIT 1) j ON true
    LEFT JOIN life_event l ON l.party_id = v.party_id AND l.event_id = v.replaced_by
    WHERE v.party_id = $1 AND v.plan_id = $2
    ORDER BY v.schedule_version)sql",
                          Params().int8(plan.party.value).int8(plan.id.value));
  std::vector<ScheduleVersion> versions;
  for (int i = 0; i < rows.size(); ++i) {
    ScheduleVersion& version = versions.emplace_back();
    version.number = rows.int2(i, 0);
    version.cause = static_cast<ScheduleCause>(rows.int2(i, 1));
    version.event = began.event;
    version.on = began.on;
    version.ref = began.ref;
    read_schedule(rows, i, 5, version);
    began = {{rows.int8(i, 2)}, rows.day(i, 3), std::string(rows.text(i, 4))};
  }
  return versions;
}

std::optional<PlanHistory> history_of(Session& session, const char* statement,
                                      const Params& params) {
  const Rows rows = query(session, statement, params);
  if (rows.empty()) return std::nullopt;
  PlanHistory plan;
  plan.party = {rows.int8(0, 0)};
  plan.id = {rows.int8(0, 1)};
  plan.purchase_ref = rows.text(0, 2);
  plan.product = rows.text(0, 3);
  plan.catalog_version = rows.int4(0, 4);
  const auto currency = base::Currency::find(rows.text(0, 5));
  CHECK(currency.has_value(), "the database holds a currency we don't know: {}", rows.text(0, 5));
  plan.currency = *currency;
  plan.start_on = rows.day(0, 6);
  Ended began{{rows.int8(0, 7)}, rows.day(0, 8), plan.purchase_ref};
  plan.versions = load_replaced(session, plan, began);
  ScheduleVersion& present = plan.versions.emplace_back();
  present.number = rows.int2(0, 9);
  present.cause = static_cast<ScheduleCause>(rows.int2(0, 10));
  present.event = began.event;
  present.on = began.on;
  present.ref = began.ref;
  read_schedule(rows, 0, 11, present);
  return plan;
}

}  // namespace

std::optional<PlanHistory> find_plan_history(Session& session, std::string_view purchase_ref) {
  return history_of(session, R"sql(
    SELECT p.party_id, p.plan_id, p.purchase_ref, p.product, p.catalog_version, p.currency,
           p.start_on, p.event_id, p.business_date, p.schedule_version, p.schedule_cause, p.due,
           p.principal, p.fee, p.interest
    FROM command c JOIN plan p ON p.party_id = c.party_id AND p.plan_id = c.subject_id
    WHERE c.kind = $1 AND c.scope = $2 AND c.key = $3)sql",
                    Params()
                        .int2(static_cast<std::int16_t>(CommandKind::Purchase))
                        .int8(kOperatorScope)
                        .text(purchase_ref));
}

std::optional<PlanHistory> find_plan_history(Session& session, base::PlanId plan) {
  return history_of(session, R"sql(
    SELECT p.party_id, p.plan_id, p.purchase_ref, p.product, p.catalog_version, p.currency,
           p.start_on, p.event_id, p.business_date, p.schedule_version, p.schedule_cause, p.due,
           p.principal, p.fee, p.interest
    FROM plan p WHERE p.plan_id = $1)sql",
                    Params().int8(plan.value));
}

}  // namespace store
