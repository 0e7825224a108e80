#include "sql/store/tie_out_store.h"

#include <fmt/format.h>

#include "sql/store/currency_column.h"

namespace store {
namespace {

using ledger::Code;

int number(Code code) { return static_cast<int>(code); }

// $1 is the last sealed date of the reading, $2 its last date, $3 its instant. Dates through $1 are
// whole. Of a date after it belongs to the reading what was posted by $3: a journal by its own
// time, a record by its event's.
constexpr std::string_view kPosted =
    "(j.business_date <= $1 OR j.business_date <= $2 AND j.posted_at <= $3)";
constexpr std::string_view kPostedSince =
    "j.business_date > $1 AND j.business_date <= $2 AND j.posted_at <= $3";
constexpr std::string_view kKnown = R"sql(
    known AS MATERIALIZED (
      SELECT event_id FROM journal j
      WHERE $1 < $2 AND j.business_date > $1 AND j.business_date <= $2 AND j.posted_at <= $3
      UNION
      SELECT event_id FROM life_event e
      WHERE $1 < $2 AND e.business_date > $1 AND e.business_date <= $2 AND e.posted_at <= $3
    ), recognized AS MATERIALIZED (
      SELECT DISTINCT business_date, rule FROM journal j
      WHERE $1 < $2 AND j.business_date > $1 AND j.business_date <= $2 AND j.posted_at <= $3
        AND j.rule IN (9, 10, 28, 29, 62)
    ))sql";

/// Whether a record of that date and event belongs to the reading.
std::string is_known(std::string_view date, std::string_view event) {
  return fmt::format("({0} <= $1 OR {0} <= $2 AND {1} IN (SELECT event_id FROM known))", date,
                     event);
}

/// What journals moved on the account: rows (key, currency, amount), debits positive.
std::string posted(Code code, std::string_view key, std::string_view which,
                   std::string_view sign = "") {
  return fmt::format(R"sql(
    SELECT {} AS key, j.currency, {}sum(s.amount) AS amount
    FROM journal j
    CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
      AS t (debit, credit, amount)
    CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount)) AS s (account_id, amount)
    JOIN account a ON a.account_id = s.account_id AND a.code = {}
    WHERE {} GROUP BY 1, 2)sql",
                     key, sign, number(code), which);
}

/// Takes what was posted later off records that only say how they are now.
std::string less_later(Code code, std::string_view key, std::string_view which = "true") {
  return " UNION ALL " + posted(code, key, fmt::format("NOT {} AND {}", kPosted, which), "-");
}

/// Adds what was posted since to records that are known by closed dates.
std::string plus_since(Code code, std::string_view key) {
  return " UNION ALL " + posted(code, key, kPostedSince);
}

/// Income and allowances that plans carry and the close of their date had not posted yet.
std::string not_recognized(std::string_view rules) {
  return fmt::format(
      "business_date > $1 AND NOT (business_date <= $2 AND business_date IN "
      "(SELECT r.business_date FROM recognized r WHERE r.rule IN ({})))",
      rules);
}

constexpr std::string_view kPlanKey = "coalesce(j.plan_id, 0)";
constexpr std::string_view kOwnerKey = "coalesce(a.owner_id, 0)";

/// Unpaid principal or fee of each plan: what is unpaid now, with what later changes of its
/// schedule took away and later allocations paid. Each change is taken back by itself, because
/// changes of two dates may come in either order. What an installment was paid stays with its
/// number.
std::string unpaid_of_plans(std::string_view part) {
  return fmt::format(R"sql(
    SELECT p.plan_id, p.currency,
           (SELECT coalesce(sum(x), 0) FROM unnest(p.{0}) x)
           - (SELECT coalesce(sum(x), 0) FROM unnest(p.paid_{0}) x)
    FROM plan p WHERE {1}
    UNION ALL
    SELECT plan_id, currency, amount - after
    FROM (SELECT v.plan_id, p.currency, v.replaced_on, v.replaced_by, s.amount,
                 coalesce(lead(s.amount) OVER (PARTITION BY v.party_id, v.plan_id
                                               ORDER BY v.schedule_version),
                          (SELECT coalesce(sum(x), 0) FROM unnest(p.{0}) x)) AS after
          FROM plan_version v
          JOIN plan p ON p.party_id = v.party_id AND p.plan_id = v.plan_id
          CROSS JOIN LATERAL (SELECT coalesce(sum(x), 0) AS amount FROM unnest(v.{0}) x) s
          WHERE {1}) versions
    WHERE NOT {2}
    UNION ALL
    SELECT a.plan_id, a.currency, (SELECT coalesce(sum(x), 0) FROM unnest(a.{0}) x)
    FROM allocation a
    WHERE a.business_date > $1 AND NOT {3} AND a.kind IN (1, 2, 4, 5) AND a.plan_id <> 0
      AND EXISTS (SELECT FROM plan p WHERE p.party_id = a.party_id AND p.plan_id = a.plan_id
                                       AND {1}))sql",
                     part, is_known("p.business_date", "p.event_id"),
                     is_known("replaced_on", "replaced_by"),
                     is_known("a.business_date", "a.event_id"));
}

/// Allowances are posted by product at the close of the date that changed them.
ControlAccount allowance(Code code, int stage) {
  return {code, PartOf::Product, "allowances of plans",
          fmt::format(R"sql(
    SELECT product, currency, -allowance_minor::numeric FROM plan WHERE ecl_stage = {0}
    UNION ALL
    SELECT product, currency,
           CASE WHEN kind / 10 = 10 + {0} THEN -amount_minor ELSE amount_minor END
    FROM accrual_part
    WHERE {1}
      AND (kind = 10 + {0} OR kind >= 100 AND (kind / 10 = 10 + {0} OR kind % 10 = {0})))sql",
                      stage, not_recognized("28, 29")) +
              less_later(code, "a.tag", "j.rule NOT IN (28, 29)")};
}

/// Fee and subsidy not yet earned; what was earned is posted at the close of its date.
ControlAccount unearned(Code code, std::string_view of, std::string records, int kind, int rule) {
  return {code, PartOf::Book, std::move(records),
          fmt::format(R"sql(
    SELECT 0::bigint, currency, ({0}_recognized_minor - {0}_minor)::numeric FROM plan
    UNION ALL
    SELECT 0, currency, -amount_minor FROM accrual_part WHERE {2} AND kind = {1})sql",
                      of, kind, not_recognized(std::to_string(rule))) +
              less_later(code, "0::bigint", fmt::format("j.rule <> {}", rule))};
}

/// Interest of plans that accrued and was not paid; what is charged off is a claim.
ControlAccount interest() {
  return {Code::InterestReceivable, PartOf::Book, "interest of plans, accrued and not paid",
          fmt::format(R"sql(
    SELECT 0::bigint, currency,
           interest_recognized_minor::numeric
             - (SELECT coalesce(sum(x), 0) FROM unnest(paid_interest) x)
    FROM plan WHERE status <> 5
    UNION ALL
    SELECT 0, currency, -amount_minor FROM accrual_part WHERE {} AND kind = 3)sql",
                      not_recognized("62")) +
              less_later(Code::InterestReceivable, "0::bigint", "j.rule <> 62")};
}

ControlAccount suspense(Code code, std::string_view sign) {
  return {code, PartOf::Book, "open suspense items",
          fmt::format("SELECT 0::bigint, currency, {}(amount_minor - cleared_minor)::numeric FROM "
                      "suspense WHERE code = {}",
                      sign, number(code)) +
              less_later(code, "0::bigint"),
          fmt::format("SELECT 0::bigint, suspense_ref, currency, {}(amount_minor - cleared_minor) "
                      "FROM suspense WHERE code = {} AND amount_minor > cleared_minor",
                      sign, number(code))};
}

ControlAccount holds(Code code, std::string_view sign) {
  return {
      code, PartOf::Customer, "open holds",
      fmt::format("SELECT party_id, currency, {}amount_minor::numeric FROM hold WHERE status = 1",
                  sign) +
          less_later(code, "j.party_id"),
      fmt::format("SELECT party_id, hold_ref, currency, {}amount_minor FROM hold WHERE status = 1",
                  sign)};
}

ControlAccount claims(Code code, std::string_view sign) {
  return {code, PartOf::Plan, "claims charged off",
          fmt::format(
              "SELECT plan_id, currency, {}claim_minor::numeric FROM plan WHERE claim_minor > 0",
              sign) +
              less_later(code, kPlanKey)};
}

// By the dates on which they come and go; of dates that are not sealed, the journals say it.
constexpr const char* kOpenTranches =
    "FROM reserve_tranche WHERE settled_on <= $1 AND (released_on IS NULL OR released_on > $1)";
constexpr const char* kOpenPayouts =
    "FROM payout WHERE instructed_on <= $1 AND (confirmed_on IS NULL OR confirmed_on > $1) "
    "AND (rejected_on IS NULL OR rejected_on > $1)";

std::vector<ControlAccount> make_control_accounts() {
  return {
      {Code::ChannelClearing, PartOf::Channel, "repayments",
       fmt::format("SELECT channel_id, currency, amount_minor::numeric FROM repayment "
                   "WHERE channel_id IS NOT NULL AND {}",
                   is_known("business_date", "event_id")),
       "", static_cast<std::int16_t>(ledger::Rule::Repay)},
      {Code::PrincipalReceivable, PartOf::Plan, "unpaid principal of installments",
       unpaid_of_plans("principal")},
      {Code::FeeReceivable, PartOf::Plan, "unpaid fee of installments", unpaid_of_plans("fee")},
      {Code::LateFeeReceivable, PartOf::Plan, "late fees of plans",
       "SELECT plan_id, currency, (late_fee_minor - late_fee_paid_minor)::numeric FROM plan" +
           less_later(Code::LateFeeReceivable, kPlanKey)},
      interest(),
      allowance(Code::AllowanceStage1, 1),
      allowance(Code::AllowanceStage2, 2),
      allowance(Code::AllowanceStage3, 3),
      suspense(Code::Shortage, ""),
      {Code::MerchantPayable, PartOf::Merchant, "merchant items",
       fmt::format("SELECT merchant_id, currency, -net_minor::numeric FROM merchant_item WHERE {}",
                   is_known("business_date", "event_id"))},
      {Code::MerchantReserve, PartOf::Merchant, "reserve tranches",
       fmt::format("SELECT merchant_id, currency, -amount_minor::numeric {}", kOpenTranches) +
           plus_since(Code::MerchantReserve, kOwnerKey),
       fmt::format("SELECT merchant_id, 'tranche of ' || to_char(sale_date, 'YYYY-MM-DD'), "
                   "currency, -amount_minor {}",
                   kOpenTranches)},
      {Code::PayoutsInTransit, PartOf::Merchant, "payouts on their way",
       fmt::format("SELECT merchant_id, currency, -amount_minor::numeric {}", kOpenPayouts) +
           plus_since(Code::PayoutsInTransit, kOwnerKey),
       fmt::format("SELECT merchant_id, payout_ref, currency, -amount_minor {}", kOpenPayouts)},
      {Code::DisputeHold, PartOf::Plan, "disputed purchases", R"sql(
    SELECT plan_id, currency,
           -(financed_minor - CASE WHEN cardinality(returned) = 0 THEN 0
                                   ELSE returned[1] - returned[2] - returned[3] - returned[4]
                              END)::numeric
    FROM plan WHERE status = 4)sql" + less_later(Code::DisputeHold, kPlanKey)},
      {Code::CustomerCredit, PartOf::Customer, "credit balances",
       "SELECT party_id, currency, -credit_balance_minor::numeric FROM credit_account" +
           less_later(Code::CustomerCredit, "j.party_id")},
      {Code::RefundPayable, PartOf::Customer, "refunds not paid out",
       fmt::format(R"sql(
    SELECT party_id, currency, -cash_minor::numeric FROM refund WHERE {0}
    UNION ALL
    SELECT party_id, currency, amount_minor FROM refund_payout WHERE {0})sql",
                   is_known("business_date", "event_id")),
       fmt::format(R"sql(
    SELECT f.party_id, f.refund_ref, f.currency, -f.cash_minor FROM refund f
    WHERE {} AND f.cash_minor > 0
      AND NOT EXISTS (SELECT FROM refund_payout p
                      WHERE p.party_id = f.party_id AND p.refund_event = f.event_id
                        AND {}))sql",
                   is_known("f.business_date", "f.event_id"),
                   is_known("p.business_date", "p.event_id"))},
      unearned(Code::UnearnedFee, "fee", "fees of plans not yet earned", 1, 9),
      unearned(Code::UnearnedSubsidy, "subsidy", "subsidies of plans not yet earned", 2, 10),
      suspense(Code::Suspense, "-"),
      holds(Code::MemoHolds, ""),
      holds(Code::MemoHoldsContra, "-"),
      claims(Code::MemoClaims, ""),
      claims(Code::MemoClaimsContra, "-"),
  };
}

/// The account's balances as rows (key, currency, amount).
std::string ledger_by_part(const ControlAccount& control) {
  const std::string which = control.rule == 0
                                ? std::string(kPosted)
                                : fmt::format("{} AND j.rule = {}", kPosted, control.rule);
  std::string_view key = "0::bigint";
  switch (control.part_of) {
    case PartOf::Plan:
      return posted(control.code, kPlanKey, which);
    case PartOf::Customer:
      return posted(control.code, "j.party_id", which);
    case PartOf::Channel:
      return posted(control.code, kOwnerKey, which);
    case PartOf::Merchant:
      key = kOwnerKey;
      break;
    case PartOf::Product:
      key = "a.tag";
      break;
    case PartOf::Book:
      break;
  }
  return fmt::format(R"sql(
    SELECT key, currency, sum(amount) AS amount
    FROM (SELECT {} AS key, a.currency, last.balance_minor::numeric AS amount
          FROM account a,
               LATERAL (SELECT d.balance_minor FROM account_day d
                        WHERE d.account_id = a.account_id AND d.business_date <= $1
                        ORDER BY d.business_date DESC LIMIT 1) last
          WHERE a.code = {}
          UNION ALL {}) x
    GROUP BY 1, 2)sql",
                     key, number(control.code), posted(control.code, key, kPostedSince));
}

/// Party and record of a part, and where to look for them.
struct Naming {
  std::string_view kind, party, record, join;
};
Naming naming_of(PartOf part_of) {
  constexpr std::string_view kParty = "LEFT JOIN party w ON w.party_id = d.key";
  constexpr std::string_view kRef = "coalesce(w.ref, '(unknown)')";
  switch (part_of) {
    case PartOf::Plan:
      return {"plan", "coalesce(w.ref, '')", "coalesce(p.purchase_ref, '(no plan)')",
              "LEFT JOIN plan p ON p.plan_id = d.key LEFT JOIN party w ON w.party_id = p.party_id"};
    case PartOf::Customer:
      return {"customer", kRef, "''", kParty};
    case PartOf::Merchant:
      return {"merchant", kRef, "''", kParty};
    case PartOf::Channel:
      return {"channel", kRef, "''", kParty};
    case PartOf::Product:
      return {"product", "''", "d.key", ""};
    case PartOf::Book:
      return {"book", "''", "''", ""};
  }
  std::unreachable();
}

std::string differences_of(const ControlAccount& control) {
  const Naming naming = naming_of(control.part_of);
  const std::string items = control.items.empty() ? ""
                                                  : fmt::format(R"sql(
    UNION ALL
    SELECT d.party, i.record, d.currency, 0::numeric, i.amount::numeric, true
    FROM named d JOIN ({}) i (key, record, currency, amount)
      ON i.key = d.key AND i.currency = d.currency)sql",
                                                                control.items);
  return fmt::format(R"sql(
    WITH {7},
    ledger AS ({0}),
    part AS (SELECT key, currency, sum(amount) AS amount FROM ({1}) x (key, currency, amount)
             GROUP BY key, currency),
    differing AS (
      SELECT coalesce(l.key, p.key) AS key, coalesce(l.currency, p.currency) AS currency,
             coalesce(l.amount, 0) AS ledger, coalesce(p.amount, 0) AS parts
      FROM ledger l FULL JOIN part p ON p.key = l.key AND p.currency = l.currency
      WHERE coalesce(l.amount, 0) <> coalesce(p.amount, 0)),
    named AS (
      SELECT d.*, {2} AS party, {3} AS record FROM differing d {4})
    SELECT '{5}', party, record, currency, ledger::bigint, parts::bigint, is_item
    FROM (SELECT party, record, currency, ledger, parts, false AS is_item FROM named {6}) x
    ORDER BY party COLLATE "C", currency, is_item, record COLLATE "C")sql",
                     ledger_by_part(control), control.parts, naming.party, naming.record,
                     naming.join, naming.kind, items, kKnown);
}

Params params_of(const Reading& reading) {
  Params params;
  params.day(reading.sealed_through).day(reading.as_of);
  params.instant(reading.known_at.value_or(base::Instant{}));
  return params;
}

}  // namespace

std::span<const ControlAccount> control_accounts() {
  static const std::vector<ControlAccount> kControls = make_control_accounts();
  return kControls;
}

std::vector<TieOut> tie_out(Session& session, const ControlAccount& control,
                            const Reading& reading) {
  // Of the balance the day totals know the sum without reading journals.
  ControlAccount whole = control;
  if (control.rule == 0) whole.part_of = PartOf::Book;
  const std::string statement = fmt::format(R"sql(
    WITH {},
    ledger AS (SELECT currency, sum(amount) AS amount FROM ({}) x GROUP BY currency),
    part AS (SELECT currency, sum(amount) AS amount FROM ({}) x (key, currency, amount)
             GROUP BY currency)
    SELECT coalesce(l.currency, p.currency), coalesce(l.amount, 0)::bigint,
           coalesce(p.amount, 0)::bigint
    FROM ledger l FULL JOIN part p ON p.currency = l.currency
    WHERE l.currency IS NOT NULL OR p.amount <> 0
    ORDER BY 1)sql",
                                            kKnown, ledger_by_part(whole), control.parts);
  const Rows rows = query(session, statement.c_str(), params_of(reading));
  std::vector<TieOut> sums;
  for (int i = 0; i < rows.size(); ++i) {
    sums.push_back({currency_in(rows, i, 0), rows.int8(i, 1), rows.int8(i, 2)});
  }
  return sums;
}

TieOutDifferences::TieOutDifferences(Session& session, const ControlAccount& control,
                                     const Reading& reading)
    : cursor_(session, differences_of(control), params_of(reading)) {}

std::vector<TieOutPart> TieOutDifferences::next() {
  const Rows rows = cursor_.next();
  std::vector<TieOutPart> parts;
  for (int i = 0; i < rows.size(); ++i) {
    parts.push_back({std::string(rows.text(i, 0)),
                     std::string(rows.text(i, 1)),
                     std::string(rows.text(i, 2)),
                     {currency_in(rows, i, 3), rows.int8(i, 4), rows.int8(i, 5)},
                     rows.boolean(i, 6)});
  }
  return parts;
}

}  // namespace store
