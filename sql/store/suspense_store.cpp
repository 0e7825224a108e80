#include "sql/store/suspense_store.h"

#include "sql/store/rows.h"

namespace store {

std::vector<SuspenseRow> load_suspense(Session& session, std::span<const std::string> refs) {
  const Rows rows = query(session, R"(
    SELECT suspense_ref, code, event_id, currency, amount_minor, cleared_minor, business_date
    FROM suspense WHERE suspense_ref = ANY ($1) ORDER BY suspense_ref)",
                          Params().texts(refs));
  std::vector<SuspenseRow> loaded;
  for (int i = 0; i < rows.size(); ++i) {
    loaded.push_back({std::string(rows.text(i, 0)),
                      rows.int4(i, 1),
                      {rows.int8(i, 2)},
                      base::Currency::find(rows.text(i, 3)).value(),
                      rows.int8(i, 4),
                      rows.int8(i, 5),
                      rows.day(i, 6)});
  }
  return loaded;
}

void insert_suspense(Session& session, std::span<const SuspenseRow> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY suspense (suspense_ref, code, event_id, currency, amount_minor, business_date)
    FROM STDIN (FORMAT binary))");
  for (const SuspenseRow& row : rows) {
    copy.row(6)
        .text(row.ref)
        .int4(row.code)
        .int8(row.event.value)
        .text(row.currency.code())
        .int8(row.amount)
        .day(row.business_date);
  }
  copy.finish();
}

void clear_suspense(Session& session, std::span<const SuspenseClearing> clearings) {
  if (clearings.empty()) return;
  std::vector<std::string> refs;
  std::vector<std::int64_t> amounts;
  for (const SuspenseClearing& one : clearings) {
    refs.push_back(one.ref);
    amounts.push_back(one.amount);
  }
  query(session, R"(
    UPDATE suspense s SET cleared_minor = s.cleared_minor + u.amount
    FROM (SELECT ref, sum(amount)::bigint AS amount
          FROM unnest($1, $2) AS x (ref, amount) GROUP BY ref ORDER BY ref) u
    WHERE s.suspense_ref = u.ref)",
        Params().texts(refs).int8s(amounts));
}

std::vector<UndoneEvent> load_undone(Session& session, std::span<const std::int64_t> parties) {
  const Rows rows = query(session, R"(
    SELECT party_id, subject_event FROM life_event
    WHERE party_id = ANY ($1) AND subject_event IS NOT NULL)",
                          Params().int8s(parties));
  std::vector<UndoneEvent> undone;
  for (int i = 0; i < rows.size(); ++i) undone.push_back({{rows.int8(i, 0)}, {rows.int8(i, 1)}});
  return undone;
}

std::vector<RepaymentSource> load_repayment_sources(Session& session,
                                                    std::span<const std::int64_t> parties,
                                                    std::span<const std::int64_t> events) {
  if (parties.empty()) return {};
  const Rows rows = query(session, R"(
    SELECT r.event_id, r.channel_id,
           ARRAY(SELECT a.plan_id FROM allocation a
                 WHERE a.party_id = r.party_id AND a.event_id = r.event_id AND a.plan_id <> 0)
    FROM unnest($1, $2) AS u (party_id, event_id)
    JOIN repayment r ON r.party_id = u.party_id AND r.event_id = u.event_id)",
                          Params().int8s(parties).int8s(events));
  std::vector<RepaymentSource> sources;
  for (int i = 0; i < rows.size(); ++i) {
    RepaymentSource source{{rows.int8(i, 0)}, {rows.int8_or_null(i, 1).value_or(0)}, {}};
    for (const std::int64_t plan : rows.int8s(i, 2)) source.plans.push_back({plan});
    sources.push_back(std::move(source));
  }
  return sources;
}

std::vector<RefundDue> load_refunds_due(Session& session, std::span<const std::int64_t> parties,
                                        base::Currency currency) {
  const Rows rows = query(session, R"(
    SELECT party_id, event_id, cash_minor FROM refund
    WHERE party_id = ANY ($1) AND currency = $2 AND cash_minor > 0)",
                          Params().int8s(parties).text(currency.code()));
  std::vector<RefundDue> due;
  for (int i = 0; i < rows.size(); ++i) {
    due.push_back({{rows.int8(i, 0)}, {rows.int8(i, 1)}, rows.int8(i, 2)});
  }
  return due;
}

}  // namespace store
