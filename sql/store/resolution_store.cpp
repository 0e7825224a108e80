#include "sql/store/resolution_store.h"

#include "sql/store/break_filter.h"

namespace store {
namespace {

// Each changes reconcile_break b, keeps what it did, and ends with sums by type and currency.
#define FENQI_SUMS                                                                       \
  ", told AS (INSERT INTO reconcile_history (break_id, happened, by_whom, detail) "      \
  "SELECT break_id, happened, by_whom, detail FROM did ORDER BY break_id) "              \
  "SELECT type, currency, count(*), sum(amount_minor)::bigint, sum(difference)::bigint " \
  "FROM did GROUP BY type, currency ORDER BY type, currency"

std::vector<BreakSum> read_sums(const Rows& rows) {
  std::vector<BreakSum> sums;
  for (int i = 0; i < rows.size(); ++i) {
    sums.push_back({std::string(rows.text(i, 0)), base::Currency::find(rows.text(i, 1)).value(),
                    rows.int8(i, 2), rows.int8(i, 3), rows.int8(i, 4)});
  }
  return sums;
}

constexpr const char* kAssign = R"(
  WITH done AS (
    UPDATE reconcile_break b SET owner = $9
    WHERE )" FENQI_BREAK_FILTER R"( AND b.owner <> $9
    RETURNING b.*),
  did AS (SELECT *, 'assigned'::text AS happened, $10::text AS by_whom,
                 format('to %s%s', $9, CASE $11 WHEN '' THEN '' ELSE ': ' || $11 END) AS detail
          FROM done))" FENQI_SUMS;

constexpr const char* kPropose = R"(
  WITH done AS (
    UPDATE reconcile_break b SET proposed_action = $9, proposed_by = $10, reason = $11
    WHERE )" FENQI_BREAK_FILTER R"( AND b.state = 'open'
    RETURNING b.*),
  did AS (SELECT *, 'proposed'::text AS happened, $10::text AS by_whom,
                 format('%s: %s', $9, $11) AS detail
          FROM done))" FENQI_SUMS;

constexpr const char* kReject = R"(
  WITH done AS (
    UPDATE reconcile_break b SET proposed_action = ''
    WHERE )" FENQI_BREAK_FILTER R"( AND b.state = 'open' AND b.proposed_action <> ''
    RETURNING b.*),
  did AS (SELECT *, 'rejected'::text AS happened, $9::text AS by_whom, $10::text AS detail
          FROM done))" FENQI_SUMS;

constexpr const char* kApprove = R"(
  WITH done AS (
    UPDATE reconcile_break b SET
      state = CASE WHEN b.proposed_action = ANY ($11) THEN 'approved' ELSE 'resolved' END,
      action = b.proposed_action, proposed_action = '', approved_by = $9, approved_at = $10,
      approvals = b.approvals + 1
    WHERE )" FENQI_BREAK_FILTER R"( AND b.state = 'open' AND b.proposed_action <> ''
    RETURNING b.*),
  did AS (SELECT *, CASE state WHEN 'approved' THEN 'approved' ELSE 'resolved' END AS happened,
                 $9::text AS by_whom, format('%s, proposed by %s', action, proposed_by) AS detail
          FROM done))" FENQI_SUMS;

}  // namespace

std::vector<BreakSum> assign_breaks(Session& session, const BreakFilter& filter,
                                    const std::string& owner, const std::string& by,
                                    const std::string& note) {
  return read_sums(query(session, kAssign, filter_params(filter).text(owner).text(by).text(note)));
}

Misfits find_misfits(Session& session, const BreakFilter& filter, const ActionRule& rule) {
  const Rows rows = query(
      session,
      "SELECT b.break_id, b.type, count(*) OVER () FROM reconcile_break b WHERE " FENQI_BREAK_FILTER
      " AND b.state = 'open' AND NOT (b.type = ANY ($9) "
      "AND (NOT $10 OR b.difference > 0) AND (NOT $11 OR b.difference < 0)) "
      "ORDER BY b.break_id LIMIT 1",
      filter_params(filter)
          .texts(std::span<const std::string>(rule.types))
          .boolean(rule.wants_more)
          .boolean(rule.wants_less));
  if (rows.empty()) return {};
  return {rows.int8(0, 2), rows.int8(0, 0), std::string(rows.text(0, 1))};
}

std::vector<BreakSum> propose_action(Session& session, const BreakFilter& filter,
                                     const std::string& action, const std::string& by,
                                     const std::string& reason) {
  return read_sums(
      query(session, kPropose, filter_params(filter).text(action).text(by).text(reason)));
}

std::vector<BreakSum> reject_proposals(Session& session, const BreakFilter& filter,
                                       const std::string& by, const std::string& reason) {
  return read_sums(query(session, kReject, filter_params(filter).text(by).text(reason)));
}

std::int64_t count_own_proposals(Session& session, const BreakFilter& filter,
                                 const std::string& by) {
  return query(session,
               "SELECT count(*) FROM reconcile_break b WHERE " FENQI_BREAK_FILTER
               " AND b.state = 'open' AND b.proposed_action <> '' AND b.proposed_by = $9",
               filter_params(filter).text(by))
      .int8(0, 0);
}

std::vector<BreakSum> approve_proposals(Session& session, const BreakFilter& filter,
                                        const std::string& by, base::Instant at,
                                        std::span<const std::string> posting) {
  return read_sums(
      query(session, kApprove, filter_params(filter).text(by).instant(at).texts(posting)));
}

std::vector<ApprovedBreak> list_approved(Session& session, const BreakFilter& filter,
                                         std::int64_t after, int count) {
  const Rows rows = query(
      session, R"(
    SELECT b.break_id, w.ref, b.stage, b.type, b.currency, b.difference, b.owner, b.action,
           b.reason, b.proposed_by, b.approved_by, b.approved_at, b.approvals
    FROM reconcile_break b JOIN party w ON w.party_id = b.channel_id
    WHERE b.state = 'approved' AND ($1 = 0 OR b.channel_id = $1) AND ($2 = 0 OR b.break_id = $2)
      AND b.break_id > $3
    ORDER BY b.break_id LIMIT $4)",
      Params().int8(filter.channel.value).int8(filter.id.value_or(0)).int8(after).int4(count));
  std::vector<ApprovedBreak> list;
  for (int i = 0; i < rows.size(); ++i) {
    const auto text = [&](int column) { return std::string(rows.text(i, column)); };
    list.push_back({.id = rows.int8(i, 0),
                    .channel = text(1),
                    .stage = static_cast<BreakStage>(rows.int2(i, 2)),
                    .type = text(3),
                    .currency = base::Currency::find(rows.text(i, 4)).value(),
                    .difference = rows.int8(i, 5),
                    .owner = text(6),
                    .action = text(7),
                    .reason = text(8),
                    .proposed_by = text(9),
                    .approved_by = text(10),
                    .approved_at = rows.instant(i, 11),
                    .approvals = rows.int4(i, 12)});
  }
  return list;
}

void save_postings(Session& session, std::span<const Posting> postings) {
  std::vector<std::int64_t> ids, posted;
  std::vector<std::string> details;
  std::vector<char> refused;
  for (const Posting& one : postings) {
    ids.push_back(one.id);
    posted.push_back(one.posted);
    details.push_back(one.detail);
    refused.push_back(one.is_refused ? 1 : 0);
  }
  query(session, R"(
    WITH done AS (
      UPDATE reconcile_break b SET
        state = CASE WHEN u.is_refused THEN 'open' ELSE 'resolved' END,
        posted_minor = b.posted_minor + u.posted
      FROM unnest($1, $2, $3, $4) AS u (break_id, posted, detail, is_refused)
      WHERE b.break_id = u.break_id AND b.state = 'approved'
      RETURNING b.break_id, b.approved_by, u.detail, u.is_refused)
    INSERT INTO reconcile_history (break_id, happened, by_whom, detail)
    SELECT break_id, CASE WHEN is_refused THEN 'not posted' ELSE 'resolved' END, approved_by, detail
    FROM done ORDER BY break_id)",
        Params()
            .int8s(ids)
            .int8s(posted)
            .texts(std::span<const std::string>(details))
            .booleans(refused));
}

}  // namespace store
