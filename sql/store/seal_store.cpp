#include "sql/store/seal_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "ledger/journal.h"
#include "ledger/journal_content.h"
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
      fmt::arg("format", field(fmt::format("'{}'", ledger::kJournalContentForm))),
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

constexpr const char* kSelectSeals =
    "SELECT s.business_date, s.format, s.journal_count, s.content_hash, s.previous_hash, "
    "s.chain_hash, s.key_fingerprint, s.signature, b.catalog_name FROM seal s CROSS JOIN book b ";

SignedSeal read_seal(const Rows& rows, int row) {
  SignedSeal signed_seal{.seal = {.format = std::string(rows.text(row, 1)),
                                  .book = std::string(rows.text(row, 8)),
                                  .business_date = rows.day(row, 0),
                                  .journal_count = static_cast<std::uint64_t>(rows.int8(row, 2)),
                                  .content_hash = read_hash(rows.text(row, 3)),
                                  .previous_hash = read_hash(rows.text(row, 4))},
                         .hash = read_hash(rows.text(row, 5))};
  if (!rows.is_null(row, 6)) {
    signed_seal.signature.emplace();
    signed_seal.signature->key = read_hash(rows.text(row, 6));
    auto& signature = signed_seal.signature->signature;
    std::ranges::copy(rows.text(row, 7).substr(0, signature.size()), signature.begin());
  }
  return signed_seal;
}

}  // namespace

base::Hash read_hash(std::string_view bytes) {
  return bytes.size() == base::kHashBytes ? base::hash_of_bytes(bytes)
                                          : base::sha256(fmt::format("no hash: {}", bytes));
}

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

std::int64_t count_vouchers(Session& session, base::Day day) {
  return query(session, "SELECT count(*) FROM voucher WHERE business_date = $1", Params().day(day))
      .int8(0, 0);
}

void for_each_leaf(Session& session, base::Day day, std::int64_t count,
                   const std::function<void(const base::Hash&)>& take) {
  constexpr std::int64_t kLeavesAtOnce = 4096;
  for (std::int64_t done = 0; done < count; done += kLeavesAtOnce) {
    const Rows rows = query(session,
                            "SELECT leaf FROM voucher WHERE business_date = $1 "
                            "AND number > $2 AND number <= $3 ORDER BY number",
                            Params()
                                .day(day)
                                .int4(static_cast<std::int32_t>(done))
                                .int4(static_cast<std::int32_t>(done + kLeavesAtOnce)));
    CHECK(rows.size() == std::min(kLeavesAtOnce, count - done), "{} vouchers of {} after number {}",
          rows.size(), base::to_string(day), done);
    for (int row = 0; row < rows.size(); ++row) take(base::hash_of_bytes(rows.text(row, 0)));
  }
}

std::optional<std::string> find_voucher_content(Session& session, base::Day day,
                                                std::int64_t number) {
  const Rows voucher = query(
      session, "SELECT party_id, journal_id FROM voucher WHERE business_date = $1 AND number = $2",
      Params().day(day).int8(number));
  if (voucher.empty()) return std::nullopt;
  const std::string statement =
      fmt::format("SELECT content FROM ({}) c WHERE c.party_id = $1 AND c.journal_id = $2",
                  journal_content_sql("{0}.party_id = $1 AND {0}.journal_id = $2"));
  const Rows rows =
      query(session, statement.c_str(), Params().int8(voucher.int8(0, 0)).int8(voucher.int8(0, 1)));
  if (rows.empty()) return std::nullopt;
  return std::string(rows.text(0, 0));
}

void insert_seal(Session& session, const SignedSeal& seal) {
  CHECK(seal.signature.has_value(), "a seal without a signature");
  query(session,
        "INSERT INTO seal (business_date, format, journal_count, content_hash, previous_hash, "
        "chain_hash, key_fingerprint, signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        Params()
            .day(seal.seal.business_date)
            .text(seal.seal.format)
            .int8(static_cast<std::int64_t>(seal.seal.journal_count))
            .bytes(base::bytes_of(seal.seal.content_hash))
            .bytes(base::bytes_of(seal.seal.previous_hash))
            .bytes(base::bytes_of(seal.hash))
            .bytes(base::bytes_of(seal.signature->key))
            .bytes(base::bytes_of(seal.signature->signature)));
}

std::optional<SignedSeal> find_seal(Session& session, base::Day day) {
  const std::string statement = std::string(kSelectSeals) + "WHERE s.business_date = $1";
  const Rows rows = query(session, statement.c_str(), Params().day(day));
  return rows.empty() ? std::nullopt : std::optional(read_seal(rows, 0));
}

std::optional<base::Day> find_last_sealed_day(Session& session) {
  return query(session, "SELECT max(business_date) FROM seal").day_or_null(0, 0);
}

std::optional<SignedSeal> find_last_signed_seal(Session& session) {
  const std::string statement = std::string(kSelectSeals) +
                                "WHERE s.signature IS NOT NULL ORDER BY s.business_date DESC "
                                "LIMIT 1";
  const Rows rows = query(session, statement.c_str());
  return rows.empty() ? std::nullopt : std::optional(read_seal(rows, 0));
}

std::vector<SignedSeal> list_seals(Session& session, base::Day from, base::Day to) {
  const std::string statement =
      std::string(kSelectSeals) + "WHERE s.business_date BETWEEN $1 AND $2 ORDER BY 1";
  const Rows rows = query(session, statement.c_str(), Params().day(from).day(to));
  std::vector<SignedSeal> seals;
  for (int row = 0; row < rows.size(); ++row) seals.push_back(read_seal(rows, row));
  return seals;
}

std::string find_book_name(Session& session) {
  const Rows rows = query(session, "SELECT catalog_name FROM book");
  CHECK(!rows.empty(), "a database without a book");
  return std::string(rows.text(0, 0));
}

}  // namespace store
