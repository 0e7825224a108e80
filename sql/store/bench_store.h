// What benchmarks need of the database: bytes of log and the raw bound of COPY.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/day.h"
#include "sql/store/session.h"

namespace store {

/// Where the log stands, in bytes.
std::int64_t log_position(Session& session);
std::string server_version(Session& session);

/// Tables may be VACUUMed and a checkpoint be taken before a run, so that runs start alike.
void settle_tables(Session& owner);

/// The newest `limit` rows of a table in COPY's binary form, one string a row.
struct RawRows {
  std::string table;
  std::string order_column;
  std::vector<std::string> rows;
};
void load_raw(Session& owner, RawRows& raw, std::int64_t limit);

/// raw_<table>: the same columns without indexes, checks and defaults, empty.
void make_raw_table(Session& owner, const RawRows& raw);

std::int64_t count_journals(Session& session);
/// Plans with an installment that is due on the date, or was and is not paid.
std::int64_t count_due_or_late(Session& session, base::Day date);

/// The journal lines of closed dates, the first `limit` of them, with the columns `fenqi export
/// lines` has, as CSV by COPY ... TO STDOUT (what psql's \copy runs); read and thrown away. Returns
/// how many there were.
std::int64_t copy_lines_out(Session& session, base::Day from, base::Day to, std::int64_t limit);

/// Sends rows [from, to) as they are.
void copy_raw(Session& session, const RawRows& raw, std::size_t from, std::size_t to);

}  // namespace store
