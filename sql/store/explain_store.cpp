#include "sql/store/explain_store.h"

#include <fmt/format.h>

#include "sql/store/rows.h"

namespace store {
namespace {

base::Currency currency_of(const Rows& rows, int row, int column) {
  return base::Currency::find(rows.text(row, column)).value();
}

/// The transfers that moved the account, a sign beside each. The party, where one is asked for,
/// leads the journal's key: its history is a range.
constexpr std::string_view kMoved = R"(
    FROM journal j
      CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
        AS t (debit, credit, amount)
      CROSS JOIN LATERAL (VALUES (t.debit, 1), (t.credit, -1)) AS s (account_id, sign)
      LEFT JOIN plan p ON p.party_id = j.party_id AND p.plan_id = j.plan_id
    WHERE j.business_date <= $1 AND j.currency = $2
      AND s.account_id IN (SELECT a.account_id FROM account a
                             LEFT JOIN party o ON o.party_id = a.owner_id
                           WHERE a.code = $3 AND a.currency = $2 AND ($4 = '' OR o.ref = $4)
                             AND ($5::text IS NULL OR a.tag = $5::text))
      AND ($6 = '' OR j.party_id IN (SELECT w.party_id FROM party w WHERE w.ref = $6))
      AND ($7 = '' OR p.purchase_ref = $7))";

Params params_of(const BalanceQuestion& q) {
  Params params;
  params.day(q.as_of).text(q.currency.code()).int4(q.code).text(q.owner);
  if (q.tag) {
    params.text(*q.tag);
  } else {
    params.null();
  }
  params.text(q.party).text(q.purchase_ref);
  return params;
}

}  // namespace

std::vector<BalancePart> sum_balance_parts(Session& session, const BalanceQuestion& question) {
  const std::string statement = fmt::format(R"(
    SELECT j.rule, count(DISTINCT (j.party_id, j.journal_id)),
           coalesce(sum(t.amount) FILTER (WHERE s.sign = 1), 0)::bigint,
           coalesce(sum(t.amount) FILTER (WHERE s.sign = -1), 0)::bigint
    {}
    GROUP BY j.rule ORDER BY j.rule)",
                                            kMoved);
  const Rows rows = query(session, statement.c_str(), params_of(question));
  std::vector<BalancePart> parts;
  for (int i = 0; i < rows.size(); ++i) {
    parts.push_back({static_cast<ledger::Rule>(rows.int2(i, 0)), rows.int8(i, 1), rows.int8(i, 2),
                     rows.int8(i, 3)});
  }
  return parts;
}

std::vector<BalanceLine> list_balance_lines(Session& session, const BalanceQuestion& question,
                                            int limit) {
  const std::string statement = fmt::format(R"(
    SELECT x.business_date, x.value_date, v.number, x.rule, w.ref, coalesce(x.purchase_ref, ''),
           coalesce(x.source_ref, ''), x.amount
    FROM (SELECT j.business_date, j.value_date, j.rule, j.party_id, j.journal_id, j.source_ref,
                 p.purchase_ref, sum(s.sign * t.amount)::bigint AS amount
          {}
          GROUP BY j.party_id, j.journal_id, j.business_date, j.value_date, j.rule, j.source_ref,
                   p.purchase_ref
          ORDER BY j.business_date DESC, j.party_id, j.journal_id DESC LIMIT {}) x
      JOIN party w ON w.party_id = x.party_id
      LEFT JOIN voucher v ON v.business_date = x.business_date AND v.party_id = x.party_id
                             AND v.journal_id = x.journal_id
    ORDER BY x.business_date DESC, v.number DESC NULLS FIRST, w.ref COLLATE "C", x.journal_id DESC)",
                                            kMoved, limit);
  const Rows rows = query(session, statement.c_str(), params_of(question));
  std::vector<BalanceLine> lines;
  for (int i = 0; i < rows.size(); ++i) {
    BalanceLine line{.business_date = rows.day(i, 0),
                     .value_date = rows.day(i, 1),
                     .voucher = std::nullopt,
                     .rule = static_cast<ledger::Rule>(rows.int2(i, 3)),
                     .party = std::string(rows.text(i, 4)),
                     .purchase_ref = std::string(rows.text(i, 5)),
                     .source_ref = std::string(rows.text(i, 6)),
                     .amount = rows.int8(i, 7)};
    if (!rows.is_null(i, 2)) line.voucher = rows.int4(i, 2);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::optional<ExplainedPayout> find_payout(Session& session, std::string_view ref) {
  const Rows rows = query(session, R"(
    SELECT p.merchant_id, w.ref, p.currency, p.settled_on, p.amount_minor, p.status,
           p.confirmed_on, p.kind
    FROM payout p JOIN party w ON w.party_id = p.merchant_id WHERE p.payout_ref = $1)",
                          Params().text(ref));
  if (rows.empty()) return std::nullopt;
  return ExplainedPayout{{rows.int8(0, 0)},       std::string(rows.text(0, 1)),
                         currency_of(rows, 0, 2), rows.day(0, 3),
                         rows.int8(0, 4),         rows.int2(0, 5),
                         rows.day_or_null(0, 6),  rows.int2(0, 7)};
}

std::optional<ExplainedSettlement> find_settlement(Session& session,
                                                   const ExplainedPayout& payout) {
  const Rows rows = query(
      session, R"(
    SELECT window_from, settled_on, opening_minor, sales_minor, refunds_minor, discount_minor,
           subsidy_minor, returned_discount_minor, returned_subsidy_minor, adjustments_minor,
           releases_minor, reserve_minor, payout_minor, carried_minor, item_count::bigint
    FROM settlement WHERE merchant_id = $1 AND currency = $2 AND settled_on = $3)",
      Params().int8(payout.merchant_id.value).text(payout.currency.code()).day(payout.settled_on));
  if (rows.empty() || payout.kind != 1) return std::nullopt;
  ExplainedSettlement s;
  s.window_from = rows.day(0, 0);
  s.settled_on = rows.day(0, 1);
  int column = 2;
  for (std::int64_t* field : {&s.opening, &s.sales, &s.refunds, &s.discount, &s.subsidy,
                              &s.returned_discount, &s.returned_subsidy, &s.adjustments,
                              &s.releases, &s.reserve, &s.payout, &s.carried, &s.items}) {
    *field = rows.int8(0, column++);
  }
  return s;
}

std::vector<ExplainedItem> list_settled_items(Session& session, const ExplainedPayout& payout,
                                              const ExplainedSettlement& settlement, int limit) {
  const Rows rows = query(session, R"(
    SELECT i.type, i.business_date, i.available_on, i.order_ref,
           CASE WHEN i.party_id <> i.merchant_id THEN w.ref ELSE '' END, i.gross_minor,
           i.discount_minor, i.subsidy_minor, i.net_minor
    FROM merchant_item i JOIN party w ON w.party_id = i.party_id
    WHERE i.merchant_id = $1 AND i.currency = $2 AND i.available_on BETWEEN $3 AND $4
      AND i.type <> 5
    ORDER BY i.type, i.business_date, i.order_ref COLLATE "C", i.net_minor LIMIT $5)",
                          Params()
                              .int8(payout.merchant_id.value)
                              .text(payout.currency.code())
                              .day(settlement.window_from)
                              .day(settlement.settled_on)
                              .int4(limit));
  std::vector<ExplainedItem> items;
  for (int i = 0; i < rows.size(); ++i) {
    items.push_back({rows.int2(i, 0), rows.day(i, 1), rows.day(i, 2), std::string(rows.text(i, 3)),
                     std::string(rows.text(i, 4)), rows.int8(i, 5), rows.int8(i, 6),
                     rows.int8(i, 7), rows.int8(i, 8)});
  }
  return items;
}

std::vector<ExplainedLimit> find_limits(Session& session, std::string_view customer) {
  const Rows rows = query(session, R"(
    SELECT c.party_id, c.currency, c.base_limit_minor, c.held_minor, c.outstanding_minor, c.block,
           c.dpd, c.former_base_minor, c.closed_through
    FROM party w JOIN credit_account c ON c.party_id = w.party_id
    WHERE w.kind = 1 AND w.ref = $1 ORDER BY c.currency)",
                          Params().text(customer));
  std::vector<ExplainedLimit> limits;
  for (int i = 0; i < rows.size(); ++i) {
    limits.push_back({{rows.int8(i, 0)},
                      currency_of(rows, i, 1),
                      rows.int8(i, 2),
                      rows.int8(i, 3),
                      rows.int8(i, 4),
                      rows.int2(i, 5),
                      rows.int2(i, 6),
                      rows.int8_or_null(i, 7),
                      rows.day(i, 8)});
  }
  return limits;
}

std::vector<LimitUse> list_limit_uses(Session& session, const ExplainedLimit& limit, int count) {
  const Rows rows =
      query(session, R"(
    SELECT x.is_hold, x.ref, w.ref, x.day, x.amount, x.dpd
    FROM (SELECT false AS is_hold, purchase_ref AS ref, merchant_id, business_date AS day,
                 outstanding_minor AS amount, dpd
          FROM plan WHERE party_id = $1 AND currency = $2 AND outstanding_minor > 0
          UNION ALL
          SELECT true, hold_ref, merchant_id, business_date, amount_minor, 0::smallint
          FROM hold WHERE party_id = $1 AND currency = $2 AND status = 1) x
      JOIN party w ON w.party_id = x.merchant_id
    ORDER BY x.is_hold, x.day, x.ref COLLATE "C" LIMIT $3)",
            Params().int8(limit.customer.value).text(limit.currency.code()).int4(count));
  std::vector<LimitUse> uses;
  for (int i = 0; i < rows.size(); ++i) {
    uses.push_back({rows.boolean(i, 0), std::string(rows.text(i, 1)), std::string(rows.text(i, 2)),
                    rows.day(i, 3), rows.int8(i, 4), rows.int2(i, 5)});
  }
  return uses;
}

std::vector<LimitDecision> list_limit_decisions(Session& session, const ExplainedLimit& limit,
                                                int count) {
  const Rows rows =
      query(session, R"(
    SELECT * FROM (
      SELECT l.business_date, l.reason, l.action, l.old_base_minor, l.new_base_minor, l.old_block,
             l.new_block, l.outstanding_minor, l.dpd,
             ARRAY(SELECT p.purchase_ref FROM plan p
                   WHERE p.party_id = l.party_id AND p.plan_id = ANY (l.plans)
                   ORDER BY p.purchase_ref COLLATE "C") AS plans, l.change_id
      FROM limit_change l WHERE l.party_id = $1 AND l.currency = $2
      ORDER BY l.business_date DESC, l.change_id DESC LIMIT $3) x
    ORDER BY business_date, change_id)",
            Params().int8(limit.customer.value).text(limit.currency.code()).int4(count));
  std::vector<LimitDecision> decisions;
  for (int i = 0; i < rows.size(); ++i) {
    decisions.push_back({rows.day(i, 0), std::string(rows.text(i, 1)), rows.int2(i, 2),
                         rows.int8(i, 3), rows.int8(i, 4), rows.int2(i, 5), rows.int2(i, 6),
                         rows.int8(i, 7), rows.int2(i, 8), rows.texts(i, 9)});
  }
  return decisions;
}

}  // namespace store
