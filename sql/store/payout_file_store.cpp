#include "sql/store/payout_file_store.h"

#include <fmt/format.h>

#include "sql/store/currency_column.h"
#include "sql/store/rows.h"

namespace store {
namespace {

// Payouts on their way that are in no file, $1 the last date and $2 the instant: each with its
// merchant's account and why it is held.
constexpr std::string_view kWaiting = R"sql(
    SELECT p.payout_ref, p.merchant_id, p.currency, p.amount_minor, p.instructed_on,
           a.name, a.account, a.bank_code, a.changed_at,
           CASE WHEN a.name IS NULL THEN 1 WHEN a.changed_at IS NOT NULL AND a.changed_at > $2
                THEN 2 ELSE 0 END::smallint AS hold
    FROM payout p
    LEFT JOIN LATERAL (
      SELECT x.name, x.account, x.bank_code,
             CASE WHEN EXISTS (SELECT FROM payout_account b
                               WHERE b.merchant_id = x.merchant_id AND b.event_id <> x.event_id)
                  THEN x.changed_at END AS changed_at
      FROM payout_account x WHERE x.merchant_id = p.merchant_id
      ORDER BY x.changed_at DESC, x.event_id DESC LIMIT 1) a ON true
    WHERE p.status = 1 AND p.instructed_on <= $1
      AND NOT EXISTS (SELECT FROM payout_file_line l WHERE l.payout_ref = p.payout_ref))sql";

std::vector<PayoutSum> read_sums(const Rows& rows) {
  std::vector<PayoutSum> sums;
  for (int i = 0; i < rows.size(); ++i) {
    sums.push_back({currency_in(rows, i, 0), static_cast<PayoutHold>(rows.int2(i, 1)),
                    rows.int8(i, 2), rows.int8(i, 3)});
  }
  return sums;
}

std::optional<PayoutFileRow> read_file(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return PayoutFileRow{std::string(rows.text(0, 0)),
                       rows.day(0, 1),
                       rows.int4(0, 2),
                       rows.instant(0, 3),
                       std::string(rows.text(0, 4)),
                       std::string(rows.text(0, 5)),
                       std::string(rows.text(0, 6))};
}

std::optional<base::Instant> instant_or_null(const Rows& rows, int row, int column) {
  if (rows.is_null(row, column)) return std::nullopt;
  return rows.instant(row, column);
}

std::vector<PayoutStanding> read_standings(const Rows& rows) {
  std::vector<PayoutStanding> payouts;
  for (int i = 0; i < rows.size(); ++i) {
    payouts.push_back({.payout_ref = std::string(rows.text(i, 0)),
                       .merchant = std::string(rows.text(i, 1)),
                       .currency = currency_in(rows, i, 2),
                       .amount = rows.int8(i, 3),
                       .status = rows.int2(i, 4),
                       .instructed_on = rows.day(i, 5),
                       .confirmed_on = rows.day_or_null(i, 6),
                       .rejected_on = rows.day_or_null(i, 7),
                       .message_id = std::string(rows.text(i, 8)),
                       .hold = static_cast<PayoutHold>(rows.int2(i, 9)),
                       .changed_at = instant_or_null(rows, i, 10)});
  }
  return payouts;
}

}  // namespace

void insert_payout_account(Session& session, const PayoutAccountRow& row) {
  query(session, R"sql(
    INSERT INTO payout_account (merchant_id, event_id, changed_at, name, account, bank_code,
                                business_date)
    SELECT $1, $2, greatest($3, clock_timestamp()), $4, $5, $6, $7
    WHERE NOT EXISTS (
      SELECT FROM (SELECT name, account, bank_code FROM payout_account WHERE merchant_id = $1
                   ORDER BY changed_at DESC, event_id DESC LIMIT 1) a
      WHERE (a.name, a.account, a.bank_code) = ($4, $5, $6)))sql",
        Params()
            .int8(row.merchant.value)
            .int8(row.event.value)
            .instant(row.changed_at)
            .text(row.name)
            .text(row.account)
            .text(row.bank_code)
            .day(row.business_date));
}

void lock_payout_files(Session& session) {
  query(session, "SELECT pg_advisory_xact_lock(hashtext('fenqi.payout_file'))");
}

constexpr std::string_view kFileColumns =
    "message_id, pay_on, number, made_at, debtor_name, debtor_account, debtor_bank_code";

std::optional<PayoutFileRow> find_payout_file(Session& session, const std::string& message_id) {
  const auto statement =
      fmt::format("SELECT {} FROM payout_file WHERE message_id = $1", kFileColumns);
  return read_file(query(session, statement.c_str(), Params().text(message_id)));
}

std::optional<PayoutFileRow> find_last_payout_file(Session& session, base::Day pay_on) {
  const auto statement = fmt::format(
      "SELECT {} FROM payout_file WHERE pay_on = $1 ORDER BY number DESC LIMIT 1", kFileColumns);
  return read_file(query(session, statement.c_str(), Params().day(pay_on)));
}

std::int64_t insert_payout_file(Session& session, const PayoutFileRow& file,
                                base::Instant changed_after) {
  // The lines name the file, so it comes first; PostgreSQL checks the reference at the end of the
  // statement.
  const auto statement = fmt::format(R"sql(
    WITH waiting AS MATERIALIZED ({}),
    file AS (
      INSERT INTO payout_file (message_id, pay_on, number, made_at, debtor_name, debtor_account,
                               debtor_bank_code)
      SELECT $3, $1, $4, $5, $6, $7, $8 WHERE EXISTS (SELECT FROM waiting WHERE hold = 0)
      RETURNING message_id)
    INSERT INTO payout_file_line (payout_ref, message_id, merchant_id, currency, amount_minor, name,
                                  account, bank_code)
    SELECT w.payout_ref, f.message_id, w.merchant_id, w.currency, w.amount_minor, w.name,
           w.account, w.bank_code
    FROM waiting w CROSS JOIN file f WHERE w.hold = 0)sql",
                                     kWaiting);
  return query(session, statement.c_str(),
               Params()
                   .day(file.pay_on)
                   .instant(changed_after)
                   .text(file.message_id)
                   .int4(file.number)
                   .instant(file.made_at)
                   .text(file.debtor_name)
                   .text(file.debtor_account)
                   .text(file.debtor_bank_code))
      .affected();
}

std::vector<PayoutSum> sum_payout_file(Session& session, const std::string& message_id) {
  return read_sums(query(session, R"sql(
    SELECT currency, 0::smallint, count(*), sum(amount_minor)::bigint
    FROM payout_file_line WHERE message_id = $1 GROUP BY currency ORDER BY currency)sql",
                         Params().text(message_id)));
}

std::vector<PayoutSum> sum_held_payouts(Session& session, base::Day pay_on,
                                        base::Instant changed_after) {
  const auto statement = fmt::format(R"sql(
    SELECT currency, hold, count(*), sum(amount_minor)::bigint
    FROM ({}) w WHERE hold > 0 GROUP BY currency, hold ORDER BY currency, hold)sql",
                                     kWaiting);
  return read_sums(query(session, statement.c_str(), Params().day(pay_on).instant(changed_after)));
}

PayoutLineCursor::PayoutLineCursor(Session& session, const std::string& message_id)
    : cursor_(session, R"sql(
    SELECT payout_ref, currency, amount_minor, name, account, bank_code
    FROM payout_file_line WHERE message_id = $1
    ORDER BY currency, payout_ref COLLATE "C")sql",
              Params().text(message_id)) {}

std::vector<PayoutFileLine> PayoutLineCursor::next() {
  const Rows rows = cursor_.next();
  std::vector<PayoutFileLine> lines;
  for (int i = 0; i < rows.size(); ++i) {
    lines.push_back({std::string(rows.text(i, 0)), currency_in(rows, i, 1), rows.int8(i, 2),
                     std::string(rows.text(i, 3)), std::string(rows.text(i, 4)),
                     std::string(rows.text(i, 5))});
  }
  return lines;
}

PayoutStandingCursor::PayoutStandingCursor(Session& session, base::Day from, base::Day to,
                                           base::Instant changed_after)
    : cursor_(session,
              fmt::format(R"sql(
    WITH waiting AS MATERIALIZED ({})
    SELECT p.payout_ref, m.ref, p.currency, p.amount_minor, p.status, p.instructed_on,
           p.confirmed_on, p.rejected_on, coalesce(l.message_id, ''), coalesce(w.hold, 0)::smallint,
           w.changed_at
    FROM payout p JOIN party m ON m.party_id = p.merchant_id
    LEFT JOIN payout_file_line l ON l.payout_ref = p.payout_ref
    LEFT JOIN waiting w ON w.payout_ref = p.payout_ref
    WHERE p.instructed_on BETWEEN $3 AND $1 OR (p.status = 1 AND p.instructed_on < $3
                                                AND w.payout_ref IS NOT NULL)
    ORDER BY p.instructed_on, p.payout_ref COLLATE "C")sql",
                          kWaiting),
              Params().day(to).instant(changed_after).day(from)) {}

std::vector<PayoutStanding> PayoutStandingCursor::next() { return read_standings(cursor_.next()); }

std::vector<PayoutStanding> load_payouts(Session& session, std::span<const std::string> refs) {
  return read_standings(query(session, R"sql(
    SELECT p.payout_ref, m.ref, p.currency, p.amount_minor, p.status, p.instructed_on,
           p.confirmed_on, p.rejected_on, coalesce(l.message_id, ''), 0::smallint,
           NULL::timestamptz
    FROM payout p JOIN party m ON m.party_id = p.merchant_id
    LEFT JOIN payout_file_line l ON l.payout_ref = p.payout_ref
    WHERE p.payout_ref = ANY ($1) ORDER BY p.payout_ref COLLATE "C")sql",
                              Params().texts(refs)));
}

std::vector<std::string> list_payout_refs(Session& session, const std::string& message_id,
                                          const std::string& currency, const std::string& after,
                                          int count) {
  const Rows rows = query(session, R"sql(
    SELECT payout_ref FROM payout_file_line
    WHERE message_id = $1 AND ($2 = '' OR currency = $2) AND payout_ref COLLATE "C" > $3
    ORDER BY payout_ref COLLATE "C" LIMIT $4)sql",
                          Params().text(message_id).text(currency).text(after).int4(count));
  std::vector<std::string> refs;
  for (int i = 0; i < rows.size(); ++i) refs.emplace_back(rows.text(i, 0));
  return refs;
}

}  // namespace store
