#include "engine/input/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace input {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

engine::Catalog catalog(const std::string& file) {
  std::ifstream in("catalog/" + file);
  std::stringstream text;
  text << in.rdbuf();
  return engine::parse_catalog(text.str()).value();
}

Record record(std::vector<std::string_view> fields, std::int64_t line = 1) {
  return {.line = line, .fault = RecordFault::None, .fields = std::move(fields)};
}

const std::vector<std::string_view> kPurchaseHeader = {
    "purchase_ref", "customer", "merchant",     "purchased_at", "amount",
    "currency",     "product",  "installments", "channel",      "category"};
const std::vector<std::string_view> kPurchase = {
    "P1", "C1", "M1", "2026-06-18 20:15:00", "1000.00", "CNY", "flat_fee", "6", "WX", "3C"};

/// "code|field|value" of that purchase with one field exchanged.
std::string reject(std::size_t field, std::string_view value) {
  static const engine::Catalog china = catalog("baitiao.toml");
  Columns columns(Kind::Purchases, record(kPurchaseHeader), {}, china, "file");
  Record row = record(kPurchase, 7);
  row.fields[field] = value;
  const Row read = read_row(columns, row, china);
  EXPECT_EQ(read.line, 7);
  if (read.event) return "";
  EXPECT_EQ(read.reject.line, 7);
  EXPECT_NE(read.reject.detail, "");
  return read.reject.code + "|" + read.reject.field + "|" + read.reject.value;
}

TEST(Rows, ReadsAPurchase) {
  const engine::Catalog china = catalog("baitiao.toml");
  Columns columns(Kind::Purchases, record(kPurchaseHeader), {}, china, "file");
  const Row row = read_row(columns, record(kPurchase), china);
  ASSERT_TRUE(row.event);
  const auto& purchase = std::get<engine::Purchase>(*row.event);
  EXPECT_EQ(purchase.ref, "P1");
  EXPECT_EQ(purchase.customer, "C1");
  EXPECT_EQ(purchase.merchant, "M1");
  EXPECT_EQ(base::to_string(purchase.purchased_at), "2026-06-18T12:15:00.000000Z");
  EXPECT_EQ(purchase.amount.minor(), 1000'00);
  EXPECT_EQ(purchase.product, "flat_fee");
  EXPECT_EQ(purchase.installments, 6);
  EXPECT_EQ(purchase.channel, "WX");
  EXPECT_EQ(purchase.category, "3C");
}

TEST(Rows, RefusesEachBadFieldByName) {
  EXPECT_EQ(reject(0, ""), "FIELD_EMPTY|purchase_ref|");
  EXPECT_EQ(reject(0, std::string(200, 'x')), "");
  EXPECT_THAT(reject(0, std::string(201, 'x')), StartsWith("TEXT_TOO_LONG|purchase_ref|xxx"));
  EXPECT_EQ(reject(0, "a\nb"), "TEXT_NOT_PLAIN|purchase_ref|a b");
  EXPECT_EQ(reject(1, ""), "FIELD_EMPTY|customer|");
  EXPECT_EQ(reject(2, ""), "FIELD_EMPTY|merchant|");
  EXPECT_EQ(reject(3, ""), "FIELD_EMPTY|purchased_at|");
  EXPECT_EQ(reject(3, "2026-02-29 10:00:00"), "TIME_INVALID|purchased_at|2026-02-29 10:00:00");
  EXPECT_EQ(reject(3, "18/06/2026"), "TIME_INVALID|purchased_at|18/06/2026");
  EXPECT_EQ(reject(3, "2026-06-18 24:00:00"), "TIME_INVALID|purchased_at|2026-06-18 24:00:00");
  EXPECT_EQ(reject(4, ""), "FIELD_EMPTY|amount|");
  EXPECT_EQ(reject(4, "1.234"), "AMOUNT_TOO_MANY_DECIMALS|amount|1.234");
  EXPECT_EQ(reject(4, "1.000"), "AMOUNT_TOO_MANY_DECIMALS|amount|1.000");
  EXPECT_EQ(reject(4, "1,00"), "AMOUNT_NOT_A_NUMBER|amount|1,00");
  EXPECT_EQ(reject(4, "1e3"), "AMOUNT_NOT_A_NUMBER|amount|1e3");
  EXPECT_EQ(reject(4, " 1"), "AMOUNT_NOT_A_NUMBER|amount| 1");
  EXPECT_EQ(reject(4, "0.00"), "AMOUNT_NOT_POSITIVE|amount|0.00");
  EXPECT_EQ(reject(4, "-5.00"), "AMOUNT_NOT_POSITIVE|amount|-5.00");
  EXPECT_EQ(reject(4, "10000000000000000.00"), "");  // 10^18 minor units
  EXPECT_EQ(reject(4, "10000000000000000.01"), "AMOUNT_TOO_LARGE|amount|10000000000000000.01");
  EXPECT_EQ(reject(4, std::string(400, '9')),
            "AMOUNT_TOO_LARGE|amount|" + std::string(197, '9') + "...");
  EXPECT_EQ(reject(5, "XQX"), "CURRENCY_UNKNOWN|currency|XQX");
  EXPECT_EQ(reject(5, "cny"), "CURRENCY_UNKNOWN|currency|cny");
  EXPECT_EQ(reject(5, ""), "");  // the catalog's
  EXPECT_EQ(reject(5, "JPY"), "AMOUNT_TOO_MANY_DECIMALS|amount|1000.00");
  EXPECT_EQ(reject(7, "0"), "INSTALLMENTS_OUT_OF_RANGE|installments|0");
  EXPECT_EQ(reject(7, "-1"), "INSTALLMENTS_OUT_OF_RANGE|installments|-1");
  EXPECT_EQ(reject(7, "1000"), "INSTALLMENTS_OUT_OF_RANGE|installments|1000");
  EXPECT_EQ(reject(7, "99999999999999"), "INSTALLMENTS_OUT_OF_RANGE|installments|99999999999999");
  EXPECT_EQ(reject(7, "x"), "INSTALLMENTS_OUT_OF_RANGE|installments|x");
  EXPECT_EQ(reject(7, "6.0"), "INSTALLMENTS_OUT_OF_RANGE|installments|6.0");
  EXPECT_EQ(reject(7, ""), "");  // once
  EXPECT_EQ(reject(6, ""), "");  // the catalog's first product
}

TEST(Rows, CountsAnAmountThatCanBeReadWhateverElseIsWrong) {
  const engine::Catalog china = catalog("baitiao.toml");
  Columns columns(Kind::Purchases, record(kPurchaseHeader), {}, china, "file");
  Record row = record(kPurchase);
  row.fields[7] = "x";
  EXPECT_EQ(read_row(columns, row, china).amount->minor(), 1000'00);
  row.fields[4] = "-7.00";
  EXPECT_EQ(read_row(columns, row, china).amount->minor(), -7'00);
  row.fields[4] = "seven";
  EXPECT_FALSE(read_row(columns, row, china).amount);
  row.fields.pop_back();
  const Row short_row = read_row(columns, row, china);
  EXPECT_FALSE(short_row.amount);
  EXPECT_EQ(short_row.reject.code, "FIELD_COUNT");
}

TEST(Rows, CutsValuesBetweenCharacters) {
  EXPECT_EQ(cut("short"), "short");
  EXPECT_EQ(cut(std::string(200, 'x')), std::string(200, 'x'));
  EXPECT_EQ(cut(std::string(201, 'x')), std::string(197, 'x') + "...");
  std::string text;
  for (int i = 0; i < 100; ++i) text += "分";
  EXPECT_TRUE(is_utf8(cut(text)));
  EXPECT_LE(cut(text).size(), kRejectValueBytesMax);
  EXPECT_EQ(cut("a\xff"
                "b"),
            "a?b");
}

TEST(Columns, MapsJoinsAndExchanges) {
  const engine::Catalog brazil = catalog("olist.toml");
  const Record header = record({"order_id", "customer_unique_id", "seller_id", "purchased_at",
                                "amount_brl", "payment_installments", "items"});
  Columns columns(Kind::Purchases, header, {}, brazil, "file");
  const Row row =
      read_row(columns, record({"o", "c", "s", "2017-10-15 00:30:00", "136.23", "0", "2"}), brazil);
  ASSERT_TRUE(row.event) << row.reject.code << row.reject.field;
  const auto& purchase = std::get<engine::Purchase>(*row.event);
  EXPECT_EQ(purchase.ref, "o:s");
  EXPECT_EQ(purchase.customer, "c");
  EXPECT_EQ(purchase.installments, 1);
  EXPECT_EQ(purchase.amount.currency().code(), "BRL");
  // The clocks of São Paulo went from 00:00 to 01:00 that night: the first valid instant.
  EXPECT_EQ(base::to_string(purchase.purchased_at), "2017-10-15T03:00:00.000000Z");
  // The command's own map goes before the catalog's.
  Columns own(Kind::Purchases, header, parse_map("customer=seller_id:order_id", Kind::Purchases),
              brazil, "file");
  const Row other =
      read_row(own, record({"o", "c", "s", "2017-10-15 12:00:00", "1.00", "3", "2"}), brazil);
  EXPECT_EQ(std::get<engine::Purchase>(*other.event).customer, "s:o");
}

TEST(Columns, TakesACanonicalFileWithAnyCatalog) {
  const engine::Catalog brazil = catalog("olist.toml");
  Columns columns(Kind::Purchases, record(kPurchaseHeader), {}, brazil, "file");
  Record row = record(kPurchase);
  row.fields[5] = "BRL";
  EXPECT_TRUE(read_row(columns, row, brazil).event);
}

TEST(Columns, RefusesAHeaderBeforeAnyRow) {
  const engine::Catalog china = catalog("baitiao.toml");
  auto refusal = [&](std::vector<std::string_view> header, const std::string& map = "") {
    try {
      Columns columns(Kind::Repayments, record(std::move(header)), parse_map(map, Kind::Repayments),
                      china, "r.csv");
      return std::string();
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(refusal({"amount", "paid_at", "customer", "repayment_id"}), "");
  EXPECT_THAT(refusal({"amount", "paid_at", "customer"}), HasSubstr("no column \"repayment_id\""));
  EXPECT_THAT(refusal({"amount", "paid_at", "customer", "repayment_id", "amount"}),
              HasSubstr("\"amount\" twice"));
  EXPECT_THAT(refusal({"Amount", "paid_at", "customer", "repayment_id"}),
              HasSubstr("no column \"amount\""));
  EXPECT_THAT(refusal({"a", "b"}, "amount=c"), HasSubstr("no column \"repayment_id\""));
  EXPECT_THAT(refusal({"a", "b"}, "repayment_id=c"), HasSubstr("no column \"c\""));
  EXPECT_THAT(refusal({"a", "b"}, "amount"), HasSubstr("\"amount\" is not column=column"));
  EXPECT_THAT(refusal({"a", "b"}, "price=a"), HasSubstr("\"price\" is not a column"));
  EXPECT_THAT(refusal({"a", "b"}, "amount=a,amount=b"), HasSubstr("amount twice"));
}

}  // namespace
}  // namespace input
