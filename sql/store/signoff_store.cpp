#include "sql/store/signoff_store.h"

#include "sql/store/rows.h"

namespace store {
namespace {

/// What a run of this transaction found, as it stands by now, and what stands from before it.
#define FENQI_STANDING                                                                        \
  "(SELECT coalesce(b.break_id, 0) AS break_id, f.stage, f.type, "                            \
  "coalesce(CASE WHEN b.state = 'open' AND b.proposed_action <> '' THEN 'proposed' "          \
  "ELSE b.state END, 'open') AS state, coalesce(b.action, '') AS action, f.day, f.currency, " \
  "f.amount_minor, f.difference, f.ledger_minor, f.bill_minor, f.bill_currency, f.our_ref, "  \
  "f.their_ref, f.why "                                                                       \
  "FROM found f LEFT JOIN reconcile_break b ON b.channel_id = $1 AND b.stage = f.stage "      \
  "AND b.side = f.side AND b.subject_id = f.subject_id "                                      \
  "UNION ALL "                                                                                \
  "SELECT break_id, stage, type, state, action, day, currency, amount_minor, difference, "    \
  "ledger_minor, bill_minor, bill_currency, our_ref, their_ref, why "                         \
  "FROM reconcile_break WHERE channel_id = $1 AND present AND day < $2) s"

constexpr const char* kProve = R"(
  WITH posted AS (  -- on dates that are not sealed, and so not summed yet
    SELECT s.account_id, sum(s.amount) AS amount
    FROM journal j
      CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
        AS t (debit, credit, amount)
      CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount))
        AS s (account_id, amount)
    WHERE j.business_date > (SELECT closed_through FROM book) AND j.business_date <= $3
    GROUP BY s.account_id),
  held AS (
    SELECT a.currency, sum(coalesce(last.balance_minor, 0) + coalesce(p.amount, 0)) AS amount
    FROM account a
      LEFT JOIN LATERAL (SELECT d.balance_minor FROM account_day d
                         WHERE d.account_id = a.account_id AND d.business_date <= $3
                           AND d.business_date <= (SELECT closed_through FROM book)
                         ORDER BY d.business_date DESC LIMIT 1) last ON true
      LEFT JOIN posted p ON p.account_id = a.account_id
    WHERE a.code = 1011 AND a.owner_id = $1 GROUP BY a.currency),
  billed AS (
    SELECT currency, sum(in_minor + out_minor) AS amount FROM bill_file
    WHERE party_id = $1 AND kind = 1 AND state = 1 AND bill_date <= $3 AND currency IS NOT NULL
    GROUP BY currency),
  moved AS (
    SELECT c.currency, sum(c.amount_minor) FILTER (WHERE j.rule = 7) AS paid,
           sum(c.amount_minor) FILTER (WHERE j.rule NOT IN (7, 22, 44, 48)) AS other
    FROM clearing_item c JOIN journal j ON j.party_id = c.party_id AND j.journal_id = c.journal_id
    WHERE c.owner_id = $1 AND c.code = 1011 AND c.business_date <= $3 GROUP BY c.currency),
  apart AS (
    SELECT u.of_currency AS currency, sum(u.amount) AS amount
    FROM )" FENQI_STANDING R"( CROSS JOIN LATERAL
         (VALUES (s.currency, -s.ledger_minor), (s.bill_currency, s.bill_minor))
           AS u (of_currency, amount)
    WHERE s.stage = 1 GROUP BY u.of_currency),
  later AS (
    SELECT currency, sum(amount_minor) AS amount FROM repayment
    WHERE channel_id = $1 AND business_date > $3 AND value_date <= $3 GROUP BY currency)
  SELECT currency, coalesce(held.amount, 0)::bigint, coalesce(billed.amount, 0)::bigint,
         coalesce(moved.paid, 0)::bigint, coalesce(moved.other, 0)::bigint,
         coalesce(apart.amount, 0)::bigint, coalesce(later.amount, 0)::bigint
  FROM held FULL JOIN billed USING (currency) FULL JOIN moved USING (currency)
    FULL JOIN apart USING (currency) FULL JOIN later USING (currency)
  ORDER BY currency)";

std::string text_at(const Rows& rows, int column) { return std::string(rows.text(0, column)); }

base::Currency currency_at(const Rows& rows, int row, int column) {
  return base::Currency::find(rows.text(row, column)).value();
}

StandingBreak read_standing(const Rows& rows) {
  return {.id = rows.int8(0, 0),
          .stage = rows.int2(0, 1),
          .type = text_at(rows, 2),
          .state = text_at(rows, 3),
          .action = text_at(rows, 4),
          .day = rows.day(0, 5),
          .currency = currency_at(rows, 0, 6),
          .amount = rows.int8(0, 7),
          .difference = rows.int8(0, 8),
          .our_ref = text_at(rows, 9),
          .their_ref = text_at(rows, 10),
          .why = text_at(rows, 11)};
}

#define FENQI_STANDING_COLUMNS                                                               \
  "break_id, stage, type, state, action, day, currency, amount_minor, difference, our_ref, " \
  "their_ref, why"

void insert_sum(Session& session, const SignoffRow& row, const SignoffSum& sum) {
  query(session, R"(
    INSERT INTO reconcile_signoff_sum (channel_id, signed_date, currency, matched_count,
      matched_minor, timing_count, timing_minor, resolved_count, resolved_minor, ledger_minor,
      billed_minor, paid_minor, other_minor, apart_minor, later_minor)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15))",
        Params()
            .int8(row.channel.value)
            .day(row.day)
            .text(sum.currency.code())
            .int8(sum.matched_count)
            .int8(sum.matched)
            .int8(sum.timing_count)
            .int8(sum.timing)
            .int8(sum.resolved_count)
            .int8(sum.resolved)
            .int8(sum.proof.ledger)
            .int8(sum.proof.billed)
            .int8(sum.proof.paid)
            .int8(sum.proof.other)
            .int8(sum.proof.apart)
            .int8(sum.proof.later));
}

std::vector<SignoffSum> load_sums(Session& session, base::PartyId channel, base::Day day) {
  const Rows rows = query(session, R"(
    SELECT currency, matched_count, matched_minor, timing_count, timing_minor, resolved_count,
           resolved_minor, ledger_minor, billed_minor, paid_minor, other_minor, apart_minor,
           later_minor
    FROM reconcile_signoff_sum WHERE channel_id = $1 AND signed_date = $2 ORDER BY currency)",
                          Params().int8(channel.value).day(day));
  std::vector<SignoffSum> sums;
  for (int i = 0; i < rows.size(); ++i) {
    const base::Currency currency = currency_at(rows, i, 0);
    sums.push_back({.currency = currency,
                    .matched_count = rows.int8(i, 1),
                    .matched = rows.int8(i, 2),
                    .timing_count = rows.int8(i, 3),
                    .timing = rows.int8(i, 4),
                    .resolved_count = rows.int8(i, 5),
                    .resolved = rows.int8(i, 6),
                    .proof = {currency, rows.int8(i, 7), rows.int8(i, 8), rows.int8(i, 9),
                              rows.int8(i, 10), rows.int8(i, 11), rows.int8(i, 12)}});
  }
  return sums;
}

}  // namespace

bool is_signed(Session& session, base::PartyId channel, base::Day day) {
  return !query(session,
                "SELECT 1 FROM reconcile_signoff WHERE channel_id = $1 AND signed_date = $2",
                Params().int8(channel.value).day(day))
              .empty();
}

bool is_posted(Session& session, base::Day day) {
  return !query(session, R"(
    SELECT 1 FROM book WHERE closed_through >= $1
    UNION ALL
    SELECT 1 FROM close_step WHERE business_date = $1 AND step = 'payouts')",
                Params().day(day))
              .empty();
}

std::vector<base::Day> list_unsigned(Session& session, base::PartyId channel, base::Day from,
                                     base::Day to) {
  const Rows rows = query(session, R"(
    SELECT d::date FROM generate_series($2::date, $3::date, interval '1 day') d
    WHERE NOT EXISTS (SELECT FROM reconcile_signoff s
                      WHERE s.channel_id = $1 AND s.signed_date = d::date)
    ORDER BY d)",
                          Params().int8(channel.value).day(from).day(to));
  std::vector<base::Day> days;
  for (int i = 0; i < rows.size(); ++i) days.push_back(rows.day(i, 0));
  return days;
}

std::vector<BillEvidence> list_evidence(Session& session, base::PartyId channel, base::Day from,
                                        base::Day to) {
  const Rows rows = query(session, R"(
    SELECT bill_date, file_name, encode(sha256, 'hex'), state = 2 FROM bill_file
    WHERE party_id = $1 AND bill_date BETWEEN $2 AND $3 ORDER BY bill_date, kind, state, sha256)",
                          Params().int8(channel.value).day(from).day(to));
  std::vector<BillEvidence> files;
  for (int i = 0; i < rows.size(); ++i) {
    files.push_back({rows.day(i, 0), std::string(rows.text(i, 1)), std::string(rows.text(i, 2)),
                     rows.boolean(i, 3)});
  }
  return files;
}

bool has_bill(Session& session, base::PartyId channel, base::Day day) {
  return !query(session, R"(
    SELECT 1 FROM bill_file WHERE party_id = $1 AND kind = 1 AND state = 1 AND bill_date = $2
    LIMIT 1)",
                Params().int8(channel.value).day(day))
              .empty();
}

std::vector<BalanceProof> prove_balance(Session& session, base::PartyId channel, base::Day from,
                                        base::Day as_of) {
  const Rows rows = query(session, kProve, Params().int8(channel.value).day(from).day(as_of));
  std::vector<BalanceProof> proofs;
  for (int i = 0; i < rows.size(); ++i) {
    proofs.push_back({currency_at(rows, i, 0), rows.int8(i, 1), rows.int8(i, 2), rows.int8(i, 3),
                      rows.int8(i, 4), rows.int8(i, 5), rows.int8(i, 6)});
  }
  return proofs;
}

void list_standing(Session& session, base::PartyId channel, base::Day from,
                   const std::function<void(StandingBreak)>& take) {
  for_each_row(
      session,
      "SELECT " FENQI_STANDING_COLUMNS " FROM " FENQI_STANDING " ORDER BY day, break_id, type",
      Params().int8(channel.value).day(from), [&](const Rows& rows) { take(read_standing(rows)); });
}

void insert_signoff(Session& session, const SignoffRow& row, base::Day from) {
  query(session, R"(
    INSERT INTO reconcile_signoff (channel_id, signed_date, days, signed_by, approved_by, files,
                                   files_hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7))",
        Params()
            .int8(row.channel.value)
            .day(row.day)
            .int4(row.days)
            .text(row.signed_by)
            .text(row.approved_by)
            .texts(std::span<const std::string>(row.files))
            .bytes(row.files_hash));
  for (const SignoffSum& sum : row.sums) insert_sum(session, row, sum);
  query(session,
        "INSERT INTO reconcile_signoff_break (channel_id, signed_date, " FENQI_STANDING_COLUMNS
        ") SELECT $1, $3, " FENQI_STANDING_COLUMNS " FROM " FENQI_STANDING " WHERE break_id <> 0",
        Params().int8(row.channel.value).day(from).day(row.day));
}

std::optional<SignoffRow> find_signoff(Session& session, base::PartyId channel, base::Day day) {
  const Rows rows = query(session, R"(
    SELECT days, signed_by, approved_by, signed_at, files, files_hash FROM reconcile_signoff
    WHERE channel_id = $1 AND signed_date = $2)",
                          Params().int8(channel.value).day(day));
  if (rows.empty()) return std::nullopt;
  return SignoffRow{.channel = channel,
                    .day = day,
                    .days = rows.int4(0, 0),
                    .signed_by = text_at(rows, 1),
                    .approved_by = text_at(rows, 2),
                    .signed_at = rows.instant(0, 3),
                    .files = rows.texts(0, 4),
                    .files_hash = text_at(rows, 5),
                    .sums = load_sums(session, channel, day)};
}

void list_signed_breaks(Session& session, base::PartyId channel, base::Day day,
                        const std::function<void(StandingBreak)>& take) {
  for_each_row(session,
               "SELECT " FENQI_STANDING_COLUMNS
               " FROM reconcile_signoff_break WHERE channel_id = $1 AND signed_date = $2 "
               "ORDER BY day, break_id",
               Params().int8(channel.value).day(day),
               [&](const Rows& rows) { take(read_standing(rows)); });
}

}  // namespace store
