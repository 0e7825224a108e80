#include "engine/exports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/check.h"
#include "engine/ageing.h"
#include "engine/report_text.h"
#include "sql/store/rows.h"
#include "tests/engine/small_book.h"
#include "tests/support/test_database.h"

namespace {

using engine::ReportRefusal;

base::Day june(unsigned day) { return base::make_day(2026, 6, day); }

class ExportsTest : public testing::Test {
 protected:
  ExportsTest() { tests::make_small_book(owner_); }

  /// The records, by field name. The small book has no quoted commas but in account names.
  std::vector<std::map<std::string, std::string>> read(engine::ExportResult rows) {
    EXPECT_TRUE(rows.has_value()) << (rows ? "" : rows.error().sentence);
    std::string text;
    while ((*rows)->next(text)) {
    }
    std::vector<std::string> header;
    std::vector<std::map<std::string, std::string>> records;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find(engine::kCsvLineEnd, at);
      const auto fields = fields_of(text.substr(at, end - at));
      at = end + engine::kCsvLineEnd.size();
      if (header.empty()) {
        header = fields;
        continue;
      }
      EXPECT_EQ(fields.size(), header.size());
      records.emplace_back();
      for (std::size_t i = 0; i < fields.size(); ++i) records.back()[header[i]] = fields[i];
    }
    return records;
  }

  static std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.emplace_back();
      } else {
        fields.back() += c;
      }
    }
    return fields;
  }

  static std::int64_t minor(const std::string& amount) {
    return base::parse_money(amount, *base::Currency::find("CNY"))->minor();
  }

  tests::TestDatabase database_ = tests::TestDatabase::create();
  store::Session owner_{database_.conninfo(), store::Role::Owner};
  store::Session app_{database_.conninfo()};
};

TEST_F(ExportsTest, TrialBalanceSidesAreEqualOnEveryDate) {
  for (unsigned day = 18; day <= 23; ++day) {
    SCOPED_TRACE(day);
    std::int64_t debit = 0, credit = 0;
    for (auto& row : read(engine::export_trial_balance(app_, {.as_of = june(day)}))) {
      EXPECT_EQ(row["as_of"], base::to_string(june(day)));
      EXPECT_EQ(minor(row["balance"]), minor(row["debit"]) - minor(row["credit"]));
      debit += minor(row["debit"]);
      credit += minor(row["credit"]);
    }
    EXPECT_GT(debit, 0);
    EXPECT_EQ(debit, credit);
  }
}

// After J03 and J06 of scenario S1 the merchant was owed nothing and 53.00 were held.
TEST_F(ExportsTest, TrialBalanceShowsOwnersAndTags) {
  std::int64_t payable = 0;
  bool has_reserve = false;
  for (auto& row : read(engine::export_trial_balance(app_, {.as_of = june(22)}))) {
    if (row["owner"] != "M1") continue;
    if (row["account"] == "2101") payable += minor(row["balance"]);
    if (row["account"] == "2103") {
      has_reserve = true;
      EXPECT_EQ(row["credit"], "53.00");
      EXPECT_EQ(row["name"], "Merchant reserve");
    }
  }
  EXPECT_EQ(payable, 0);
  EXPECT_TRUE(has_reserve);
}

TEST_F(ExportsTest, LinesSumToTheTrialBalance) {
  std::map<std::string, std::int64_t> sums;
  int voucher = 0;
  std::string date;
  for (auto& row : read(engine::export_lines(app_, june(18), {.as_of = june(23)}))) {
    sums[row["account"] + row["owner"] + row["tag"]] += minor(row["debit"]) - minor(row["credit"]);
    if (row["business_date"] != date) voucher = 0;
    date = row["business_date"];
    EXPECT_GE(std::stoi(row["voucher"]), voucher);
    voucher = std::stoi(row["voucher"]);
    if (row["rule"] == "CAPTURE") {
      EXPECT_THAT(row["purchase_ref"], testing::StartsWith("O"));
    }
  }
  for (auto& row : read(engine::export_trial_balance(app_, {.as_of = june(23)}))) {
    EXPECT_EQ(sums[row["account"] + row["owner"] + row["tag"]], minor(row["balance"]));
  }
}

TEST_F(ExportsTest, SurrogateIdsDoNotShow) {
  const auto other = tests::TestDatabase::create();
  store::Session owner(other.conninfo(), store::Role::Owner);
  tests::make_small_book(owner, 2);  // other ids, rows in another order
  std::string one, two;
  const auto lines = engine::export_lines(app_, june(18), {.as_of = june(23)});
  const auto others = engine::export_lines(owner, june(18), {.as_of = june(23)});
  while ((*lines)->next(one)) {
  }
  while ((*others)->next(two)) {
  }
  EXPECT_EQ(one, two);
}

TEST_F(ExportsTest, DatesThatAreNotClosedAreRefusedByName) {
  const auto refusal = [&](base::Day day) {
    const auto balance = engine::export_trial_balance(app_, {.as_of = day});
    EXPECT_FALSE(balance.has_value());
    EXPECT_THAT(balance.error().sentence, testing::HasSubstr(base::to_string(day)));
    return balance.error().refusal;
  };
  EXPECT_EQ(refusal(june(24)), ReportRefusal::DateNotClosed);  // open
  EXPECT_EQ(refusal(base::make_day(2199, 1, 1)), ReportRefusal::DateNotClosed);
  EXPECT_EQ(refusal(june(17)), ReportRefusal::DateBeforeBook);
  EXPECT_EQ(engine::export_lines(app_, june(20), {.as_of = june(19)}).error().refusal,
            ReportRefusal::DatesReversed);
  EXPECT_EQ(engine::closed_date(app_, std::nullopt).value(), june(23));
}

TEST_F(ExportsTest, UnequalSidesAreNeverExported) {
  owner_.execute(
      "ALTER TABLE account_day DISABLE TRIGGER USER; UPDATE account_day SET balance_minor = "
      "balance_minor + 1 WHERE (account_id, business_date) = (SELECT account_id, "
      "max(business_date) FROM account_day GROUP BY account_id ORDER BY 1 LIMIT 1)");
  EXPECT_THROW((void)engine::export_trial_balance(app_, {.as_of = june(23)}), base::CheckFailure);
}

TEST_F(ExportsTest, InstallmentsSayWhatIsUnpaid) {
  EXPECT_EQ(read(engine::export_installments(app_, {})).size(), 6 + 3);  // O3 is of the open date
  const auto now = store::query(app_, "SELECT clock_timestamp()").instant(0, 0);
  const auto rows = read(engine::export_installments(app_, {june(24), now}));
  ASSERT_EQ(rows.size(), 6 + 3 + 1);  // O1, O2, O3 in this order
  EXPECT_EQ(rows[0].at("purchase_ref"), "O1");
  EXPECT_EQ(rows[0].at("status"), "paid");
  EXPECT_EQ(rows[5].at("principal"), "166.70");
  EXPECT_EQ(rows[5].at("unpaid"), "172.70");
  EXPECT_EQ(rows[6].at("plan_status"), "refunded");
  EXPECT_EQ(rows[9].at("status"), "open");
}

TEST_F(ExportsTest, LimitChangesNameTheirPlans) {
  const auto rows = read(engine::export_limit_changes(app_, {}, {}));
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].at("customer"), "C2");
  EXPECT_EQ(rows[0].at("old_limit"), "6000.00");
  EXPECT_EQ(rows[0].at("new_limit"), "5000.00");
  EXPECT_EQ(rows[0].at("action"), "cut");
  EXPECT_EQ(rows[0].at("purchase_refs"), "O2");
  EXPECT_TRUE(read(engine::export_limit_changes(app_, june(18), {.as_of = june(22)})).empty());
}

engine::Catalog catalog() {
  engine::Catalog catalog;
  catalog.currency = *base::Currency::find("CNY");
  catalog.currencies = {{.currency = catalog.currency}};
  for (const char* name : {"fee6", "free3"}) {
    engine::Product product;
    product.name = name;
    catalog.products.push_back(product);
  }
  return catalog;
}

// The buckets of domain section 1.8.
TEST(Ageing, BucketsAreThirtyDaysEach) {
  const std::vector<std::pair<int, std::string_view>> cases = {
      {0, "M0"},   {1, "M1"},   {30, "M1"},  {31, "M2"},   {60, "M2"},
      {61, "M3"},  {90, "M3"},  {91, "M4"},  {120, "M4"},  {121, "M5"},
      {150, "M5"}, {151, "M6"}, {180, "M6"}, {181, "M6+"}, {9999, "M6+"}};
  for (const auto& [dpd, name] : cases) {
    EXPECT_EQ(engine::bucket_range(engine::bucket_of(dpd)).name, name) << dpd;
  }
  for (int dpd = 0; dpd < 400; ++dpd) {
    const auto range = engine::bucket_range(engine::bucket_of(dpd));
    EXPECT_GE(dpd, range.dpd_from);
    EXPECT_LE(dpd, range.dpd_to.value_or(dpd));
  }
}

// C3 owed 50.00 on the 18th and paid on the 22nd: late on the 21st, current on the 22nd.
TEST_F(ExportsTest, AgeingIsAsOfItsDate) {
  owner_.execute(R"sql(
    INSERT INTO party VALUES (901, 1, 'C3', 'standard', '2026-06-18');
    INSERT INTO plan (party_id, plan_id, event_id, purchase_ref, merchant_id, product,
      catalog_version, currency, purchased_at, business_date, start_on, goods_minor, financed_minor,
      available_on, due, principal, paid_principal, outstanding_minor)
    SELECT 901, 901, 1, 'O9', party_id, 'free3', 1, 'CNY', '2026-06-18', '2026-06-18', '2026-06-18',
      10000, 10000, '2026-06-22', '{2026-06-18,2026-07-18}', '{5000,5000}', '{5000,0}', 5000
    FROM party WHERE ref = 'M1';
    INSERT INTO allocation VALUES (901, 901, 901, 1, 'CNY', '2026-06-22', '2026-06-22', 0, 0, '{1}',
      '{5000}', '{0}', '{0}'))sql");
  const auto cny = *base::Currency::find("CNY");
  const auto at = [&](unsigned day) {
    return engine::age_receivables(app_, catalog(),
                                   {.as_of = june(day), .sealed_through = june(day)})
        .by_currency.at(cny);
  };
  const auto late = at(21);
  EXPECT_EQ(late[1].plans, 1);
  EXPECT_EQ(late[1].customers, 1);
  EXPECT_EQ(late[1].outstanding, 100'00);
  EXPECT_EQ(late[1].overdue, 50'00);
  const auto current = at(22);
  EXPECT_EQ(current[1].plans, 0);
  // O1 with 833.34, O2 with 200.00 (refunded on the 23rd), O9 with 50.00
  EXPECT_EQ(current[0].plans, 3);
  EXPECT_EQ(current[0].outstanding, 833'34 + 200'00 + 50'00);
  EXPECT_EQ(at(23)[0].outstanding, 833'34 + 50'00);
  // Nothing was paid yet on the 18th.
  EXPECT_EQ(at(18)[0].outstanding, 1'000'00 + 300'00 + 100'00);
}

}  // namespace
