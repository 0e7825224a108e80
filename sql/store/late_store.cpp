#include "sql/store/late_store.h"

#include "sql/store/rows.h"

namespace store {

std::optional<base::Day> find_late(Session& session, base::PartyId channel, base::Day from,
                                   base::Day as_of) {
  const Rows rows = query(session, R"(
    WITH run AS MATERIALIZED (SELECT as_of FROM reconcile_run WHERE channel_id = $1),
    unseen AS MATERIALIZED (
      SELECT f.file_id, f.kind, f.bill_date FROM bill_file f
      WHERE f.state = 1 AND f.bill_date <= $3 AND (f.kind = 3 OR f.party_id = $1)
        AND EXISTS (SELECT FROM run)
        AND NOT EXISTS (SELECT FROM reconcile_seen s
                        WHERE s.channel_id = $1 AND s.file_id = f.file_id))
    SELECT min(day) FROM (
      SELECT bill_date AS day FROM unseen WHERE kind <> 3
      UNION ALL
      SELECT b.booked_on FROM unseen u JOIN bank_line b USING (file_id) WHERE u.kind = 3
      UNION ALL
      SELECT r.value_date FROM repayment r
      WHERE r.channel_id = $1 AND r.business_date >= (SELECT as_of FROM run)
      UNION ALL
      SELECT j.value_date
      FROM clearing_item c JOIN journal j ON j.party_id = c.party_id
        AND j.journal_id = c.journal_id
      WHERE c.owner_id = $1 AND c.code = 1011 AND c.business_date >= (SELECT as_of FROM run)
        AND j.rule IN (44, 48)) x
    WHERE day < $2)",
                          Params().int8(channel.value).day(from).day(as_of));
  return rows.day_or_null(0, 0);
}

void mark_seen(Session& session, base::PartyId channel, base::Day as_of) {
  query(session, R"(
    INSERT INTO reconcile_seen (channel_id, file_id, as_of)
    SELECT $1, f.file_id, $2 FROM bill_file f
    WHERE f.state = 1 AND f.bill_date <= $2 AND (f.kind = 3 OR f.party_id = $1)
      AND NOT EXISTS (SELECT FROM reconcile_seen s
                      WHERE s.channel_id = $1 AND s.file_id = f.file_id))",
        Params().int8(channel.value).day(as_of));
}

}  // namespace store
