#include "sql/store/limit_feed_store.h"

#include <fmt/format.h>

#include "sql/store/currency_column.h"
#include "sql/store/rows.h"

namespace store {
namespace {

// What a change says is never changed, so a position reads the same for ever.
// {} is where rows of the feed come from.
constexpr std::string_view kListed = R"sql(
    SELECT f.position, f.listed_at, l.business_date, c.ref, l.currency, l.reason, l.action,
           l.old_base_minor, l.new_base_minor, l.old_block, l.new_block, l.outstanding_minor,
           l.dpd,
           ARRAY(SELECT p.purchase_ref FROM plan p
                 WHERE p.party_id = l.party_id AND p.plan_id = ANY (l.plans)
                 ORDER BY p.purchase_ref COLLATE "C")
    FROM {} f
    JOIN limit_change l ON l.party_id = f.party_id AND l.change_id = f.change_id
    JOIN party c ON c.party_id = f.party_id)sql";

std::vector<ListedLimitChange> read_listed(const Rows& rows) {
  std::vector<ListedLimitChange> listed;
  listed.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    listed.push_back({.position = rows.int8(i, 0),
                      .listed_at = rows.instant(i, 1),
                      .change = {.business_date = rows.day(i, 2),
                                 .customer = std::string(rows.text(i, 3)),
                                 .currency = currency_in(rows, i, 4),
                                 .reason = std::string(rows.text(i, 5)),
                                 .action = static_cast<LimitAction>(rows.int2(i, 6)),
                                 .old_base = rows.int8(i, 7),
                                 .new_base = rows.int8(i, 8),
                                 .old_block = static_cast<Block>(rows.int2(i, 9)),
                                 .new_block = static_cast<Block>(rows.int2(i, 10)),
                                 .outstanding = rows.int8(i, 11),
                                 .dpd = rows.int2(i, 12),
                                 .purchase_refs = rows.texts(i, 13)}});
  }
  return listed;
}

}  // namespace

void copy_limit_outbox(Session& session, std::span<const LimitChangeRow* const> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, "COPY limit_outbox (party_id, change_id) FROM STDIN (FORMAT binary)");
  for (const LimitChangeRow* row : rows) copy.row(2).int8(row->party.value).int8(row->id);
  copy.finish();
}

std::int64_t list_limit_changes(Session& session, int most) {
  // Most readers find nothing to do, and then don't stand in anybody's way.
  if (query(session, "SELECT FROM limit_outbox LIMIT 1").empty()) return 0;
  Transaction transaction(session);
  query(session, "SELECT pg_advisory_xact_lock(hashtext('fenqi.limit_feed'))");
  // A statement of its own, so that it sees what the one before under this lock has committed.
  const std::int64_t count = query(session, R"sql(
    WITH taken AS (
      DELETE FROM limit_outbox
      WHERE entry_id IN (SELECT entry_id FROM limit_outbox ORDER BY entry_id LIMIT $1)
      RETURNING entry_id, party_id, change_id)
    INSERT INTO limit_feed (position, party_id, change_id)
    SELECT (SELECT coalesce(max(position), 0) FROM limit_feed)
             + row_number() OVER (ORDER BY entry_id),
           party_id, change_id
    FROM taken ORDER BY entry_id)sql",
                                   Params().int4(most))
                                 .affected();
  transaction.commit();
  return count;
}

std::string find_limit_feed_name(Session& session) {
  return std::string(query(session, "SELECT name FROM limit_feed_name").text(0, 0));
}

std::int64_t find_last_position(Session& session) {
  return query(session, "SELECT coalesce(max(position), 0) FROM limit_feed").int8(0, 0);
}

std::vector<ListedLimitChange> load_limit_feed(Session& session, std::int64_t after, int count) {
  // The feed is cut first: the planner would otherwise join all of it.
  const std::string statement = fmt::format(
      "WITH page AS MATERIALIZED (SELECT * FROM limit_feed WHERE position > $1 ORDER BY position "
      "LIMIT $2) {} ORDER BY f.position",
      fmt::format(kListed, "page"));
  return read_listed(query(session, statement.c_str(), Params().int8(after).int4(count)));
}

std::vector<ListedLimitChange> load_limit_feed(Session& session,
                                               std::span<const std::int64_t> positions) {
  const std::string statement = fmt::format("{} WHERE f.position = ANY ($1) ORDER BY f.position",
                                            fmt::format(kListed, "limit_feed"));
  return read_listed(query(session, statement.c_str(), Params().int8s(positions)));
}

}  // namespace store
