#include "sql/store/parked_store.h"

#include "sql/store/rows.h"

namespace store {

void park_unit(Session& session, std::int64_t id, base::Day day, base::PartyId party,
               base::Currency currency, std::string_view reason) {
  query(session, R"(
    INSERT INTO parked_unit (unit_id, business_date, party_id, currency, reason)
    VALUES ($1, $2, $3, $4, left($5, 500))
    ON CONFLICT (business_date, party_id, currency)
      DO UPDATE SET state = 1, reason = excluded.reason, tries = parked_unit.tries + 1)",
        Params().int8(id).day(day).int8(party.value).text(currency.code()).text(reason));
}

void finish_parked(Session& session, base::Day day) {
  query(session, R"(
    UPDATE parked_unit u SET state = 3
    FROM credit_account c
    WHERE u.business_date = $1 AND u.state IN (1, 2) AND c.party_id = u.party_id
      AND c.currency = u.currency AND c.closed_through >= $1)",
        Params().day(day));
}

std::vector<ParkedUnit> list_parked(Session& session, bool all) {
  const Rows rows = query(session, R"(
    SELECT u.unit_id, u.business_date, w.ref, u.currency, u.reason, u.state, u.tries, u.waived_by,
           u.approved_by
    FROM parked_unit u JOIN party w ON w.party_id = u.party_id
    WHERE $1 OR u.state IN (1, 2)
    ORDER BY u.business_date, w.ref COLLATE "C", u.currency)",
                          Params().boolean(all));
  std::vector<ParkedUnit> units;
  for (int i = 0; i < rows.size(); ++i) {
    units.push_back({rows.int8(i, 0), rows.day(i, 1), std::string(rows.text(i, 2)),
                     base::Currency::find(rows.text(i, 3)).value(), std::string(rows.text(i, 4)),
                     static_cast<ParkedState>(rows.int2(i, 5)), rows.int4(i, 6),
                     std::string(rows.text(i, 7)), std::string(rows.text(i, 8))});
  }
  return units;
}

std::int64_t count_parked(Session& session, base::Day day) {
  return query(session,
               "SELECT count(*) FROM parked_unit WHERE business_date = $1 AND state IN (1, 2)",
               Params().day(day))
      .int8(0, 0);
}

std::int64_t retry_parked(Session& session, std::optional<std::int64_t> unit) {
  return query(session, R"(
    UPDATE parked_unit SET state = 2 WHERE state = 1 AND ($1 = 0 OR unit_id = $1))",
               Params().int8(unit.value_or(0)))
      .affected();
}

bool waive_parked(Session& session, std::int64_t unit, const std::string& by,
                  const std::string& approved_by) {
  return query(session, R"(
    UPDATE parked_unit SET state = 4, waived_by = $2, approved_by = $3,
                           waived_at = clock_timestamp()
    WHERE unit_id = $1 AND state IN (1, 2))",
               Params().int8(unit).text(by).text(approved_by))
             .affected() == 1;
}

}  // namespace store
