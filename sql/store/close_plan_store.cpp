#include "sql/store/close_plan_store.h"

#include "sql/store/rows.h"

namespace store {

ClockReading read_clock(Session& session) {
  const Rows rows =
      query(session, "SELECT clock_timestamp(), (SELECT max(done_at) FROM close_step)");
  ClockReading reading{.now = rows.instant(0, 0)};
  if (!rows.is_null(0, 1)) reading.last_close_at = rows.instant(0, 1);
  return reading;
}

CloseWork count_close_work(Session& session, base::Day day) {
  const Rows rows = query(session, R"sql(
    SELECT (SELECT count(*) FROM hold WHERE status = 1 AND expires_on <= $1),
           (SELECT count(*) FROM plan WHERE status = 1 AND next_due = $1),
           (SELECT count(*) FROM plan WHERE status = 1 AND next_due < $1),
           (SELECT count(*) FROM parked_unit WHERE business_date = $1 AND state IN (1, 2)),
           (SELECT count(*) FROM merchant_item
            WHERE available_on BETWEEN $1 AND $1 + 1 AND type <> 5),
           (SELECT count(*) FROM journal WHERE business_date = $1),
           (SELECT count(*) FROM close_step WHERE business_date = $1))sql",
                          Params().day(day));
  return {.holds = rows.int8(0, 0),
          .plans_due = rows.int8(0, 1),
          .plans_late = rows.int8(0, 2),
          .parked = rows.int8(0, 3),
          .merchant_items = rows.int8(0, 4),
          .journals = rows.int8(0, 5),
          .steps_done = rows.int8(0, 6)};
}

}  // namespace store
