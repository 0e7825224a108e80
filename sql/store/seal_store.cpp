#include "sql/store/seal_store.h"

#include <fmt/format.h>

#include "ledger/journal.h"
#include "sql/store/rows.h"

namespace store {
namespace {

/// A field of the canonical text, "5:SALE1," or "-," for what is absent: the length in bytes makes
/// it unambiguous whatever the value holds.
std::string field(std::string_view expression) {
  return fmt::format("coalesce(octet_length({0}) || ':' || ({0}) || ',', '-,')", expression);
}

/// Dates are written with ten characters, whatever the session's style.
std::string date_field(std::string_view expression) {
  return fmt::format("coalesce('10:' || to_char({}, 'YYYY-MM-DD') || ',', '-,')", expression);
}

std::string rule_names() {
  std::string rows;
  for (const ledger::Rule rule : ledger::kRules) {
    rows += fmt::format("{}({}, '{}')", rows.empty() ? "" : ", ", static_cast<int>(rule),
                        ledger::name(rule));
  }
  return rows;
}

/// The content of the journals that `condition` chooses. `original` names a relation that holds the
/// content of the journals they reverse, or is empty.
std::string content_sql(std::string_view condition, std::string_view original) {
  const std::string names =
      field("a.code::text") + " || " + field("o.ref") + " || " + field("a.tag");
  const std::string amount = field("t.amount::text");
  const std::string journal_columns =
      "j.rule, j.plan_id, j.currency, j.value_date, j.source_ref, j.reverses";
  const std::string reversed =
      original.empty() ? std::string("'-,'")
                       : field(
                             "encode(sha256('\\x00'::bytea || convert_to(r.content, 'UTF8')), "
                             "'hex')");
  // A date moves few of the accounts, so each is named where it occurs (and remembered by the
  // planner), not all of them beforehand.
  return fmt::format(
      R"(SELECT m.party_id, m.journal_id, m.business_date,
           {format} || {kind} || {ref} || {rule} || {source} || {purchase} || {currency}
             || {business_date} || {value_date} || {reversed} || {count} || m.transfers AS content
         FROM (
           SELECT j.party_id, j.journal_id, j.business_date, {journal_columns},
                  count(*)::text AS transfer_count,
                  string_agg(d.name || c.name || {amount}, '' ORDER BY t.number) AS transfers
           FROM journal j
             CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
               WITH ORDINALITY AS t (debit, credit, amount, number)
             CROSS JOIN LATERAL (SELECT (SELECT {names}
                                         FROM account a LEFT JOIN party o ON o.party_id = a.owner_id
                                         WHERE a.account_id = t.debit) AS name OFFSET 0) d
             CROSS JOIN LATERAL (SELECT (SELECT {names}
                                         FROM account a LEFT JOIN party o ON o.party_id = a.owner_id
                                         WHERE a.account_id = t.credit) AS name OFFSET 0) c
           WHERE {condition}
           GROUP BY j.party_id, j.journal_id) m
           LEFT JOIN party w ON w.party_id = m.party_id
           LEFT JOIN plan p ON p.party_id = m.party_id AND p.plan_id = m.plan_id
           LEFT JOIN (VALUES {rule_names}) n (rule, name) ON n.rule = m.rule
           {join_original})",
      fmt::arg("format", field(fmt::format("'{}'", kSealFormat))),
      fmt::arg("kind", field("w.kind::text")), fmt::arg("ref", field("w.ref")),
      fmt::arg("rule", field("n.name")),
      fmt::arg("source", field("coalesce(m.source_ref, p.purchase_ref)")),
      fmt::arg("purchase", field("p.purchase_ref")),
      fmt::arg("currency", field("m.currency::text")),
      fmt::arg("business_date", date_field("m.business_date")),
      fmt::arg("value_date", date_field("m.value_date")), fmt::arg("reversed", reversed),
      fmt::arg("count", field("m.transfer_count")), fmt::arg("journal_columns", journal_columns),
      fmt::arg("amount", amount), fmt::arg("names", names),
      fmt::arg("condition", fmt::format(fmt::runtime(condition), "j")),
      fmt::arg("rule_names", rule_names()),
      fmt::arg("join_original", original.empty()
                                    ? std::string()
                                    : fmt::format("LEFT JOIN ({}) r ON r.party_id = m.party_id "
                                                  "AND r.journal_id = m.reverses",
                                                  original)));
}

SealRow read_seal(const Rows& rows) {
  return {.business_date = rows.day(0, 0),
          .format = std::string(rows.text(0, 1)),
          .journal_count = rows.int8(0, 2),
          .content_hash = std::string(rows.text(0, 3)),
          .previous_hash = std::string(rows.text(0, 4)),
          .chain_hash = std::string(rows.text(0, 5))};
}

}  // namespace

std::string journal_content_sql(std::string_view condition) {
  // A reversal carries the leaf of what it reverses. Those are few, and reversals of reversals are
  // refused, so one level is enough.
  const std::string reversed = fmt::format(
      "({{0}}.party_id, {{0}}.journal_id) IN "
      "(SELECT v.party_id, v.reverses FROM journal v WHERE v.reverses IS NOT NULL AND {})",
      fmt::format(fmt::runtime(condition), "v"));
  return content_sql(condition, content_sql(reversed, ""));
}

std::int64_t insert_account_days(Session& session, base::Day day) {
  return query(session, R"(
      INSERT INTO account_day (account_id, business_date, debit_minor, credit_minor, balance_minor)
      SELECT m.account_id, $1, m.debit, m.credit, coalesce(p.balance_minor, 0) + m.debit - m.credit
      FROM (SELECT s.account_id, sum(s.debit)::bigint AS debit, sum(s.credit)::bigint AS credit
            FROM (SELECT t.debit, t.credit, sum(t.amount) AS amount
                  FROM journal j
                    CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
                      AS t (debit, credit, amount)
                  WHERE j.business_date = $1
                  GROUP BY t.debit, t.credit) t
              CROSS JOIN LATERAL (VALUES (t.debit, t.amount, 0), (t.credit, 0, t.amount))
                AS s (account_id, debit, credit)
            GROUP BY s.account_id) m
        LEFT JOIN LATERAL (SELECT d.balance_minor FROM account_day d
                           WHERE d.account_id = m.account_id AND d.business_date < $1
                           ORDER BY d.business_date DESC LIMIT 1) p ON true
      ON CONFLICT (account_id, business_date) DO NOTHING)",
               Params().day(day))
      .affected();
}

std::int64_t insert_vouchers(Session& session, base::Day day) {
  // For a day of a million journals; both end with the transaction.
  session.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off");
  const bool has_reversals =
      !query(session,
             "SELECT FROM journal WHERE reverses IS NOT NULL AND business_date = $1 LIMIT 1",
             Params().day(day))
           .empty();
  const std::string content = has_reversals ? journal_content_sql("{0}.business_date = $1")
                                            : content_sql("j.business_date = $1", "");
  // Journals with equal content are interchangeable; their ids only make the order total.
  const std::string statement = fmt::format(
      R"(INSERT INTO voucher (business_date, number, party_id, journal_id, leaf)
         SELECT $1, row_number() OVER (ORDER BY c.content COLLATE "C", c.party_id, c.journal_id),
                c.party_id, c.journal_id,
                sha256('\x00'::bytea || convert_to(c.content, 'UTF8'))
         FROM ({}) c)",
      content);
  return query(session, statement.c_str(), Params().day(day)).affected();
}

void insert_seal(Session& session, base::Day day) {
  query(session, R"(
      INSERT INTO seal (business_date, format, journal_count, content_hash, previous_hash,
                        chain_hash)
      SELECT $1, $2, v.journal_count, v.content_hash, p.previous_hash,
             sha256(p.previous_hash || convert_to(to_char($1::date, 'YYYY-MM-DD'), 'UTF8')
                    || int8send(v.journal_count) || v.content_hash)
      FROM (SELECT count(*) AS journal_count,
                   sha256(coalesce(string_agg(leaf, ''::bytea ORDER BY number), ''::bytea))
                     AS content_hash
            FROM voucher WHERE business_date = $1) v,
           (SELECT coalesce((SELECT chain_hash FROM seal WHERE business_date = $1::date - 1),
                            decode(repeat('00', 32), 'hex')) AS previous_hash) p)",
        Params().day(day).text(kSealFormat));
}

std::optional<SealRow> find_seal(Session& session, base::Day day) {
  const Rows rows = query(session, R"(
      SELECT business_date, format, journal_count, content_hash, previous_hash, chain_hash
      FROM seal WHERE business_date = $1)",
                          Params().day(day));
  return rows.empty() ? std::nullopt : std::optional(read_seal(rows));
}

std::optional<base::Day> find_last_sealed_day(Session& session) {
  return query(session, "SELECT max(business_date) FROM seal").day_or_null(0, 0);
}

}  // namespace store
