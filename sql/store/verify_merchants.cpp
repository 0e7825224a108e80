// What merchants are owed: each settlement is a window over the available dates of items, so it can
// be recomputed for ever.
#include "sql/store/verify_pass.h"

namespace store {
namespace {

// An item belongs to the first settlement on or after the day it becomes available. For one night's
// settlements (s) their items (i) are looked up.
constexpr std::string_view kItemsOfSettlements = R"(
      (SELECT * FROM settlement s WHERE {which}) s
        LEFT JOIN merchant_item i
          ON i.merchant_id = s.merchant_id AND i.currency = s.currency
             AND i.available_on BETWEEN s.window_from AND s.settled_on)";

// For all of them that would pair each settlement of a merchant with each item; so sums of items
// and settlements (type 0) are sorted together, backwards, and each sum takes the settlement last
// seen.
constexpr std::string_view kItemsOfAllSettlements = R"(
      (SELECT e.*, min(e.day) FILTER (WHERE e.type = 0)
                     OVER (PARTITION BY e.merchant_id, e.currency ORDER BY e.day DESC, e.type
                           ROWS UNBOUNDED PRECEDING) AS settled_on
       FROM (SELECT merchant_id, currency, available_on AS day, type,
                    sum(gross_minor) AS gross_minor, sum(discount_minor) AS discount_minor,
                    sum(subsidy_minor) AS subsidy_minor, sum(net_minor) AS net_minor
             FROM merchant_item GROUP BY merchant_id, currency, available_on, type
             UNION ALL
             SELECT merchant_id, currency, settled_on, 0, 0, 0, 0, 0 FROM settlement) e) s
        CROSS JOIN LATERAL (SELECT s.type, s.gross_minor, s.discount_minor, s.subsidy_minor,
                                   s.net_minor) i
    WHERE s.settled_on IS NOT NULL)";

// {which} chooses the settlements, {items} are they with their items.
constexpr std::string_view kSettlements = R"(
  WITH window_sum AS (
    SELECT s.merchant_id, s.currency, s.settled_on,
           coalesce(sum(i.gross_minor) FILTER (WHERE i.type = 1), 0) AS sales,
           coalesce(sum(i.gross_minor) FILTER (WHERE i.type = 2), 0) AS refunds,
           coalesce(sum(i.discount_minor) FILTER (WHERE i.type = 1), 0) AS discount,
           coalesce(sum(i.subsidy_minor) FILTER (WHERE i.type = 1), 0) AS subsidy,
           coalesce(sum(i.discount_minor) FILTER (WHERE i.type = 2), 0) AS returned_discount,
           coalesce(sum(i.subsidy_minor) FILTER (WHERE i.type = 2), 0) AS returned_subsidy,
           coalesce(sum(i.net_minor) FILTER (WHERE i.type = 3), 0) AS reserve,
           coalesce(sum(i.net_minor) FILTER (WHERE i.type = 4), 0) AS releases,
           coalesce(-sum(i.net_minor) FILTER (WHERE i.type = 5), 0) AS payout,
           coalesce(sum(i.net_minor) FILTER (WHERE i.type = 6), 0) AS adjustments
    FROM {items}
    GROUP BY s.merchant_id, s.currency, s.settled_on),
  judged AS (
    SELECT s.*, w.sales, w.refunds, w.discount, w.subsidy, w.returned_discount,
           w.returned_subsidy, w.reserve, w.releases, w.payout, p.paid,
           (s.sales_minor = w.sales AND s.refunds_minor = w.refunds
            AND s.discount_minor = w.discount AND s.subsidy_minor = w.subsidy
            AND s.returned_discount_minor = w.returned_discount
            AND s.returned_subsidy_minor = w.returned_subsidy AND s.reserve_minor = w.reserve
            AND s.releases_minor = w.releases AND s.payout_minor = w.payout
            AND s.adjustments_minor = w.adjustments) IS NOT TRUE
             AS items_wrong,
           (s.opening_minor + s.sales_minor + s.refunds_minor + s.discount_minor + s.subsidy_minor
            + s.returned_discount_minor + s.returned_subsidy_minor + s.releases_minor
            + s.reserve_minor + s.adjustments_minor = s.payout_minor + s.carried_minor
            AND s.opening_minor = coalesce(b.carried_minor, 0)
            AND (b.settled_on IS NULL OR s.window_from = b.settled_on + 1)) IS NOT TRUE
             AS chain_wrong,
           s.payout_minor <> coalesce(p.paid, 0) AS payout_wrong
    FROM (SELECT * FROM settlement s WHERE {which}) s
      JOIN window_sum w ON w.merchant_id = s.merchant_id AND w.currency = s.currency
                           AND w.settled_on = s.settled_on
      LEFT JOIN LATERAL (SELECT b.settled_on, b.carried_minor FROM settlement b
                         WHERE b.merchant_id = s.merchant_id AND b.currency = s.currency
                           AND b.settled_on < s.settled_on
                         ORDER BY b.settled_on DESC LIMIT 1) b ON true
      LEFT JOIN (SELECT merchant_id, currency, settled_on, sum(amount_minor) AS paid FROM payout s
                 WHERE s.kind = 1 AND {which} GROUP BY merchant_id, currency, settled_on) p
        ON p.merchant_id = s.merchant_id AND p.currency = s.currency
           AND p.settled_on = s.settled_on),
  named AS (
    SELECT j.*, format('settlement of merchant %s in %s on %s',
                       (SELECT ref FROM party w WHERE w.party_id = j.merchant_id), j.currency,
                       j.settled_on) AS name
    FROM judged j)
  SELECT count(*), count(*) FILTER (WHERE items_wrong),
         min(format('%s: sales %s, refunds %s, discount %s, payout %s; its items: %s, %s, %s, %s',
                    name, sales_minor, refunds_minor, discount_minor, payout_minor, sales, refunds,
                    discount, payout)) FILTER (WHERE items_wrong),
         count(*), count(*) FILTER (WHERE chain_wrong),
         min(name || ': its opening and totals are not payout and carried, or it does not follow '
                     'the settlement before') FILTER (WHERE chain_wrong),
         count(*), count(*) FILTER (WHERE payout_wrong),
         min(format('%s: it pays %s, the payouts made of it are %s', name, payout_minor,
                    coalesce(paid, 0))) FILTER (WHERE payout_wrong)
  FROM named)";

const Facts kSettlementFacts = {
    {"I4", "settlement-items", "each settlement's totals are those of the items in its window"},
    {"I4", "settlement-adds-up",
     "each settlement opens with what the one before carried, and adds up"},
    {"I4", "settlement-payout", "each settlement's payout was made, once"},
};

Findings check_settlements_where(Session& session, std::string_view items, std::string_view which,
                                 const Params& params) {
  return run_statement(session, kSettlementFacts,
                       filled(kSettlements, {{"{items}", items}, {"{which}", which}}), params);
}

}  // namespace

Findings check_settlements(Session& session) {
  return check_settlements_where(session, kItemsOfAllSettlements, "true", {});
}

Findings check_settlements_of_day(Session& session, base::Day day) {
  const Params settled_on = Params().day(base::plus_days(day, 1));
  if (query(session, "SELECT FROM settlement WHERE settled_on = $1 LIMIT 1", settled_on).empty()) {
    return {};
  }
  return check_settlements_where(session, kItemsOfSettlements, "s.settled_on = $1", settled_on);
}

}  // namespace store
