#include "sql/store/report_store.h"

#include <fmt/format.h>

#include "base/check.h"
#include "sql/store/rows.h"

namespace store {
namespace {

base::Currency currency_at(const Rows& rows, int row, int column) {
  const auto currency = base::Currency::find(rows.text(row, column));
  CHECK(currency.has_value(), "the database holds a currency we don't know: {}",
        rows.text(row, column));
  return *currency;
}

AccountName account_at(const Rows& rows, int row) {
  const auto code = ledger::find_code(rows.int4(row, 1));
  CHECK(code.has_value(), "account {} is not in the chart", rows.int4(row, 1));
  return {rows.int4(row, 0), *code, std::string(rows.text(row, 2)), std::string(rows.text(row, 3)),
          currency_at(rows, row, 4)};
}

constexpr const char* kLimitChangeColumns = R"sql(
    SELECT l.business_date, c.ref, l.currency, l.reason, l.action, l.old_base_minor,
           l.new_base_minor, l.old_block, l.new_block, l.outstanding_minor, l.dpd,
           ARRAY(SELECT p.purchase_ref FROM plan p
                 WHERE p.party_id = l.party_id AND p.plan_id = ANY (l.plans)
                 ORDER BY p.purchase_ref COLLATE "C")
    FROM limit_change l JOIN party c ON c.party_id = l.party_id
    WHERE l.business_date BETWEEN $1 AND $2)sql";

// $3 and $4 are the last sealed date and the instant of the reading, $5 and $6 of the one before. A
// change without a time is from before they had one: it is known from the seal of its date on.
constexpr const char* kKnownLimitChanges = R"sql(
      AND (l.business_date <= $3 OR coalesce(l.posted_at <= $4, false))
      AND ($5::date IS NULL
           OR NOT (l.business_date <= $5 OR coalesce(l.posted_at <= $6, false)))
    ORDER BY l.business_date, c.ref COLLATE "C", l.currency, l.reason, l.action, l.change_id)sql";

Params limit_change_params(base::Day from, const Reading& reading, const Reading* before) {
  Params params;
  params.day(from).day(reading.as_of).day(reading.sealed_through);
  params.instant(reading.known_at.value_or(base::Instant{}));
  if (before == nullptr) {
    params.null().null();
  } else {
    params.day(before->sealed_through).instant(before->known_at.value_or(base::Instant{}));
  }
  return params;
}

std::vector<ReportedLimitChange> limit_changes_of(const Rows& rows) {
  std::vector<ReportedLimitChange> changes;
  for (int i = 0; i < rows.size(); ++i) {
    changes.push_back({rows.day(i, 0), std::string(rows.text(i, 1)), currency_at(rows, i, 2),
                       std::string(rows.text(i, 3)), static_cast<LimitAction>(rows.int2(i, 4)),
                       rows.int8(i, 5), rows.int8(i, 6), static_cast<Block>(rows.int2(i, 7)),
                       static_cast<Block>(rows.int2(i, 8)), rows.int8(i, 9), rows.int2(i, 10),
                       rows.texts(i, 11)});
  }
  return changes;
}

}  // namespace

std::vector<AccountBalance> list_balances(Session& session, base::Day as_of) {
  return list_balances(session, Reading{.as_of = as_of, .sealed_through = as_of});
}

std::vector<AccountBalance> list_balances(Session& session, const Reading& reading) {
  // Of a reading without `known_at` no date is above sealed_through.
  const Rows rows = query(session, R"sql(
    WITH moved AS (
      SELECT side.account_id, sum(side.minor)::bigint AS minor
      FROM journal j
        CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
          AS t (debit, credit, amount)
        CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount))
          AS side (account_id, minor)
      WHERE $1 < $2 AND j.business_date > $1 AND j.business_date <= $2 AND j.posted_at <= $3
      GROUP BY side.account_id
    )
    SELECT a.account_id, a.code, coalesce(o.ref, ''), a.tag, a.currency,
           coalesce(last.balance_minor, 0) + coalesce(m.minor, 0)
    FROM account a
      LEFT JOIN party o ON o.party_id = a.owner_id
      LEFT JOIN LATERAL (SELECT d.balance_minor FROM account_day d
                         WHERE d.account_id = a.account_id AND d.business_date <= $1
                         ORDER BY d.business_date DESC LIMIT 1) last ON true
      LEFT JOIN moved m ON m.account_id = a.account_id
    WHERE last.balance_minor IS NOT NULL OR m.minor IS NOT NULL
    ORDER BY a.code, coalesce(o.ref, '') COLLATE "C", a.tag COLLATE "C", a.currency,
             a.account_id)sql",
                          Params()
                              .day(reading.sealed_through)
                              .day(reading.as_of)
                              .instant(reading.known_at.value_or(base::Instant{})));
  std::vector<AccountBalance> balances;
  balances.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) balances.push_back({account_at(rows, i), rows.int8(i, 5)});
  return balances;
}

std::vector<AccountName> list_accounts(Session& session) {
  const Rows rows = query(session, R"sql(
    SELECT a.account_id, a.code, coalesce(o.ref, ''), a.tag, a.currency
    FROM account a LEFT JOIN party o ON o.party_id = a.owner_id)sql");
  std::vector<AccountName> accounts;
  accounts.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) accounts.push_back(account_at(rows, i));
  return accounts;
}

namespace {

constexpr const char* kSealedJournals = R"sql(
    SELECT v.business_date, v.number, j.rule, j.value_date, c.ref, coalesce(p.purchase_ref, ''),
           coalesce(j.source_ref, ''), j.currency, j.debit_account, j.credit_account,
           j.amount_minor
    FROM voucher v
    JOIN journal j ON j.party_id = v.party_id AND j.journal_id = v.journal_id
    JOIN party c ON c.party_id = v.party_id
    LEFT JOIN plan p ON p.party_id = j.party_id AND p.plan_id = j.plan_id
    WHERE v.business_date BETWEEN $1 AND $2 AND ($3::timestamptz IS NULL OR j.posted_at > $3)
    ORDER BY v.business_date, v.number)sql";

// The ids only make the order total: what differs in nothing else reads the same.
constexpr const char* kUnsealedJournals = R"sql(
    SELECT j.business_date, NULL::int, j.rule, j.value_date, c.ref, coalesce(p.purchase_ref, ''),
           coalesce(j.source_ref, ''), j.currency, j.debit_account, j.credit_account,
           j.amount_minor
    FROM journal j
    JOIN party c ON c.party_id = j.party_id
    LEFT JOIN plan p ON p.party_id = j.party_id AND p.plan_id = j.plan_id
    WHERE j.business_date BETWEEN $1 AND $2 AND j.posted_at <= $4
      AND ($3::timestamptz IS NULL OR j.posted_at > $3)
    ORDER BY j.business_date, j.posted_at, c.kind, c.ref COLLATE "C", j.rule,
             coalesce(p.purchase_ref, '') COLLATE "C", coalesce(j.source_ref, '') COLLATE "C",
             j.currency, j.amount_minor, j.party_id, j.journal_id)sql";

std::vector<ReportedJournal> journals_of(const Rows& rows) {
  std::vector<ReportedJournal> journals;
  journals.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    journals.push_back(
        {rows.day(i, 0), rows.is_null(i, 1) ? std::nullopt : std::optional(rows.int4(i, 1)),
         static_cast<ledger::Rule>(rows.int2(i, 2)), rows.day(i, 3), std::string(rows.text(i, 4)),
         std::string(rows.text(i, 5)), std::string(rows.text(i, 6)), currency_at(rows, i, 7),
         rows.int8s(i, 8), rows.int8s(i, 9), rows.int8s(i, 10)});
  }
  return journals;
}

}  // namespace

JournalCursor::JournalCursor(Session& session, base::Day from, const Reading& reading,
                             std::optional<base::Instant> posted_after) {
  const auto dates = [&](base::Day first, base::Day last) {
    Params params;
    params.day(first).day(last);
    posted_after ? params.instant(*posted_after) : params.null();
    return params;
  };
  if (from <= reading.sealed_through) {
    sealed_.emplace(session, kSealedJournals, dates(from, reading.sealed_through));
  }
  if (reading.has_unsealed()) {
    const base::Day first = std::max(from, base::plus_days(reading.sealed_through, 1));
    unsealed_.emplace(session, kUnsealedJournals,
                      dates(first, reading.as_of).instant(reading.known_at.value()));
  }
}

std::vector<ReportedJournal> JournalCursor::next() {
  for (std::optional<Cursor>* cursor : {&sealed_, &unsealed_}) {
    if (!*cursor) continue;
    auto journals = journals_of((*cursor)->next());
    if (!journals.empty()) return journals;
    cursor->reset();
  }
  return {};
}

LimitChangeCursor::LimitChangeCursor(Session& session, base::Day from, const Reading& reading,
                                     const Reading* before)
    : cursor_(session, std::string(kLimitChangeColumns) + kKnownLimitChanges,
              limit_change_params(from, reading, before)) {}

std::vector<ReportedLimitChange> LimitChangeCursor::next() {
  return limit_changes_of(cursor_.next());
}

std::vector<LimitChangeCount> count_limit_changes(Session& session, base::Day from, base::Day to) {
  const Rows rows = query(session, R"sql(
    SELECT currency, reason, action, count(*), count(DISTINCT party_id),
           sum(old_base_minor)::bigint, sum(new_base_minor)::bigint
    FROM limit_change WHERE business_date BETWEEN $1 AND $2
    GROUP BY currency, reason, action ORDER BY currency, action, reason COLLATE "C")sql",
                          Params().day(from).day(to));
  std::vector<LimitChangeCount> counts;
  for (int i = 0; i < rows.size(); ++i) {
    counts.push_back({currency_at(rows, i, 0), std::string(rows.text(i, 1)),
                      static_cast<LimitAction>(rows.int2(i, 2)), rows.int8(i, 3), rows.int8(i, 4),
                      rows.int8(i, 5), rows.int8(i, 6)});
  }
  return counts;
}

std::vector<ReportedLimitChange> list_largest_cuts(Session& session, base::Day from, base::Day to,
                                                   int count) {
  const std::string statement = fmt::format(R"sql({} AND l.new_base_minor < l.old_base_minor
    ORDER BY l.old_base_minor - l.new_base_minor DESC, l.business_date, c.ref COLLATE "C"
    LIMIT {})sql",
                                            kLimitChangeColumns, count);
  return limit_changes_of(query(session, statement.c_str(), Params().day(from).day(to)));
}

}  // namespace store
