// [[account]] of the catalog: which number an account has, what is refused, and that every export
// says the same under the user's numbers as under ours, on a book with every posting rule.
#include "engine/account_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <string>
#include <tuple>

#include "engine/exports.h"
#include "engine/toml_section.h"
#include "engine/xml_text.h"
#include "sql/store/party_store.h"
#include "tests/engine/book_fixture.h"
#include "tests/engine/small_book.h"
#include "tests/support/test_database.h"

namespace {

using engine::AccountMap;
using ledger::Code;
using testing::HasSubstr;

const base::Currency kCny = *base::Currency::find("CNY");
const base::Currency kUsd = *base::Currency::find("USD");

base::Result<std::vector<engine::AccountRow>, engine::CatalogError> parse(const std::string& text) {
  return engine::parse_toml(text, "catalog", [](engine::Section root) {
    auto rows = engine::read_account_rows(root);
    root.done();
    return rows;
  });
}

AccountMap map_of(const std::string& text) {
  const auto rows = parse(text);
  EXPECT_TRUE(rows.has_value()) << (rows ? "" : rows.error().field + " " + rows.error().rule);
  return rows ? AccountMap(*rows) : AccountMap();
}

/// "field value rule" of what is wrong.
std::string refusal(const std::string& text) {
  const auto rows = parse(text);
  if (rows) return "accepted";
  return rows.error().field + " " + rows.error().value + " " + rows.error().rule;
}

std::string row(const std::string& keys) { return "[[account]]\n" + keys + "\n"; }

std::string number(const AccountMap& map, Code code, const char* owner = "", const char* tag = "",
                   base::Currency currency = kCny) {
  return map.show(store::AccountName{1, code, owner, tag, currency}).number;
}

TEST(AccountMap, KeepsOurCodeWhereNothingIsSaid) {
  EXPECT_EQ(number(AccountMap(), Code::PrincipalReceivable), "1101");
  const AccountMap map = map_of(row(R"(code = 1102
number = "1122.02")"));
  EXPECT_EQ(number(map, Code::PrincipalReceivable), "1101");
  EXPECT_EQ(number(map, Code::FeeReceivable), "1122.02");
}

TEST(AccountMap, TheMostSpecificRowWins) {
  const AccountMap map = map_of(
      row("code = 2101\nnumber = \"2241\"\nname = \"Payables\"") +
      row("code = 2101\ntag = \"sale\"\nnumber = \"2241.01\"") +
      row("code = 2101\nowner = \"M1\"\nnumber = \"2241.99\"") +
      row("code = 2101\nowner = \"M1\"\ntag = \"sale\"\nnumber = \"2241.98\"") +
      row("code = 2101\nowner = \"M1\"\ntag = \"sale\"\ncurrency = \"USD\"\nnumber = \"2241.97\""));
  EXPECT_EQ(number(map, Code::MerchantPayable, "M2", "mdr"), "2241");
  EXPECT_EQ(number(map, Code::MerchantPayable, "M2", "sale"), "2241.01");
  EXPECT_EQ(number(map, Code::MerchantPayable, "M1", "mdr"), "2241.99");
  EXPECT_EQ(number(map, Code::MerchantPayable, "M1", "sale"), "2241.98");
  EXPECT_EQ(number(map, Code::MerchantPayable, "M1", "sale", kUsd), "2241.97");
}

TEST(AccountMap, AmbiguityIsRefused) {
  const std::string tag = row("code = 2101\ntag = \"sale\"\nnumber = \"1\"");
  const std::string owner = row("code = 2101\nowner = \"M1\"\nnumber = \"2\"");
  const std::string both = row("code = 2101\nowner = \"M1\"\ntag = \"sale\"\nnumber = \"3\"");
  EXPECT_THAT(refusal(tag + owner), HasSubstr("is ambiguous with [[account]] 2101 tag sale"));
  EXPECT_EQ(refusal(tag + owner + both), "accepted");
  EXPECT_THAT(refusal(tag + tag), HasSubstr("2101 tag sale is mapped once"));
  EXPECT_EQ(refusal(tag + row("code = 2101\nowner = \"M1\"\ntag = \"mdr\"\nnumber = \"2\"")),
            "accepted");
}

TEST(AccountMap, RefusesWhatWouldPrintTwoAccountsAsOneByMistake) {
  EXPECT_THAT(refusal(row("code = 1199\nnumber = \"1\"")), HasSubstr("code 1199 is a code of"));
  EXPECT_THAT(refusal(row("code = 1101\nnumber = \"11 22\"")), HasSubstr("is a name"));
  EXPECT_THAT(refusal(row("code = 1101\ntag = \"x\"\nnumber = \"1\"")), HasSubstr("has none"));
  EXPECT_THAT(refusal(row("code = 1101\nowner = \"M1\"\nnumber = \"1\"")), HasSubstr("has none"));
  EXPECT_THAT(refusal(row("code = 1101\nnumber = \"1\"\nproduct = \"x\"")),
              HasSubstr("is not a key"));
  // 1102 keeps its code, so that no other account may print as 1102.
  EXPECT_THAT(refusal(row("code = 1101\nnumber = \"1102\"")), HasSubstr("is a code of our chart"));
  EXPECT_EQ(refusal(row("code = 1101\nnumber = \"1102\"") + row("code = 1102\nnumber = \"1101\"")),
            "accepted");
  EXPECT_THAT(refusal(row("code = 1101\nnumber = \"1\"\nname = \"a\"") +
                      row("code = 1102\nnumber = \"1\"\nname = \"b\"")),
              HasSubstr("is one for a number"));
  EXPECT_THAT(refusal(row("code = 1101\nnumber = \"1\"\nname = \"a\"") +
                      row("code = 9011\nnumber = \"1\"\nname = \"a\"")),
              HasSubstr("they balance apart"));
  const std::string joined = row("code = 2104\nnumber = \"1\"\nname = \"a\"") +
                             row("code = 2101\nnumber = \"1\"\nname = \"a\"");
  EXPECT_THAT(refusal(joined), HasSubstr("joins 2104 and 2101"));
  const std::string by_owner =
      row("code = 2104\nnumber = \"1\"\nname = \"a\"\ndetail = \"owner\"") +
      row("code = 2101\nnumber = \"1\"\nname = \"a\"\ndetail = \"owner\"");
  EXPECT_EQ(refusal(by_owner), "accepted");
}

TEST(XmlText, EscapesAndReplacesWhatXmlHasNot) {
  std::string out;
  engine::append_xml(out, "a<b>&\x01\n客\xEF\xBF\xBE");
  EXPECT_EQ(out, "a&lt;b&gt;&amp;\xEF\xBF\xBD&#10;客\xEF\xBF\xBD");
}

// ---- a whole book

constexpr const char* kMap = R"(
[[account]]
code = 1101
number = "1122.01"
name = "应收账款"
[[account]]
code = 1102
number = "1122.01"
name = "应收账款"
[[account]]
code = 2101
number = "2241"
name = "Payable to merchants"
detail = "owner"
[[account]]
code = 2104
number = "2241"
name = "Payable to merchants"
detail = "owner"
[[account]]
code = 6001
number = "6051-1"
name = "Fees"
detail = "none"
)";

using Sums = std::map<std::tuple<std::string, std::string, std::string>, std::int64_t>;

class MappedExports : public testing::Test {
 protected:
  MappedExports() {
    tests::make_small_book(owner_);
    store::insert_catalog(owner_, {1, "s1", tests::kS1Catalog});  // for the book's currency
  }

  std::string text(engine::ExportResult file) {
    EXPECT_TRUE(file.has_value()) << (file ? "" : file.error().sentence);
    std::string text;
    while ((*file)->next(text)) {
    }
    return text;
  }

  /// The trial balance under the numbers above, by a model of its own.
  Sums expected() {
    Sums sums;
    const auto balance = engine::trial_balance(app_, std::optional<base::Day>());
    for (const auto& [account, minor] : balance->rows) {
      std::string number = std::to_string(static_cast<int>(account.code));
      std::string owner = account.owner, tag = account.tag;
      if (number == "1101" || number == "1102") number = "1122.01";
      if (number == "2101" || number == "2104") number = "2241", tag = "";
      if (number == "6001") number = "6051-1", owner = "", tag = "";
      sums[{number, owner, tag}] += minor;
    }
    return sums;
  }

  tests::TestDatabase database_ = tests::TestDatabase::create();
  store::Session owner_{database_.conninfo(), store::Role::Owner};
  store::Session app_{database_.conninfo()};
  AccountMap map_ = map_of(kMap);
};

TEST_F(MappedExports, TrialBalanceSumsWhatPrintsAsOneAndBalances) {
  Sums shown;
  std::int64_t total = 0;
  for (const auto& [account, minor] :
       map_.show(engine::trial_balance(app_, std::optional<base::Day>())->rows)) {
    const bool is_new =
        shown.emplace(std::tuple{account.number, account.owner, account.tag}, minor).second;
    EXPECT_TRUE(is_new) << account.number << " is there twice";
    total += minor;
  }
  EXPECT_EQ(shown, expected());
  EXPECT_EQ(total, 0);
  const std::string csv =
      text(engine::export_trial_balance(app_, {}, engine::TableFormat::Csv, map_));
  EXPECT_THAT(csv, HasSubstr(",1122.01,应收账款,,,CNY,"));
  EXPECT_THAT(csv, testing::Not(HasSubstr(",1101,")));
  const std::string ours = text(engine::export_trial_balance(app_, {}));
  EXPECT_THAT(ours, HasSubstr(",1101,"));
  EXPECT_THAT(ours, testing::Not(HasSubstr("1122.01")));
}

TEST_F(MappedExports, LinesHaveTheSameNumbers) {
  const std::string csv = text(
      engine::export_lines(app_, base::make_day(2026, 6, 18), {}, engine::TableFormat::Csv, map_));
  EXPECT_THAT(csv, HasSubstr(",2241,Payable to merchants,M1,,"));
  EXPECT_THAT(csv, HasSubstr(",6051-1,Fees,,,"));
  EXPECT_THAT(csv, testing::Not(HasSubstr(",2101,")));
}

TEST_F(MappedExports, JournalsBalanceUnderTheSameNames) {
  for (const auto format : {engine::JournalFormat::Hledger, engine::JournalFormat::Beancount}) {
    std::map<std::string, std::int64_t> wanted, sums;
    for (const auto& [account, minor] :
         map_.show(engine::trial_balance(app_, std::optional<base::Day>())->rows)) {
      if (minor != 0) wanted[account_name(format, account)] += minor;
    }
    const std::string journal = text(engine::export_journal(app_, format, {}, {}, map_));
    std::istringstream lines(journal);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("    ") || line[4] < 'A' || line[4] > 'Z') continue;
      const std::size_t gap = line.find("  ", 4), space = line.rfind(' ');
      sums[line.substr(4, gap - 4)] +=
          base::parse_money(line.substr(gap + 2, space - gap - 2), kCny)->minor();
    }
    std::erase_if(sums, [](const auto& sum) { return sum.second == 0; });
    EXPECT_EQ(sums, wanted);
    EXPECT_GT(sums.size(), 8);
  }
}

/// The texts of the elements of this name within each element `of`.
std::vector<std::map<std::string, std::string>> elements(const std::string& xml,
                                                         const std::string& of) {
  std::vector<std::map<std::string, std::string>> all;
  const std::string open = "<" + of + ">", close = "</" + of + ">";
  for (std::size_t at = xml.find(open); at != std::string::npos; at = xml.find(open, at)) {
    const std::size_t end = xml.find(close, at);
    at += open.size();
    std::map<std::string, std::string>& one = all.emplace_back();
    while (at < end) {
      const std::size_t name_end = xml.find('>', at);
      const std::string name = xml.substr(at + 1, name_end - at - 1);
      const std::size_t text_end = xml.find("</" + name + ">", name_end);
      one[name] = xml.substr(name_end + 1, text_end - name_end - 1);
      at = text_end + name.size() + 3;
    }
  }
  return all;
}

std::int64_t minor(const std::string& amount) { return base::parse_money(amount, kCny)->minor(); }

TEST_F(MappedExports, VouchersAndBalancesAreTheTrialBalance) {
  for (const AccountMap& map : {AccountMap(), map_}) {
    const std::string xml =
        text(engine::export_vouchers(app_, engine::VoucherPart::Ledger, {}, {}, map));
    Sums wanted, vouchers, balances;
    for (const auto& [account, balance] :
         map.show(engine::trial_balance(app_, std::optional<base::Day>())->rows)) {
      wanted[{account.number, account.owner, account.tag}] = balance;
    }
    for (auto& line : elements(xml, "记账凭证")) {
      vouchers[{line["科目编号"], line["辅助项1编号"], line["辅助项2编号"]}] +=
          minor(line["借方原币金额"]) - minor(line["贷方原币金额"]);
      EXPECT_EQ(line["借方原币金额"], line["借方本币金额"]);
    }
    for (auto& line : elements(xml, "科目余额及发生额")) {
      const std::int64_t opening =
          minor(line["期初原币余额"]) * (line["期初余额方向"] == "借" ? 1 : -1);
      const std::int64_t closing =
          minor(line["期末原币余额"]) * (line["期末余额方向"] == "借" ? 1 : -1);
      EXPECT_EQ(opening + minor(line["借方原币金额"]) - minor(line["贷方原币金额"]), closing);
      EXPECT_EQ(line["会计期间号"], "6");
      balances[{line["科目编号"], line["辅助项1编号"], line["辅助项2编号"]}] = closing;
    }
    EXPECT_EQ(vouchers, wanted);
    EXPECT_EQ(balances, wanted);
    std::set<std::string> chart;
    for (auto& account : elements(xml, "会计科目")) chart.insert(account["科目编号"]);
    for (const auto& [key, sum] : wanted) EXPECT_TRUE(chart.contains(std::get<0>(key)));
  }
}

// What was before the first date is the opening balance, whatever dates are asked for.
TEST_F(MappedExports, VouchersOfSomeDatesOpenWithWhatWasBefore) {
  const base::Day from = base::make_day(2026, 6, 20), to = base::make_day(2026, 6, 22);
  const std::string xml =
      text(engine::export_vouchers(app_, engine::VoucherPart::Ledger, from, to));
  Sums opening, wanted;
  for (auto& line : elements(xml, "科目余额及发生额")) {
    const std::int64_t balance =
        minor(line["期初原币余额"]) * (line["期初余额方向"] == "借" ? 1 : -1);
    if (balance != 0)
      opening[{line["科目编号"], line["辅助项1编号"], line["辅助项2编号"]}] = balance;
  }
  for (const auto& [account, balance] :
       AccountMap().show(store::list_balances(app_, base::plus_days(from, -1)))) {
    if (balance != 0) wanted[{account.number, account.owner, account.tag}] = balance;
  }
  EXPECT_GT(wanted.size(), 3);
  EXPECT_EQ(opening, wanted);
}

}  // namespace
