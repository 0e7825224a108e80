// The formats that no sample is there of, and what all of them have in common.
#include <gmock/gmock.h>
#include <zip.h>

#include <filesystem>
#include <fstream>

#include "engine/bills/decimal.h"
#include "engine/input/byte_source.h"
#include "tests/bills/collect.h"
#include "tests/bills/wechat_text.h"

namespace {

using bills::ReadOptions;
using bills::RowType;
using tests::read_text;

TEST(WechatTrade, ARowIsReadByTheNamesOfItsColumns) {
  const auto file = read_text(tests::wechat_bill());
  EXPECT_EQ(file.found(), "");
  ASSERT_EQ(file.rows.size(), 2U);
  const bills::BillRow& paid = file.rows[0];
  EXPECT_EQ(paid.channel_txn, "4200000000202607100000000001");
  EXPECT_EQ(paid.our_ref, "R1");
  EXPECT_EQ(paid.amount, 17'266);
  EXPECT_EQ(paid.fee_e5, 52'000);
  EXPECT_EQ(base::to_string(paid.day), "2026-07-10");
  EXPECT_EQ(base::to_string(paid.at), "2026-07-10T01:02:03.000000Z");
  const bills::BillRow& back = file.rows[1];
  EXPECT_EQ(back.type, RowType::Refund);
  EXPECT_EQ(back.our_refund_ref, "B1");
  EXPECT_EQ(back.amount, -1'000);
  EXPECT_EQ(back.fee_e5, -3'000);
  EXPECT_EQ(file.summary.variant, "ALL");
  EXPECT_EQ(base::to_string(file.summary.day.value()), "2026-07-10");
  EXPECT_EQ(bills::to_decimal(file.summary.fee_e5, 5), "0.49000");
}

TEST(WechatTrade, AValueMayHoldCommasLineEndsAndBackQuotes) {
  std::string text = tests::wechat_bill();
  tests::replace(text, "`goods", "`a, b`c\nand more");
  const auto file = read_text(text);
  EXPECT_EQ(file.found(), "");
  EXPECT_EQ(file.rows.size(), 2U);
}

TEST(WechatTrade, TheDeclaredHashIsThatOfTheUnpackedBytes) {
  ReadOptions options;
  options.expected.sha1 = "A9993E364706816ABA3E25717850C26C9CD0D89D";  // of "abc" (FIPS 180)
  EXPECT_THAT(read_text("abc", options).found(), testing::Not(testing::HasSubstr("HASH")));
  const auto file = read_text(tests::wechat_bill(), options);
  EXPECT_EQ(file.found(), "HASH_DISAGREES 0 SHA1");
}

TEST(WechatTrade, ADayWithoutTransactionsHasABillOfNoRows) {
  const auto file = read_text(tests::wechat_header() + tests::wechat_totals_header() +
                              "`0,`0.00,`0.00,`0.00,`0.00000,`0.00,`0.00\n");
  EXPECT_EQ(file.found(), "");
  EXPECT_EQ(file.summary.rows, 0);
}

constexpr const char* kFund =
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),"
    "资金变更提交申请人,备注,业务凭证号\r\n"
    "`2026-07-10 09:02:03,`4200000001,`M1,`交易,`交易,`收入,`172.66,`272.66,`system,`,`R1\r\n"
    "`2026-07-10 "
    "09:02:03,`4200000001,`M2,`扣除交易手续费,`扣除交易手续费,`支出,`0.52,`272.14,`system,"
    "`,`R1\r\n"
    "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\r\n"
    "`2.0,`1.0,`172.66,`1.0,`0.52\r\n";

TEST(WechatFund, MovementsHaveSignsAndTheirBalancesChain) {
  const auto file = read_text(kFund);
  EXPECT_EQ(file.found(), "");
  ASSERT_EQ(file.rows.size(), 2U);
  EXPECT_EQ(file.rows[0].amount, 17'266);
  EXPECT_EQ(file.rows[1].amount, -52);
  EXPECT_EQ(file.rows[1].balance, 27'214);
  EXPECT_EQ(file.summary.chains, true);
}

constexpr const char* kAccount =
    "#支付宝账务明细查询\n#账号：[20880211096256330156]\n"
    "#起始日期：[2026年07月10日 00:00:00]   终止日期：[2026年07月11日 00:00:00]\n"
    "#-----------------------------------------账务明细列表----------------------------------------"
    "-\n"
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,"
    "账户余额（元）,交易渠道,业务类型,备注\n"
    "9001\t,2026071022001\t,R1\t,goods,2026-07-10 10:00:00,a***@b.com\t,172.66, ,1172.66,支付宝,"
    "交易付款,\n"
    "9002\t,2026071022001\t,R1\t,goods,2026-07-10 10:00:01,\t,,-1.04,1171.62,支付宝,收费,\n"
    "#-----------------------------------------账务明细列表结束------------------------------------"
    "--\n"
    "#支出合计：1笔，共-1.04元\n#收入合计：1笔，共172.66元\n#导出时间：[2026年07月11日 05:46:49]\n";

TEST(AlipayAccount, MovementsAreProvenByTheFooter) {
  ReadOptions options;
  options.expected.merchant_no = "2088021109625633";
  const auto file = read_text(kAccount, options);
  EXPECT_EQ(file.found(), "");
  ASSERT_EQ(file.rows.size(), 2U);
  EXPECT_EQ(file.rows[0].amount, 17'266);
  EXPECT_EQ(file.rows[1].amount, -104);
  EXPECT_EQ(file.rows[1].balance, 117'162);
  EXPECT_EQ(file.summary.chains, true);
  EXPECT_EQ(file.summary.totals.size(), 4U);
}

// The structure of SWIFT's own example: opening, credit with a funds code, debit, closing.
constexpr const char* kMt940 =
    "{1:F01BANKDEFFXXXX0000000000}{2:I940BANKDEFFXXXXN}{4:\r\n:20:STARTUMS\r\n:25:10020030/"
    "1234567\r\n"
    ":28C:00005/001\r\n:60F:C260712CNY1000,00\r\n"
    ":61:2607130713CR172,14NTRFWXBATCH1//BANK9\r\n/more/\r\n:86:settlement\r\nof the day before\r\n"
    ":61:260713D72,1NMSCNONREF\r\n:86:charges\r\n"
    ":62F:C260713CNY1100,04\r\n-}\r\n";

TEST(Mt940, OpeningAndEntriesComeToTheClosingBalance) {
  const auto file = read_text(kMt940);
  EXPECT_EQ(file.found(), "");
  ASSERT_EQ(file.lines.size(), 2U);
  const bills::BankLine& in = file.lines[0];
  EXPECT_EQ(in.amount, 17'214);
  EXPECT_EQ(in.our_ref, "WXBATCH1");
  EXPECT_EQ(in.bank_ref, "BANK9");
  EXPECT_EQ(in.remark, "settlement\nof the day before");
  EXPECT_EQ(base::to_string(in.booked_on), "2026-07-13");
  EXPECT_EQ(file.lines[1].amount, -7'210);
  EXPECT_EQ(file.lines[1].our_ref, "");
  ASSERT_EQ(file.summary.statements.size(), 1U);
  EXPECT_EQ(file.summary.statements[0].account, "10020030/1234567");
  EXPECT_EQ(file.summary.statements[0].closing, 110'004);
}

TEST(Mt940, ABalanceThatDoesNotChainIsRefusedWithItsLine) {
  std::string text = kMt940;
  tests::replace(text, "1100,04", "1100,05");
  EXPECT_EQ(read_text(text).found(), "BALANCE_BROKEN 12 closing balance");
}

std::string camt(const std::string& closing, const std::string& entry_amount = "172.14") {
  return R"(<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S1</Id>
<Acct><Id><Othr><Id>ACC1</Id></Othr></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-07-12</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">)" +
         closing + R"(</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-07-13</Dt></Dt></Bal>
<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>
<Ntry><Amt Ccy="CNY">)" +
         entry_amount + R"(</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-07-13</Dt></BookgDt><ValDt><Dt>2026-07-13</Dt></ValDt><AcctSvcrRef>BANK9</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>WXBATCH1</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>财付通 &amp; Co</Nm></Pty></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="CNY">9.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry>
<Ntry><Amt Ccy="CNY">2.14</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>2026-07-13T13:15:00+01:00</DtTm></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>)";
}

TEST(Camt053, BookedEntriesComeToTheClosingBalance) {
  const auto file = read_text(camt("1170.00"));
  EXPECT_EQ(file.found(), "");
  ASSERT_EQ(file.lines.size(), 2U);
  EXPECT_EQ(file.lines[0].amount, 17'214);
  EXPECT_EQ(file.lines[0].our_ref, "WXBATCH1");
  EXPECT_EQ(file.lines[0].bank_ref, "BANK9");
  EXPECT_EQ(file.lines[0].counterparty, "财付通 & Co");
  EXPECT_EQ(file.lines[1].amount, -214);
  EXPECT_EQ(file.summary.chains, true);
}

TEST(Camt053, WhatDoesNotChainOrIsNoXmlIsRefused) {
  EXPECT_EQ(read_text(camt("1170.01")).found(), "BALANCE_BROKEN 5 closing balance");
  EXPECT_EQ(read_text(camt("1170.00", "1.7214E+02")).found(),
            "SCIENTIFIC_NOTATION 7 Ntry/Amt\nBALANCE_BROKEN 5 closing balance");
  EXPECT_EQ(read_text("<Document><BkToCstmrStmt>").found(), "XML_INVALID 1 BkToCstmrStmt");
  EXPECT_EQ(read_text("<!DOCTYPE x [<!ENTITY a \"b\">]><Document/>").found(), "XML_DOCTYPE 1");
}

ReadOptions bank_csv() {
  ReadOptions options{.format = bills::Format::Csv, .csv_kind = bills::Kind::Bank};
  options.currency = base::Currency::find("CNY").value();
  options.columns = {{"booked", "日期"},
                     {"credit", "收入"},
                     {"debit", "支出"},
                     {"balance", "余额"},
                     {"ref", "流水号"}};
  return options;
}

TEST(DeclaredCsv, ABankFileChainsDownwardsOrUpwards) {
  const std::string header = "流水号,日期,收入,支出,余额\n";
  const std::string first = "B1,2026-07-12,100.00,,1100.00\n";
  const std::string second = "B2,2026-07-13,,0.50,1099.50\n";
  for (const auto& text : {header + first + second, header + second + first}) {
    const auto file = read_text(text, bank_csv());
    EXPECT_EQ(file.found(), "");
    ASSERT_EQ(file.summary.statements.size(), 1U);
    EXPECT_EQ(file.summary.statements[0].opening, 100'000);
    EXPECT_EQ(file.summary.statements[0].closing, 109'950);
  }
  EXPECT_EQ(read_text(header + first + "B2,2026-07-13,,0.50,1099.00\n", bank_csv()).found(),
            "BALANCE_BROKEN 3 balance");
}

TEST(DeclaredCsv, ABillNeedsItsTotalsDeclared) {
  ReadOptions options{.format = bills::Format::Csv};
  options.currency = base::Currency::find("CNY").value();
  options.columns = {{"ref", "order"}, {"time", "paid"}};
  const std::string text =
      "order,paid,amount,fee\n\"R\n1\",2026-07-10 09:00:00,172.66,0.52\n"
      "B1,2026-07-10 10:00:00,-10.00,-0.03\n";
  EXPECT_EQ(read_text(text, options).found(), "TOTALS_MISSING 0 rows");
  options.expected.rows = 2;
  options.expected.amount = "162.66";
  const auto file = read_text(text, options);
  EXPECT_EQ(file.found(), "");
  ASSERT_EQ(file.rows.size(), 2U);
  EXPECT_EQ(file.rows[0].our_ref, "R\n1");
  EXPECT_EQ(file.rows[1].line, 4);
  options.expected.amount = "162.67";
  EXPECT_EQ(read_text(text, options).found(), "TOTALS_DISAGREE 0 amount");
}

/// A zip as Alipay sends it: the summary first, the names in GBK or worse.
std::string make_zip(const std::vector<std::string>& members) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("bills_" + std::to_string(::getpid()) + ".zip"))
          .string();
  int error = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  for (std::size_t i = 0; i < members.size(); ++i) {
    zip_source_t* source = zip_source_buffer(zip, members[i].data(), members[i].size(), 0);
    zip_file_add(zip, std::to_string(i).c_str(), source, 0);
  }
  zip_close(zip);
  return path;
}

TEST(Zip, TheBillIsFoundByItsContent) {
  const std::string summary = "#支付宝业务汇总查询\n#账号：[1]\n门店编号,交易订单总笔数\n";
  const std::string path = make_zip({summary, kAccount, "notes"});
  EXPECT_EQ(tests::read_file(path).rows.size(), 2U);
  EXPECT_THROW(tests::read_file(make_zip({summary})), input::InputError);
  EXPECT_THROW(tests::read_file(make_zip({kAccount, kFund})), input::InputError);
  std::filesystem::remove(path);
}

}  // namespace
