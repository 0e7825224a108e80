#include "sql/store/debit_store.h"

#include <fmt/format.h>

#include "sql/store/currency_column.h"
#include "sql/store/rows.h"

namespace store {
namespace {

constexpr std::string_view kFileColumns = "message_id, debit_on, number, made_at, channel";

std::optional<DebitFileRow> read_file(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return DebitFileRow{std::string(rows.text(0, 0)), rows.day(0, 1), rows.int4(0, 2),
                      rows.instant(0, 3), std::string(rows.text(0, 4))};
}

constexpr std::string_view kStanding = R"sql(
    SELECT d.debit_ref, d.message_id, d.debit_on, d.party_id, c.ref, d.currency, d.amount_minor,
           d.attempt, d.status, f.channel, d.answered_at, d.reason,
           (SELECT coalesce(string_agg(p.purchase_ref || '/' || i.number, ' ' ORDER BY i.place), '')
            FROM unnest(d.plan_ids, d.installments) WITH ORDINALITY AS i (plan_id, number, place)
            JOIN plan p ON p.party_id = d.party_id AND p.plan_id = i.plan_id)
    FROM debit_instruction d
    JOIN debit_file f ON f.message_id = d.message_id
    JOIN party c ON c.party_id = d.party_id)sql";

std::vector<DebitStanding> read_standings(const Rows& rows) {
  std::vector<DebitStanding> debits;
  for (int i = 0; i < rows.size(); ++i) {
    debits.push_back(
        {.debit_ref = std::string(rows.text(i, 0)),
         .message_id = std::string(rows.text(i, 1)),
         .debit_on = rows.day(i, 2),
         .party = {rows.int8(i, 3)},
         .customer = std::string(rows.text(i, 4)),
         .currency = currency_in(rows, i, 5),
         .amount = rows.int8(i, 6),
         .attempt = rows.int2(i, 7),
         .status = static_cast<DebitStatus>(rows.int2(i, 8)),
         .channel = std::string(rows.text(i, 9)),
         .answered_at = rows.is_null(i, 10) ? std::nullopt : std::optional(rows.instant(i, 10)),
         .reason = std::string(rows.text(i, 11)),
         .purchase_refs = std::string(rows.text(i, 12))});
  }
  return debits;
}

}  // namespace

void lock_debit_files(Session& session) {
  query(session, "SELECT pg_advisory_xact_lock(hashtext('fenqi.debit_file'))");
}

std::optional<DebitFileRow> find_debit_file(Session& session, const std::string& message_id) {
  const auto statement =
      fmt::format("SELECT {} FROM debit_file WHERE message_id = $1", kFileColumns);
  return read_file(query(session, statement.c_str(), Params().text(message_id)));
}

std::optional<DebitFileRow> find_last_debit_file(Session& session, base::Day debit_on) {
  const auto statement = fmt::format(
      "SELECT {} FROM debit_file WHERE debit_on = $1 ORDER BY number DESC LIMIT 1", kFileColumns);
  return read_file(query(session, statement.c_str(), Params().day(debit_on)));
}

void insert_debit_file(Session& session, const DebitFileRow& file) {
  query(session, R"sql(
    INSERT INTO debit_file (message_id, debit_on, number, made_at, channel)
    VALUES ($1, $2, $3, $4, $5))sql",
        Params()
            .text(file.message_id)
            .day(file.debit_on)
            .int4(file.number)
            .instant(file.made_at)
            .text(file.channel));
}

std::vector<DebitsMade> load_debits_made(Session& session, std::span<const std::int64_t> parties,
                                         base::Day debit_on) {
  const Rows rows = query(session, R"sql(
    SELECT party_id, currency, (count(*) FILTER (WHERE debit_on = $2))::int,
           bool_or(status IN (1, 4))
    FROM debit_instruction
    WHERE party_id = ANY ($1) AND (debit_on = $2 OR status IN (1, 4))
    GROUP BY party_id, currency)sql",
                          Params().int8s(parties).day(debit_on));
  std::vector<DebitsMade> made;
  for (int i = 0; i < rows.size(); ++i) {
    made.push_back(
        {{rows.int8(i, 0)}, currency_in(rows, i, 1), rows.int4(i, 2), rows.boolean(i, 3)});
  }
  return made;
}

void insert_debits(Session& session, const DebitFileRow& file, std::span<const DebitRow> debits) {
  if (debits.empty()) return;
  CopyIn copy(session, R"(
    COPY debit_instruction (debit_ref, message_id, debit_on, party_id, currency, amount_minor,
                            attempt, oldest_due, plan_ids, installments)
    FROM STDIN (FORMAT binary))");
  for (const DebitRow& debit : debits) {
    const std::vector<std::int16_t> numbers(debit.installments.begin(), debit.installments.end());
    copy.row(10)
        .text(debit.debit_ref)
        .text(file.message_id)
        .day(file.debit_on)
        .int8(debit.party.value)
        .text(debit.currency.code())
        .int8(debit.amount)
        .int2(debit.attempt)
        .day(debit.oldest_due)
        .int8s(debit.plan_ids)
        .int2s(numbers);
  }
  copy.finish();
}

std::vector<DebitSum> sum_debit_file(Session& session, const std::string& message_id) {
  const Rows rows = query(session, R"sql(
    SELECT currency, count(*), sum(amount_minor)::bigint
    FROM debit_instruction WHERE message_id = $1 GROUP BY currency ORDER BY currency)sql",
                          Params().text(message_id));
  std::vector<DebitSum> sums;
  for (int i = 0; i < rows.size(); ++i) {
    sums.push_back({currency_in(rows, i, 0), rows.int8(i, 1), rows.int8(i, 2)});
  }
  return sums;
}

DebitFileCursor::DebitFileCursor(Session& session, const std::string& message_id)
    : cursor_(
          session,
          fmt::format(R"({} WHERE d.message_id = $1 ORDER BY d.debit_ref COLLATE "C")", kStanding),
          Params().text(message_id)) {}

std::vector<DebitStanding> DebitFileCursor::next() { return read_standings(cursor_.next()); }

DebitCursor::DebitCursor(Session& session, base::Day from, base::Day to)
    : cursor_(session,
              fmt::format(R"({} WHERE d.debit_on BETWEEN $1 AND $2
                                OR (d.debit_on < $1 AND d.status IN (1, 4))
                             ORDER BY d.debit_on, d.debit_ref COLLATE "C")",
                          kStanding),
              Params().day(from).day(to)) {}

std::vector<DebitStanding> DebitCursor::next() { return read_standings(cursor_.next()); }

std::vector<DebitStanding> load_debits(Session& session, std::span<const std::string> refs) {
  const auto statement = fmt::format("{} WHERE d.debit_ref = ANY ($1)", kStanding);
  return read_standings(query(session, statement.c_str(), Params().texts(refs)));
}

std::int64_t update_debits(Session& session, std::span<const DebitAnswered> answers,
                           base::Instant at) {
  std::vector<std::string> refs, reasons;
  std::vector<std::int16_t> statuses;
  for (const DebitAnswered& answer : answers) {
    refs.push_back(answer.debit_ref);
    statuses.push_back(static_cast<std::int16_t>(answer.status));
    reasons.push_back(answer.reason);
  }
  return query(session, R"sql(
    UPDATE debit_instruction d SET status = a.status, reason = a.reason, answered_at = $4
    FROM unnest($1::text[], $2::smallint[], $3::text[]) AS a (debit_ref, status, reason)
    WHERE d.debit_ref = a.debit_ref AND d.status IN (1, 4))sql",
               Params().texts(refs).int2s(statuses).texts(reasons).instant(at))
      .affected();
}

bool is_debit_posted(Session& session, const DebitStanding& debit) {
  return !query(session, R"sql(
    SELECT FROM repayment
    WHERE party_id = $1 AND repayment_ref = $2 AND currency = $3 AND amount_minor = $4)sql",
                Params()
                    .int8(debit.party.value)
                    .text(debit.debit_ref)
                    .text(debit.currency.code())
                    .int8(debit.amount))
              .empty();
}

DebitAnswerLock::DebitAnswerLock(Session& session) : session_(session) {
  query(session, "SELECT pg_advisory_lock(hashtext('fenqi.debit_answers'))");
}

DebitAnswerLock::~DebitAnswerLock() {
  try {
    query(session_, "SELECT pg_advisory_unlock(hashtext('fenqi.debit_answers'))");
  } catch (const Fault&) {
    // The connection is gone, and the lock with it.
  }
}

}  // namespace store
