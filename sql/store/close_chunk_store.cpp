#include "sql/store/close_chunk_store.h"

#include <fmt/format.h>

#include <string>

#include "sql/store/rows.h"

namespace store {

void insert_chunks(Session& session, std::span<const CloseChunk> chunks) {
  if (chunks.empty()) return;
  CopyIn copy(session, R"(
    COPY close_chunk (chunk_id, business_date, catalog, currency, parties, first_party, last_party)
    FROM STDIN (FORMAT binary))");
  for (const CloseChunk& chunk : chunks) {
    std::vector<std::int64_t> parties;
    for (const base::PartyId party : chunk.parties) parties.push_back(party.value);
    copy.row(7).int8(chunk.id).day(chunk.day).int4(chunk.catalog);
    if (chunk.is_quiet()) {
      copy.null().int8s(parties).int8(chunk.first).int8(chunk.last);
    } else {
      copy.text(chunk.currency->code()).int8s(parties).null().null();
    }
  }
  copy.finish();
}

std::optional<CloseChunk> claim_chunk(Session& session, base::Day day, std::int32_t catalog,
                                      std::optional<std::int64_t> id) {
  const std::string statement = fmt::format(
      "SELECT chunk_id, catalog, currency, parties, first_party, last_party FROM close_chunk "
      "WHERE business_date = $1 AND catalog = $2 AND NOT is_done{} ORDER BY chunk_id LIMIT 1 "
      "FOR UPDATE SKIP LOCKED",
      id ? fmt::format(" AND chunk_id = {}", *id) : "");
  const Rows rows = query(session, statement.c_str(), Params().day(day).int4(catalog));
  if (rows.empty()) return std::nullopt;
  CloseChunk chunk{.id = rows.int8(0, 0), .day = day, .catalog = rows.int4(0, 1)};
  if (!rows.is_null(0, 2)) {
    chunk.currency = base::Currency::find(rows.text(0, 2));
    for (const std::int64_t party : rows.int8s(0, 3)) chunk.parties.push_back({party});
  } else {
    chunk.first = rows.int8(0, 4);
    chunk.last = rows.int8(0, 5);
  }
  return chunk;
}

void finish_chunk(Session& session, std::int64_t id, const ChunkSums& sums) {
  query(session, R"(
    UPDATE close_chunk
    SET is_done = true, customers = $2, late_fees = $3, late_fee_minor = $4, limit_changes = $5,
        lost = $6, parked = $7
    WHERE chunk_id = $1)",
        Params()
            .int8(id)
            .int8(sums.customers)
            .int8(sums.late_fees)
            .int8(sums.late_fee_minor)
            .int8(sums.limit_changes)
            .int8(sums.lost)
            .int8(sums.parked));
}

void delete_chunk(Session& session, std::int64_t id) {
  query(session, "DELETE FROM close_chunk WHERE chunk_id = $1", Params().int8(id));
}

ChunkState find_chunk_state(Session& session, base::Day day) {
  const Rows rows = query(session, R"(
    SELECT count(*), count(*) FILTER (WHERE NOT is_done), coalesce(sum(customers), 0)::bigint,
           coalesce(sum(late_fees), 0)::bigint, coalesce(sum(late_fee_minor), 0)::bigint,
           coalesce(sum(limit_changes), 0)::bigint, coalesce(sum(lost), 0)::bigint,
           coalesce(sum(parked), 0)::bigint
    FROM close_chunk WHERE business_date = $1)",
                          Params().day(day));
  return {.chunks = rows.int8(0, 0),
          .open = rows.int8(0, 1),
          .done = {.customers = rows.int8(0, 2),
                   .late_fees = rows.int8(0, 3),
                   .late_fee_minor = rows.int8(0, 4),
                   .limit_changes = rows.int8(0, 5),
                   .lost = rows.int8(0, 6),
                   .parked = rows.int8(0, 7)}};
}

void wait_for_chunk(Session& session, base::Day day) {
  const Transaction transaction(session);  // rolled back: only the wait is wanted
  query(session,
        "SELECT FROM close_chunk WHERE business_date = $1 AND NOT is_done "
        "ORDER BY chunk_id LIMIT 1 FOR UPDATE",
        Params().day(day));
}

void delete_chunks(Session& session, base::Day day) {
  query(session, "DELETE FROM close_chunk WHERE business_date <= $1", Params().day(day));
}

void delete_open_chunks_but(Session& session, std::int32_t catalog) {
  query(session, "DELETE FROM close_chunk WHERE NOT is_done AND catalog <> $1",
        Params().int4(catalog));
}

std::optional<OpenChunks> find_open_chunks(Session& session) {
  const Rows rows = query(session,
                          "SELECT business_date, catalog FROM close_chunk WHERE NOT is_done "
                          "ORDER BY chunk_id LIMIT 1");
  if (rows.empty()) return std::nullopt;
  return OpenChunks{rows.day(0, 0), rows.int4(0, 1)};
}

bool is_close_running(Session& session) {
  // The key of try_close_lease, in its two halves.
  return query(session, R"(
    SELECT EXISTS (SELECT FROM pg_locks
                   WHERE locktype = 'advisory' AND granted AND objsubid = 1
                     AND classid = (439956664682 >> 32)::oid
                     AND objid = (439956664682 & 4294967295)::oid
                     AND database = (SELECT oid FROM pg_database
                                     WHERE datname = current_database())))")
      .boolean(0, 0);
}

}  // namespace store
