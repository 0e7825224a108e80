// Each invariant I1 to I21 broken on purpose, as somebody with the owner's password could, and seen
// named by `fenqi verify`; those that a close checks, by the close of their date too.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/verify.h"
#include "sql/store/rows.h"
#include "tests/engine/small_book.h"
#include "tests/support/test_database.h"

namespace {

struct Breakage {
  std::string id;
  std::string fact;
  std::vector<std::string> statements;
  std::optional<unsigned> day = {};  ///< of June 2026: whose close would not be sealed
};

const std::vector<Breakage>& breakages() {
  static const std::vector<Breakage> kBreakages = {
      {"I1",
       "journal-shape",
       {"ALTER TABLE journal DROP CONSTRAINT journal_has_whole_transfers",
        "UPDATE journal SET amount_minor[1] = -amount_minor[1] WHERE source_ref = 'R2'"}},
      {"I2", "balances-zero", {"UPDATE account SET currency = 'USD' WHERE code = 4001"}, 18},
      {"I3",
       "control-accounts",
       {"UPDATE credit_account SET credit_balance_minor = 733 WHERE credit_balance_minor > 0"}},
      {"I4",
       "merchant-payable",
       {"UPDATE merchant_item SET gross_minor = gross_minor + 1, net_minor = net_minor + 1 "
        "WHERE order_ref = 'O1'"},
       18},
      {"I5",
       "plan-principal",
       {"UPDATE plan SET paid_principal[1] = 16665 WHERE purchase_ref = 'O1'"},
       19},
      {"I6", "plan-fee", {"UPDATE plan SET paid_fee[2] = 1 WHERE purchase_ref = 'O1'"}},
      {"I6", "recognized", {"UPDATE accrual_part SET amount_minor = 356"}, 23},
      {"I7", "event-allocated", {"UPDATE allocation SET credit_minor = 735 WHERE plan_id = 0"}, 19},
      {"I8",
       "plan-captured",
       {"UPDATE plan SET refunded_minor = 19999 WHERE purchase_ref = 'O2'"},
       23},
      {"I9", "customer-held", {"UPDATE hold SET status = 3"}},
      {"I10",
       "customer-outstanding",
       {"UPDATE credit_account SET outstanding_minor = outstanding_minor + 1 "
        "WHERE outstanding_minor > 0"},
       19},
      {"I11", "merchant-reserve", {"UPDATE reserve_tranche SET amount_minor = 5200"}, 22},
      {"I12",
       "channel-clearing",
       {"UPDATE clearing_item SET amount_minor = -28039 WHERE amount_minor = -27956",
        "UPDATE clearing_item SET amount_minor = -28041 WHERE code = 1011 AND transfer = 1"},
       22},
      {"I13", "suspense", {"UPDATE suspense SET cleared_minor = 1"}, 21},
      {"I13", "suspense-owned", {"UPDATE suspense SET owner = '', business_date = '2026-06-18'"}},
      {"I14",
       "plan-allowance",
       {"UPDATE plan SET allowance_minor = 5, ecl_stage = 1 WHERE purchase_ref = 'O2'"},
       20},
      {"I15",
       "vouchers",
       {"INSERT INTO journal SELECT party_id, 999999, event_id, rule, plan_id, currency, "
        "business_date, value_date, posted_at, source_ref, reverses, debit_account, "
        "credit_account, amount_minor FROM journal WHERE rule = 1"}},
      {"I16",
       "reversal-mirror",
       {"INSERT INTO journal SELECT party_id, 999999, event_id, 17, plan_id, currency, "
        "'2026-06-24', '2026-06-24', posted_at, source_ref, journal_id, debit_account, "
        "credit_account, amount_minor FROM journal WHERE rule = 1"}},
      {"I17",
       "coupon-funding",
       {"UPDATE merchant_item SET coupon_platform_minor = 5999 WHERE order_ref = 'O1'"},
       18},
      {"I18", "plan-income", {"UPDATE plan SET fee_minor = 3601 WHERE purchase_ref = 'O1'"}},
      {"I19",
       "trial-balance",
       {"UPDATE account_day SET balance_minor = balance_minor + 1 WHERE debit_minor = 5000000"}},
      {"I20", "fx-position", {"UPDATE clearing_item SET amount_minor = 99 WHERE code = 3001"}, 21},
      {"I21", "bank-balance", {"UPDATE bank_statement SET closing_minor = 5000601"}},
      {"I21", "bank-balance", {"DELETE FROM bank_transit"}},
  };
  return kBreakages;
}

/// What does not hold, named and with the first offender in words.
bool names(const engine::Findings& findings, const std::string& id, const std::string& fact) {
  for (const engine::Finding& f : findings) {
    if (f.id == id && f.name == fact && f.offenders > 0 && !f.first.empty()) return true;
  }
  return false;
}

void break_book(store::Session& owner, const Breakage& breakage) {
  const store::Rows tables = store::query(
      owner, "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal");
  for (int row = 0; row < tables.size(); ++row) {
    owner.execute("ALTER TABLE " + std::string(tables.text(row, 0)) + " DISABLE TRIGGER USER");
  }
  for (const std::string& statement : breakage.statements) owner.execute(statement);
}

TEST(Invariants, EachIsNamedWhenItIsBroken) {
  std::set<std::string> named;
  std::set<std::string> missed;
  for (const Breakage& breakage : breakages()) {
    SCOPED_TRACE(breakage.id + " " + breakage.fact);
    const tests::TestDatabase database = tests::TestDatabase::create();
    store::Session owner(database.conninfo(), store::Role::Owner);
    tests::make_small_book(owner);
    EXPECT_FALSE(names(engine::verify_book(owner), breakage.id, breakage.fact));
    break_book(owner, breakage);
    const bool is_named = names(engine::verify_book(owner), breakage.id, breakage.fact);
    EXPECT_TRUE(is_named);
    (is_named ? named : missed).insert(breakage.id);
    if (!breakage.day) continue;
    bool close_names = false;
    for (const engine::Finding& f :
         engine::check_day(owner, base::make_day(2026, 6, *breakage.day))) {
      close_names |= f.offenders > 0 && f.id == breakage.id;
    }
    EXPECT_TRUE(close_names) << "the close of its date does not see it";
  }
  for (const std::string& id : missed) named.erase(id);
  std::cout << fmt::format("invariants: {} of 21 named\n", named.size());
  EXPECT_EQ(named.size(), 21U);
}

}  // namespace
