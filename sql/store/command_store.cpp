#include "sql/store/command_store.h"

#include "sql/store/rows.h"

namespace store {

std::vector<std::string> claim_commands(Session& session, CommandKind kind, std::int64_t scope,
                                        std::span<const CommandRow* const> rows) {
  if (rows.empty()) return {};
  std::vector<std::string_view> keys;
  std::vector<std::int64_t> parties, events, subjects;
  std::vector<std::string> hashes;
  std::vector<base::Day> dates;
  for (const CommandRow* row : rows) {
    keys.push_back(row->key);
    parties.push_back(row->party);
    events.push_back(row->event);
    subjects.push_back(row->subject);
    hashes.push_back(row->request_hash);
    dates.push_back(row->business_date);
  }
  // Sorted, so that two batches that share keys wait for each other in one order.
  const Rows claimed = query(session, R"(
    INSERT INTO command (kind, scope, key, party_id, event_id, subject_id, request_hash,
                         business_date)
    SELECT $1, $2, u.*
    FROM (SELECT * FROM unnest($3, $4, $5, $6, $7, $8) AS u (key, party, event, subject, hash, day)
          ORDER BY u.key) AS u
    ON CONFLICT DO NOTHING
    RETURNING key)",
                             Params()
                                 .int2(static_cast<std::int16_t>(kind))
                                 .int8(scope)
                                 .texts(std::span<const std::string_view>(keys))
                                 .int8s(parties)
                                 .int8s(events)
                                 .int8s(subjects)
                                 .byte_strings(hashes)
                                 .days(dates));
  std::vector<std::string> won;
  won.reserve(static_cast<std::size_t>(claimed.size()));
  for (int i = 0; i < claimed.size(); ++i) won.emplace_back(claimed.text(i, 0));
  return won;
}

std::vector<CommandRow> load_commands(Session& session, CommandKind kind, std::int64_t scope,
                                      std::span<const std::string> keys) {
  if (keys.empty()) return {};
  const Rows rows = query(session, R"(
    SELECT key, party_id, event_id, subject_id, request_hash, outcome, business_date
    FROM command WHERE kind = $1 AND scope = $2 AND key = ANY ($3))",
                          Params().int2(static_cast<std::int16_t>(kind)).int8(scope).texts(keys));
  std::vector<CommandRow> loaded;
  loaded.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    loaded.push_back({std::string(rows.text(i, 0)), rows.int8(i, 1), rows.int8(i, 2),
                      rows.int8(i, 3), std::string(rows.text(i, 4)), rows.int2(i, 5),
                      rows.day(i, 6)});
  }
  return loaded;
}

void delete_commands(Session& session, CommandKind kind, std::int64_t scope,
                     std::span<const std::string> keys) {
  if (keys.empty()) return;
  query(session, "DELETE FROM command WHERE kind = $1 AND scope = $2 AND key = ANY ($3)",
        Params().int2(static_cast<std::int16_t>(kind)).int8(scope).texts(keys));
}

void decline_commands(Session& session, CommandKind kind, std::int64_t scope,
                      std::span<const std::string> keys, std::span<const std::int16_t> outcomes) {
  if (keys.empty()) return;
  query(session, R"(
    UPDATE command c SET outcome = u.outcome FROM unnest($3, $4) AS u (key, outcome)
    WHERE c.kind = $1 AND c.scope = $2 AND c.key = u.key)",
        Params().int2(static_cast<std::int16_t>(kind)).int8(scope).texts(keys).int2s(outcomes));
}

}  // namespace store
