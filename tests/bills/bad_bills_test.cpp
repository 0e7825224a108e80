// Bad bills: each is refused by name, with the line and the field, and says what is wrong.
#include <gmock/gmock.h>
#include <iconv.h>

#include "tests/bills/collect.h"
#include "tests/bills/wechat_text.h"
#include "tests/support/property.h"

namespace {

using tests::read_text;

struct Bend {
  const char* what;
  const char* from;
  const char* to;
  const char* found;
};

TEST(BadBill, IsRefusedByNameWithItsLineAndField) {
  const Bend bends[] = {
      {"a field missing", "`JSAPI,", "",
       "FIELD_COUNT 2\nTOTALS_DISAGREE 5 应结订单总金额\n"
       "TOTALS_DISAGREE 5 手续费总金额\nTOTALS_DISAGREE 5 订单总金额"},
      {"columns shifted by one", "`SUCCESS,`OTHERS,`CNY,", "`OTHERS,`CNY,`SUCCESS,",
       "STATUS_UNKNOWN 2 交易状态\nCURRENCY_UNKNOWN 2 货币种类"},
      {"a back-quote behind a comma in a value", "`goods", "`go,`ods",
       "FIELD_COUNT 2\nTOTALS_DISAGREE 5 应结订单总金额\nTOTALS_DISAGREE 5 手续费总金额\n"
       "TOTALS_DISAGREE 5 订单总金额"},
      {"wrong number of rows", "`2,`172.66,`10.00", "`3,`172.66,`10.00",
       "TOTALS_DISAGREE 5 总交易单数"},
      {"wrong total", "`0.49000,`172.66", "`0.49001,`172.66", "TOTALS_DISAGREE 5 手续费总金额"},
      {"a fee of six decimals", "`0.52000", "`0.520001",
       "AMOUNT_TOO_MANY_DECIMALS 2 手续费\nTOTALS_DISAGREE 5 手续费总金额"},
      {"scientific notation in an amount", ",`172.66,`0.00,`\n", ",`1.7266E+02,`0.00,`\n",
       "SCIENTIFIC_NOTATION 2 订单金额\nTOTALS_DISAGREE 5 订单总金额"},
      {"scientific notation in an id", "`4200000000202607100000000001", "`4.2E+27",
       "SCIENTIFIC_NOTATION 2 微信订单号"},
      {"yesterday's row", "`2026-07-10 10:02:03", "`2026-07-09 10:02:03", "OTHER_DATE 3 交易时间"},
      {"another merchant's row", "10:02:03,`wx1,`1900000001", "10:02:03,`wx1,`1900000002",
       "OTHER_MERCHANT 3 商户号"},
      {"another currency", "`REFUND,`OTHERS,`CNY", "`REFUND,`OTHERS,`USD",
       "CURRENCY_MIXED 3 货币种类"},
      {"no such currency", "`REFUND,`OTHERS,`CNY", "`REFUND,`OTHERS,`RMB",
       "CURRENCY_UNKNOWN 3 货币种类"},
      {"a negative amount", "`0,`0,`0.00,`0.00,`,`,`goods", "`0,`0,`-1.00,`0.00,`,`,`goods",
       "AMOUNT_NEGATIVE 2 退款金额\nTOTALS_DISAGREE 5 退款总金额"},
      {"bytes that are no UTF-8", "`shoes", "`\xb5\xc4",
       "MIXED_ENCODING 3\n"
       "TOTALS_DISAGREE 5 总交易单数\nTOTALS_DISAGREE 5 退款总金额\nTOTALS_DISAGREE 5 "
       "手续费总金额\n"
       "TOTALS_DISAGREE 5 申请退款总金额"},
      {"a NUL byte", "`shoes", nullptr,
       "NUL_BYTE 3\n"
       "TOTALS_DISAGREE 5 总交易单数\nTOTALS_DISAGREE 5 退款总金额\nTOTALS_DISAGREE 5 "
       "手续费总金额\n"
       "TOTALS_DISAGREE 5 申请退款总金额"},
      {"a column missing", "商户订单号", "内部订单号", "COLUMN_MISSING 1 商户订单号"},
      {"a column twice", "设备号", "商户号", "COLUMN_DOUBLED 1 商户号"},
      {"a total missing", "总交易单数,", "总交易单號,", nullptr},
  };
  for (const Bend& bend : bends) {
    std::string text = tests::wechat_bill();
    tests::replace(text, bend.from, bend.to != nullptr ? bend.to : std::string("`a\0b", 4));
    const auto file = read_text(text);
    if (bend.found != nullptr) {
      EXPECT_THAT(file.found(), testing::StartsWith(bend.found)) << bend.what;
    }
    EXPECT_FALSE(file.summary.is_sound()) << bend.what;
    for (const auto& finding : file.summary.findings.kept()) {
      EXPECT_FALSE(finding.detail.empty()) << bend.what;
    }
  }
}

TEST(BadBill, TotalsAreBehindAllRowsAndNowhereElse) {
  using namespace tests;
  const std::string totals = wechat_totals_header() + wechat_totals();
  EXPECT_EQ(read_text(wechat_header() + wechat_paid() + wechat_refunded()).found(),
            "TOTALS_MISSING 3");
  EXPECT_EQ(read_text(wechat_header() + wechat_paid() + wechat_refunded() + wechat_totals_header())
                .found(),
            "TOTALS_MISSING 4");
  EXPECT_EQ(read_text(totals + wechat_header() + wechat_paid()).found(), "TOTALS_MISPLACED 1");
  EXPECT_THAT(read_text(wechat_header() + wechat_paid() + totals + wechat_refunded()).found(),
              testing::EndsWith("TOTALS_MISPLACED 5"));
}

TEST(BadBill, AnEmptyFileIsNoBillOfADayWithoutTransactions) {
  EXPECT_EQ(read_text("").found(), "FILE_EMPTY 0");
  EXPECT_EQ(read_text(tests::wechat_header()).found(), "TOTALS_MISSING 1");
  EXPECT_EQ(read_text("no bill at all\n").found(), "FORMAT_UNKNOWN 1");
}

TEST(BadBill, WhatWasExpectedIsCompared) {
  bills::ReadOptions options;
  options.expected.day = base::make_day(2026, 7, 11);
  EXPECT_EQ(read_text(tests::wechat_bill(), options).found(),
            "OTHER_DATE 2 交易时间\nOTHER_DATE 3 交易时间");
  options.expected = {
      .day = {}, .merchant_no = "1900000009", .sha1 = {}, .sha256 = {}, .rows = {}, .amount = {}};
  EXPECT_EQ(read_text(tests::wechat_bill(), options).found(),
            "OTHER_MERCHANT 2 商户号\nOTHER_MERCHANT 3 商户号");
}

std::string to_gbk(std::string text) {
  const iconv_t handle = iconv_open("GB18030", "UTF-8");
  std::string out(text.size() * 2, '\0');
  char* from = text.data();
  std::size_t left = text.size();
  char* to = out.data();
  std::size_t room = out.size();
  iconv(handle, &from, &left, &to, &room);
  iconv_close(handle);
  out.resize(out.size() - room);
  return out;
}

TEST(BadBill, GbkIsReadAndUtf8InItIsTold) {
  const auto good = read_text(to_gbk(tests::wechat_bill().substr(3)));
  EXPECT_EQ(good.found(), "");
  std::string refunded = tests::wechat_refunded();
  tests::replace(refunded, "`shoes", "`一双新的鞋子");
  const std::string mixed = to_gbk(tests::wechat_header() + tests::wechat_paid()) + refunded +
                            to_gbk(tests::wechat_totals_header() + tests::wechat_totals());
  EXPECT_THAT(read_text(mixed).found(), testing::StartsWith("MIXED_ENCODING 3"));
}

TEST(BadBill, AFileCutOffAnywhereIsNeverSound) {
  tests::property([] {
    const std::string whole = tests::wechat_bill();
    const auto size = *rc::gen::inRange<std::size_t>(0, whole.size() - 1);
    const auto file = read_text(whole.substr(0, size));
    // The last total's trailing zeros may go: what is left declares the same.
    const bool is_same_total = size + 3 >= whole.size();
    RC_ASSERT(is_same_total || !file.summary.is_sound());
  });
}

TEST(BadBill, AnyBytesAreRefusedWithoutHarm) {
  tests::property([] {
    std::string text = tests::wechat_bill();
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    text[at] = static_cast<char>(*rc::gen::inRange(0, 256));
    const auto file = read_text(text);
    if (!file.summary.is_sound()) return;
    // Sound: then the amounts are what they were.
    RC_ASSERT(file.rows.size() == 2U);
    RC_ASSERT(file.summary.in.amount == 17'266);
    RC_ASSERT(file.summary.fee_e5 == 49'000);
  });
}

}  // namespace
