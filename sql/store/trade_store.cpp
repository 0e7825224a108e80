#include "sql/store/trade_store.h"

#include <algorithm>
#include <cstdlib>

#include "sql/store/rows.h"

namespace store {
namespace {

// The judgement of a number needs one pass over both sides: one row of each, and nothing in which
// they differ. Collections for merchants and of receivables that were bought (rules 44 and 48) are
// items by their event's reference. $1 channel, $2 and $3 dates, $4 fee in 10^-8 or -1, $5 files of
// the part, $6 of them those in a currency without decimals, $7 with three, $8 those whose small
// fee differences are too much together, $9 and $10 business dates of the part.
#define FENQI_OTHERS                                                                          \
  "SELECT p.event_id AS id, f.refund_ref AS ref, true AS is_refund, p.business_date AS day, " \
  "f.refunded_at AS at, p.currency, -p.amount_minor AS amount_minor, p.party_id "             \
  "FROM refund_payout p JOIN refund f ON f.party_id = p.party_id "                            \
  "AND f.event_id = p.refund_event "                                                          \
  "WHERE p.channel_id = $1 AND p.business_date BETWEEN $9 AND $10 "                           \
  "AND p.business_date BETWEEN $2 AND $3 "                                                    \
  "UNION ALL "                                                                                \
  "SELECT j.event_id, j.source_ref, false, j.value_date, j.posted_at, c.currency, "           \
  "c.amount_minor, c.party_id "                                                               \
  "FROM clearing_item c JOIN journal j ON j.party_id = c.party_id "                           \
  "AND j.journal_id = c.journal_id "                                                          \
  "WHERE c.owner_id = $1 AND c.code = 1011 AND c.business_date BETWEEN $9 AND $10 "           \
  "AND j.rule IN (44, 48) AND j.value_date BETWEEN $2 AND $3"

#define FENQI_REPAYMENTS                                            \
  "FROM repayment r "                                               \
  "WHERE r.channel_id = $1 AND r.business_date BETWEEN $9 AND $10 " \
  "AND r.value_date BETWEEN $2 AND $3 "

#define FENQI_OURS                                                                             \
  "SELECT r.event_id AS id, r.repayment_ref AS ref, false AS is_refund, r.value_date AS day, " \
  "r.paid_at AS at, r.currency, r.amount_minor, r.party_id " FENQI_REPAYMENTS                  \
  "UNION ALL " FENQI_OTHERS

// How far its fee is from the contract's, in 10^-5.
#define FENQI_FEE_APART                                                                            \
  "CASE WHEN $4 < 0 THEN 0 ELSE r.fee_e5 - CASE WHEN r.amount_minor < 0 THEN -1 ELSE 1 END "       \
  "* CASE WHEN r.file_id = ANY ($6) THEN 100000 WHEN r.file_id = ANY ($7) THEN 100 ELSE 1000 END " \
  "* CASE WHEN abs(r.amount_minor) < 10000000000 "                                                 \
  "THEN (abs(r.amount_minor) * $4 + 50000000) / 100000000 "                                        \
  "ELSE round(abs(r.amount_minor)::numeric * $4 * 0.00000001)::bigint END END"

// A payment that was revoked before anything was paid is no item.
#define FENQI_THEIRS \
  "FROM bill_row r WHERE r.file_id = ANY ($5) AND (r.type <> 3 OR r.amount_minor <> 0)"

// Every statement of a part has all its parameters: PostgreSQL wants to know their types.
#define FENQI_PARAMETERS                                                                    \
  "($1::bigint, $2::date, $3::date, $4::bigint, $5::bigint[], $6::bigint[], $7::bigint[], " \
  "$8::bigint[], $9::date, $10::date) IS NOT NULL"

constexpr const char* kOver = R"(
  SELECT file_id FROM (SELECT file_id, abs()" FENQI_FEE_APART R"() AS apart )" FENQI_THEIRS R"() x
  WHERE apart BETWEEN 1 AND 1000 AND )" FENQI_PARAMETERS R"(
  GROUP BY file_id HAVING sum(apart) > 100000)";

constexpr const char* kSums = R"(
  SELECT day, currency, count(*), sum(amount_minor)::bigint FROM ()" FENQI_OURS R"() o
  WHERE day >= $11 AND )" FENQI_PARAMETERS R"(
  GROUP BY day, currency)";

// What a side adds, beside its date: one of each, and of neither anything else, comes to their sum.
// 257 of ours would come to it, too; but an odd number of records leaves something of the amounts.
constexpr std::int64_t kOurs = 1 << 18;
constexpr std::int64_t kTheirs = 1 << 26;
constexpr std::int64_t kMark = 1 << 27;

// By a hash: whoever shares one by chance is looked at row by row. Groups are small, as their table
// is what takes the time: one for a few dates stays in the processor's cache.
constexpr const char* kOpen = R"(
  SELECT k, bit_xor(mixed), sum(side) FROM (
    SELECT hashtextextended(r.repayment_ref, 0) AS k,
           hashbpchar(r.currency)::bigint << 40 # r.amount_minor AS mixed,
           r.value_date - $2 + 262144 AS side )" FENQI_REPAYMENTS R"(
    UNION ALL
    SELECT hashtextextended(ref, is_refund::int),
           hashbpchar(currency)::bigint << 40 # amount_minor, day - $2 + 262144
    FROM ()" FENQI_OTHERS R"() o
    UNION ALL
    SELECT hashtextextended(CASE WHEN r.type = 1 THEN r.our_ref ELSE r.our_refund_ref END,
                            (r.type <> 1)::int),
           hashbpchar(r.currency)::bigint << 40 # r.amount_minor,
           CASE WHEN $4 >= 0
                     AND abs()" FENQI_FEE_APART R"() > CASE WHEN r.file_id = ANY ($8) THEN 0
                                                            ELSE 1000 END
                THEN 134217728 ELSE $2 - r.bill_date + 67108864 END
    )" FENQI_THEIRS R"() x
  WHERE )" FENQI_PARAMETERS R"(
  GROUP BY k
  HAVING NOT (bit_xor(mixed) = 0 AND sum(side) BETWEEN 67371007 AND 67371009))";

// Taken back because it never arrived, and not by the channel.
#define FENQI_UNDONE                                                                       \
  "SELECT l.party_id, l.subject_event "                                                    \
  "FROM life_event l "                                                                     \
  "WHERE l.kind = 'chargeback' AND l.business_date >= $2 AND l.subject_event IS NOT NULL " \
  "AND NOT EXISTS (SELECT FROM journal j JOIN account a "                                  \
  "ON a.account_id = ANY (j.credit_account) "                                              \
  "WHERE j.party_id = l.party_id AND j.event_id = l.event_id AND j.rule = 27 AND a.code = 1011)"

constexpr const char* kMarked = R"(
  SELECT hashtextextended(r.repayment_ref, 0)
  FROM ()" FENQI_UNDONE R"() u
    JOIN repayment r ON r.party_id = u.party_id AND r.event_id = u.subject_event
  UNION ALL
  SELECT hashtextextended(key_ref, is_refund::int) FROM reconcile_break
  WHERE channel_id = $1 AND stage = 1 AND present AND day >= $2)";

constexpr const char* kRows = R"(
  WITH undone AS MATERIALIZED ()" FENQI_UNDONE R"(),
  number AS MATERIALIZED (SELECT unnest($11::bigint[]) AS k)
  SELECT k, 1::int2, o.id, o.ref, ''::text, o.is_refund, o.day, o.at, o.currency, o.amount_minor,
         0::bigint, ''::text, (o.party_id, o.id) IN (SELECT party_id, subject_event FROM undone),
         EXISTS (SELECT FROM reconcile_break b
                 WHERE b.channel_id = $1 AND b.stage = 1 AND b.side = 1 AND b.subject_id = o.id)
  FROM number JOIN ()" FENQI_OURS R"() o ON k = hashtextextended(o.ref, o.is_refund::int)
  UNION ALL
  SELECT k, 2::int2, t.id, t.ref, t.channel_txn, t.is_refund, t.day, t.at, t.currency,
         t.amount_minor, t.fee_e5, t.payer, t.file_id = ANY ($8),
         EXISTS (SELECT FROM reconcile_break b
                 WHERE b.channel_id = $1 AND b.stage = 1 AND b.side = 2 AND b.subject_id = t.id)
  FROM number JOIN (
    SELECT r.file_id, r.file_id * 100000000 + r.row_no AS id,
           CASE WHEN r.type = 1 THEN r.our_ref ELSE r.our_refund_ref END AS ref,
           CASE WHEN r.type = 1 THEN r.channel_txn ELSE r.refund_txn END AS channel_txn,
           r.type <> 1 AS is_refund, r.bill_date AS day, r.happened_at AS at, r.currency,
           r.amount_minor, r.fee_e5, r.payer
    )" FENQI_THEIRS R"() t ON k = hashtextextended(t.ref, t.is_refund::int)
  WHERE )" FENQI_PARAMETERS R"(
  ORDER BY 1)";

const base::Day kNever = base::make_day(9999, 12, 31);

Params params_of(const Comparison& comparison, const TradePart& part,
                 const std::vector<std::int64_t>& over) {
  std::vector<std::int64_t> all, without_decimals, with_three;
  for (const TradeFile& file : part.files) {
    all.push_back(file.id);
    if (file.decimals == 0) without_decimals.push_back(file.id);
    if (file.decimals == 3) with_three.push_back(file.id);
  }
  return Params()
      .int8(comparison.channel.value)
      .day(base::plus_days(comparison.from, -kContextDays))
      .day(comparison.to)
      .int8(comparison.fee_e8.value_or(-1))
      .int8s(all)
      .int8s(without_decimals)
      .int8s(with_three)
      .int8s(over)
      .day(part.from)
      .day(part.to);
}

NumberRow read_row(const Rows& rows, int i) {
  const bool is_ours = rows.int2(i, 1) == 1;
  const bool flag = rows.boolean(i, 12);
  return {.key = rows.int8(i, 0),
          .is_ours = is_ours,
          .id = rows.int8(i, 2),
          .ref = std::string(rows.text(i, 3)),
          .channel_txn = std::string(rows.text(i, 4)),
          .is_refund = rows.boolean(i, 5),
          .day = rows.day(i, 6),
          .at = rows.instant(i, 7),
          .currency = base::Currency::find(rows.text(i, 8)).value(),
          .amount = rows.int8(i, 9),
          .fee_e5 = rows.int8(i, 10),
          .payer = std::string(rows.text(i, 11)),
          .is_paid = !is_ours || !flag,
          .is_fee_over_file = !is_ours && flag,
          .is_known = rows.boolean(i, 13)};
}

}  // namespace

void make_room_for_parts(Session& session) {
  session.execute(
      "SET LOCAL work_mem = '128MB'; SET LOCAL hash_mem_multiplier = 2.5; SET LOCAL jit = off; "
      "SET LOCAL enable_sort = off; SET LOCAL enable_mergejoin = off; "
      "SET LOCAL max_parallel_workers_per_gather = 0");
}

void make_usual(Session& session) {
  session.execute("SET LOCAL enable_sort = on; SET LOCAL enable_mergejoin = on");
}

std::vector<TradeFile> list_trade_files(Session& session, const Comparison& comparison) {
  const Rows rows = query(session, R"(
    SELECT file_id, bill_date, row_count, currency FROM bill_file
    WHERE party_id = $1 AND kind = 1 AND state = 1 AND bill_date BETWEEN $2 AND $3
    ORDER BY bill_date, file_id)",
                          Params()
                              .int8(comparison.channel.value)
                              .day(base::plus_days(comparison.from, -kContextDays))
                              .day(comparison.to));
  std::vector<TradeFile> files;
  for (int i = 0; i < rows.size(); ++i) {
    TradeFile file{.id = rows.int8(i, 0), .day = rows.day(i, 1), .rows = rows.int8(i, 2)};
    if (!rows.is_null(i, 3)) {
      file.decimals = base::Currency::find(rows.text(i, 3)).value().exponent();
    }
    files.push_back(file);
  }
  return files;
}

std::vector<TradePart> split_dates(const Comparison& comparison,
                                   const std::vector<TradeFile>& files, std::size_t count) {
  std::int64_t total = 0;
  for (const TradeFile& file : files) total += file.rows + 1;
  std::vector<TradePart> parts(1);
  parts.front().from = base::plus_days(comparison.from, -kContextDays);
  std::int64_t seen = 0;
  const auto wanted = static_cast<std::int64_t>(count);
  for (const TradeFile& file : files) {
    const auto begun = static_cast<std::int64_t>(parts.size());
    const auto& last = parts.back().files;
    const bool is_new_date = !last.empty() && last.back().day != file.day;
    if (is_new_date && begun < wanted && seen * wanted >= total * begun) {
      parts.back().to = base::plus_days(file.day, -1);
      parts.push_back({.from = file.day});
    }
    parts.back().files.push_back(file);
    seen += file.rows + 1;
  }
  parts.back().to = kNever;  // what was posted later may count earlier
  return parts;
}

std::vector<ItemSum> sum_items(Session& session, const Comparison& comparison,
                               const TradePart& part) {
  const Rows rows = query(session, kSums, params_of(comparison, part, {}).day(comparison.from));
  std::vector<ItemSum> sums;
  for (int i = 0; i < rows.size(); ++i) {
    sums.push_back({rows.day(i, 0), base::Currency::find(rows.text(i, 1)).value(), rows.int8(i, 2),
                    rows.int8(i, 3)});
  }
  return sums;
}

void NumberSum::add(const NumberSum& other) {
  mixed ^= other.mixed;
  sum += other.sum;
}

bool NumberSum::agrees() const { return mixed == 0 && std::abs(sum - kOurs - kTheirs) <= 1; }

void list_open_numbers(Session& session, const Comparison& comparison, const TradePart& part,
                       const std::vector<std::int64_t>& over,
                       const std::function<void(NumberSum)>& take) {
  for_each_row(session, kOpen, params_of(comparison, part, over), [&](const Rows& rows) {
    take({rows.int8(0, 0), rows.int8(0, 1), rows.int8(0, 2)});
  });
}

void list_marked_numbers(Session& session, const Comparison& comparison,
                         const std::function<void(NumberSum)>& take) {
  for_each_row(
      session, kMarked,
      Params().int8(comparison.channel.value).day(base::plus_days(comparison.from, -kContextDays)),
      [&](const Rows& rows) { take({rows.int8(0, 0), 0, kMark}); });
}

std::vector<std::int64_t> list_files_over(Session& session, const Comparison& comparison,
                                          const TradePart& part) {
  if (!comparison.fee_e8) return {};
  const Rows rows = query(session, kOver, params_of(comparison, part, {}));
  std::vector<std::int64_t> files;
  for (int i = 0; i < rows.size(); ++i) files.push_back(rows.int8(i, 0));
  return files;
}

NumberRows::NumberRows(Session& session, const Comparison& comparison, const TradePart& part,
                       const std::vector<std::int64_t>& over, const std::vector<std::int64_t>& keys)
    : cursor_(session, kRows, params_of(comparison, part, over).int8s(keys)) {}

std::vector<NumberRow> NumberRows::next() {
  const Rows rows = cursor_.next();
  std::vector<NumberRow> list;
  list.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) list.push_back(read_row(rows, i));
  return list;
}

}  // namespace store
