#include "sql/store/break_store.h"

#include "sql/store/break_filter.h"

namespace store {
namespace {

/// Advisory locks of breaks have a number of their own, beside a hash of the party.
constexpr std::int32_t kBreakLock = 1021;

#define FENQI_FOUND_COLUMNS                                                                        \
  "stage, side, subject_id, type, day, currency, amount_minor, difference, ledger_id, bill_id, "   \
  "ledger_minor, bill_minor, bill_currency, key_ref, is_refund, our_ref, their_ref, field, ours, " \
  "theirs, nearest, why"

// Every statement ends with what it did, in the columns of BreakChange.
#define FENQI_TOLD(columns)                                                                        \
  ", told AS (INSERT INTO reconcile_history (break_id, happened, as_of, detail) "                  \
  "SELECT break_id, happened, $2, detail FROM did ORDER BY break_id) "                             \
  "SELECT happened, break_id, type, day, currency, amount_minor, difference, our_ref, their_ref, " \
  "detail FROM did ORDER BY break_id"

constexpr const char* kOpen = R"(
  WITH added AS (
    INSERT INTO reconcile_break (break_id, channel_id, opened_on, )" FENQI_FOUND_COLUMNS R"()
    SELECT nextval('reconcile_break_id'), $1, $2, x.* FROM (
      SELECT )" FENQI_FOUND_COLUMNS R"( FROM found f
      WHERE NOT EXISTS (SELECT FROM reconcile_break b
                        WHERE b.channel_id = $1 AND b.stage = f.stage AND b.side = f.side
                          AND b.subject_id = f.subject_id)
      ORDER BY stage, day, type COLLATE "C", subject_id) x
    RETURNING *),
  did AS (SELECT *, 'opened'::text AS happened, why AS detail FROM added))" FENQI_TOLD();

// The sentence may count days: it follows without a line of history.
constexpr const char* kChange = R"(
  WITH apart AS (
    SELECT b.break_id, b.state AS state_before, b.type AS type_before, b.ours AS ours_before,
           b.theirs AS theirs_before,
           (b.type, b.ledger_id, b.bill_id, b.difference, b.field, b.ours, b.theirs)
             IS DISTINCT FROM
             (f.type, f.ledger_id, f.bill_id, f.difference, f.field, f.ours, f.theirs)
             AS is_other, b.present AS present_before, f.*
    FROM found f JOIN reconcile_break b
      ON b.channel_id = $1 AND b.stage = f.stage AND b.side = f.side
         AND b.subject_id = f.subject_id
    WHERE NOT b.present OR b.why <> f.why OR b.nearest <> f.nearest
      OR (b.type, b.ledger_id, b.bill_id, b.difference, b.field, b.ours, b.theirs)
         IS DISTINCT FROM
         (f.type, f.ledger_id, f.bill_id, f.difference, f.field, f.ours, f.theirs)),
  changed AS (
    UPDATE reconcile_break b SET
      type = a.type, day = a.day, currency = a.currency, amount_minor = a.amount_minor,
      difference = a.difference, ledger_id = a.ledger_id, bill_id = a.bill_id,
      ledger_minor = a.ledger_minor, bill_minor = a.bill_minor, bill_currency = a.bill_currency,
      our_ref = a.our_ref, their_ref = a.their_ref, field = a.field, ours = a.ours,
      theirs = a.theirs, nearest = a.nearest, why = a.why, present = true,
      state = CASE WHEN b.state = 'closed' OR (b.state = 'resolved' AND a.is_other)
                   THEN 'open' ELSE b.state END,
      proposed_action = CASE WHEN a.is_other AND b.state <> 'approved' THEN ''
                             ELSE b.proposed_action END
    FROM apart a WHERE b.break_id = a.break_id
    RETURNING b.*, a.is_other, a.state_before, a.type_before, a.ours_before, a.theirs_before),
  did AS (
    SELECT *, CASE WHEN state <> state_before THEN 'reopened' ELSE 'changed' END AS happened,
           format('%s: ours %s, theirs %s; was %s: ours %s, theirs %s', type,
                  coalesce(nullif(ours, ''), '-'), coalesce(nullif(theirs, ''), '-'), type_before,
                  coalesce(nullif(ours_before, ''), '-'), coalesce(nullif(theirs_before, ''), '-'))
             AS detail
    FROM changed WHERE is_other OR state <> state_before))" FENQI_TOLD();

constexpr const char* kClose = R"(
  WITH agreeing AS (
    SELECT stage, 1 AS side, ledger AS subject, min(bill) AS bill, '' AS ref
    FROM pair GROUP BY stage, ledger
    UNION ALL
    SELECT stage, 2, bill, NULL, min(ref) FROM pair GROUP BY stage, bill),
  gone AS (
    SELECT b.break_id,
           CASE WHEN a.bill IS NOT NULL
                THEN format('its other side came: row %s of %s', a.bill % 100000000, f.file_name)
                WHEN a.subject IS NOT NULL THEN format('its other side came: our %s', a.ref) END AS agreed
    FROM reconcile_break b
      LEFT JOIN agreeing a ON a.stage = b.stage AND a.side = b.side AND a.subject = b.subject_id
      LEFT JOIN bill_file f ON f.file_id = a.bill / 100000000
    WHERE b.channel_id = $1 AND b.present AND b.day >= $3 AND b.break_id <= $4
      AND NOT EXISTS (SELECT FROM found f WHERE f.stage = b.stage AND f.side = b.side
                        AND f.subject_id = b.subject_id)),
  closed AS (
    UPDATE reconcile_break b SET
      present = false, state = CASE WHEN b.state = 'open' THEN 'closed' ELSE b.state END,
      proposed_action = CASE WHEN b.state = 'open' THEN '' ELSE b.proposed_action END
    FROM gone g WHERE b.break_id = g.break_id
    RETURNING b.*, g.agreed),
  did AS (
    SELECT *, CASE WHEN state = 'closed' THEN 'closed' ELSE 'agrees' END AS happened,
           coalesce(agreed, 'is not found any more')
             || CASE WHEN posted_minor <> 0
                     THEN '; what was posted for it has to be taken back' ELSE '' END AS detail
    FROM closed))" FENQI_TOLD();

void run_change(Session& session, const char* statement, const Params& params,
                const std::function<void(BreakChange)>& take) {
  for_each_row(session, statement, params, [&](const Rows& rows) {
    take({.happened = std::string(rows.text(0, 0)),
          .id = rows.int8(0, 1),
          .type = std::string(rows.text(0, 2)),
          .day = rows.day(0, 3),
          .currency = base::Currency::find(rows.text(0, 4)).value(),
          .amount = rows.int8(0, 5),
          .difference = rows.int8(0, 6),
          .our_ref = std::string(rows.text(0, 7)),
          .their_ref = std::string(rows.text(0, 8)),
          .detail = std::string(rows.text(0, 9))});
  });
}

#define FENQI_STATE \
  "CASE WHEN b.state = 'open' AND b.proposed_action <> '' THEN 'proposed' ELSE b.state END"

constexpr const char* kList = R"(
  SELECT b.break_id, w.ref, b.stage, b.type, )" FENQI_STATE R"(, b.present, b.day, b.currency,
         b.amount_minor, b.difference, b.our_ref, b.their_ref, b.field, b.ours, b.theirs, b.nearest,
         b.why, b.opened_on, b.owner, b.proposed_action, b.proposed_by, b.reason, b.action,
         b.approved_by, coalesce(r.as_of, b.opened_on)
  FROM reconcile_break b JOIN party w ON w.party_id = b.channel_id
    LEFT JOIN reconcile_run r ON r.channel_id = b.channel_id
  WHERE )" FENQI_BREAK_FILTER R"(
  ORDER BY w.ref COLLATE "C", b.day, b.break_id)";

BreakRow read_break(const Rows& rows) {
  const auto text = [&](int column) { return std::string(rows.text(0, column)); };
  return {.id = rows.int8(0, 0),
          .channel = text(1),
          .stage = static_cast<BreakStage>(rows.int2(0, 2)),
          .type = text(3),
          .state = text(4),
          .present = rows.boolean(0, 5),
          .day = rows.day(0, 6),
          .currency = base::Currency::find(rows.text(0, 7)).value(),
          .amount = rows.int8(0, 8),
          .difference = rows.int8(0, 9),
          .our_ref = text(10),
          .their_ref = text(11),
          .field = text(12),
          .ours = text(13),
          .theirs = text(14),
          .nearest = text(15),
          .why = text(16),
          .opened_on = rows.day(0, 17),
          .owner = text(18),
          .proposed_action = text(19),
          .proposed_by = text(20),
          .reason = text(21),
          .action = text(22),
          .approved_by = text(23),
          .as_of = rows.day(0, 24)};
}

}  // namespace

void FoundCopy::make_tables(Session& session) {
  session.execute("CREATE TEMP TABLE found ON COMMIT DROP AS SELECT " FENQI_FOUND_COLUMNS
                  " FROM reconcile_break WITH NO DATA; "
                  "CREATE TEMP TABLE pair (stage smallint, ledger bigint, bill bigint, ref text) "
                  "ON COMMIT DROP");
}

FoundCopy::FoundCopy(Session& session)
    : copy_(session, "COPY found (" FENQI_FOUND_COLUMNS ") FROM STDIN (FORMAT binary)") {}

namespace {

constexpr std::int16_t kFoundColumns = 22;

/// Writes FENQI_FOUND_COLUMNS.
void put_found(CopyIn& copy, const FoundBreak& found) {
  copy.int2(static_cast<std::int16_t>(found.stage))
      .int2(found.is_of_ledger ? 1 : 2)
      .int8(found.subject)
      .text(found.type)
      .day(found.day)
      .text(found.currency.code())
      .int8(found.amount)
      .int8(found.difference)
      .int8_or_null(found.ledger)
      .int8_or_null(found.bill)
      .int8(found.ledger_minor)
      .int8(found.bill_minor)
      .text(found.bill_currency.code())
      .text(found.key_ref)
      .boolean(found.is_refund)
      .text(found.our_ref)
      .text(found.their_ref)
      .text(found.field)
      .text(found.ours)
      .text(found.theirs)
      .text(found.nearest)
      .text(found.why);
}

}  // namespace

void FoundCopy::add(const FoundBreak& found) {
  copy_.row(kFoundColumns);
  put_found(copy_, found);
}

void open_breaks(Session& session, base::PartyId channel, base::Day as_of,
                 std::span<const FoundBreak> breaks, const std::function<void(BreakChange)>& take) {
  if (breaks.empty()) return;
  // One time for all: a default that is asked for each row makes COPY slow.
  const Rows ids = query(
      session,
      "SELECT nextval('reconcile_break_id'), clock_timestamp() FROM generate_series(1, $1::bigint)",
      Params().int8(static_cast<std::int64_t>(breaks.size())));
  const auto id_of = [&](std::size_t i) { return ids.int8(static_cast<int>(i), 0); };
  CopyIn copy(session, "COPY reconcile_break (break_id, channel_id, opened_on, " FENQI_FOUND_COLUMNS
                       ") FROM STDIN (FORMAT binary)");
  for (std::size_t i = 0; i < breaks.size(); ++i) {
    copy.row(3 + kFoundColumns).int8(id_of(i)).int8(channel.value).day(as_of);
    put_found(copy, breaks[i]);
  }
  copy.finish();
  CopyIn history(session,
                 "COPY reconcile_history (break_id, happened, as_of, detail, at) "
                 "FROM STDIN (FORMAT binary)");
  for (std::size_t i = 0; i < breaks.size(); ++i) {
    history.row(5).int8(id_of(i)).text("opened").day(as_of).text(breaks[i].why);
    history.instant(ids.instant(0, 1));
  }
  history.finish();
  for (std::size_t i = 0; i < breaks.size(); ++i) {
    const FoundBreak& found = breaks[i];
    take({.happened = "opened",
          .id = id_of(i),
          .type = std::string(found.type),
          .day = found.day,
          .currency = found.currency,
          .amount = found.amount,
          .difference = found.difference,
          .our_ref = std::string(found.our_ref),
          .their_ref = std::string(found.their_ref),
          .detail = std::string(found.why)});
  }
}

PairCopy::PairCopy(Session& session)
    : copy_(session, "COPY pair (stage, ledger, bill, ref) FROM STDIN (FORMAT binary)") {}

void PairCopy::add(BreakStage stage, std::int64_t ledger, std::int64_t bill, std::string_view ref) {
  copy_.row(4).int2(static_cast<std::int16_t>(stage)).int8(ledger).int8(bill).text(ref);
}

void lock_breaks(Session& session, base::PartyId channel) {
  query(session, "SELECT pg_advisory_xact_lock($1, hashint8($2))",
        Params().int4(kBreakLock).int8(channel.value));
}

std::optional<base::Day> find_last_run(Session& session, base::PartyId channel) {
  const Rows rows = query(session, "SELECT as_of FROM reconcile_run WHERE channel_id = $1",
                          Params().int8(channel.value));
  if (rows.empty()) return std::nullopt;
  return rows.day(0, 0);
}

void save_run(Session& session, base::PartyId channel, base::Day as_of) {
  query(session, R"(
    INSERT INTO reconcile_run (channel_id, as_of) VALUES ($1, $2)
    ON CONFLICT (channel_id) DO UPDATE SET as_of = excluded.as_of
    WHERE reconcile_run.as_of <> excluded.as_of)",
        Params().int8(channel.value).day(as_of));
}

std::int64_t find_last_break(Session& session) {
  return query(session, "SELECT coalesce(max(break_id), 0) FROM reconcile_break").int8(0, 0);
}

void sync_breaks(Session& session, base::PartyId channel, base::Day from, base::Day as_of,
                 std::int64_t last, const std::function<void(BreakChange)>& take) {
  session.execute("ANALYZE found (stage, side, subject_id); ANALYZE pair (stage, ledger, bill)");
  const Params params = Params().int8(channel.value).day(as_of);
  const Params with_from = Params().int8(channel.value).day(as_of).day(from).int8(last);
  // What is gone first: a row that closes one break may be part of another that opens.
  run_change(session, kClose, with_from, take);
  run_change(session, kChange, params, take);
  run_change(session, kOpen, params, take);
}

Params filter_params(const BreakFilter& filter) {
  Params params;
  params.int8(filter.channel.value).int8(filter.id.value_or(0));
  filter.from ? params.day(*filter.from) : params.null();
  filter.to ? params.day(*filter.to) : params.null();
  params.text(filter.type).text(filter.owner).text(filter.state).boolean(filter.all);
  return params;
}

void list_breaks(Session& session, const BreakFilter& filter,
                 const std::function<void(BreakRow)>& take) {
  for_each_row(session, kList, filter_params(filter),
               [&](const Rows& rows) { take(read_break(rows)); });
}

std::vector<HistoryRow> list_history(Session& session, std::int64_t break_id) {
  const Rows rows = query(session, R"(
    SELECT at, happened, by_whom, detail FROM reconcile_history
    WHERE break_id = $1 ORDER BY history_id)",
                          Params().int8(break_id));
  std::vector<HistoryRow> history;
  for (int i = 0; i < rows.size(); ++i) {
    history.push_back({rows.instant(i, 0), std::string(rows.text(i, 1)),
                       std::string(rows.text(i, 2)), std::string(rows.text(i, 3))});
  }
  return history;
}

}  // namespace store
