#include "engine/statement_text.h"

#include <fmt/format.h>

#include "engine/report_text.h"

namespace engine {

const std::string_view kStatementCsvHeader =
    "merchant,item_type,order_no,txn_time,business_date,available_on,settled_on,payout_ref,periods,"
    "currency,gross,platform_coupon,merchant_coupon,sponsor_coupon,fee,vat,subsidy,net,balance";

namespace {

void append_amount(std::string& out, std::int64_t minor, int exponent) {
  out += ',';
  out += base::to_decimal(minor, exponent);
}

void append_csv_line(std::string& out, const StatementHeader& header, const StatementLine& line) {
  const store::ItemRow& item = line.item;
  const int exponent = item.currency.exponent();
  append_csv(out, header.merchant);
  out += ',';
  out += name(item.type);
  out += ',';
  append_csv(out, item.order_ref);
  fmt::format_to(std::back_inserter(out), ",{},{},{},{},",
                 to_rfc3339(item.occurred_at, header.zone), base::to_string(item.business_date),
                 base::to_string(item.available_on),
                 line.settled_on ? base::to_string(*line.settled_on) : "");
  append_csv(out, line.payout_ref);
  out += ',';
  if (item.periods > 0) out += std::to_string(item.periods);
  out += ',';
  out += item.currency.code();
  for (const std::int64_t minor :
       {item.gross, item.coupon_platform, item.coupon_merchant, item.coupon_sponsor, item.discount,
        item.vat, item.subsidy, line.net, line.balance}) {
    append_amount(out, minor, exponent);
  }
  out += kCsvLineEnd;
}

// A JSON object, member by member.
class Object {
 public:
  Object(std::string& out, base::Currency currency) : out_(out), currency_(currency) {
    out_ += '{';
  }
  Object& text(std::string_view key, std::string_view value) {
    begin(key);
    append_json(out_, value);
    return *this;
  }
  Object& day(std::string_view key, std::optional<base::Day> value) {
    return value ? text(key, base::to_string(*value)) : null(key);
  }
  Object& number(std::string_view key, std::int64_t value) {
    begin(key);
    out_ += std::to_string(value);
    return *this;
  }
  Object& money(std::string_view key, std::int64_t minor) {
    begin(key);
    append_json_money(out_, {minor, currency_});
    return *this;
  }
  Object& null(std::string_view key) {
    begin(key);
    out_ += "null";
    return *this;
  }
  /// Leaves the value to the caller.
  Object& begin(std::string_view key) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json(out_, key);
    out_ += ':';
    return *this;
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  base::Currency currency_;
  bool first_ = true;
};

void append_json_line(std::string& out, const StatementHeader& header, const StatementLine& line) {
  const store::ItemRow& item = line.item;
  Object object(out, item.currency);
  object.text("item_type", name(item.type))
      .text("order_no", item.order_ref)
      .text("txn_time", to_rfc3339(item.occurred_at, header.zone))
      .day("business_date", item.business_date)
      .day("available_on", item.available_on)
      .day("settled_on", line.settled_on);
  line.payout_ref.empty() ? object.null("payout_ref") : object.text("payout_ref", line.payout_ref);
  item.periods > 0 ? object.number("periods", item.periods) : object.null("periods");
  object.money("gross", item.gross)
      .money("platform_coupon", item.coupon_platform)
      .money("merchant_coupon", item.coupon_merchant)
      .money("sponsor_coupon", item.coupon_sponsor)
      .money("fee", item.discount)
      .money("vat", item.vat)
      .money("subsidy", item.subsidy)
      .money("net", line.net)
      .money("balance", line.balance)
      .end();
}

void append_json_payouts(std::string& out, const StatementSection& section) {
  out += '[';
  for (const store::PayoutLine& payout : section.payouts) {
    if (&payout != &section.payouts.front()) out += ',';
    Object(out, section.currency)
        .text("payout_ref", payout.ref)
        .day("settled_on", payout.settled_on)
        .money("amount", payout.amount)
        .text("status", name(payout.status))
        .day("confirmed_on", payout.confirmed_on)
        .end();
  }
  out += ']';
}

void append_json_expected(std::string& out, const StatementSection& section) {
  out += '[';
  for (const ExpectedReceipt& receipt : section.expected) {
    if (&receipt != &section.expected.front()) out += ',';
    Object object(out, section.currency);
    object.text("reason", name(receipt.reason))
        .day("expected_on", receipt.on)
        .money("amount", receipt.amount)
        .number("lines", receipt.lines);
    receipt.payout_ref.empty() ? object.null("payout_ref")
                               : object.text("payout_ref", receipt.payout_ref);
    object.end();
  }
  out += ']';
}

void append_json_totals(std::string& out, const StatementSection& section) {
  const StatementTotals& totals = section.totals;
  Object(out, section.currency)
      .money("sales", totals.sales)
      .money("refunds", totals.refunds)
      .money("fee", totals.discount)
      .money("subsidy", totals.subsidy)
      .money("returned_fee", totals.returned_discount)
      .money("returned_subsidy", totals.returned_subsidy)
      .money("adjustments", totals.adjustments)
      .money("releases", totals.releases)
      .money("reserve", totals.reserve)
      .money("payouts", totals.payouts)
      .money("net", totals.net)
      .money("vat", totals.vat)
      .end();
}

}  // namespace

bool StatementText::next(std::string& out) {
  if (done_) return false;
  return format_ == StatementFormat::Csv ? next_csv(out) : next_json(out);
}

bool StatementText::next_csv(std::string& out) {
  if (!begun_) {
    begun_ = true;
    out += kStatementCsvHeader;
    out += kCsvLineEnd;
  }
  const StatementHeader& header = statement_.header();
  while (section_ < header.sections.size()) {
    const std::vector<StatementLine> lines = statement_.next(section_);
    for (const StatementLine& line : lines) append_csv_line(out, header, line);
    if (!lines.empty()) return true;
    ++section_;
  }
  done_ = true;
  return true;
}

void StatementText::begin_json(std::string& out) {
  const StatementHeader& header = statement_.header();
  Object object(out, {});
  object.text("merchant", header.merchant)
      .day("from", header.from)
      .day("to", header.to)
      .text("zone", header.zone.name())
      .day("closed_through", std::min(header.closed_through, header.to))
      .begin("final");
  out += header.is_final ? "true" : "false";
  object.begin("statements");
  out += '[';
}

void StatementText::begin_json_section(std::string& out) {
  const StatementSection& section = statement_.header().sections[section_];
  if (section_ > 0) out += ',';
  Object object(out, section.currency);
  object.text("currency", section.currency.code())
      .money("opening", section.opening)
      .money("closing", section.closing)
      .number("line_count", section.totals.lines)
      .begin("totals");
  append_json_totals(out, section);
  object.begin("payouts");
  append_json_payouts(out, section);
  object.begin("expected");
  append_json_expected(out, section);
  object.begin("lines");
  out += '[';
}

bool StatementText::next_json(std::string& out) {
  if (!begun_) {
    begun_ = true;
    begin_json(out);
  }
  const StatementHeader& header = statement_.header();
  while (section_ < header.sections.size()) {
    const std::vector<StatementLine> lines = statement_.next(section_);
    if (lines.empty() && section_begun_) {
      out += "\n]}";
      section_begun_ = false;
      ++section_;
      continue;
    }
    const bool first = !section_begun_;
    if (first) begin_json_section(out);
    section_begun_ = true;
    for (const StatementLine& line : lines) {
      out += first && &line == &lines.front() ? "\n" : ",\n";
      append_json_line(out, header, line);
    }
    if (!lines.empty()) return true;
  }
  out += "]}\n";
  done_ = true;
  return true;
}

}  // namespace engine
