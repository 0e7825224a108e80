// Real bills and statements, read with their totals proven. $FENQI_SAMPLES names another folder of
// the same formats: every file of it is read, and its rows and totals are printed.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/input/byte_source.h"
#include "tests/bills/collect.h"

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

fs::path folder() {
  const char* named = std::getenv("FENQI_SAMPLES");
  return named != nullptr && *named != '\0' ? fs::path(named) : fs::path("../shared/samples");
}

/// The bills and statements below a folder, whatever they are called: schemas, replies of an API
/// and words about the files are none.
std::vector<fs::path> bill_files(const fs::path& root) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const fs::path& path = entry.path();
    static const std::set<std::string> kExtensions = {".csv", ".gz",  ".zip", ".txt",
                                                      ".xml", ".sta", ".940", ".mt940"};
    const bool is_payment_order = path.filename().string().starts_with("pain.");
    if (entry.is_regular_file() && kExtensions.contains(path.extension().string()) &&
        !is_payment_order) {
      files.push_back(path);
    }
  }
  std::ranges::sort(files);
  return files;
}

std::string totals_line(const bills::Summary& summary) {
  std::string text;
  for (const bills::ControlTotal& total : summary.totals) {
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", total.name, total.declared,
                        total.agrees() ? "" : " (counted " + total.counted + ")");
  }
  return text;
}

TEST(Samples, EveryFileIsReadAndItsTotalsAreProvenOrRefusedByName) {
  if (!fs::is_directory(folder())) GTEST_SKIP() << folder() << " is not there";
  for (const fs::path& path : bill_files(folder())) {
    const std::string name = fs::relative(path, folder()).string();
    tests::Collected file;
    try {
      file = tests::read_file(path.string());
    } catch (const input::InputError& error) {
      fmt::print("{:<50} refused: {}\n", name, error.what());
      continue;
    }
    const bills::Summary& s = file.summary;
    const auto taken = static_cast<std::int64_t>(file.rows.size() + file.lines.size());
    fmt::print("{:<50} {:<14} rows {:>3}  agree {:<4} {}\n", name, bills::name(s.format), s.rows,
               s.is_sound() ? "yes" : "no", totals_line(s));
    for (const bills::Finding& f : s.findings.kept()) {
      EXPECT_FALSE(f.code.empty()) << name;
      EXPECT_FALSE(f.detail.empty()) << name << " " << f.code;
      fmt::print("{:<50}   {} line {} {}: {} ({})\n", "", f.code, f.line, f.field, f.value,
                 f.detail);
    }
    // What is taken has been proven by totals that the file itself declares, to the last row.
    if (s.is_sound()) {
      EXPECT_FALSE(s.totals.empty()) << name;
      EXPECT_EQ(taken, s.rows) << name;
    }
    for (const bills::ControlTotal& total : s.totals) {
      if (s.is_sound()) {
        EXPECT_TRUE(total.agrees()) << name << " " << total.name;
      }
    }
  }
}

/// What the samples of this repository's data are known to hold, from the notes that come with
/// them.
struct Known {
  const char* file;
  std::int64_t rows;
  const char* found;   // "" : sound
  const char* totals;  // of a sound one
};

const std::vector<Known>& known() {
  static const std::vector<Known> kKnown = {
      {"wechatpay/tradebill_all_20240116.csv", 3, "",
       "总交易单数 3, 应结订单总金额 0.02, 退款总金额 0.02, 充值券退款总金额 0.00, 手续费总金额 "
       "0.00000, "
       "订单总金额 0.02, 申请退款总金额 0.02"},
      {"wechatpay/tradebill_all_20210128.csv", 3, "",
       "总交易单数 3, 应结订单总金额 0.03, 退款总金额 0.00, 充值券退款总金额 0.00, 手续费总金额 "
       "0.00000, "
       "订单总金额 0.03, 申请退款总金额 0.00"},
      {"wechatpay/tradebill_all_20210128.csv.gz", 3, "",
       "总交易单数 3, 应结订单总金额 0.03, 退款总金额 0.00, 充值券退款总金额 0.00, 手续费总金额 "
       "0.00000, "
       "订单总金额 0.03, 申请退款总金额 0.00"},
      {"wechatpay/tradebill_all_v2_20180507.csv", 10, "",
       "总交易单数 10, 总交易额 2400.09, 总退款金额 0.02, 总企业红包退款金额 0.00, 手续费总金额 "
       "14.40000"},
      {"alipay/detail_20190916.csv", 10, "",
       "交易合计 笔 6, 交易合计 商家实收共 0.06, 交易合计 商家优惠共 0.00, 退款合计 笔 4, "
       "退款合计 商家实收退款共 -0.04, 退款合计 商家优惠退款共 0.00"},
      {"alipay/detail_20190916.gbk.csv", 10, "",
       "交易合计 笔 6, 交易合计 商家实收共 0.06, 交易合计 商家优惠共 0.00, 退款合计 笔 4, "
       "退款合计 商家实收退款共 -0.04, 退款合计 商家优惠退款共 0.00"},
      // Rows were cut out of these; the totals are those of the whole bill.
      {"wechatpay/tradebill_all_20190725_masked.csv", 1,
       "TOTALS_DISAGREE 4 总交易单数\nTOTALS_DISAGREE 4 应结订单总金额\nTOTALS_DISAGREE 4 "
       "退款总金额\n"
       "TOTALS_DISAGREE 4 手续费总金额\nTOTALS_DISAGREE 4 订单总金额\nTOTALS_DISAGREE 4 "
       "申请退款总金额",
       ""},
      {"wechatpay/tradebill_success_20190723_masked.csv", 1,
       "TOTALS_DISAGREE 4 总交易单数\nTOTALS_DISAGREE 4 应结订单总金额\nTOTALS_DISAGREE 4 "
       "手续费总金额\n"
       "TOTALS_DISAGREE 4 订单总金额",
       ""},
      {"wechatpay/tradebill_refund_20190723_masked.csv", 1,
       "TOTALS_DISAGREE 4 总交易单数\nTOTALS_DISAGREE 4 退款总金额\nTOTALS_DISAGREE 4 "
       "手续费总金额\n"
       "TOTALS_DISAGREE 4 申请退款总金额",
       ""},
      // One row of the twenty that it declares.
      {"wechatpay/fundflow_20180201_doc.csv", 1,
       "TOTALS_DISAGREE 4 资金流水总笔数\nTOTALS_DISAGREE 4 收入笔数\nTOTALS_DISAGREE 4 收入金额\n"
       "TOTALS_DISAGREE 4 支出笔数\nTOTALS_DISAGREE 4 支出金额",
       ""},
      {"wechatpay/tradebill_all_v2_20141110_doc.csv", 2,
       "TIME_INVALID 2 交易时间\nTIME_INVALID 3 交易时间", ""},
      // A refund without a minus, counted among the payments.
      {"alipay/detail_20260605_partly_invented.csv", 3, nullptr, ""},
      {"iso20022/camt053.v2.wrong.xml", 0, "STATEMENT_MISSING 10 Stmt", ""},
      {"iso20022/camt054.v8.xml", 0, nullptr, ""},
      // Made to test decoders: closing balances that don't follow from the entries.
      {"iso20022/camt053.v2.five.decimals.xml", 1, nullptr, ""},
      {"iso20022/camt053.v2.minimal.xml", 1, nullptr, ""},
      {"iso20022/camt053.v2.only-Dt-with-DtTm.xml", 0, nullptr, ""},
  };
  return kKnown;
}

TEST(Samples, TheKnownOnesHoldWhatIsKnownOfThem) {
  for (const Known& one : known()) {
    const fs::path path = folder() / one.file;
    if (!fs::exists(path)) continue;
    const tests::Collected file = tests::read_file(path.string());
    EXPECT_EQ(file.summary.rows, one.rows) << one.file;
    if (one.found != nullptr) {
      EXPECT_EQ(file.found(), one.found) << one.file;
    } else {
      EXPECT_FALSE(file.summary.is_sound()) << one.file;
    }
    if (one.found != nullptr && *one.found == '\0') {
      EXPECT_EQ(totals_line(file.summary), one.totals) << one.file;
    }
  }
}

TEST(Samples, WhyOneIsRefusedIsSaid) {
  const auto found = [](const char* name) -> std::string {
    const fs::path path = folder() / name;
    return fs::exists(path) ? tests::read_file(path.string()).found() : "";
  };
  if (!fs::exists(folder() / "iso20022/camt054.v8.xml")) GTEST_SKIP();
  EXPECT_THAT(found("iso20022/camt054.v8.xml"), HasSubstr("NOT_A_STATEMENT"));
  EXPECT_THAT(found("iso20022/camt053.v2.five.decimals.xml"), HasSubstr("BALANCE_BROKEN 55"));
  EXPECT_THAT(found("iso20022/camt053.v2.minimal.xml"), HasSubstr("BALANCE_CURRENCY"));
  EXPECT_THAT(found("iso20022/camt053.v2.only-Dt-with-DtTm.xml"), HasSubstr("BALANCE_MISSING"));
  EXPECT_THAT(found("alipay/detail_20260605_partly_invented.csv"),
              HasSubstr("REFUND_NOT_NEGATIVE 8 订单金额(元)"));
}

/// What another library reads in the same statements: amounts in minor units, dates, references.
TEST(Samples, StatementsAreReadAsAnIndependentLibraryReadsThem) {
  if (!fs::is_directory(folder() / "iso20022")) GTEST_SKIP();
  int files = 0;
  for (const auto& item : fs::directory_iterator(folder() / "iso20022")) {
    const std::string name = item.path().filename().string();
    constexpr std::string_view kDecoded = ".decoded.json";
    if (!name.starts_with("camt053") || !name.ends_with(kDecoded)) continue;
    const std::string stem = name.substr(0, name.size() - kDecoded.size());
    std::ifstream in(item.path());
    const auto decoded = nlohmann::json::parse(in);
    const auto file = tests::read_file((folder() / "iso20022" / (stem + ".xml")).string());
    const auto& entries = decoded.at("getEntries");
    ASSERT_EQ(file.lines.size(), entries.size()) << stem;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const bills::BankLine& line = file.lines[i];
      const auto& amount = entries[i].at("getAmount");
      EXPECT_EQ(std::to_string(line.amount), amount.at("getAmount").get<std::string>()) << stem;
      EXPECT_EQ(line.currency.code(), amount.at("getCurrency").at("getCode").get<std::string>());
      const auto day = [](const nlohmann::json& when) {
        return when.is_null() ? "" : when.at("0").get<std::string>().substr(0, 10);
      };
      EXPECT_EQ(base::to_string(line.booked_on), day(entries[i].at("getBookingDate"))) << stem;
      EXPECT_EQ(base::to_string(line.value_on), day(entries[i].at("getValueDate"))) << stem;
    }
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
