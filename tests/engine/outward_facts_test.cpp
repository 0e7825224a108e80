// What `fenqi verify` says of the feed of limit changes, of debits, of collections and of breaks:
// true of a sound book, and each fact named when its rows are changed as somebody with the owner's
// password could.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/verify.h"
#include "sql/store/rows.h"
#include "tests/engine/small_book.h"
#include "tests/support/test_database.h"

namespace {

/// Some rows of each kind, beside the small book: customer 1 is C1, channel 2 is WX.
constexpr const char* kSound = R"(
  CREATE FUNCTION of(text) RETURNS bigint LANGUAGE sql AS
    $$ SELECT party_id FROM party WHERE ref = $1 $$;
  INSERT INTO limit_feed (position, party_id, change_id)
    SELECT 1, party_id, change_id FROM limit_change;
  DELETE FROM limit_outbox;
  INSERT INTO limit_change SELECT party_id, n, currency, date '2026-06-23' + n, reason, action,
      old_base_minor, new_base_minor, old_block, new_block, outstanding_minor, dpd, plans
    FROM limit_change, generate_series(1, 2) n;
  INSERT INTO limit_feed (position, party_id, change_id) SELECT 2, of('C2'), 1;
  INSERT INTO limit_outbox (party_id, change_id) VALUES (of('C2'), 2);

  INSERT INTO debit_file VALUES ('DF1', '2026-06-19', 1, now(), 'WX');
  INSERT INTO debit_instruction (debit_ref, message_id, debit_on, party_id, currency, amount_minor,
      attempt, oldest_due, plan_ids, installments, status)
    SELECT x.ref, 'DF1', '2026-06-19', of('C1'), 'CNY', x.amount, x.attempt, '2026-06-18',
           ARRAY[(SELECT plan_id FROM plan WHERE purchase_ref = 'O1')], '{1}', x.status
    FROM (VALUES ('D0', 18000, 1, 3), ('R1', 18000, 2, 2), ('D3', 18000, 3, 4))
      AS x (ref, amount, attempt, status);
  INSERT INTO payment_promise (party_id, currency, amount_minor, made_at, made_on, by_date, taken_by)
    VALUES (of('C1'), 'CNY', 100, now(), '2026-06-19', '2026-06-20', 'wang');
  INSERT INTO customer_contact (party_id, contacted_at, channel, outcome, taken_by)
    VALUES (of('C1'), now(), 'phone', 'reached', 'wang');

  INSERT INTO reconcile_break (break_id, channel_id, stage, side, subject_id, type, state, day,
      currency, amount_minor, difference, bill_currency, why, opened_on, proposed_by, action,
      approved_by, approvals, posted_minor)
    VALUES (7, of('WX'), 1, 2, 1, 'MISSING_LEDGER', 'resolved', '2026-06-19', 'CNY', 500, 500,
            'CNY', '', '2026-06-19', 'li', 'suspense', 'zhao', 1, 500);
  INSERT INTO command VALUES (8, 0, 'recon-7', of('WX'), 777, 0, '\x01', 0, '2026-06-20');
  INSERT INTO journal (party_id, journal_id, event_id, rule, currency, business_date, value_date,
      source_ref, debit_account, credit_account, amount_minor)
    SELECT of('WX'), 900001, 777, 8, 'CNY', '2026-06-20', '2026-06-20', 'recon-7',
           ARRAY[min(account_id)], ARRAY[max(account_id)], '{500}' FROM account
    WHERE currency = 'CNY';
  INSERT INTO clearing_item VALUES (of('WX'), 900001, 1, 1011, of('WX'), 'CNY', '2026-06-20',
                                    '2026-06-20', 500);
  INSERT INTO reconcile_signoff (channel_id, signed_date, days, signed_by, approved_by, files,
      files_hash)
    VALUES (of('WX'), '2026-06-20', 30, 'li', 'zhao', '{}', sha256('x'));
  INSERT INTO reconcile_signoff_sum
    VALUES (of('WX'), '2026-06-20', 'CNY', 3, 900, 1, 40, 1, 500, 0, 0, 0, 0, 0, 0);
  INSERT INTO reconcile_signoff_break
    SELECT of('WX'), '2026-06-20', x.id, 1, x.type, x.state, '', '2026-06-19', 'CNY', x.amount, 0,
           '', '', ''
    FROM (VALUES (7, 'MISSING_LEDGER', 'resolved', 500), (8, 'TIMING', 'open', 40))
      AS x (id, type, state, amount))";

struct Breakage {
  std::string fact;
  std::string statements;
};

const std::vector<Breakage>& breakages() {
  static const std::vector<Breakage> kBreakages = {
      {"feed-complete", "DELETE FROM limit_outbox"},
      {"feed-complete", "INSERT INTO limit_outbox (party_id, change_id) VALUES (of('C2'), 1)"},
      {"feed-complete", "DELETE FROM limit_change WHERE change_id = 1"},
      {"feed-positions", "UPDATE limit_feed SET position = 4 WHERE position = 2"},
      {"feed-positions", "DELETE FROM limit_feed WHERE position = 1"},
      {"feed-order", "UPDATE limit_change SET business_date = '2026-06-22' WHERE change_id = 1"},
      {"debit-booked", "UPDATE repayment SET repayment_ref = 'R9' WHERE repayment_ref = 'R1'"},
      {"debit-booked", "UPDATE repayment SET amount_minor = 17999 WHERE repayment_ref = 'R1'"},
      {"debit-booked", "UPDATE debit_instruction SET status = 3 WHERE debit_ref = 'R1'"},
      {"debit-booked",
       "INSERT INTO repayment SELECT party_id, 999999, repayment_ref, channel_id, currency, "
       "amount_minor, paid_at, business_date, value_date FROM repayment WHERE repayment_ref = "
       "'R1'"},
      {"debit-open-once",
       "DROP INDEX debit_is_open_once; UPDATE debit_instruction SET status = 1 WHERE debit_ref = "
       "'D0'"},
      {"collections", "UPDATE payment_promise SET party_id = 999999"},
      {"collections", "UPDATE customer_contact SET party_id = of('M1')"},
      {"collections", "UPDATE debit_instruction SET plan_ids = '{999999}' WHERE debit_ref = 'D3'"},
      {"break-journal", "DELETE FROM journal WHERE source_ref = 'recon-7'"},
      {"break-journal", "DELETE FROM command WHERE key = 'recon-7'"},
      {"break-journal", "UPDATE clearing_item SET amount_minor = 501 WHERE journal_id = 900001"},
      {"break-journal", "UPDATE reconcile_break SET posted_minor = 0"},
      {"four-eyes",
       "ALTER TABLE reconcile_break DROP CONSTRAINT nobody_resolves_alone; UPDATE reconcile_break "
       "SET approved_by = 'li'"},
      {"four-eyes",
       "ALTER TABLE reconcile_signoff DROP CONSTRAINT nobody_signs_alone; UPDATE reconcile_signoff "
       "SET signed_by = 'zhao'"},
      {"signed-sums", "UPDATE reconcile_signoff_sum SET resolved_minor = 501"},
      {"signed-sums", "UPDATE reconcile_signoff_break SET amount_minor = 41 WHERE break_id = 8"},
      {"signed-sums", "DELETE FROM reconcile_signoff_break WHERE break_id = 7"},
      {"signed-sums", "DELETE FROM reconcile_signoff_sum"},
      {"signed-sums", "DELETE FROM reconcile_signoff"},
  };
  return kBreakages;
}

engine::Findings check(store::Session& owner) {
  engine::Findings all;
  for (const auto& pass :
       {store::check_limit_feed, store::check_collections, store::check_breaks}) {
    for (engine::Finding& finding : pass(owner)) all.push_back(std::move(finding));
  }
  return all;
}

void disable_triggers(store::Session& owner) {
  const store::Rows tables = store::query(
      owner, "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal");
  for (int row = 0; row < tables.size(); ++row) {
    owner.execute("ALTER TABLE " + std::string(tables.text(row, 0)) + " DISABLE TRIGGER USER");
  }
}

TEST(OutwardFacts, HoldOfASoundBookAndAreNamedWhenBroken) {
  const tests::TestDatabase database = tests::TestDatabase::create();
  store::Session owner(database.conninfo(), store::Role::Owner);
  tests::make_small_book(owner);
  EXPECT_TRUE(engine::all_hold(check(owner)));
  disable_triggers(owner);
  owner.execute(kSound);
  for (const engine::Finding& finding : check(owner)) {
    EXPECT_EQ(finding.offenders, 0) << finding.name << ": " << finding.first;
    EXPECT_GT(finding.checked, 0) << finding.name;
  }
  for (const Breakage& breakage : breakages()) {
    SCOPED_TRACE(breakage.fact + ": " + breakage.statements);
    const store::Transaction transaction(owner);
    owner.execute(breakage.statements);
    bool is_named = false;
    for (const engine::Finding& finding : check(owner)) {
      if (finding.name != breakage.fact) continue;
      is_named = finding.offenders > 0 && !finding.first.empty();
    }
    EXPECT_TRUE(is_named);
  }
}

// The proof asks them, the quick one and the one that names.
TEST(OutwardFacts, AreAskedOfTheWholeBook) {
  const tests::TestDatabase database = tests::TestDatabase::create();
  store::Session owner(database.conninfo(), store::Role::Owner);
  tests::make_small_book(owner);
  for (const bool name_each : {false, true}) {
    const engine::Findings findings = engine::verify_book(owner, {.name_each = name_each});
    for (const char* name : {"feed-complete", "debit-booked", "collections", "break-journal",
                             "four-eyes", "signed-sums"}) {
      const auto is_it = [&](const engine::Finding& f) { return f.name == name; };
      EXPECT_EQ(std::ranges::count_if(findings, is_it), 1) << name;
    }
  }
}

}  // namespace
