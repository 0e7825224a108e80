#include "sql/store/close_store.h"

#include "base/check.h"
#include "sql/store/rows.h"

namespace store {
namespace {

base::Currency currency_of(const Rows& rows, int row, int column) {
  const std::optional<base::Currency> currency = base::Currency::find(rows.text(row, column));
  CHECK(currency.has_value(), "the database names a currency {}", rows.text(row, column));
  return *currency;
}

}  // namespace

bool try_close_lease(Session& session, const std::string& holder) {
  if (!query(session, "SELECT pg_try_advisory_lock(439956664682)").boolean(0, 0)) return false;
  query(session, R"(
    INSERT INTO close_lease (holder) VALUES ($1)
    ON CONFLICT (singleton) DO UPDATE SET holder = excluded.holder, taken_at = clock_timestamp())",
        Params().text(holder));
  return true;
}

void release_close_lease(Session& session) {
  query(session, "DELETE FROM close_lease");
  query(session, "SELECT pg_advisory_unlock(439956664682)");
}

std::string close_lease_holder(Session& session) {
  const Rows rows = query(session, "SELECT holder FROM close_lease");
  return rows.empty() ? "another process" : std::string(rows.text(0, 0));
}

void open_date(Session& session, base::Day day) {
  query(session, "UPDATE book SET open_date = $1 WHERE open_date < $1", Params().day(day));
}

void set_closed_through(Session& session, base::Day day) {
  const Rows rows = query(
      session, "UPDATE book SET closed_through = $1 WHERE closed_through = $1 - 1 RETURNING 1",
      Params().day(day));
  CHECK(rows.size() == 1, "the book is not ready to be closed through {}", base::to_string(day));
}

std::vector<CloseStepRow> load_close_steps(Session& session, base::Day day) {
  const Rows rows = query(session, R"(
    SELECT step, units, amount_minor, (seconds * 1000000)::bigint
    FROM close_step WHERE business_date = $1 ORDER BY done_at)",
                          Params().day(day));
  std::vector<CloseStepRow> steps;
  for (int i = 0; i < rows.size(); ++i) {
    steps.push_back({std::string(rows.text(i, 0)), rows.int8(i, 1), rows.int8(i, 2),
                     static_cast<double>(rows.int8(i, 3)) / 1e6});
  }
  return steps;
}

void insert_close_step(Session& session, base::Day day, const CloseStepRow& row) {
  query(session, R"(
    INSERT INTO close_step (business_date, step, units, amount_minor, seconds)
    VALUES ($1, $2, $3, $4, $5 / 1000000.0))",
        Params()
            .day(day)
            .text(row.step)
            .int8(row.units)
            .int8(row.amount)
            .int8(static_cast<std::int64_t>(row.seconds * 1e6)));
}

void summarize_day_indexes(Session& session) { query(session, "SELECT summarize_day_indexes()"); }

std::vector<PartyCurrency> list_customers_to_close(Session& session, base::Day day, bool judge_cut,
                                                   int limit) {
  // OFFSET 0 keeps the planner from turning the few rows of the index into a scan of all accounts.
  // A plan has a nightly fee only as the close left it, so one that has it through this date is of
  // a customer who is closed: most of those who are late, and not looked up.
  const Rows rows = query(session, R"(
    SELECT x.currency, x.party_id FROM (
    SELECT c.currency, c.party_id
    FROM (SELECT DISTINCT p.party_id, p.currency FROM plan p
          WHERE p.act_on <= $1 AND NOT (p.nightly_fee_minor > 0 AND p.late_through = $1)
          OFFSET 0) due
    CROSS JOIN LATERAL (SELECT * FROM credit_account c
                        WHERE c.party_id = due.party_id AND c.currency = due.currency
                        OFFSET 0) c
    WHERE c.closed_through < $1
    UNION
    SELECT c.currency, c.party_id
    FROM credit_account c
    WHERE c.episode_base_minor IS NOT NULL AND c.closed_through < $1
    UNION
    SELECT c.currency, c.party_id
    FROM credit_account c
    WHERE $2 AND c.former_base_minor IS NOT NULL AND c.block <> 2 AND c.closed_through < $1) x
    WHERE NOT EXISTS (SELECT FROM parked_unit u
                      WHERE u.business_date = $1 AND u.party_id = x.party_id
                        AND u.currency = x.currency AND u.state IN (1, 4))
    ORDER BY 1, 2 LIMIT $3)",
                          Params().day(day).boolean(judge_cut).int4(limit));
  std::vector<PartyCurrency> parties;
  parties.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    parties.push_back({{rows.int8(i, 1)}, currency_of(rows, i, 0)});
  }
  return parties;
}

std::vector<SettledDue> list_settled_dues(Session& session, std::span<const std::int64_t> parties,
                                          base::Currency currency, base::Day from, base::Day to) {
  const Rows rows = query(session, R"(
    SELECT p.party_id, d.due
    FROM plan p, LATERAL unnest(p.due) AS d (due)
    WHERE p.party_id = ANY ($1) AND p.currency = $2 AND p.status = 2
      AND d.due BETWEEN $3 AND $4
    ORDER BY p.party_id, d.due)",
                          Params().int8s(parties).text(currency.code()).day(from).day(to));
  std::vector<SettledDue> dues;
  for (int i = 0; i < rows.size(); ++i) dues.push_back({{rows.int8(i, 0)}, rows.day(i, 1)});
  return dues;
}

std::vector<ChannelReceipts> sum_channel_receipts(Session& session,
                                                  std::span<const std::int64_t> channels,
                                                  std::span<const std::int64_t> fee_e8,
                                                  base::Day from, base::Day to) {
  // A product of numerics is exact, and round() takes half a minor unit away from zero.
  const Rows rows = query(session, R"(
    SELECT r.channel_id, r.currency, r.business_date, count(*), sum(r.amount_minor)::bigint,
           sum(round(r.amount_minor::numeric * c.fee_e8 * 0.00000001))::bigint
    FROM unnest($1, $2) AS c (channel_id, fee_e8)
    JOIN (SELECT channel_id, currency, business_date, amount_minor FROM repayment
          WHERE business_date BETWEEN $3 AND $4
          UNION ALL
          SELECT channel_id, currency, business_date, -amount_minor FROM refund_payout
          WHERE business_date BETWEEN $3 AND $4) r ON r.channel_id = c.channel_id
    WHERE r.business_date BETWEEN $3 AND $4
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3)",
                          Params().int8s(channels).int8s(fee_e8).day(from).day(to));
  std::vector<ChannelReceipts> receipts;
  for (int i = 0; i < rows.size(); ++i) {
    receipts.push_back({{rows.int8(i, 0)},
                        currency_of(rows, i, 1),
                        rows.day(i, 2),
                        rows.int8(i, 3),
                        rows.int8(i, 4),
                        rows.int8(i, 5)});
  }
  return receipts;
}

std::vector<AccrualSum> sum_accruals(Session& session, base::Day day) {
  const Rows rows = query(session, R"(
    SELECT kind, product, currency, sum(amount_minor)::bigint, sum(plans)
    FROM accrual_part WHERE business_date = $1
    GROUP BY 1, 2, 3 HAVING sum(amount_minor) <> 0 ORDER BY 1, 2, 3)",
                          Params().day(day));
  std::vector<AccrualSum> sums;
  for (int i = 0; i < rows.size(); ++i) {
    sums.push_back({rows.int2(i, 0), std::string(rows.text(i, 1)), currency_of(rows, i, 2),
                    rows.int8(i, 3), rows.int8(i, 4)});
  }
  return sums;
}

}  // namespace store
