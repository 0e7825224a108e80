#include "sql/store/webhook_store.h"

#include "sql/store/rows.h"

namespace store {
namespace {

std::optional<base::Instant> instant_or_null(const Rows& rows, int row, int column) {
  if (rows.is_null(row, column)) return std::nullopt;
  return rows.instant(row, column);
}

}  // namespace

bool insert_endpoint(Session& session, const EndpointRow& endpoint) {
  return query(session, R"sql(
    INSERT INTO webhook_endpoint (endpoint_id, url, secret, queued_through, created_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (url) WHERE removed_at IS NULL DO NOTHING)sql",
               Params()
                   .text(endpoint.id)
                   .text(endpoint.url)
                   .bytes(endpoint.secret)
                   .int8(endpoint.queued_through)
                   .instant(endpoint.created_at))
             .affected() == 1;
}

bool remove_endpoint(Session& session, std::string_view id, base::Instant at) {
  return query(session, R"sql(
    UPDATE webhook_endpoint SET removed_at = $2 WHERE endpoint_id = $1 AND removed_at IS NULL)sql",
               Params().text(id).instant(at))
             .affected() == 1;
}

std::vector<EndpointRow> list_endpoints(Session& session) {
  const Rows rows = query(session, R"sql(
    SELECT endpoint_id, url, secret, queued_through, created_at, stopped_at, failures, resume_at
    FROM webhook_endpoint WHERE removed_at IS NULL ORDER BY created_at, endpoint_id)sql");
  std::vector<EndpointRow> endpoints;
  for (int i = 0; i < rows.size(); ++i) {
    endpoints.push_back({.id = std::string(rows.text(i, 0)),
                         .url = std::string(rows.text(i, 1)),
                         .secret = std::string(rows.text(i, 2)),
                         .queued_through = rows.int8(i, 3),
                         .created_at = rows.instant(i, 4),
                         .stopped_at = instant_or_null(rows, i, 5),
                         .failures = rows.int4(i, 6),
                         .resume_at = instant_or_null(rows, i, 7)});
  }
  return endpoints;
}

std::vector<DeliveryCounts> count_deliveries(Session& session) {
  const Rows rows = query(session, R"sql(
    SELECT e.endpoint_id,
           count(*) FILTER (WHERE d.state = 1)
             + (SELECT count(*) FROM limit_feed f WHERE f.position > e.queued_through),
           count(*) FILTER (WHERE d.state = 2), count(*) FILTER (WHERE d.state = 3),
           min(d.next_attempt_at) FILTER (WHERE d.state = 1)
    FROM webhook_endpoint e LEFT JOIN webhook_delivery d USING (endpoint_id)
    WHERE e.removed_at IS NULL GROUP BY e.endpoint_id)sql");
  std::vector<DeliveryCounts> counts;
  for (int i = 0; i < rows.size(); ++i) {
    counts.push_back({std::string(rows.text(i, 0)), rows.int8(i, 1), rows.int8(i, 2),
                      rows.int8(i, 3), instant_or_null(rows, i, 4)});
  }
  return counts;
}

std::int64_t queue_deliveries(Session& session, std::string_view endpoint, base::Instant now,
                              int most) {
  // Positions have no gaps, so what is queued is what lies between two of them.
  return query(session, R"sql(
    WITH chosen AS (
      SELECT endpoint_id, queued_through,
             least(queued_through + $3, (SELECT coalesce(max(position), 0) FROM limit_feed))
               AS through
      FROM webhook_endpoint
      WHERE endpoint_id = $1 AND removed_at IS NULL FOR UPDATE SKIP LOCKED),
    moved AS (
      UPDATE webhook_endpoint e SET queued_through = c.through
      FROM chosen c WHERE e.endpoint_id = c.endpoint_id AND c.through > c.queued_through)
    INSERT INTO webhook_delivery (endpoint_id, position, party_id, next_attempt_at)
    SELECT c.endpoint_id, f.position, f.party_id, $2
    FROM chosen c JOIN limit_feed f ON f.position > c.queued_through AND f.position <= c.through
    ON CONFLICT (endpoint_id, position) DO NOTHING)sql",
               Params().text(endpoint).instant(now).int8(most))
      .affected();
}

std::vector<ClaimedDelivery> claim_deliveries(Session& session, std::string_view endpoint,
                                              std::string_view lease, base::Instant now,
                                              base::Instant lease_until, int most) {
  // A row that another runner leased meanwhile is looked at again when its lock is taken, and then
  // has a lease. Order within the party: nothing of it waits at an earlier position.
  const Rows rows =
      query(session, R"sql(
    WITH due AS MATERIALIZED (
      SELECT d.endpoint_id, d.position
      FROM webhook_delivery d
      WHERE d.endpoint_id = $1 AND d.state = 1 AND d.next_attempt_at <= $3
        AND (d.lease_until IS NULL OR d.lease_until <= $3)
        AND NOT EXISTS (
          SELECT FROM webhook_delivery b
          WHERE b.endpoint_id = d.endpoint_id AND b.party_id = d.party_id AND b.state = 1
            AND b.position < d.position)
      ORDER BY d.next_attempt_at, d.position LIMIT $5 FOR UPDATE OF d SKIP LOCKED)
    UPDATE webhook_delivery d SET lease = $2, lease_until = $4
    FROM due WHERE d.endpoint_id = due.endpoint_id AND d.position = due.position
    RETURNING d.position, d.party_id, d.attempts)sql",
            Params().text(endpoint).text(lease).instant(now).instant(lease_until).int4(most));
  std::vector<ClaimedDelivery> claimed;
  for (int i = 0; i < rows.size(); ++i) {
    claimed.push_back({rows.int8(i, 0), {rows.int8(i, 1)}, rows.int4(i, 2)});
  }
  return claimed;
}

void record_attempts(Session& session, std::string_view endpoint, std::string_view lease,
                     base::Instant at, std::span<const AttemptRow> attempts) {
  std::vector<std::int64_t> positions, parties, next;
  std::vector<std::int16_t> states;
  std::vector<std::int32_t> statuses;
  std::vector<std::string> answers;
  for (const AttemptRow& attempt : attempts) {
    positions.push_back(attempt.position);
    parties.push_back(attempt.party.value);
    states.push_back(static_cast<std::int16_t>(attempt.state));
    next.push_back(attempt.next_attempt_at.time_since_epoch().count());
    statuses.push_back(attempt.status);
    answers.push_back(attempt.answer);
  }
  query(session, R"sql(
    UPDATE webhook_delivery d
    SET state = a.state, attempts = d.attempts + 1, tried_at = $3, status = nullif(a.status, 0),
        answer = a.answer, lease = NULL, lease_until = NULL,
        next_attempt_at = to_timestamp(0) + a.next * interval '1 microsecond'
    FROM unnest($4::bigint[], $5::smallint[], $6::bigint[], $7::int[], $8::text[])
           AS a (position, state, next, status, answer)
    WHERE d.endpoint_id = $1 AND d.position = a.position AND d.lease = $2 AND d.state = 1)sql",
        Params()
            .text(endpoint)
            .text(lease)
            .instant(at)
            .int8s(positions)
            .int2s(states)
            .int8s(next)
            .int4s(statuses)
            .texts(answers));
  query(session, R"sql(
    UPDATE webhook_delivery d
    SET next_attempt_at = to_timestamp(0) + a.next * interval '1 microsecond'
    FROM unnest($2::bigint[], $3::bigint[], $4::smallint[], $5::bigint[])
           AS a (party, position, state, next)
    WHERE a.state = 1 AND d.endpoint_id = $1 AND d.party_id = a.party AND d.state = 1
      AND d.position > a.position
      AND d.next_attempt_at < to_timestamp(0) + a.next * interval '1 microsecond')sql",
        Params().text(endpoint).int8s(parties).int8s(positions).int2s(states).int8s(next));
}

void release_deliveries(Session& session, std::string_view endpoint, std::string_view lease) {
  query(session, R"sql(
    UPDATE webhook_delivery SET lease = NULL, lease_until = NULL
    WHERE endpoint_id = $1 AND state = 1 AND lease = $2)sql",
        Params().text(endpoint).text(lease));
}

void record_reached(Session& session, std::string_view endpoint) {
  query(session, R"sql(
    UPDATE webhook_endpoint SET failures = 0, resume_at = NULL
    WHERE endpoint_id = $1 AND failures > 0)sql",
        Params().text(endpoint));
}

void record_unreached(Session& session, std::string_view endpoint, int failures,
                      base::Instant resume_at) {
  query(session, R"sql(
    UPDATE webhook_endpoint SET failures = $2, resume_at = $3 WHERE endpoint_id = $1)sql",
        Params().text(endpoint).int4(failures).instant(resume_at));
}

void stop_endpoint(Session& session, std::string_view endpoint, base::Instant at) {
  query(session, R"sql(
    UPDATE webhook_endpoint SET stopped_at = $2 WHERE endpoint_id = $1 AND stopped_at IS NULL)sql",
        Params().text(endpoint).instant(at));
}

std::int64_t replay_deliveries(Session& session, std::string_view endpoint, std::int64_t after,
                               base::Instant now) {
  return query(session, R"sql(
    WITH resumed AS (
      UPDATE webhook_endpoint SET stopped_at = NULL, failures = 0, resume_at = NULL
      WHERE endpoint_id = $1 AND removed_at IS NULL RETURNING endpoint_id, queued_through)
    INSERT INTO webhook_delivery (endpoint_id, position, party_id, next_attempt_at)
    SELECT r.endpoint_id, f.position, f.party_id, $3
    FROM resumed r JOIN limit_feed f ON f.position > $2 AND f.position <= r.queued_through
    ON CONFLICT (endpoint_id, position)
    DO UPDATE SET state = 1, attempts = 0, next_attempt_at = excluded.next_attempt_at)sql",
               Params().text(endpoint).int8(after).instant(now))
      .affected();
}

std::int64_t revive_dead_deliveries(Session& session, std::string_view endpoint,
                                    base::Instant now) {
  return query(session, R"sql(
    UPDATE webhook_delivery SET state = 1, attempts = 0, next_attempt_at = $2
    WHERE endpoint_id = $1 AND state = 3)sql",
               Params().text(endpoint).instant(now))
      .affected();
}

DeadDeliveryCursor::DeadDeliveryCursor(Session& session, std::string_view endpoint)
    : cursor_(session, R"sql(
    SELECT d.endpoint_id, d.position, c.ref, d.attempts, d.tried_at, coalesce(d.status, 0),
           coalesce(d.answer, '')
    FROM webhook_delivery d
    JOIN webhook_endpoint e ON e.endpoint_id = d.endpoint_id AND e.removed_at IS NULL
    JOIN party c ON c.party_id = d.party_id
    WHERE d.state = 3 AND ($1 = '' OR d.endpoint_id = $1)
    ORDER BY d.endpoint_id, d.position)sql",
              Params().text(endpoint)) {}

std::vector<DeadDelivery> DeadDeliveryCursor::next() {
  const Rows rows = cursor_.next();
  std::vector<DeadDelivery> dead;
  for (int i = 0; i < rows.size(); ++i) {
    dead.push_back({std::string(rows.text(i, 0)), rows.int8(i, 1), std::string(rows.text(i, 2)),
                    rows.int4(i, 3), rows.instant(i, 4), rows.int4(i, 5),
                    std::string(rows.text(i, 6))});
  }
  return dead;
}

}  // namespace store
