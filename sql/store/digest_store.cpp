// `fenqi verify --digest`: the content of the books as one number, whatever order it came in.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "sql/store/rows.h"
#include "sql/store/seal_store.h"
#include "sql/store/verify_store.h"

namespace store {
namespace {

/// What makes up a row's content: a SELECT of one text column. References replace ids.
struct Source {
  const char* table;
  std::string rows;
};

std::string row_text(const char* columns, const char* from) {
  // The text of a row value is unambiguous: strings with a comma or quote in them are quoted.
  return fmt::format("SELECT ROW({})::text FROM {}", columns, from);
}

std::vector<Source> sources() {
  return {
      {"seal", row_text("s.business_date, s.journal_count, encode(s.chain_hash, 'hex')",
                        "(SELECT * FROM seal ORDER BY business_date DESC LIMIT 1) s")},
      {"journal",
       "SELECT content FROM (" +
           journal_content_sql("{0}.business_date > coalesce((SELECT max(business_date) FROM seal),"
                               " '-infinity')") +
           ") c"},
      {"account_day",
       row_text("a.code, w.kind, w.ref, a.tag, a.currency, d.business_date, d.debit_minor, "
                "d.credit_minor, d.balance_minor",
                "account_day d JOIN account a USING (account_id) "
                "LEFT JOIN party w ON w.party_id = a.owner_id")},
      {"plan",
       row_text("w.ref, p.purchase_ref, m.ref, p.product, p.currency, p.status, "
                "extract(epoch FROM p.purchased_at), p.business_date, p.start_on, p.goods_minor, "
                "p.financed_minor, p.coupon_platform_minor, p.coupon_merchant_minor, "
                "p.coupon_sponsor_minor, o.ref, p.discount_minor, p.discount_vat_minor, "
                "p.fee_minor, p.subsidy_minor, p.subsidy_payer, p.available_on, "
                "p.schedule_version, p.schedule_cause, p.due, p.principal, p.fee, p.interest, "
                "p.paid_principal, p.paid_fee, p.paid_interest, p.outstanding_minor, "
                "p.refunded_minor, p.late_fee_minor, p.late_fee_paid_minor, p.late_through, "
                "p.dpd, p.next_due, p.fee_recognized_minor, p.subsidy_recognized_minor, "
                "p.interest_recognized_minor, p.rate_e8, "
                "p.recognize_on",
                "plan p LEFT JOIN party w ON w.party_id = p.party_id "
                "LEFT JOIN party m ON m.party_id = p.merchant_id "
                "LEFT JOIN party o ON o.party_id = p.sponsor_id")},
      {"plan_version",
       row_text("p.purchase_ref, v.schedule_version, v.schedule_cause, v.replaced_on, v.due, "
                "v.principal, v.fee, v.interest, v.paid_principal, v.paid_fee, v.paid_interest",
                "plan_version v LEFT JOIN plan p USING (party_id, plan_id)")},
      {"credit_account",
       row_text("w.ref, c.currency, c.base_limit_minor, c.held_minor, c.outstanding_minor, "
                "c.credit_balance_minor, c.dpd, c.block, c.episode_base_minor, c.episode_rows, "
                "c.episode_peak_dpd, c.former_base_minor, c.clean_cycles, c.late_episodes",
                "credit_account c LEFT JOIN party w USING (party_id)")},
      {"hold", row_text("w.ref, h.hold_ref, m.ref, h.currency, h.amount_minor, h.business_date, "
                        "h.expires_on, h.status",
                        "hold h LEFT JOIN party w ON w.party_id = h.party_id "
                        "LEFT JOIN party m ON m.party_id = h.merchant_id")},
      {"repayment", row_text("w.ref, r.repayment_ref, k.ref, r.currency, r.amount_minor, "
                             "extract(epoch FROM r.paid_at), r.business_date, r.value_date",
                             "repayment r LEFT JOIN party w ON w.party_id = r.party_id "
                             "LEFT JOIN party k ON k.party_id = r.channel_id")},
      {"life_event",
       row_text("w.ref, e.event_ref, e.kind, p.purchase_ref, e.currency, "
                "extract(epoch FROM e.happened_at), e.business_date, e.value_date, e.reason, "
                "e.requested_by, e.approved_by",
                "life_event e JOIN party w ON w.party_id = e.party_id "
                "LEFT JOIN plan p ON p.party_id = e.party_id AND p.plan_id = e.plan_id")},
      {"takeover_plan",
       row_text("w.ref, p.purchase_ref, t.currency, t.business_date, t.fee_recognized_minor, "
                "t.subsidy_recognized_minor, t.interest_recognized_minor",
                "takeover_plan t LEFT JOIN party w ON w.party_id = t.party_id "
                "LEFT JOIN plan p ON p.party_id = t.party_id AND p.plan_id = t.plan_id")},
      {"clearing_item",
       row_text("w.ref, c.code, k.ref, c.currency, c.bill_date, c.business_date, c.amount_minor",
                "clearing_item c LEFT JOIN party w ON w.party_id = c.party_id "
                "LEFT JOIN party k ON k.party_id = c.owner_id")},
      {"suspense", row_text("s.suspense_ref, s.code, s.currency, s.amount_minor, s.cleared_minor, "
                            "s.business_date, s.owner",
                            "suspense s")},
      {"bank_statement",
       row_text(
           "w.ref, b.currency, b.as_of, b.closing_minor, b.business_date, "
           "(SELECT array_agg(format('%s:%s', t.item_ref, t.amount_minor) ORDER BY t.item_ref) "
           "FROM bank_transit t WHERE t.bank_id = b.bank_id AND t.currency = b.currency "
           "AND t.as_of = b.as_of)",
           "bank_statement b LEFT JOIN party w ON w.party_id = b.bank_id")},
      {"refund", row_text("w.ref, f.refund_ref, p.purchase_ref, f.currency, f.amount_minor, "
                          "f.principal_minor, f.cash_minor, extract(epoch FROM f.refunded_at), "
                          "f.business_date, f.value_date, f.reason",
                          "refund f LEFT JOIN party w ON w.party_id = f.party_id "
                          "LEFT JOIN plan p ON p.party_id = f.party_id AND p.plan_id = f.plan_id")},
      {"allocation",
       row_text("w.ref, r.repayment_ref, f.refund_ref, p.purchase_ref, a.kind, a.currency, "
                "a.business_date, a.value_date, a.penalty_minor, a.credit_minor, a.installment, "
                "a.principal, a.fee, a.interest",
                "allocation a LEFT JOIN party w ON w.party_id = a.party_id "
                "LEFT JOIN repayment r ON r.party_id = a.party_id AND r.event_id = a.event_id "
                "LEFT JOIN refund f ON f.party_id = a.party_id AND f.event_id = a.event_id "
                "LEFT JOIN plan p ON p.party_id = a.party_id AND p.plan_id = a.plan_id")},
      {"limit_change",
       row_text("w.ref, l.currency, l.business_date, l.reason, l.action, l.old_base_minor, "
                "l.new_base_minor, l.old_block, l.new_block, l.outstanding_minor, l.dpd, "
                "(SELECT array_agg(p.purchase_ref ORDER BY p.purchase_ref) FROM plan p "
                "WHERE p.party_id = l.party_id AND p.plan_id = ANY (l.plans))",
                "limit_change l LEFT JOIN party w USING (party_id)")},
      {"merchant_item",
       row_text("w.ref, m.ref, i.type, p.purchase_ref, "
                "CASE WHEN i.type IN (1, 2) THEN i.order_ref END, i.periods, i.currency, "
                "CASE WHEN i.type IN (1, 2) THEN extract(epoch FROM i.occurred_at) END, "
                "i.business_date, i.available_on, i.gross_minor, i.coupon_platform_minor, "
                "i.coupon_merchant_minor, i.coupon_sponsor_minor, i.discount_minor, i.vat_minor, "
                "i.subsidy_minor, i.net_minor",
                "merchant_item i LEFT JOIN party w ON w.party_id = i.party_id "
                "LEFT JOIN party m ON m.party_id = i.merchant_id "
                "LEFT JOIN plan p ON p.party_id = i.party_id AND p.plan_id = i.plan_id")},
      {"settlement",
       row_text("m.ref, s.currency, s.settled_on, s.window_from, s.opening_minor, s.sales_minor, "
                "s.refunds_minor, s.discount_minor, s.subsidy_minor, s.returned_discount_minor, "
                "s.returned_subsidy_minor, s.releases_minor, s.reserve_minor, s.payout_minor, "
                "s.carried_minor, s.item_count",
                "settlement s LEFT JOIN party m ON m.party_id = s.merchant_id")},
      {"reserve_tranche",
       row_text("m.ref, t.currency, t.settled_on, t.sale_date, t.amount_minor, t.release_on, "
                "t.released_on",
                "reserve_tranche t LEFT JOIN party m ON m.party_id = t.merchant_id")},
      {"payout",
       row_text("m.ref, y.currency, y.settled_on, y.amount_minor, y.status, y.instructed_on, "
                "y.confirmed_on, y.rejected_on",
                "payout y LEFT JOIN party m ON m.party_id = y.merchant_id")},
      {"payout_account",
       row_text("m.ref, a.name, a.account, a.bank_code, a.business_date",
                "payout_account a LEFT JOIN party m ON m.party_id = a.merchant_id")},
      {"accrual",
       row_text("a.business_date, a.kind, a.product, a.currency, a.amount",
                "(SELECT business_date, kind, product, currency, sum(amount_minor) AS amount "
                "FROM accrual_part GROUP BY business_date, kind, product, currency "
                "HAVING sum(amount_minor) <> 0) a")},
      {"command", row_text("c.kind, CASE WHEN c.scope = 0 THEN '' ELSE s.ref END, c.key, w.ref, "
                           "encode(c.request_hash, 'hex'), c.outcome, c.business_date",
                           "command c LEFT JOIN party w ON w.party_id = c.party_id "
                           "LEFT JOIN party s ON s.party_id = c.scope")},
      {"party", row_text("w.kind, w.ref, w.terms, w.created_on", "party w")},
      {"book",
       row_text("b.catalog_name, b.zone, b.calendar, b.cutoff_minute, b.opens_on, b.open_date, "
                "b.closed_through",
                "book b")},
  };
}

}  // namespace

std::size_t digest_table_count() { return sources().size(); }

TableDigest digest_table(Session& session, std::size_t table) {
  const Source source = sources().at(table);
  // Sums of parts of the rows' hashes don't depend on the order, and need no memory. OFFSET 0 keeps
  // the planner from hashing each row once a part.
  const std::string statement = fmt::format(
      R"(SELECT encode(sha256(convert_to(
                 concat_ws(',', count(*), coalesce(sum(('x' || substr(h, 1, 15))::bit(60)::bigint), 0),
                           coalesce(sum(('x' || substr(h, 16, 15))::bit(60)::bigint), 0),
                           coalesce(sum(('x' || substr(h, 31, 15))::bit(60)::bigint), 0),
                           coalesce(sum(('x' || substr(h, 46, 15))::bit(60)::bigint), 0)),
                 'UTF8')), 'hex')
         FROM (SELECT encode(sha256(convert_to(r.row, 'UTF8')), 'hex') AS h
               FROM ({}) r (row) OFFSET 0) x)",
      source.rows);
  return {source.table, std::string(query(session, statement.c_str()).text(0, 0))};
}

}  // namespace store
