#include "engine/statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/check.h"
#include "engine/statement_text.h"
#include "sql/store/rows.h"
#include "tests/engine/small_book.h"
#include "tests/support/test_database.h"

namespace {

using engine::Statement;
using engine::StatementAccess;
using engine::StatementFormat;
using engine::StatementRefusal;

base::Day june(unsigned day) { return base::make_day(2026, 6, day); }

class StatementTest : public testing::Test {
 protected:
  StatementTest() { tests::make_small_book(owner_); }

  std::unique_ptr<Statement> open(const std::string& merchant, base::Day from, base::Day to,
                                  StatementAccess access = StatementAccess::Operator) {
    auto statement = Statement::open(app_, {merchant, from, to}, access);
    EXPECT_TRUE(statement.has_value());
    return std::move(*statement);
  }

  std::vector<engine::StatementLine> lines_of(Statement& statement) {
    std::vector<engine::StatementLine> lines;
    for (std::size_t i = 0; i < statement.header().sections.size(); ++i) {
      for (auto more = statement.next(i); !more.empty(); more = statement.next(i)) {
        for (auto& line : more) lines.push_back(std::move(line));
      }
    }
    return lines;
  }

  std::string text_of(Statement& statement, StatementFormat format) {
    engine::StatementText text(statement, format);
    std::string out;
    while (text.next(out)) {
    }
    return out;
  }

  /// `count` sales of M1 on the open date in each currency, 1.01, 1.02, ... of theirs.
  void add_sales(int count, const std::string& currency) {
    store::query(owner_, R"sql(
      INSERT INTO merchant_item (party_id, item_id, merchant_id, type, event_id, order_ref, periods,
        currency, occurred_at, business_date, available_on, gross_minor, discount_minor, net_minor)
      SELECT 900, n + hashtext($2), (SELECT party_id FROM party WHERE ref = 'M1'), 1, 1,
        CASE WHEN n % 3 = 0 THEN 'a "b", c' || n ELSE '单' || n END, 3, $2,
        timestamptz '2026-06-24 02:00+00' + n * interval '1 second', '2026-06-24', '2026-06-25',
        100 + n, -1, 99 + n
      FROM generate_series(1, $1) n)sql",
                 store::Params().int4(count).text(currency));
  }

  tests::TestDatabase database_ = tests::TestDatabase::create();
  store::Session owner_{database_.conninfo(), store::Role::Owner};
  store::Session app_{database_.conninfo()};
};

// J03, J06 and J07 of scenario S1: 1 060.00 less 6.36, reserve 5 %, the rest paid out.
TEST_F(StatementTest, OpeningAndLinesMakeTheClosingBalance) {
  const auto statement = open("M1", june(18), june(23));
  const auto& header = statement->header();
  EXPECT_TRUE(header.is_final);
  ASSERT_EQ(header.sections.size(), 1);
  const auto& section = header.sections[0];
  EXPECT_EQ(section.opening, 0);
  EXPECT_EQ(section.totals.sales, 1'060'00);
  EXPECT_EQ(section.totals.discount, -6'36);
  EXPECT_EQ(section.totals.reserve, -53'00);
  EXPECT_EQ(section.totals.payouts, -1'000'64);
  EXPECT_EQ(section.totals.lines, 3);
  EXPECT_EQ(section.closing, 0);
  ASSERT_EQ(section.payouts.size(), 1);
  EXPECT_EQ(section.payouts[0].ref, "P1");
  const auto lines = lines_of(*statement);
  ASSERT_EQ(lines.size(), 3);
  EXPECT_EQ(lines[0].item.order_ref, "O1");
  EXPECT_EQ(lines[0].balance, 1'053'64);
  EXPECT_EQ(lines[0].settled_on, june(22));
  EXPECT_EQ(lines[0].payout_ref, "P1");
  EXPECT_EQ(lines[1].item.type, store::ItemType::Reserve);
  EXPECT_EQ(lines[2].balance, 0);
}

TEST_F(StatementTest, OpeningBalanceIsTheLedgersAtTheCloseOfTheDayBefore) {
  const auto statement = open("M1", june(22), june(22));
  EXPECT_EQ(statement->header().sections.at(0).opening, 1'053'64);
  EXPECT_EQ(statement->header().sections.at(0).closing, 0);
}

TEST_F(StatementTest, OpenDatesCountItemsAndAreNotFinal) {
  auto statement = open("M1", june(24), june(30));
  EXPECT_FALSE(statement->header().is_final);
  EXPECT_EQ(statement->header().sections.at(0).closing, 100'00);
  statement.reset();
  statement = open("M1", june(25), june(30));
  EXPECT_EQ(statement->header().sections.at(0).opening, 100'00);
  EXPECT_EQ(lines_of(*statement).size(), 0);
}

// A refund after the payout: owed by the merchant, and so carried.
TEST_F(StatementTest, BalanceMayBeNegative) {
  const auto statement = open("M2", june(18), june(23));
  const auto& section = statement->header().sections.at(0);
  EXPECT_EQ(section.closing, -292'80);
  EXPECT_EQ(section.totals.refunds, -300'00);
  EXPECT_EQ(section.totals.returned_discount, 1'80);
  EXPECT_EQ(section.totals.returned_subsidy, 5'40);
}

// The statement of a closed period reads the same for ever.
TEST_F(StatementTest, WhatHappensLaterDoesNotShow) {
  const auto before = text_of(*open("M1", june(18), june(21)), StatementFormat::Json);
  EXPECT_THAT(before, testing::HasSubstr("\"settled_on\":null"));  // settled on the 22nd
  EXPECT_THAT(before, testing::Not(testing::HasSubstr("P1")));
  const auto payout = open("M2", june(22), june(22))->header().sections.at(0).payouts.at(0);
  EXPECT_EQ(payout.status, store::PayoutStatus::Instructed);
  owner_.execute(
      "UPDATE payout SET status = 2, confirmed_on = '2026-06-24' WHERE payout_ref = 'P2'");
  const auto later = open("M2", june(22), june(22))->header().sections.at(0).payouts.at(0);
  EXPECT_EQ(later.status, store::PayoutStatus::Instructed);
  EXPECT_FALSE(later.confirmed_on.has_value());
}

TEST_F(StatementTest, RefusalsInOrder) {
  const auto refusal = [&](const engine::StatementRequest& request) {
    return Statement::open(app_, request).error();
  };
  EXPECT_EQ(refusal({"nobody", june(2), june(1)}), StatementRefusal::DatesReversed);
  EXPECT_EQ(refusal({"nobody", june(1), june(2)}), StatementRefusal::MerchantUnknown);
  EXPECT_EQ(refusal({"C1", june(1), june(2)}), StatementRefusal::MerchantUnknown);  // a customer
}

TEST_F(StatementTest, EmptyDatabaseHasNoBook) {
  const auto database = tests::TestDatabase::create();
  store::Session session(database.conninfo());
  EXPECT_EQ(Statement::open(session, {"M1", june(1), june(2)}).error(),
            StatementRefusal::BookMissing);
}

TEST_F(StatementTest, MerchantWithoutItemsHasNoSections) {
  owner_.execute("INSERT INTO party VALUES (901, 2, 'M9', 'standard', '2026-06-18')");
  EXPECT_TRUE(open("M9", june(18), june(23))->header().sections.empty());
}

// An item that the ledger doesn't know: the two sides are compared, and it is a bug.
TEST_F(StatementTest, ItemsThatDisagreeWithTheLedgerAreNotShown) {
  owner_.execute(
      "INSERT INTO merchant_item (party_id, item_id, merchant_id, type, event_id, order_ref, "
      "currency, occurred_at, business_date, available_on, gross_minor, net_minor) SELECT 900, 1, "
      "party_id, 1, 1, 'X', 'CNY', '2026-06-19', '2026-06-19', '2026-06-25', 1, 1 FROM party WHERE "
      "ref = 'M1'");
  EXPECT_THROW((void)Statement::open(app_, {"M1", june(18), june(23)}), base::CheckFailure);
}

std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> records(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        records.back().back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        records.back().back() += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      records.back().emplace_back();
    } else if (c == '\r') {
      EXPECT_EQ(text.at(i + 1), '\n');
      ++i;
      records.push_back({""});
    } else {
      records.back().back() += c;
    }
  }
  records.pop_back();
  return records;
}

// More lines than a piece of the cursor holds, three currencies with 0, 2 and 3 decimals.
TEST_F(StatementTest, CsvHasTheLinesOfTheJson) {
  constexpr int kCount = 2 * store::kCursorRows + 7;
  for (const char* currency : {"CNY", "JPY", "KWD"}) add_sales(kCount, currency);
  for (const StatementAccess access : {StatementAccess::Operator, StatementAccess::Merchant}) {
    const auto json = nlohmann::json::parse(
        text_of(*open("M1", june(18), june(30), access), StatementFormat::Json));
    const auto csv =
        parse_csv(text_of(*open("M1", june(18), june(30), access), StatementFormat::Csv));
    ASSERT_EQ(json["statements"].size(), 3);
    std::size_t record = 0;
    for (const auto& section : json["statements"]) {
      EXPECT_EQ(section["line_count"], section["lines"].size());
      for (const auto& line : section["lines"]) {
        ++record;
        ASSERT_LT(record, csv.size());
        for (std::size_t column = 0; column < csv[0].size(); ++column) {
          const std::string& name = csv[0][column];
          const std::string& cell = csv[record][column];
          if (name == "merchant") {
            EXPECT_EQ(cell, json["merchant"]);
          } else if (name == "currency") {
            EXPECT_EQ(cell, section["currency"]);
          } else if (line[name].is_object()) {
            ASSERT_EQ(cell, line[name]["amount"]);
            ASSERT_EQ(line[name]["currency"], section["currency"]);
          } else if (line[name].is_null()) {
            EXPECT_EQ(cell, "");
          } else {
            EXPECT_EQ(cell,
                      line[name].is_string() ? line[name].get<std::string>() : line[name].dump());
          }
        }
      }
    }
    EXPECT_EQ(record + 1, csv.size());
    EXPECT_EQ(csv.size(), 3 * kCount + 4 + 1);
  }
}

// Sum over the sales n = 1..count of 99 + n, and the decimals of each currency.
TEST_F(StatementTest, SumsAreExactInEveryCurrency) {
  add_sales(1500, "KWD");
  const auto statement = open("M1", june(24), june(24));
  const auto& section = statement->header().sections.at(1);
  EXPECT_EQ(section.currency.code(), "KWD");
  const std::int64_t net = 99 * 1500 + 1500 * 1501 / 2;
  EXPECT_EQ(section.closing, net);
  EXPECT_THAT(text_of(*statement, StatementFormat::Json),
              testing::HasSubstr(R"("closing":{"amount":"1274.250","currency":"KWD"})"));
}

// Row-level security itself, below anything that api/ checks.
TEST_F(StatementTest, MerchantRoleSeesItsOwnRowsAndNothingElse) {
  const auto merchant = store::find_merchant(app_, "M1");
  const auto as_merchant = [&](const char* statement) {
    store::Transaction transaction(app_);
    store::see_only_merchant(app_, *merchant);
    return store::query(app_, statement).int8(0, 0);
  };
  const auto as_operator = [&](const char* statement) {
    return store::query(app_, statement).int8(0, 0);
  };
  for (const char* table : {"merchant_item", "settlement", "payout"}) {
    SCOPED_TRACE(table);
    const std::string all = std::string("SELECT count(*) FROM ") + table;
    const std::string others = all + " WHERE merchant_id <> " + std::to_string(merchant->value);
    EXPECT_GT(as_operator(others.c_str()), 0);
    EXPECT_GT(as_merchant(all.c_str()), 0);
    EXPECT_EQ(as_merchant(others.c_str()), 0);
  }
  for (const char* table : {"journal", "plan", "party", "account", "account_day", "allocation",
                            "credit_account", "api_key", "command", "limit_change", "book"}) {
    SCOPED_TRACE(table);
    const std::string statement = std::string("SELECT count(*) FROM ") + table;
    try {
      as_merchant(statement.c_str());
      FAIL() << "could be read";
    } catch (const store::Fault& fault) {
      EXPECT_EQ(fault.sqlstate(), "42501");
    }
  }
  EXPECT_GT(as_operator("SELECT count(*) FROM journal"), 0);  // the role ended with its transaction
}

}  // namespace
