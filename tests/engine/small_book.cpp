#include "tests/engine/small_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "engine/evidence_key.h"
#include "engine/seal.h"
#include "ledger/posting.h"
#include "sql/store/rows.h"

namespace tests {
namespace {

using ledger::Rule;

base::Day june(unsigned day) { return base::make_day(2026, 6, day); }

class Book {
 public:
  Book(store::Session& session, unsigned seed) : session_(session), random_(seed) {
    for (std::int64_t id = 1; id <= 500; ++id) ids_.push_back(id * 7);
    std::ranges::shuffle(ids_, random_);
  }

  std::int64_t id() {
    ids_.resize(ids_.size() - 1);
    return ids_.back();
  }

  base::PartyId party(int kind, const std::string& ref) {
    const std::string key = fmt::format("{}:{}", kind, ref);
    if (!parties_.contains(key)) {
      parties_[key] = {id()};
      later("INSERT INTO party VALUES ({}, {}, '{}', 'standard', '2026-06-18')",
            parties_[key].value, kind, ref);
    }
    return parties_[key];
  }

  /// A row to insert; all are inserted in a permuted order by `finish`.
  template <class... Args>
  void later(fmt::format_string<Args...> statement, Args&&... args) {
    statements_.push_back(fmt::format(statement, std::forward<Args>(args)...));
  }

  void post(base::PartyId party, Rule rule, unsigned day, const ledger::Transfers& transfers,
            std::int64_t plan = 0, const char* source_ref = nullptr) {
    posts_.push_back({party, rule, day, transfers, plan, source_ref, id()});
  }

  void finish() {
    // Accounts are numbered in the order in which journals first use them.
    std::ranges::shuffle(posts_, random_);
    for (const Post& p : posts_) insert_later(p);
    std::ranges::shuffle(statements_, random_);
    store::Transaction transaction(session_);
    for (const std::string& statement : statements_) session_.execute(statement);
    session_.execute(
        "INSERT INTO book VALUES (true, 'small', 'Asia/Shanghai', 'NONE', 1440, '2026-06-18', "
        "'2026-06-24', '2026-06-23')");
    session_.execute("SELECT setval('id_block', 10001)");  // above the ids used here
    transaction.commit();
    const base::SecretSeed key = engine::open_evidence_key(session_);
    for (unsigned day = 18; day <= 23; ++day) {
      engine::write_account_days(session_, june(day));
      engine::seal_day(session_, june(day), key);
    }
  }

 private:
  struct Post {
    base::PartyId party;
    Rule rule;
    unsigned day;
    ledger::Transfers transfers;
    std::int64_t plan;
    const char* source_ref;
    std::int64_t id;
  };

  void insert_later(const Post& p) {
    std::string debit, credit, amount;
    for (const ledger::Transfer& t : p.transfers) {
      const char* comma = debit.empty() ? "" : ",";
      debit += fmt::format("{}{}", comma, account(t.debit));
      credit += fmt::format("{}{}", comma, account(t.credit));
      amount += fmt::format("{}{}", comma, t.amount_minor);
    }
    later(
        "INSERT INTO journal (party_id, journal_id, event_id, rule, plan_id, currency, "
        "business_date, value_date, source_ref, debit_account, credit_account, amount_minor) "
        "VALUES ({}, {}, 1, {}, {}, 'CNY', '2026-06-{}', '2026-06-{}', {}, '{{{}}}', '{{{}}}', "
        "'{{{}}}')",
        p.party.value, p.id, static_cast<int>(p.rule), p.plan ? std::to_string(p.plan) : "NULL",
        p.day, p.day, p.source_ref ? fmt::format("'{}'", p.source_ref) : "NULL", debit, credit,
        amount);
    if (p.rule == Rule::Repay) return;
    int number = 0;
    for (const ledger::Transfer& t : p.transfers) {
      ++number;
      clearing_item_later(p, number, t.debit, t.amount_minor);
      clearing_item_later(p, number, t.credit, -t.amount_minor);
    }
  }

  void clearing_item_later(const Post& p, int number, const ledger::AccountKey& account,
                           std::int64_t amount) {
    const int code = static_cast<int>(account.code);
    if (code != 1011 && code != 3001) return;
    later(
        "INSERT INTO clearing_item VALUES ({}, {}, {}, {}, {}, 'CNY', '2026-06-{}', '2026-06-{}', "
        "{})",
        p.party.value, p.id, number, code, account.owner.value, p.day, p.day, amount);
  }

  int account(const ledger::AccountKey& key) {
    if (!accounts_.contains(key)) {
      const store::Rows rows = store::query(
          session_,
          "INSERT INTO account (code, owner_id, tag, currency) VALUES ($1, nullif($2, 0), $3, "
          "'CNY') RETURNING account_id",
          store::Params()
              .int4(static_cast<std::int32_t>(key.code))
              .int8(key.owner.value)
              .text(key.tag));
      accounts_[key] = rows.int4(0, 0);
    }
    return accounts_[key];
  }

  store::Session& session_;
  std::mt19937 random_;
  std::vector<std::int64_t> ids_;
  std::map<std::string, base::PartyId> parties_;
  std::map<ledger::AccountKey, int> accounts_;
  std::vector<Post> posts_;
  std::vector<std::string> statements_;
};

}  // namespace

void make_small_book(store::Session& session, unsigned seed) {
  Book book(session, seed);
  const auto platform = book.party(6, "PLATFORM"), bank = book.party(5, "BANK"),
             wx = book.party(3, "WX"), m1 = book.party(2, "M1"), m2 = book.party(2, "M2"),
             c1 = book.party(1, "C1"), c2 = book.party(1, "C2");
  const std::int64_t o1 = book.id(), o2 = book.id(), o3 = book.id();
  const std::int64_t r1 = book.id(), r2 = book.id(), f1 = book.id();

  // 18 June: capital and two purchases, O1 as J03 of scenario S1.
  book.post(platform, Rule::Opening, 18, ledger::opening_capital(bank, 50'000'00), 0, "opening");
  book.post(c1, Rule::Capture, 18,
            ledger::capture({.merchant = m1,
                             .product = "fee6",
                             .financed = 1'000'00,
                             .coupon_platform = 60'00,
                             .coupon_merchant = 40'00,
                             .fee = 36'00,
                             .discount = 6'36}),
            o1);
  book.later(
      "INSERT INTO plan (party_id, plan_id, event_id, purchase_ref, merchant_id, product, "
      "catalog_version, currency, purchased_at, business_date, start_on, goods_minor, "
      "financed_minor, coupon_platform_minor, coupon_merchant_minor, discount_minor, fee_minor, "
      "available_on, due, principal, fee, paid_principal, paid_fee, outstanding_minor, next_due, "
      "fee_recognized_minor) VALUES ({}, {}, 1, 'O1', {}, 'fee6', 1, 'CNY', "
      "'2026-06-18 04:00+00', '2026-06-18', '2026-06-18', 110000, 100000, 6000, 4000, 636, 3600, "
      "'2026-06-22', '{{2026-07-10,2026-08-10,2026-09-10,2026-10-10,2026-11-10,2026-12-10}}', "
      "'{{16666,16666,16666,16666,16666,16670}}', '{{600,600,600,600,600,600}}', "
      "'{{16666,0,0,0,0,0}}', '{{600,0,0,0,0,0}}', 83334, '2026-08-10', 355)",
      c1.value, o1, m1.value);
  book.later(
      "INSERT INTO merchant_item (party_id, item_id, merchant_id, type, event_id, plan_id, "
      "order_ref, periods, currency, occurred_at, business_date, available_on, gross_minor, "
      "coupon_platform_minor, coupon_merchant_minor, discount_minor, net_minor) VALUES ({}, {}, "
      "{}, "
      "1, 1, {}, 'O1', 6, 'CNY', '2026-06-18 04:00+00', '2026-06-18', '2026-06-22', 106000, 6000, "
      "4000, -636, 105364)",
      c1.value, book.id(), m1.value, o1);
  book.post(c2, Rule::Capture, 18,
            ledger::capture({.merchant = m2,
                             .product = "free3",
                             .financed = 300'00,
                             .discount = 1'80,
                             .subsidy = 5'40,
                             .subsidy_payer = ledger::SubsidyPayer::Merchant}),
            o2);
  // Refunded on the 23rd: one installment had been paid, the rest fell away.
  book.later(
      "INSERT INTO plan (party_id, plan_id, event_id, purchase_ref, merchant_id, product, "
      "catalog_version, currency, status, purchased_at, business_date, start_on, goods_minor, "
      "financed_minor, discount_minor, subsidy_minor, subsidy_payer, available_on, "
      "schedule_version, schedule_cause, due, principal, paid_principal, outstanding_minor, "
      "refunded_minor, late_fee_minor, late_fee_paid_minor) VALUES ({}, {}, 1, 'O2', {}, 'free3', "
      "1, 'CNY', 3, '2026-06-18 05:00+00', '2026-06-18', '2026-06-18', 30000, 30000, 180, 0, 1, "
      "'2026-06-22', 2, 2, '{{2026-07-18,2026-08-18,2026-09-18}}', '{{10000,0,0}}', "
      "'{{10000,0,0}}', 0, 20000, 40, 40)",
      c2.value, o2, m2.value);
  book.later(
      "INSERT INTO merchant_item (party_id, item_id, merchant_id, type, event_id, plan_id, "
      "order_ref, periods, currency, occurred_at, business_date, available_on, gross_minor, "
      "discount_minor, subsidy_minor, net_minor) VALUES ({}, {}, {}, 1, 1, {}, 'O2', 3, 'CNY', "
      "'2026-06-18 05:00+00', '2026-06-18', '2026-06-22', 30000, -180, -540, 29280)",
      c2.value, book.id(), m2.value, o2);

  // 19 June: C1 repays 180.00, 7.34 more than is billed.
  book.post(c1, Rule::Repay, 19, ledger::repay(wx, {.fee = 6'00, .principal = 166'66}), o1, "R1");
  book.post(c1, Rule::Repay, 19, ledger::repay(wx, {.credit = 7'34}), 0, "R1");
  book.later(
      "INSERT INTO repayment VALUES ({}, {}, 'R1', {}, 'CNY', 18000, '2026-06-19 04:00+00', "
      "'2026-06-19', '2026-06-19')",
      c1.value, r1, wx.value);
  book.later(
      "INSERT INTO allocation VALUES ({}, {}, {}, 1, 'CNY', '2026-06-19', '2026-06-19', 0, 0, "
      "'{{1}}', '{{16666}}', '{{600}}', '{{0}}')",
      c1.value, r1, o1);
  book.later(
      "INSERT INTO allocation VALUES ({}, {}, 0, 1, 'CNY', '2026-06-19', '2026-06-19', 0, 734, "
      "'{{}}', '{{}}', '{{}}', '{{}}')",
      c1.value, r1);

  // 20 June: a late fee and its payment.
  book.post(c2, Rule::LateFee, 20, ledger::late_fee("free3", 40), o2);
  book.post(c2, Rule::Repay, 20, ledger::repay(wx, {.penalty = 40, .principal = 100'00}), o2, "R2");
  book.later(
      "INSERT INTO repayment VALUES ({}, {}, 'R2', {}, 'CNY', 10040, '2026-06-20 04:00+00', "
      "'2026-06-20', '2026-06-20')",
      c2.value, r2, wx.value);
  book.later(
      "INSERT INTO allocation VALUES ({}, {}, {}, 1, 'CNY', '2026-06-20', '2026-06-20', 40, 0, "
      "'{{1}}', '{{10000}}', '{{0}}', '{{0}}')",
      c2.value, r2, o2);

  // 21 June: a hold.
  book.post(c2, Rule::AuthHold, 21, ledger::auth_hold(50'00), 0, "H1");
  book.later(
      "INSERT INTO hold VALUES ({}, {}, 1, 'H1', {}, 'CNY', 5000, '2026-06-21', '2026-06-28', 1)",
      c2.value, book.id(), m1.value);

  // And money nobody is found for, a spread of an exchange, and what the bank says of all that.
  book.post(platform, Rule::SuspenseIn, 21,
            {{{ledger::Code::Bank, bank}, {ledger::Code::Suspense}, 10'00}}, 0, "X1");
  book.later(
      "INSERT INTO suspense VALUES ('X1', 2901, 1, 'CNY', 1000, 0, '2026-06-21', 'finance')");
  book.post(platform, Rule::FxResult, 21,
            {{{ledger::Code::FxPosition}, {ledger::Code::FxResult}, 1'00}}, 0, "X2");
  book.later(
      "INSERT INTO bank_statement VALUES ({}, 'CNY', '2026-06-21', 5000600, 1, '2026-06-22')",
      bank.value);
  book.later("INSERT INTO bank_transit VALUES ({}, 'CNY', '2026-06-21', 'X1', 400)", bank.value);

  // 22 June: both merchants are settled, J06 to J08; the channel settles.
  book.post(m1, Rule::ReserveHold, 22, ledger::reserve_hold(m1, 53'00), 0, "S1");
  book.post(m1, Rule::PayoutInstruct, 22, ledger::payout_instruct(m1, 1'000'64), 0, "S1");
  book.post(m1, Rule::PayoutConfirm, 22, ledger::payout_confirm(m1, bank, 1'000'64), 0, "S1");
  book.post(m2, Rule::PayoutInstruct, 22, ledger::payout_instruct(m2, 292'80), 0, "S2");
  book.post(platform, Rule::ChannelSettle, 22, ledger::channel_settle(wx, bank, 280'40, 84), 0,
            "B1");
  const auto settlement_item = [&](base::PartyId merchant, int type, std::int64_t net) {
    book.later(
        "INSERT INTO merchant_item (party_id, item_id, merchant_id, type, event_id, order_ref, "
        "currency, occurred_at, business_date, available_on, gross_minor, net_minor) VALUES ({}, "
        "{}, {}, {}, 1, '', 'CNY', '2026-06-22 00:00+00', '2026-06-22', '2026-06-22', {}, {})",
        merchant.value, book.id(), merchant.value, type, net, net);
  };
  settlement_item(m1, 3, -53'00);
  settlement_item(m1, 5, -1'000'64);
  settlement_item(m2, 5, -292'80);
  book.later(
      "INSERT INTO settlement VALUES ({}, 'CNY', '2026-06-22', '2026-06-18', {}, 0, 106000, 0, "
      "-636, 0, 0, 0, 0, -5300, 100064, 0, 1)",
      m1.value, book.id());
  book.later(
      "INSERT INTO settlement VALUES ({}, 'CNY', '2026-06-22', '2026-06-18', {}, 0, 30000, 0, "
      "-180, -540, 0, 0, 0, 0, 29280, 0, 1)",
      m2.value, book.id());
  book.later(
      "INSERT INTO reserve_tranche VALUES ({}, 'CNY', '2026-06-22', '2026-06-18', 5300, "
      "'2026-09-16', NULL)",
      m1.value);
  book.later(
      "INSERT INTO payout VALUES ({}, {}, 'P1', 'CNY', '2026-06-22', 100064, 2, '2026-06-22', "
      "'2026-06-22')",
      m1.value, book.id());
  book.later(
      "INSERT INTO payout VALUES ({}, {}, 'P2', 'CNY', '2026-06-22', 29280, 1, '2026-06-22', NULL)",
      m2.value, book.id());

  // 23 June: fee earned, J09; O2 is refunded whole.
  book.post(platform, Rule::FeeEarn, 23, ledger::fee_earn("fee6", 3'55), 0, "2026-06-23");
  book.later("INSERT INTO accrual_part VALUES ('2026-06-23', {}, 1, 'fee6', 'CNY', 355, 1)",
             book.id());
  book.post(c2, Rule::Refund, 23,
            ledger::refund({.merchant = m2,
                            .product = "free3",
                            .principal = 200'00,
                            .cash = 100'00,
                            .discount = 1'80,
                            .subsidy = 5'40,
                            .subsidy_payer = ledger::SubsidyPayer::Merchant}),
            o2, "F1");
  book.later(
      "INSERT INTO refund VALUES ({}, {}, 'F1', {}, 'CNY', 30000, 20000, 10000, "
      "'2026-06-23 04:00+00', '2026-06-23', '2026-06-23', 'unwanted')",
      c2.value, f1, o2);
  book.later(
      "INSERT INTO allocation VALUES ({}, {}, {}, 3, 'CNY', '2026-06-23', '2026-06-23', 0, 0, "
      "'{{2,3}}', '{{10000,10000}}', '{{0,0}}', '{{0,0}}')",
      c2.value, f1, o2);
  book.later(
      "INSERT INTO plan_version VALUES ({}, {}, 1, 1, {}, '2026-06-23', "
      "'{{2026-07-18,2026-08-18,2026-09-18}}', '{{10000,10000,10000}}', '{{}}', '{{}}', "
      "'{{10000,0,0}}', '{{}}', '{{}}')",
      c2.value, o2, f1);
  book.later(
      "INSERT INTO merchant_item (party_id, item_id, merchant_id, type, event_id, plan_id, "
      "order_ref, currency, occurred_at, business_date, available_on, gross_minor, discount_minor, "
      "subsidy_minor, net_minor) VALUES ({}, {}, {}, 2, {}, {}, 'O2', 'CNY', "
      "'2026-06-23 04:00+00', '2026-06-23', '2026-06-24', -30000, 180, 540, -29280)",
      c2.value, book.id(), m2.value, f1, o2);

  // 24 June, still open: a purchase.
  book.post(c1, Rule::Capture, 24,
            ledger::capture({.merchant = m1, .product = "free3", .financed = 100'00}), o3);
  book.later(
      "INSERT INTO plan (party_id, plan_id, event_id, purchase_ref, merchant_id, product, "
      "catalog_version, currency, purchased_at, business_date, start_on, goods_minor, "
      "financed_minor, available_on, due, principal, outstanding_minor) VALUES ({}, {}, 1, 'O3', "
      "{}, 'free3', 1, 'CNY', '2026-06-24 04:00+00', '2026-06-24', '2026-06-24', 10000, 10000, "
      "'2026-06-25', '{{2026-07-24}}', '{{10000}}', 10000)",
      c1.value, o3, m1.value);
  book.later(
      "INSERT INTO merchant_item (party_id, item_id, merchant_id, type, event_id, plan_id, "
      "order_ref, periods, currency, occurred_at, business_date, available_on, gross_minor, "
      "net_minor) VALUES ({}, {}, {}, 1, 1, {}, 'O3', 1, 'CNY', '2026-06-24 04:00+00', "
      "'2026-06-24', '2026-06-25', 10000, 10000)",
      c1.value, book.id(), m1.value, o3);

  book.later(
      "INSERT INTO credit_account (party_id, currency, version, closed_through, "
      "base_limit_minor, outstanding_minor, credit_balance_minor) VALUES ({}, 'CNY', {}, "
      "'2026-06-23', 500000, 93334, 734)",
      c1.value, seed);
  book.later(
      "INSERT INTO credit_account (party_id, currency, version, closed_through, "
      "base_limit_minor, held_minor) VALUES ({}, 'CNY', {}, '2026-06-23', 500000, 5000)",
      c2.value, seed);
  const auto change = book.id();
  book.later(
      "INSERT INTO limit_change VALUES ({}, {}, 'CNY', '2026-06-23', 'L02', 2, 600000, 500000, 0, "
      "0, 30000, 10, '{{{}}}')",
      c2.value, change, o2);
  book.later("INSERT INTO limit_outbox (party_id, change_id) VALUES ({}, {})", c2.value, change);
  book.later("INSERT INTO command VALUES (1, 0, 'O1', {}, 1, {}, '\\x01', 0, '2026-06-18')",
             c1.value, o1);
  book.later("INSERT INTO command VALUES (2, 0, 'R1', {}, {}, 0, '\\x02', 0, '2026-06-19')",
             c1.value, r1);
  book.finish();
}

}  // namespace tests
