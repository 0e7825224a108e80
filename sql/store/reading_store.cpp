#include "sql/store/reading_store.h"

#include "sql/store/party_store.h"
#include "sql/store/rows.h"

namespace store {

bool wait_for_postings(Session& session, base::Instant instant) {
  Transaction transaction(session);
  lock_book_exclusive(session);
  // Whoever posts from here on reads the clock later. Not "at or after": a clock has a resolution.
  const bool is_over =
      query(session, "SELECT clock_timestamp() > $1", Params().instant(instant)).boolean(0, 0);
  transaction.commit();
  return is_over;
}

// The open date moves under the exclusive lock and a seal is written under the shared one, both
// with the clock of that moment.
BookStanding find_standing(Session& session, base::Instant instant) {
  const Rows rows = query(session, R"sql(
    SELECT greatest(b.opens_on, opened.date + 1, sealed.date + 1),
           coalesce(sealed.date, b.opens_on - 1)
    FROM book b,
         (SELECT max(business_date) AS date FROM close_step
          WHERE step = 'open' AND done_at <= $1) opened,
         (SELECT max(business_date) AS date FROM seal WHERE sealed_at <= $1) sealed)sql",
                          Params().instant(instant));
  return {rows.day(0, 0), rows.day(0, 1)};
}

// A catalog is applied under the exclusive lock. Before the first there was nothing to apply it to.
std::int32_t find_catalog_version(Session& session, const Reading& reading) {
  Params params;
  reading.known_at ? params.instant(*reading.known_at) : params.null();
  return query(session, R"sql(
    SELECT coalesce(max(version) FILTER (
                      WHERE applied_at <= coalesce($1::timestamptz,
                                                   (SELECT sealed_at FROM seal
                                                    WHERE business_date = $2))),
                    min(version))
    FROM catalog_version)sql",
               params.day(reading.as_of))
      .int4(0, 0);
}

}  // namespace store
