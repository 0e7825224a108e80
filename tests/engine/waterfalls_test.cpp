// The order of payment from a catalog, and that payments follow it.
#include "engine/waterfalls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "engine/allocate.h"
#include "engine/toml_section.h"

namespace engine {
namespace {

using base::make_day;
using scheduling::Direction;
using scheduling::DueClass;
using scheduling::FutureRule;
using scheduling::PaymentType;
using scheduling::WaterfallRow;
using testing::StartsWith;
using enum scheduling::Component;

base::Result<std::vector<WaterfallRow>, CatalogError> parse(const std::string& body) {
  return parse_toml(body, "catalog", [](Section root) {
    std::vector<WaterfallRow> rows = read_waterfalls(root);
    root.done();
    return rows;
  });
}

std::string complaint(const std::string& body) {
  const auto rows = parse(body);
  return rows ? "" : rows.error().field + "|" + rows.error().value + "|" + rows.error().rule;
}

const std::string kAll = R"(past_due = ["penalty", "fee", "interest", "principal"])";

bool is_same_order(const WaterfallRow& a, const WaterfallRow& b) {
  return a.type == b.type && a.dpd_min == b.dpd_min &&
         std::ranges::equal(a.waterfall.order(), b.waterfall.order()) &&
         a.waterfall.direction == b.waterfall.direction && a.waterfall.future == b.waterfall.future;
}

TEST(Waterfalls, AreTheDefaultsWhereACatalogHasNone) {
  const auto rows = parse("");
  ASSERT_TRUE(rows);
  EXPECT_TRUE(std::ranges::equal(*rows, scheduling::default_waterfalls(), is_same_order));
  EXPECT_TRUE(
      std::ranges::equal(Catalog{}.waterfalls, scheduling::default_waterfalls(), is_same_order));
}

TEST(Waterfalls, OfTheExampleAreTheDefaults) {
  std::ifstream in("catalog/baitiao.toml");
  std::stringstream body;
  body << in.rdbuf();
  ASSERT_NE(body.str().find("[[waterfall]]"), std::string::npos);
  const auto catalog = parse_catalog(body.str());
  ASSERT_TRUE(catalog) << catalog.error().field << " " << catalog.error().rule;
  EXPECT_TRUE(
      std::ranges::equal(catalog->waterfalls, scheduling::default_waterfalls(), is_same_order));
}

TEST(Waterfalls, EachKeyIsRead) {
  const auto rows = parse("[[waterfall]]\n" + kAll + R"(
[[waterfall]]
type = "collector"
dpd_min = 31
direction = "vertical"
future = "reamortize"
past_due = ["principal", "interest", "fee", "penalty"]
due = ["interest", "principal"]
in_advance = []
[[waterfall]]
type = "credit_balance"
future = "last"
)" + kAll);
  ASSERT_TRUE(rows) << rows.error().field << " " << rows.error().rule;
  ASSERT_EQ(rows->size(), 3u);
  const std::array all = {Penalty, Fee, Interest, Principal};
  EXPECT_EQ(rows->at(0).type, std::nullopt);
  EXPECT_EQ(rows->at(0).dpd_min, 0);
  // What is not said of the other classes is as for what is past due.
  EXPECT_EQ(rows->at(0).waterfall, scheduling::make_waterfall(all, all, all));
  EXPECT_EQ(rows->at(1).type, PaymentType::Collector);
  EXPECT_EQ(rows->at(1).dpd_min, 31);
  scheduling::Waterfall collector = scheduling::make_waterfall(
      std::array{Principal, Interest, Fee, Penalty}, std::array{Interest, Principal}, {});
  collector.direction = Direction::Vertical;
  collector.future = FutureRule::Reamortize;
  EXPECT_EQ(rows->at(1).waterfall, collector);
  EXPECT_EQ(rows->at(2).type, PaymentType::CreditBalance);
  EXPECT_EQ(rows->at(2).waterfall.future, FutureRule::Last);
  for (const std::string type : {"repayment", "auto_debit", "merchant_refund", "goodwill",
                                 "collector", "insurance", "credit_balance"}) {
    EXPECT_EQ(
        complaint("[[waterfall]]\n" + kAll + "\n[[waterfall]]\ntype = \"" + type + "\"\n" + kAll),
        "");
  }
}

TEST(Waterfalls, NameEachWrongFieldWithValueAndRule) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"waterfall = 3", "waterfall||is one or more tables, each under [[waterfall]]"},
      {"[waterfall]\n" + kAll, "waterfall||is one or more tables"},
      {"[[waterfall]]", "waterfall[1].past_due||is missing"},
      {"[[waterfall]]\npast_due = \"fee\"", "waterfall[1].past_due|fee|is a list of texts"},
      {"[[waterfall]]\npast_due = [1]", "waterfall[1].past_due|1|is a text in quotes"},
      {"[[waterfall]]\npast_due = [\"fees\"]",
       "waterfall[1].past_due|fees|is one of: penalty, fee, interest, principal"},
      {"[[waterfall]]\npast_due = [\"fee\", \"penalty\", \"fee\", \"principal\"]",
       "waterfall[1].past_due|fee|is named once"},
      {"[[waterfall]]\npast_due = [\"fee\", \"penalty\", \"principal\"]",
       "waterfall[1].past_due|[ 'fee', 'penalty', 'principal' ]|names all of penalty, fee, "
       "interest, principal: nothing would ever pay the interest"},
      {"[[waterfall]]\npast_due = []", "waterfall[1].past_due|[]|names all of penalty"},
      {"[[waterfall]]\n" + kAll + "\ndue = [\"principal\", \"principal\"]",
       "waterfall[1].due|principal|is named once"},
      {"[[waterfall]]\n" + kAll + "\nin_advance = [\"tax\"]",
       "waterfall[1].in_advance|tax|is one of: penalty"},
      {"[[waterfall]]\n" + kAll + "\nadvance = []", "waterfall[1].advance|[]|is not a key"},
      {"[[waterfall]]\ntype = \"salary\"", "waterfall[1].type|salary|is one of: repayment"},
      {"[[waterfall]]\ntype = 1", "waterfall[1].type|1|is a text in quotes"},
      {"[[waterfall]]\ndpd_min = -1", "waterfall[1].dpd_min|-1|is a whole number from 0 to 9999"},
      {"[[waterfall]]\ndpd_min = 10000", "waterfall[1].dpd_min|10000|is a whole number"},
      {"[[waterfall]]\ndirection = \"diagonal\"\n" + kAll,
       "waterfall[1].direction|diagonal|is one of: horizontal, vertical"},
      {"[[waterfall]]\nfuture = \"never\"\n" + kAll,
       "waterfall[1].future|never|is one of: next, last, reamortize"},
      {"[[waterfall]]\n" + kAll + "\n[[waterfall]]\n" + kAll,
       "waterfall[2].dpd_min|0|is used once for a type"},
      {"[[waterfall]]\ndpd_min = 1\n" + kAll,
       "waterfall|repayment|has a row from 0 days past due on for each type"},
      {"[[waterfall]]\ntype = \"repayment\"\n" + kAll,
       "waterfall|auto_debit|has a row from 0 days past due on for each type"},
  };
  for (const auto& [body, expected] : cases) {
    EXPECT_THAT(complaint(body), StartsWith(expected)) << body;
  }
}

/// Two plans of one installment, due on 10 July: 100.00 and a fee of 6.00 each.
Customer two_plans() {
  Customer customer;
  customer.credit.party = {1};
  customer.credit.currency = *base::Currency::find("CNY");
  for (const std::int64_t id : {11, 12}) {
    store::PlanRow plan;
    plan.party = {1};
    plan.id = {id};
    plan.currency = customer.credit.currency;
    plan.due = {make_day(2026, 7, 10)};
    plan.principal = {100'00};
    plan.fee = {6'00};
    plan.interest = {0};
    plan.paid_principal = {0};
    plan.paid_fee = {0};
    plan.paid_interest = {0};
    plan.financed = plan.outstanding = 100'00;
    customer.credit.outstanding += plan.outstanding;
    customer.add_plan(std::move(plan));
  }
  return customer;
}

// Of 10.00 on 20 July the older plan gets the fee of 6.00 and 4.00 of principal horizontally;
// vertically the fees of both are paid first. The credit balance pays principal first.
TEST(Waterfalls, OfTheCatalogSayWhereMoneyGoes) {
  Catalog catalog;
  catalog.products.emplace_back();
  const auto pay = [&](store::AllocationKind kind) {
    Customer customer = two_plans();
    const AppliedPayment applied =
        apply_money(customer, {.amount_minor = 10'00, .value_date = make_day(2026, 7, 20)}, kind,
                    {1}, make_day(2026, 7, 20), catalog);
    EXPECT_EQ(applied.credit, 0);
    std::vector<std::pair<std::int64_t, std::int64_t>> fee_and_principal;
    for (const PlanPayment& plan : applied.plans) {
      fee_and_principal.emplace_back(plan.fee, plan.principal);
      EXPECT_EQ(customer.plans[plan.plan].paid_fee[0], plan.fee);
      EXPECT_EQ(customer.plans[plan.plan].paid_principal[0], plan.principal);
    }
    return fee_and_principal;
  };
  using Paid = std::vector<std::pair<std::int64_t, std::int64_t>>;
  using enum store::AllocationKind;
  EXPECT_EQ(pay(Repayment), (Paid{{6'00, 4'00}}));
  EXPECT_EQ(pay(FromCredit), (Paid{{6'00, 4'00}}));
  catalog.waterfalls = parse(R"(
[[waterfall]]
direction = "vertical"
past_due = ["penalty", "fee", "interest", "principal"]
[[waterfall]]
type = "credit_balance"
past_due = ["principal", "interest", "fee", "penalty"]
)")
                           .value();
  EXPECT_EQ(pay(Repayment), (Paid{{6'00, 0}, {4'00, 0}}));
  EXPECT_EQ(pay(FromCredit), (Paid{{0, 10'00}}));
}

}  // namespace
}  // namespace engine
