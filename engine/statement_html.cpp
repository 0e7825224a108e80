#include "engine/statement_html.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/xml_text.h"

namespace engine {
namespace {

/// Each text in both languages.
struct Word {
  std::string_view key;
  std::string_view english;
  std::string_view chinese;
};
constexpr Word kWords[] = {
    {"title", "Settlement statement", "结算对账单"},
    {"merchant", "Merchant", "商户"},
    {"period", "Period", "账期"},
    {"zone", "Times in", "时区"},
    {"final", "Every date of the period is closed: this statement does not change any more.",
     "账期内各日均已日终关账，本对账单不再变化。"},
    {"open", "Dates of this period are still open: what is below can change.",
     "账期内尚有未关账日期，以下内容可能变化。"},
    {"nothing", "Nothing was owed and nothing happened.", "本期无余额、无交易。"},
    {"opening", "Opening balance", "期初余额"},
    {"sales", "Sales", "销售"},
    {"refunds", "Refunds", "退款"},
    {"discount", "Merchant fee", "商户手续费"},
    {"subsidy", "Interest subsidy", "免息贴息"},
    {"returned_discount", "Fee returned", "退回手续费"},
    {"returned_subsidy", "Subsidy returned", "退回贴息"},
    {"adjustments", "Adjustments", "调整"},
    {"releases", "Reserve released", "保证金释放"},
    {"reserves", "Reserve held", "保证金扣留"},
    {"payouts", "Payouts", "打款"},
    {"closing", "Closing balance", "期末余额"},
    {"vat", "of the fees, VAT", "其中手续费增值税"},
    {"lines", "Lines", "明细"},
    {"sum", "Total", "合计"},
    {"sales_of", "sales of", "销售日"},
    {"expected", "Expected receipts", "预计到账"},
    {"reason", "Why it is still to come", "未到账原因"},
    {"on", "Not before", "最早日期"},
    {"next", "next settlement", "下次结算"},
    {"amount", "Amount", "金额"},
    {"payout_on_its_way", "payout on its way", "打款在途"},
    {"not_settled", "not settled yet", "尚未结算"},
    {"carried_forward", "below the smallest payout, carried forward", "低于最低打款额，结转"},
    {"owed_by_merchant", "owed by the merchant, set off against what comes",
     "商户欠款，从后续结算抵扣"},
    {"reserve_held", "reserve", "保证金"},
    {"payout", "Payout", "打款编号"},
    {"settled", "Settled", "结算日"},
    {"status", "Status", "状态"},
    {"confirmed_on", "Confirmed", "确认日"},
    {"status_instructed", "instructed", "已指令"},
    {"status_confirmed", "confirmed", "已确认"},
    {"status_returned", "returned", "已退回"},
    {"date", "Date", "日期"},
    {"item", "Item", "类型"},
    {"order", "Order", "订单"},
    {"periods", "Inst.", "期数"},
    {"gross", "Gross", "总额"},
    {"fee", "Fee", "手续费"},
    {"subsidy_short", "Subsidy", "贴息"},
    {"net", "Net", "净额"},
    {"balance", "Balance", "余额"},
    {"sale", "sale", "销售"},
    {"refund", "refund", "退款"},
    {"reserve", "reserve", "保证金扣留"},
    {"release", "release", "保证金释放"},
    {"item_payout", "payout", "打款"},
    {"adjustment", "adjustment", "调整"},
};

std::string_view word(PageLanguage language, std::string_view key) {
  for (const Word& one : kWords) {
    if (one.key == key) return language == PageLanguage::English ? one.english : one.chinese;
  }
  return key;
}

constexpr std::string_view kStyle = R"css(
@page { size: A4 landscape; margin: 12mm 12mm 14mm;
        @bottom-right { content: counter(page) " / " counter(pages); font: 9px sans-serif;
                        color: #666; } }
body { font: 13px/1.45 "Helvetica Neue", Arial, "Noto Sans CJK SC", "Noto Sans SC",
       "PingFang SC", "Microsoft YaHei", sans-serif; color: #1a1a1a; max-width: 1120px;
       margin: 24px auto; padding: 0 16px; }
h1 { font-size: 22px; margin: 0 0 8px; }
h2 { font-size: 16px; margin: 24px 0 8px; border-bottom: 2px solid #1a1a1a; }
h3 { font-size: 13px; margin: 18px 0 4px; color: #444; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 0; }
dt { color: #666; } dd { margin: 0; overflow-wrap: anywhere; }
.note { color: #666; margin: 8px 0 0; } .open { color: #9a3412; }
.sheets { display: flex; flex-wrap: wrap; gap: 0 32px; align-items: start; }
.sheets section { flex: 5 1 230px; max-width: 560px; } .sheets .payouts { flex: 8 1 410px; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; color: #444; border-bottom: 1.5px solid #888;
     vertical-align: bottom; }
th, td { padding: 3px 10px 3px 0; } td { vertical-align: top; }
td { border-bottom: 1px solid #e4e4e4; overflow-wrap: anywhere; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums;
     padding-right: 4px; padding-left: 10px; }
.n + .d { padding-left: 18px; } .d { white-space: nowrap; } .minor td { color: #666; }
.total td { font-weight: 600; border-top: 1.5px solid #888; }
tr { break-inside: avoid; } thead { display: table-header-group; } h2, h3 { break-after: avoid; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10.5px; }
               th, td { padding-top: 2px; padding-bottom: 2px; }
               .sheets { flex-wrap: nowrap; gap: 0 24px; } .sheets section, .sheets .payouts { flex-basis: 0; } }
)css";

void cell(std::string& out, std::string_view text, std::string_view style = "") {
  out += style.empty() ? "<td>" : fmt::format("<td class=\"{}\">", style);
  append_xml(out, text);
  out += "</td>";
}

void head(std::string& out, std::string_view text, std::string_view style = "") {
  out += style.empty() ? "<th>" : fmt::format("<th class=\"{}\">", style);
  append_xml(out, text);
  out += "</th>";
}

/// With commas between thousands, for people: "-38,650.84".
std::string decimal(std::int64_t minor, base::Currency currency) {
  std::string text = base::to_decimal(minor, currency.exponent());
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  std::size_t at = std::min(text.find('.'), text.size());
  while (at > first + 3) text.insert(at -= 3, 1, ',');
  return text;
}

constexpr std::string_view kTotalRow = " class=\"total\"";

/// The last row of a table of `columns` columns, the sum in the last.
void append_sum(std::string& out, int columns, std::int64_t minor, base::Currency currency,
                PageLanguage language) {
  fmt::format_to(std::back_inserter(out), "<tr{}><td colspan=\"{}\">{}</td>", kTotalRow,
                 columns - 1, word(language, "sum"));
  cell(out, decimal(minor, currency), "n");
  out += "</tr>\n";
}

void append_totals(std::string& out, const StatementHeader& header, const StatementSection& section,
                   PageLanguage language) {
  const StatementTotals& t = section.totals;
  const auto row = [&](std::string_view text, std::int64_t minor, std::string_view style) {
    fmt::format_to(std::back_inserter(out), "<tr{}>", style);
    cell(out, text);
    cell(out, decimal(minor, section.currency), "n");
    out += "</tr>\n";
  };
  const auto edge = [&](std::string_view key, base::Day day, std::int64_t minor) {
    row(fmt::format("{} {}", word(language, key), base::to_string(day)), minor, kTotalRow);
  };
  fmt::format_to(std::back_inserter(out), "<section><h3>{}</h3><table><tbody>\n",
                 word(language, "balance"));
  edge("opening", header.from, section.opening);
  const std::pair<std::string_view, std::int64_t> rows[] = {
      {"sales", t.sales},
      {"refunds", t.refunds},
      {"discount", t.discount},
      {"subsidy", t.subsidy},
      {"returned_discount", t.returned_discount},
      {"returned_subsidy", t.returned_subsidy},
      {"adjustments", t.adjustments},
      {"releases", t.releases},
      {"reserves", t.reserve},
      {"payouts", t.payouts}};
  for (const auto& [key, minor] : rows) {
    if (minor != 0) row(word(language, key), minor, "");
  }
  edge("closing", header.to, section.closing);
  if (t.vat != 0) row(word(language, "vat"), t.vat, " class=\"minor\"");
  out += "</tbody></table></section>\n";
}

void append_expected(std::string& out, const StatementSection& section, PageLanguage language) {
  if (section.expected.empty()) return;
  fmt::format_to(std::back_inserter(out), "<section><h3>{}</h3><table><thead><tr>",
                 word(language, "expected"));
  head(out, word(language, "on"));
  head(out, word(language, "reason"));
  head(out, word(language, "amount"), "n");
  out += "</tr></thead><tbody>\n";
  std::int64_t sum = 0;
  for (const ExpectedReceipt& receipt : section.expected) {
    sum += receipt.amount;
    out += "<tr>";
    cell(out, receipt.on ? base::to_string(*receipt.on) : std::string(word(language, "next")), "d");
    std::string why(receipt.reason == ExpectedReason::Reserve
                        ? word(language, "reserve_held")
                        : word(language, name(receipt.reason)));
    if (!receipt.payout_ref.empty()) why += " " + receipt.payout_ref;
    cell(out, why);
    cell(out, decimal(receipt.amount, section.currency), "n");
    out += "</tr>\n";
  }
  append_sum(out, 3, sum, section.currency, language);
  out += "</tbody></table></section>\n";
}

void append_payouts(std::string& out, const StatementSection& section, PageLanguage language) {
  if (section.payouts.empty()) return;
  fmt::format_to(std::back_inserter(out),
                 "<section class=\"payouts\"><h3>{}</h3><table><thead><tr>",
                 word(language, "payouts"));
  for (const char* key : {"payout", "settled", "status", "confirmed_on"}) {
    head(out, word(language, key));
  }
  head(out, word(language, "amount"), "n");
  out += "</tr></thead><tbody>\n";
  std::int64_t sum = 0;
  for (const store::PayoutLine& payout : section.payouts) {
    sum += payout.amount;
    out += "<tr>";
    cell(out, payout.ref, "d");
    cell(out, base::to_string(payout.settled_on), "d");
    cell(out, word(language, fmt::format("status_{}", name(payout.status))), "d");
    cell(out, payout.confirmed_on ? base::to_string(*payout.confirmed_on) : "", "d");
    cell(out, decimal(payout.amount, section.currency), "n");
    out += "</tr>\n";
  }
  append_sum(out, 5, sum, section.currency, language);
  out += "</tbody></table></section>\n";
}

}  // namespace

void StatementHtml::begin(std::string& out) const {
  const StatementHeader& header = statement_.header();
  const std::string_view title = word(language_, "title");
  fmt::format_to(std::back_inserter(out),
                 "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">"
                 "<meta name=\"viewport\" content=\"width=device-width\"><title>{} ",
                 language_ == PageLanguage::English ? "en" : "zh-CN", title);
  append_xml(out, header.merchant);
  fmt::format_to(std::back_inserter(out), "</title><style>{}</style></head><body>\n<h1>{}</h1><dl>",
                 kStyle, title);
  const auto pair = [&](std::string_view key, std::string_view value) {
    append_xml_element(out, "dt", word(language_, key));
    append_xml_element(out, "dd", value);
  };
  pair("merchant", header.merchant);
  pair("period", fmt::format("{} – {}", base::to_string(header.from), base::to_string(header.to)));
  pair("zone", header.zone.name());
  fmt::format_to(std::back_inserter(out), "</dl><p class=\"note{}\">{}</p>\n",
                 header.is_final ? "" : " open",
                 word(language_, header.is_final ? "final" : "open"));
  if (header.sections.empty()) append_xml_element(out, "p", word(language_, "nothing"));
}

void StatementHtml::begin_section(std::string& out, const StatementSection& section) const {
  append_xml_element(out, "h2", section.currency.code());
  out += "<div class=\"sheets\">\n";
  append_totals(out, statement_.header(), section, language_);
  append_payouts(out, section, language_);
  append_expected(out, section, language_);
  fmt::format_to(std::back_inserter(out), "</div>\n<h3>{}</h3><table><thead><tr>",
                 word(language_, "lines"));
  for (const char* key : {"date", "item", "order"}) head(out, word(language_, key));
  for (const char* key : {"periods", "gross", "fee", "subsidy_short", "net", "balance"}) {
    head(out, word(language_, key), "n");
  }
  for (const char* key : {"settled", "payout"}) head(out, word(language_, key), "d");
  out += "</tr></thead><tbody>\n";
}

void StatementHtml::append_line(std::string& out, const StatementLine& line) const {
  const store::ItemRow& item = line.item;
  out += "<tr>";
  cell(out, base::to_string(item.business_date), "d");
  cell(out,
       word(language_, item.type == store::ItemType::Payout ? "item_payout" : name(item.type)));
  const bool is_of_date =
      item.type == store::ItemType::Reserve || item.type == store::ItemType::Release;
  cell(out, is_of_date ? fmt::format("{} {}", word(language_, "sales_of"), item.order_ref)
                       : item.order_ref);
  cell(out, item.periods > 0 ? std::to_string(item.periods) : "", "n");
  cell(out, decimal(item.gross, item.currency), "n");
  for (const std::int64_t minor : {item.discount, item.subsidy}) {
    cell(out, minor == 0 ? "" : decimal(minor, item.currency), "n");
  }
  for (const std::int64_t minor : {line.net, line.balance}) {
    cell(out, decimal(minor, item.currency), "n");
  }
  cell(out, line.settled_on ? base::to_string(*line.settled_on) : "", "d");
  cell(out, line.payout_ref, "d");
  out += "</tr>\n";
}

bool StatementHtml::next(std::string& out) {
  if (done_) return false;
  const StatementHeader& header = statement_.header();
  if (!begun_) {
    begun_ = true;
    begin(out);
  }
  if (section_ == header.sections.size()) {
    out += "</body></html>\n";
    done_ = true;
    return true;
  }
  if (!section_begun_) {
    section_begun_ = true;
    begin_section(out, header.sections[section_]);
  }
  const std::vector<StatementLine> lines = statement_.next(section_);
  for (const StatementLine& line : lines) append_line(out, line);
  if (lines.empty()) {
    out += "</tbody></table>\n";
    section_begun_ = false;
    ++section_;
  }
  return true;
}

}  // namespace engine
