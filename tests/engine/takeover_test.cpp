// A portfolio that lived in one book is taken over into another; from then on both books are told
// the same, and have to say the same: what customers owe, how late they are, what is income, and
// every account's balance.
#include "engine/takeover.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <tuple>

#include "credit/limit_policy.h"
#include "engine/close.h"
#include "engine/takeover_records.h"
#include "ledger/opening.h"
#include "sql/store/takeover_store.h"
#include "tests/engine/book_fixture.h"
#include "tests/engine/sound_book.h"

namespace {

using base::Day;
using engine::GivenBalance;
using engine::TakenStatus;
using ledger::Code;
using testing::HasSubstr;
using tests::BookFixture;
using tests::cny;
using tests::day;

const engine::BatchContext kContext{.today = day(12, 31), .create_parties = true};

std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// The terms of S1 in a book that opens on `on` with `capital` of its own.
std::string catalog_text(Day on, const std::string& capital) {
  std::string text = with(tests::kS1Catalog, "2026-06-01", base::to_string(on));
  return with(text, "opening_capital = \"50000.00\"", "opening_capital = \"" + capital + "\"");
}

/// Everything an event of the test's life may be: the same in both books.
struct Pays {
  std::string customer;
  Day on;
  std::int64_t minor;
};

class TakeoverTest : public testing::Test {
 protected:
  static constexpr int kDays = 60;
  const Day last_ = day(9, 17);  // a Thursday: the other system's last date
  const Day date_ = day(9, 18);

  static void close(const BookFixture& book, Day through) {
    engine::close_through(book.database.conninfo(), book.catalog, through, day(12, 31));
  }

  static void buy(const BookFixture& book, const std::string& ref, const std::string& customer,
                  Day on, std::int64_t minor, int count, const std::string& product = "flat_fee") {
    auto engine = book.engine();
    const auto result = engine.capture(
        std::vector{book.purchase(ref, customer, on, minor, count, product)}, kContext);
    ASSERT_EQ(result[0].status, engine::Status::Posted) << code(result[0].refusal);
  }

  static void pay(const BookFixture& book, const Pays& pays) {
    static int number = 0;
    auto engine = book.engine();
    const auto result =
        engine.repay(std::vector{book.repayment(fmt::format("R{}", ++number), pays.customer,
                                                pays.on, pays.minor)},
                     kContext);
    ASSERT_EQ(result[0].status, engine::Status::Posted) << code(result[0].refusal);
  }

  /// What the other system would write of its state: plans, customers, merchants.
  static std::vector<engine::TakenLine> portfolio(const BookFixture& book, bool says_parts = true) {
    store::Session session(book.database.conninfo());
    std::vector<engine::TakenLine> lines;
    const store::Rows plans = store::query(session, R"(
      SELECT p.purchase_ref, c.ref, m.ref, p.product, p.purchased_at, p.financed_minor, p.due,
             p.principal, p.fee, p.paid_principal, p.paid_fee,
             p.late_fee_minor - p.late_fee_paid_minor, p.late_fee_paid_minor, p.dpd::int8,
             p.status::int8, p.subsidy_minor, p.subsidy_payer::int8, p.interest, p.paid_interest,
             p.interest_recognized_minor
      FROM plan p JOIN party c ON c.party_id = p.party_id JOIN party m ON m.party_id = p.merchant_id
      ORDER BY 1)");
    for (int i = 0; i < plans.size(); ++i) {
      engine::TakenPlan plan;
      plan.ref = plans.text(i, 0);
      plan.customer = plans.text(i, 1);
      plan.merchant = plans.text(i, 2);
      plan.product = plans.text(i, 3);
      plan.currency = cny();
      plan.purchased_at = plans.instant(i, 4);
      plan.financed = plans.int8(i, 5);
      const auto due = plans.days(i, 6);
      const auto whole = [&](int column) {
        auto values = plans.int8s(i, column);
        values.resize(due.size());
        return values;
      };
      const auto principal = whole(7), fee = whole(8), paid = whole(9), paid_fee = whole(10),
                 interest = whole(17), paid_interest = whole(18);
      std::int64_t in_all = 0;
      for (std::size_t k = 0; k < due.size(); ++k) {
        plan.installments.push_back({due[k], principal[k], fee[k]});
        plan.installments.back().interest = interest[k];
        in_all += paid[k] + paid_fee[k] + paid_interest[k];
        if (!says_parts) continue;
        plan.installments.back().paid_principal = paid[k];
        plan.installments.back().paid_fee = paid_fee[k];
        plan.installments.back().paid_interest = paid_interest[k];
      }
      if (!says_parts) plan.paid = in_all;
      if (plans.int8(i, 19) > 0) plan.interest_recognized = plans.int8(i, 19);
      plan.late_fee_owed = plans.int8(i, 11);
      plan.late_fee_paid = plans.int8(i, 12);
      plan.dpd = static_cast<int>(plans.int8(i, 13));
      plan.is_settled = plans.int8(i, 14) == 2;
      plan.subsidy = plans.int8(i, 15);
      plan.subsidy_payer = static_cast<ledger::SubsidyPayer>(plans.int8(i, 16));
      lines.push_back({"plan " + plan.ref, plan});
    }
    const store::Rows customers = store::query(session, R"(
      SELECT c.ref, a.base_limit_minor, coalesce(a.former_base_minor, a.base_limit_minor),
             a.credit_balance_minor, a.block::int8
      FROM credit_account a JOIN party c ON c.party_id = a.party_id ORDER BY 1)");
    for (int i = 0; i < customers.size(); ++i) {
      engine::TakenCustomer customer{std::string(customers.text(i, 0)),
                                     cny(),
                                     customers.int8(i, 1),
                                     customers.int8(i, 2),
                                     customers.int8(i, 3),
                                     static_cast<store::Block>(customers.int8(i, 4))};
      lines.push_back({"customer " + customer.customer, customer});
    }
    const store::Rows merchants = store::query(session, R"(
      SELECT m.ref, (SELECT sum(net_minor)::int8 FROM merchant_item i
                     WHERE i.merchant_id = m.party_id), m.party_id
      FROM party m WHERE m.kind = 2 ORDER BY 1)");
    for (int i = 0; i < merchants.size(); ++i) {
      engine::TakenMerchant merchant;
      merchant.merchant = merchants.text(i, 0);
      merchant.currency = cny();
      merchant.payable = merchants.int8(i, 1);
      const store::Rows kept = store::query(session, R"(
        SELECT sum(amount_minor)::int8, sale_date, release_on FROM reserve_tranche
        WHERE merchant_id = $1 AND released_on IS NULL GROUP BY 2, 3 ORDER BY 2)",
                                            store::Params().int8(merchants.int8(i, 2)));
      for (int k = 0; k < kept.size(); ++k) {
        merchant.reserve.push_back({kept.int8(k, 0), kept.day(k, 1), kept.day(k, 2)});
      }
      lines.push_back({"merchant " + merchant.merchant, merchant});
    }
    return lines;
  }

  static std::vector<store::AccountBalance> balances(const BookFixture& book) {
    store::Session session(book.database.conninfo());
    return store::list_balances_now(session);
  }

  static std::vector<GivenBalance> trial_balance(const BookFixture& book) {
    std::vector<GivenBalance> given;
    for (const auto& [account, minor] : balances(book)) {
      if (minor == 0) continue;
      given.push_back({account.code, account.owner, account.tag, account.currency, minor});
    }
    return given;
  }

  /// Of 2101 the tag says what it was for; a takeover has one for all of it.
  static std::map<std::tuple<int, std::string, std::string>, std::int64_t> comparable(
      const BookFixture& book) {
    std::map<std::tuple<int, std::string, std::string>, std::int64_t> sums;
    for (const auto& [account, minor] : balances(book)) {
      if (minor == 0) continue;
      const std::string tag = account.code == Code::MerchantPayable ? "" : account.tag;
      sums[{static_cast<int>(account.code), account.owner, tag}] += minor;
    }
    std::erase_if(sums, [](const auto& sum) { return sum.second == 0; });
    return sums;
  }

  /// What every customer owes of every plan, and their standing, as text.
  static std::string standing(const BookFixture& book, bool with_limits) {
    store::Session session(book.database.conninfo());
    std::string text;
    const store::Rows plans = store::query(session, R"(
      SELECT format('%s %s: %s owed, paid %s and %s, late fee %s, %s dpd, next %s, earned %s + %s, '
                    'interest %s paid %s earned %s, due %s', p.purchase_ref, p.status, p.outstanding_minor, p.paid_principal,
                    p.paid_fee, p.late_fee_minor - p.late_fee_paid_minor, p.dpd, p.next_due,
                    p.fee_recognized_minor, p.subsidy_recognized_minor, p.interest,
                    p.paid_interest, p.interest_recognized_minor, p.due)
      FROM plan p ORDER BY p.purchase_ref)");
    for (int i = 0; i < plans.size(); ++i) (text += plans.text(i, 0)) += '\n';
    const store::Rows accounts = store::query(session, R"(
      SELECT format('%s: %s outstanding, %s credit, %s dpd', c.ref, a.outstanding_minor,
                    a.credit_balance_minor, a.dpd),
             format(', limit %s, block %s, former %s', a.base_limit_minor, a.block,
                    a.former_base_minor)
      FROM credit_account a JOIN party c ON c.party_id = a.party_id ORDER BY c.ref)");
    for (int i = 0; i < accounts.size(); ++i) {
      text += accounts.text(i, 0);
      if (with_limits) text += accounts.text(i, 1);
      text += '\n';
    }
    return text;
  }

  static void expect_sound(const BookFixture& book) {
    store::Session session(book.database.conninfo(), store::Role::Owner);
    tests::expect_sound(session);
  }

  /// Takes all of it over in batches of `batch`; expects every line to be taken.
  static void take(engine::Takeover& takeover, const std::vector<engine::TakenLine>& lines,
                   std::size_t batch) {
    for (std::size_t from = 0; from < lines.size(); from += batch) {
      const std::size_t count = std::min(batch, lines.size() - from);
      const auto results = takeover.add(std::span(lines).subspan(from, count));
      for (std::size_t i = 0; i < results.size(); ++i) {
        EXPECT_EQ(results[i].status, TakenStatus::Taken)
            << lines[from + i].text << ": " << results[i].problem.code << " "
            << results[i].problem.field << " " << results[i].problem.value << " "
            << results[i].problem.rule;
      }
    }
  }

  engine::Takeover begin(const BookFixture& book, engine::TakeoverOptions options = {}) {
    options.creates_parties = true;
    return {book.database.conninfo(), book.catalog, options};
  }
};

// Seven customers: on time, late beyond 30 days, late within grace on the last date, tolerated
// rest, settled, overpaid, with a merchant's subsidy; a merchant with reserve to be released.
TEST_F(TakeoverTest, TheBookGoesOnAsIfItHadAlwaysBeenThere) {
  BookFixture old(catalog_text(day(6, 1), "50000.00").c_str());
  buy(old, "O1", "C1", day(6, 3), 1'000'00, 6);
  buy(old, "O2", "C2", day(6, 10), 900'00, 6);
  buy(old, "O3", "C3", day(6, 16), 777'77, 12);
  buy(old, "O4", "C4", day(6, 12), 600'00, 6);
  buy(old, "O5", "C5", day(6, 5), 300'00, 2);
  buy(old, "O6", "C6", day(6, 8), 400'00, 3);
  buy(old, "O7", "C7", day(6, 20), 300'00, 3, "interest_free");
  buy(old, "O8", "C2", day(7, 1), 500'00, 12, "statement");
  buy(old, "O9", "C8", day(6, 18), 1'200'00, 12, "level");
  buy(old, "OA", "C9", day(6, 25), 800'00, 6, "daily");
  close(old, day(7, 20));
  for (const Pays& pays : {Pays{"C1", day(7, 21), 172'66}, Pays{"C3", day(7, 21), 69'48},
                           Pays{"C4", day(7, 21), 101'00}, Pays{"C5", day(7, 21), 303'60},
                           Pays{"C6", day(7, 21), 135'73 * 3}, Pays{"C6", day(7, 22), 55'55},
                           Pays{"C8", day(7, 21), 106'62}}) {
    pay(old, pays);
  }
  close(old, day(8, 20));
  for (const Pays& pays : {Pays{"C1", day(8, 21), 172'66}, Pays{"C2", day(8, 21), 30'00},
                           Pays{"C3", day(8, 21), 69'48}, Pays{"C7", day(8, 21), 200'00},
                           Pays{"C8", day(8, 21), 106'62}, Pays{"C9", day(8, 21), 160'00}}) {
    pay(old, pays);
  }
  close(old, last_);
  ASSERT_THAT(standing(old, true), HasSubstr("O2 1:"));

  BookFixture fresh(catalog_text(date_, "10000.00").c_str());
  {
    auto takeover = begin(fresh);
    take(takeover, portfolio(old), 3);
    EXPECT_TRUE(takeover.reconcile(trial_balance(old), {}).empty());
    takeover.commit();
  }
  EXPECT_EQ(comparable(fresh), comparable(old));
  EXPECT_EQ(standing(fresh, true), standing(old, true));
  expect_sound(fresh);

  // What happens from now on happens to both.
  const std::vector<Pays> later = {{"C1", day(9, 21), 172'66},  {"C2", day(9, 25), 400'00},
                                   {"C3", day(9, 28), 20'00},   {"C4", day(10, 9), 300'00},
                                   {"C7", day(10, 12), 50'00},  {"C8", day(10, 12), 333'33},
                                   {"C2", day(10, 20), 900'00}, {"C9", day(10, 26), 200'00}};
  for (const BookFixture* book : {&old, &fresh}) {
    auto at = later.begin();
    for (Day d = date_; d < base::plus_days(date_, kDays); d = base::plus_days(d, 1)) {
      for (; at != later.end() && at->on == d; ++at) pay(*book, *at);
      if (d == day(10, 9)) {
        auto engine = book->engine();
        const auto result =
            engine.refund(std::vector{book->refund("F1", "O1", d, 200'00)}, kContext);
        ASSERT_EQ(result[0].status, engine::Status::Posted) << code(result[0].refusal);
      }
      if (unsigned(base::ymd(d).day()) % 10 == 0) close(*book, d);
    }
    close(*book, base::plus_days(date_, kDays - 1));
  }
  EXPECT_EQ(standing(fresh, true), standing(old, true));
  EXPECT_EQ(comparable(fresh), comparable(old));
  expect_sound(fresh);
}

// The same with random purchases and payments, total paid instead of parts, and any batch size.
// Limits are not compared: an earlier episode of the other system is not known.
TEST_F(TakeoverTest, AnyPortfolioGoesOn) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const std::string quiet = with(catalog_text(day(6, 1), "50000.00"), "decisions = \"enforce\"",
                                 "decisions = \"record\"");
  BookFixture old(quiet.c_str());
  for (int i = 0; i < 14; ++i) {
    const int count = 1 + pick(12);
    buy(old, fmt::format("O{:02}", i), fmt::format("C{}", i), base::plus_days(day(6, 1), pick(60)),
        20'00 + pick(900'00), count, pick(3) == 0 ? "statement" : "flat_fee");
  }
  for (Day d = day(8, 1); d <= day(9, 8); d = base::plus_days(d, 4)) {
    close(old, base::plus_days(d, -1));
    for (int i = 0; i < 3; ++i) pay(old, {fmt::format("C{}", pick(14)), d, 1'00 + pick(150'00)});
  }
  close(old, last_);

  BookFixture fresh(
      with(catalog_text(date_, "0.00"), "decisions = \"enforce\"", "decisions = \"record\"")
          .c_str());
  {
    auto takeover = begin(fresh);
    take(takeover, portfolio(old), static_cast<std::size_t>(1 + pick(40)));
    EXPECT_TRUE(takeover.reconcile(trial_balance(old), {}).empty());
    takeover.commit();
  }
  EXPECT_EQ(comparable(fresh), comparable(old));
  std::vector<Pays> later;
  for (int n = 0; n < kDays; n += 5) {
    later.push_back({fmt::format("C{}", pick(14)), base::plus_days(date_, n), 1'00 + pick(200'00)});
  }
  for (const BookFixture* book : {&old, &fresh}) {
    for (const Pays& pays : later) {
      pay(*book, pays);
      close(*book, pays.on);
    }
    close(*book, base::plus_days(date_, kDays - 1));
  }
  EXPECT_EQ(standing(fresh, false), standing(old, false));
  EXPECT_EQ(comparable(fresh), comparable(old));
  expect_sound(fresh);
}

engine::TakenPlan plan_of(const std::string& ref) {
  engine::TakenPlan plan;
  plan.ref = ref;
  plan.customer = "C1";
  plan.merchant = "M1";
  plan.product = "flat_fee";
  plan.currency = cny();
  plan.financed = 300'00;
  plan.installments = {{day(8, 10), 100'00, 1'80, 100'00, 1'80},
                       {day(9, 10), 100'00, 1'80},
                       {day(10, 10), 100'00, 1'80}};
  return plan;
}

/// The code and field of what is wrong with a plan.
class RecordTest : public TakeoverTest {
 protected:
  std::string problem(engine::TakenPlan plan) {
    plan.purchased_at = book_.noon(day(7, 10));
    const engine::TakenParties parties{{1}, {2}, book_.catalog->find_merchant_terms("standard")};
    const auto row = engine::taken_plan(plan, parties, date_, *book_.catalog);
    return row ? "taken" : row.error().code + " " + row.error().field;
  }

  BookFixture book_{catalog_text(date_, "0.00").c_str()};
};

TEST_F(RecordTest, WhatContradictsItselfIsRefused) {
  EXPECT_EQ(problem(plan_of("O1")), "taken");
  auto plan = plan_of("O1");
  plan.product = "none";
  EXPECT_EQ(problem(plan), "PRODUCT_UNKNOWN product");
  plan = plan_of("O1");
  plan.currency = *base::Currency::find("USD");
  EXPECT_EQ(problem(plan), "CURRENCY_UNKNOWN currency");
  plan = plan_of("O1");
  plan.installments.clear();
  EXPECT_EQ(problem(plan), "INSTALLMENTS_OUT_OF_RANGE installments");
  plan = plan_of("O1");
  plan.installments[1].due = day(8, 10);
  EXPECT_EQ(problem(plan), "DUE_OUT_OF_ORDER installments[2].due");
  plan = plan_of("O1");
  plan.installments[0].due = day(7, 9);
  EXPECT_EQ(problem(plan), "DUE_OUT_OF_ORDER installments[1].due");
  plan = plan_of("O1");
  plan.financed = 299'99;
  EXPECT_EQ(problem(plan), "PRINCIPAL_MISMATCH financed");
  plan = plan_of("O1");
  plan.installments[0].paid_principal = 100'01;
  EXPECT_EQ(problem(plan), "PAID_TOO_MUCH installments[1].paid_principal");
  plan = plan_of("O1");
  plan.installments[2].paid_fee = 1'81;
  EXPECT_EQ(problem(plan), "PAID_TOO_MUCH installments[3].paid_fee");
  plan = plan_of("O1");
  plan.paid = 1;
  EXPECT_EQ(problem(plan), "PAID_TWICE paid");
  plan.installments[0].paid_principal = plan.installments[0].paid_fee = 0;
  plan.paid = 305'41;
  EXPECT_EQ(problem(plan), "PAID_TOO_MUCH paid");
  plan.paid = 305'40;
  EXPECT_EQ(problem(plan), "taken");
  plan.is_settled = false;
  EXPECT_EQ(problem(plan), "STATUS_MISMATCH status");
  plan = plan_of("O1");
  plan.dpd = 7;
  EXPECT_EQ(problem(plan), "taken");  // due on 10 September, unpaid at the close of the 17th
  plan.dpd = 8;
  EXPECT_EQ(problem(plan), "DPD_MISMATCH dpd");
  plan = plan_of("O1");
  plan.late_fee_owed = -1;
  EXPECT_EQ(problem(plan), "AMOUNT_NEGATIVE late_fee_owed");
  plan = plan_of("O1");
  plan.fee_recognized = 5'41;
  EXPECT_EQ(problem(plan), "FEE_OUT_OF_RANGE fee_recognized");
  plan = plan_of("O1");
  plan.subsidy = 1;
  EXPECT_EQ(problem(plan), "SUBSIDY_OUT_OF_RANGE subsidy_payer");
  plan = plan_of("O1");
  plan.discount = 300'01;
  EXPECT_EQ(problem(plan), "DISCOUNT_OUT_OF_RANGE discount");
  plan = plan_of("O1");
  plan.ecl_stage = 1;
  EXPECT_EQ(problem(plan), "IMPAIRMENT_UNKNOWN ecl_stage");
}

// 3 x 1.80 from 10 July: 1.80 by 10 August, of the second period 22 of 31 days by the end of
// August, 1.80 * 22 / 31 = 1.277, then all of it on 10 September.
TEST_F(RecordTest, WhatIsNotEarnedYetIsDeferred) {
  auto plan = plan_of("O1");
  plan.purchased_at = book_.noon(day(7, 10));
  const engine::TakenParties parties{{1}, {2}, book_.catalog->find_merchant_terms("standard")};
  EXPECT_EQ(engine::taken_plan(plan, parties, date_, *book_.catalog)->fee_recognized, 3'60);
  const auto early = engine::taken_plan(plan, parties, day(9, 5), *book_.catalog);
  EXPECT_EQ(early->fee_recognized, 1'80 + 1'28);
  const auto entries = engine::taken_plan_entries(*early, Code::Equity);
  EXPECT_EQ(entries, (ledger::Transfers{{{Code::PrincipalReceivable}, {Code::Equity}, 200'00},
                                        {{Code::FeeReceivable}, {Code::Equity}, 3'60},
                                        {{Code::Equity}, {Code::UnearnedFee}, 2'32}}));
}

// 1 000.00 at 1 % a period in three equal payments of 340.02: interest 10.00, 6.70, 3.37. The first
// is paid; of the second period 22 of 31 days are over at the end of August: 6.70 * 22 / 31 = 4.75.
TEST_F(RecordTest, InterestThatAccruedAndIsNotPaidIsOwed) {
  auto plan = plan_of("O1");
  plan.product = "level";
  plan.financed = 1'000'00;
  plan.purchased_at = book_.noon(day(7, 10));
  plan.installments = {{.due = day(8, 10),
                        .principal = 330'02,
                        .paid_principal = 330'02,
                        .interest = 10'00,
                        .paid_interest = 10'00},
                       {.due = day(9, 10), .principal = 333'32, .interest = 6'70},
                       {.due = day(10, 10), .principal = 336'66, .interest = 3'37}};
  const engine::TakenParties parties{{1}, {2}, book_.catalog->find_merchant_terms("standard")};
  const auto row = engine::taken_plan(plan, parties, day(9, 5), *book_.catalog);
  ASSERT_TRUE(row.has_value()) << row.error().code << row.error().rule;
  EXPECT_EQ(row->interest_recognized, 10'00 + 4'75);
  EXPECT_EQ(engine::taken_plan_entries(*row, Code::Equity),
            (ledger::Transfers{{{Code::PrincipalReceivable}, {Code::Equity}, 669'98},
                               {{Code::InterestReceivable}, {Code::Equity}, 4'75}}));
  const auto allocation = engine::taken_allocation(*row, day(9, 5));
  EXPECT_EQ(allocation->interest, std::vector<std::int64_t>{10'00});
  plan.interest_recognized = 9'99;  // less than was paid of it
  EXPECT_EQ(problem(plan), "INTEREST_OUT_OF_RANGE interest_recognized");
  plan.interest_recognized = 20'08;  // more than there is
  EXPECT_EQ(problem(plan), "INTEREST_OUT_OF_RANGE interest_recognized");
  plan.interest_recognized.reset();
  plan.installments[1].paid_interest = 6'71;
  EXPECT_EQ(problem(plan), "PAID_TOO_MUCH installments[2].paid_interest");
  plan.product = "flat_fee";
  EXPECT_EQ(problem(plan), "INTEREST_NOT_KEPT installments[1].interest");
}

TEST_F(RecordTest, TheSameFileAgainIsKnownAndAnotherOneOfItsNamesRefused) {
  std::vector<engine::TakenLine> lines{{"a", plan_of("O1")}, {"b", plan_of("O2")}};
  for (auto& line : lines) {
    std::get<engine::TakenPlan>(line.record).purchased_at = book_.noon(day(7, 10));
  }
  {
    auto takeover = begin(book_);
    take(takeover, lines, 5);
  }  // not committed: nothing happened
  {
    auto takeover = begin(book_);
    take(takeover, lines, 5);
    const auto again = takeover.add(lines);
    EXPECT_EQ(again[0].problem.code, "DUPLICATE");
    takeover.commit();
  }
  auto takeover = begin(book_);
  EXPECT_EQ(takeover.add(lines)[0].status, TakenStatus::Repeated);
  lines[1].text = "other";
  EXPECT_EQ(takeover.add(lines)[1].problem.code, "IDEMPOTENCY_CONFLICT");
  lines.resize(1);
  lines.push_back(lines[0]);
  EXPECT_EQ(takeover.add(lines)[1].problem.code, "DUPLICATE");
  // A purchase of that reference is not captured again either.
  auto engine = book_.engine();
  EXPECT_EQ(engine.capture(std::vector{book_.purchase("O1", "C1", date_, 100'00, 3)}, kContext)[0]
                .refusal,
            engine::Refusal::IdempotencyConflict);
}

std::vector<GivenBalance> balanced(std::vector<GivenBalance> given) {
  std::int64_t sum = 0;
  for (const GivenBalance& balance : given) sum += balance.minor;
  given.push_back({Code::Equity, "", "", cny(), -sum});
  return given;
}

TEST_F(RecordTest, DifferencesAreListedOrBooked) {
  auto plan = plan_of("O1");
  plan.purchased_at = book_.noon(day(7, 10));
  const std::vector<engine::TakenLine> lines{{"a", plan}};
  const std::vector<GivenBalance> given =
      balanced({{Code::PrincipalReceivable, "", "", cny(), 200'05},
                {Code::FeeReceivable, "", "", cny(), 3'60},
                {Code::UnearnedFee, "", "", cny(), -1'80},
                {Code::CustomerCredit, "", "", cny(), -7'00},
                {Code::Bank, "BANK", "", cny(), 123'45},
                {Code::FeeIncome, "", "flat_fee", cny(), -11'11}});
  auto takeover = begin(book_);
  take(takeover, lines, 1);
  const auto differences = takeover.reconcile(given, {});
  ASSERT_EQ(differences.size(), 2);
  EXPECT_EQ(differences[0].code, Code::PrincipalReceivable);
  EXPECT_EQ(differences[0].given, 200'05);
  EXPECT_EQ(differences[0].portfolio, 200'00);
  EXPECT_EQ(differences[1].code, Code::CustomerCredit);
  EXPECT_EQ(differences[1].given, -7'00);
  EXPECT_EQ(takeover.reconcile(given, Code::ReconLoss).size(), 2);
  takeover.commit();
  std::map<Code, std::int64_t> sums;
  for (const auto& [account, minor] : balances(book_)) sums[account.code] += minor;
  EXPECT_EQ(sums[Code::PrincipalReceivable], 200'00);
  EXPECT_EQ(sums[Code::CustomerCredit], 0);
  EXPECT_EQ(sums[Code::ReconLoss], 5 - 7'00);
  EXPECT_EQ(sums[Code::Bank], 123'45);
  EXPECT_EQ(sums[Code::FeeIncome], -11'11);
  EXPECT_EQ(sums[Code::Equity], given.back().minor);
  expect_sound(book_);
  close(book_, date_);  // income that was opened was not earned on the date
  expect_sound(book_);
}

TEST_F(RecordTest, WhatCanNotBeATrialBalanceIsRefused) {
  auto takeover = begin(book_);
  const auto refusal = [&](const std::vector<GivenBalance>& given, std::optional<Code> account) {
    try {
      takeover.reconcile(given, account);
    } catch (const engine::TakeoverRefused& refused) {
      return std::string(refused.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(refusal({{Code::Bank, "BANK", "", cny(), 1}}, {}), HasSubstr("0.01"));
  EXPECT_THAT(refusal(balanced({{Code::Bank, "OTHER", "", cny(), 1}}), {}), HasSubstr("OTHER"));
  EXPECT_THAT(refusal({}, Code::PrincipalReceivable), HasSubstr("1101"));
  EXPECT_EQ(refusal({}, {}), "accepted");
  EXPECT_THROW(begin(book_, {.control = Code::Suspense}), engine::TakeoverRefused);
  EXPECT_THROW(begin(book_, {.date = day(9, 19)}), engine::TakeoverRefused);
}

// domain §7.3's rows by days past due, as the policy itself would have left them.
TEST(TakenLimit, RowsThatWereReachedCountAsApplied) {
  for (const int dpd : {0, 1, 3, 4, 30, 31, 60, 61, 90, 91, 150}) {
    SCOPED_TRACE(dpd);
    credit::LimitState native{.base_limit = 8'000'00};
    for (int d = 1; d <= dpd; ++d) {
      credit::apply_limit_policy(
          native, {.date = base::plus_days(day(1, 1), d), .dpd = d, .outstanding = 1'000'00});
    }
    credit::LimitState taken = credit::taken_over({.base_limit = native.base_limit,
                                                   .limit_before = 8'000'00,
                                                   .dpd = dpd,
                                                   .through = base::plus_days(day(1, 1), dpd)});
    taken.clean_cycles = native.clean_cycles;  // spoiled at most one cycle longer
    EXPECT_EQ(taken, native);
  }
}

}  // namespace
