#include "sql/store/takeover_store.h"

#include "base/check.h"
#include "sql/store/rows.h"

namespace store {

void insert_takeover(Session& session, std::int64_t id, base::Day day, std::int32_t control) {
  query(session,
        "INSERT INTO takeover (takeover_id, business_date, control_code) VALUES ($1, $2, $3)",
        Params().int8(id).day(day).int4(control));
}

void copy_taken_plans(Session& session, std::span<const TakenPlanRow> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY takeover_plan (party_id, plan_id, product, currency, business_date, fee_recognized_minor,
                        subsidy_recognized_minor, interest_recognized_minor)
    FROM STDIN (FORMAT binary))");
  for (const TakenPlanRow& row : rows) {
    copy.row(8)
        .int8(row.party.value)
        .int8(row.plan.value)
        .text(row.product)
        .text(row.currency.code())
        .day(row.business_date)
        .int8(row.fee_recognized)
        .int8(row.subsidy_recognized)
        .int8(row.interest_recognized);
  }
  copy.finish();
}

void set_late_fee_before(Session& session, std::span<const std::int64_t> parties,
                         std::span<const std::int64_t> plans, base::Day through) {
  if (plans.empty()) return;
  query(session, R"sql(
    UPDATE plan p SET changed_on = $3, late_fee_before_minor = p.late_fee_minor
    FROM unnest($1, $2) AS u (party_id, plan_id)
    WHERE p.party_id = u.party_id AND p.plan_id = u.plan_id)sql",
        Params().int8s(parties).int8s(plans).day(through));
}

void insert_taken_accounts(Session& session, std::span<const std::int64_t> parties,
                           base::Currency currency, base::Day day) {
  if (parties.empty()) return;
  query(session, R"sql(
    INSERT INTO takeover_account (party_id, currency, business_date)
    SELECT u.party_id, $2, $3 FROM unnest($1) AS u (party_id))sql",
        Params().int8s(parties).text(currency.code()).day(day));
}

std::vector<std::int64_t> find_taken_accounts(Session& session,
                                              std::span<const std::int64_t> parties,
                                              base::Currency currency, base::Day day) {
  const Rows rows = query(session, R"sql(
    SELECT party_id FROM takeover_account
    WHERE party_id = ANY ($1) AND currency = $2 AND business_date = $3
    ORDER BY party_id)sql",
                          Params().int8s(parties).text(currency.code()).day(day));
  std::vector<std::int64_t> found;
  for (int i = 0; i < rows.size(); ++i) found.push_back(rows.int8(i, 0));
  return found;
}

std::vector<AccountBalance> list_balances_now(Session& session) {
  const Rows rows = query(session, R"sql(
    SELECT a.account_id, a.code, coalesce(o.ref, ''), a.tag, a.currency,
           (coalesce(last.balance_minor, 0) + coalesce(open.amount, 0))::bigint
    FROM account a
      LEFT JOIN party o ON o.party_id = a.owner_id
      LEFT JOIN LATERAL (SELECT d.balance_minor FROM account_day d
                         WHERE d.account_id = a.account_id
                           AND d.business_date <= (SELECT closed_through FROM book)
                         ORDER BY d.business_date DESC LIMIT 1) last ON true
      LEFT JOIN (SELECT s.account_id, sum(s.amount) AS amount
                 FROM (SELECT t.debit, t.credit, sum(t.amount) AS amount
                       FROM journal j
                         CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account,
                                                   j.amount_minor) AS t (debit, credit, amount)
                       WHERE j.business_date > (SELECT closed_through FROM book)
                       GROUP BY t.debit, t.credit) t
                   CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount))
                     AS s (account_id, amount)
                 GROUP BY s.account_id) open ON open.account_id = a.account_id
    ORDER BY a.code, coalesce(o.ref, '') COLLATE "C", a.tag COLLATE "C", a.currency)sql");
  std::vector<AccountBalance> balances;
  for (int i = 0; i < rows.size(); ++i) {
    const auto code = ledger::find_code(rows.int4(i, 1));
    CHECK(code.has_value(), "account {} is not in the chart", rows.int4(i, 1));
    balances.push_back(
        {{rows.int4(i, 0), *code, std::string(rows.text(i, 2)), std::string(rows.text(i, 3)),
          base::Currency::find(rows.text(i, 4)).value()},
         rows.int8(i, 5)});
  }
  return balances;
}

}  // namespace store
