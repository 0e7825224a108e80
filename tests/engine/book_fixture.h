// A book in a fresh database, and short ways to say purchases and repayments.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/book.h"
#include "engine/engine.h"
#include "sql/store/rows.h"
#include "sql/store/session.h"
#include "tests/support/test_database.h"

namespace tests {

/// The terms of scenario S1: 0.60 % a period, discount 0.60 % without VAT, reserve 5 % for 90 days,
/// channel fee 0.30 %, T+1 on the Chinese calendar of 2026.
inline constexpr const char* kS1Catalog = R"toml(
[book]
name = "s1"
currency = "CNY"
zone = "Asia/Shanghai"
calendar = "CN"
opens_on = 2026-06-01
decisions = "enforce"

[currency.CNY]
tolerance = "10.00"
payout_min = "1.00"
installment_min = "1.00"
opening_capital = "50000.00"

[currency.JPY]
tolerance = "150"
payout_min = "20"
installment_min = "20"

[[product]]
name = "flat_fee"
method = "flat_fee"
installments_min = 1
installments_max = 24
due = "order"
rate_percent = "0.60"
rate_per = "period"
late_fee = { percent_per_day = "0.05", grace_days = 3, tolerance_percent = "10" }

[[product]]
name = "interest_free"
method = "interest_free"
installments_min = 1
installments_max = 12
due = "order"
late_fee = { percent_per_day = "0.05", grace_days = 3, tolerance_percent = "10" }

[product.subsidy]
payer = "merchant"
percent_by_installments = { 3 = "1.80" }

[[product]]
name = "statement"
method = "flat_fee"
installments_min = 1
installments_max = 24
due = "statement"
bill_day = 1
days_to_due = 9
rate_percent = "0.60"
rate_per = "period"
late_fee = { percent_per_day = "0.05", grace_days = 3, tolerance_percent = "10" }

[[product]]
name = "level"
method = "level_payment"
installments_min = 1
installments_max = 24
due = "order"
rate_percent = "1.00"
rate_per = "period"
late_fee = { percent_per_day = "0.05", grace_days = 3, tolerance_percent = "10" }

[[product]]
name = "daily"
method = "daily_interest"
installments_min = 1
installments_max = 24
due = "order"
rate_percent = "0.05"
rate_per = "day"
late_fee = { percent_per_day = "0.05", grace_days = 3, tolerance_percent = "10" }

[[merchant]]
name = "standard"
discount_percent = "0.60"
returns_discount = true
settle = "T+1"
calendar = "CN"
reserve_percent = "5"
reserve_days = 90

[[customer]]
name = "standard"
limit = { CNY = "8000.00", JPY = "100000" }

[[channel]]
name = "WX"
auto_settle = { days = 1, fee_percent = "0.30" }

[created]
customer = "standard"
merchant = "standard"

[payout]
auto_confirm = { days = 0 }

[calendar.CN]
first_year = 2026
last_year = 2026
off = [
  2026-01-01, 2026-01-02, 2026-01-03, 2026-02-15, 2026-02-16, 2026-02-17, 2026-02-18,
  2026-02-19, 2026-02-20, 2026-02-21, 2026-02-22, 2026-02-23, 2026-04-04, 2026-04-05,
  2026-04-06, 2026-05-01, 2026-05-02, 2026-05-03, 2026-05-04, 2026-05-05, 2026-06-19,
  2026-06-20, 2026-06-21, 2026-09-25, 2026-09-26, 2026-09-27, 2026-10-01, 2026-10-02,
  2026-10-03, 2026-10-04, 2026-10-05, 2026-10-06, 2026-10-07,
]
work = [2026-01-04, 2026-02-14, 2026-02-28, 2026-05-09, 2026-09-20, 2026-10-10]
)toml";

inline base::Currency cny() { return base::Currency::find("CNY").value(); }
inline base::Money cny(std::int64_t minor) { return {minor, cny()}; }
inline base::Day day(int month, unsigned d) {
  return base::make_day(2026, static_cast<unsigned>(month), d);
}

struct BookFixture {
  explicit BookFixture(const char* catalog_text = kS1Catalog) : database(TestDatabase::create()) {
    store::Session session(database.conninfo());
    catalog = std::make_shared<const engine::Catalog>(engine::apply_catalog(
        session, database.conninfo(), engine::parse_catalog(catalog_text).value(), {}));
  }

  engine::Engine engine() const { return {database.conninfo(), catalog}; }

  /// Noon of that day in the book's zone.
  base::Instant noon(base::Day on) const {
    return catalog->zone.to_instant(on + std::chrono::hours{12});
  }

  engine::Purchase purchase(std::string ref, std::string customer, base::Day on, std::int64_t minor,
                            int installments, std::string product = "flat_fee") const {
    engine::Purchase p;
    p.ref = std::move(ref);
    p.customer = std::move(customer);
    p.merchant = "M1";
    p.purchased_at = noon(on);
    p.amount = cny(minor);
    p.installments = installments;
    p.product = std::move(product);
    return p;
  }

  engine::Repayment repayment(std::string ref, std::string customer, base::Day on,
                              std::int64_t minor) const {
    engine::Repayment r;
    r.ref = std::move(ref);
    r.customer = std::move(customer);
    r.paid_at = noon(on);
    r.amount = cny(minor);
    return r;
  }

  engine::RefundRequest refund(std::string ref, std::string purchase_ref, base::Day on,
                               std::int64_t minor) const {
    return {std::move(ref), std::move(purchase_ref), noon(on), cny(minor), "test"};
  }

  TestDatabase database;
  std::shared_ptr<const engine::Catalog> catalog;
};

/// Transfers of the journals of one rule, "1101>2101:sale 1000.00" each (from credit to debit is
/// written debit<credit in books; here debit first), in order of journal and transfer.
inline std::vector<std::string> transfers_of(store::Session& session, ledger::Rule rule) {
  const store::Rows rows = store::query(session, R"(
    SELECT format('%s%s / %s%s %s', d.code, CASE WHEN d.code = 2101 THEN ':' || d.tag ELSE '' END,
                  c.code, CASE WHEN c.code = 2101 THEN ':' || c.tag ELSE '' END,
                  to_char(t.amount / 100.0, 'FM999999990.00'))
    FROM journal j, LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
         WITH ORDINALITY AS t (debit, credit, amount, n)
    JOIN account d ON d.account_id = t.debit JOIN account c ON c.account_id = t.credit
    WHERE j.rule = $1 ORDER BY j.journal_id, t.n)",
                                        store::Params().int2(static_cast<std::int16_t>(rule)));
  std::vector<std::string> lines;
  for (int i = 0; i < rows.size(); ++i) lines.emplace_back(rows.text(i, 0));
  return lines;
}

inline std::int64_t scalar(store::Session& session, const char* statement) {
  return store::query(session, statement).int8(0, 0);
}

}  // namespace tests
