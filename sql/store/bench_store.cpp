#include "sql/store/bench_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "sql/store/rows.h"

namespace store {
namespace {

constexpr std::string_view kHeader{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
constexpr std::string_view kTrailer{"\377\377", 2};

void send(Session& session, std::string_view bytes) {
  if (PQputCopyData(session.pg(), bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw Fault("", PQerrorMessage(session.pg()));
  }
}

}  // namespace

std::int64_t log_position(Session& session) {
  return query(session, "SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint").int8(0, 0);
}

std::string server_version(Session& session) {
  return std::string(query(session, "SHOW server_version").text(0, 0));
}

void settle_tables(Session& owner) {
  owner.execute(
      "VACUUM ANALYZE command, party, account, credit_account, plan, journal, merchant_item");
  try {
    owner.execute("CHECKPOINT");
  } catch (const Fault&) {
    // only a superuser may; runs then start a little less alike
  }
}

void load_raw(Session& owner, RawRows& raw, std::int64_t limit) {
  const std::string statement =
      fmt::format("COPY (SELECT * FROM {0} ORDER BY {1} DESC LIMIT {2}) TO STDOUT (FORMAT binary)",
                  raw.table, raw.order_column, limit);
  PGresult* result = PQexec(owner.pg(), statement.c_str());
  if (PQresultStatus(result) != PGRES_COPY_OUT) check_result(owner.pg(), result);
  PQclear(result);
  raw.rows.clear();
  char* buffer = nullptr;
  for (int size; (size = PQgetCopyData(owner.pg(), &buffer, 0)) > 0; PQfreemem(buffer)) {
    std::string_view bytes(buffer, static_cast<std::size_t>(size));
    if (bytes.starts_with(kHeader.substr(0, 11))) bytes.remove_prefix(kHeader.size());
    if (!bytes.empty() && bytes != kTrailer) raw.rows.emplace_back(bytes);
  }
  while (PGresult* end = PQgetResult(owner.pg())) check_result(owner.pg(), end);
}

std::int64_t count_journals(Session& session) {
  return query(session, "SELECT count(*) FROM journal").int8(0, 0);
}

std::int64_t count_due_or_late(Session& session, base::Day date) {
  return query(session, "SELECT count(*) FROM plan WHERE status = 1 AND next_due <= $1",
               Params().day(date))
      .int8(0, 0);
}

std::int64_t copy_lines_out(Session& session, base::Day from, base::Day to, std::int64_t limit) {
  const std::string statement = fmt::format(
      R"(COPY (
    SELECT v.business_date, v.number, row_number() OVER (PARTITION BY v.business_date, v.number),
           j.rule, j.value_date, a.code, o.ref AS owner, a.tag, w.ref, p.purchase_ref,
           j.source_ref, j.currency,
           CASE WHEN s.sign = 1 THEN round(t.amount / 100.0, 2) END,
           CASE WHEN s.sign = -1 THEN round(t.amount / 100.0, 2) END
    FROM voucher v
      JOIN journal j ON j.party_id = v.party_id AND j.journal_id = v.journal_id
      JOIN party w ON w.party_id = j.party_id
      LEFT JOIN plan p ON p.party_id = j.party_id AND p.plan_id = j.plan_id
      CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
        AS t (debit, credit, amount)
      CROSS JOIN LATERAL (VALUES (t.debit, 1), (t.credit, -1)) AS s (account_id, sign)
      JOIN account a ON a.account_id = s.account_id
      LEFT JOIN party o ON o.party_id = a.owner_id
    WHERE v.business_date BETWEEN '{}' AND '{}'
    ORDER BY v.business_date, v.number LIMIT {}) TO STDOUT (FORMAT csv))",
      base::to_string(from), base::to_string(to), limit);
  PGresult* result = PQexec(session.pg(), statement.c_str());
  if (PQresultStatus(result) != PGRES_COPY_OUT) check_result(session.pg(), result);
  PQclear(result);
  std::int64_t lines = 0;
  char* buffer = nullptr;
  for (int size; (size = PQgetCopyData(session.pg(), &buffer, 0)) > 0; PQfreemem(buffer)) ++lines;
  while (PGresult* end = PQgetResult(session.pg())) check_result(session.pg(), end);
  return lines;
}

void make_raw_table(Session& owner, const RawRows& raw) {
  owner.execute(
      fmt::format("DROP TABLE IF EXISTS raw_{0}; CREATE TABLE raw_{0} (LIKE {0}); "
                  "GRANT INSERT ON raw_{0} TO fenqi_app",
                  raw.table));
}

void copy_raw(Session& session, const RawRows& raw, std::size_t from, std::size_t to) {
  const std::string statement = fmt::format("COPY raw_{} FROM STDIN (FORMAT binary)", raw.table);
  PGresult* result = PQexec(session.pg(), statement.c_str());
  if (PQresultStatus(result) != PGRES_COPY_IN) check_result(session.pg(), result);
  PQclear(result);
  std::string piece(kHeader);
  for (std::size_t i = from; i < std::min(to, raw.rows.size()); ++i) {
    piece += raw.rows[i];
    if (piece.size() < (1 << 16)) continue;
    send(session, piece);
    piece.clear();
  }
  piece += kTrailer;
  send(session, piece);
  if (PQputCopyEnd(session.pg(), nullptr) != 1) throw Fault("", PQerrorMessage(session.pg()));
  while (PGresult* end = PQgetResult(session.pg())) check_result(session.pg(), end);
}

}  // namespace store
