// WeChat Pay: trade bills (交易账单) and fund bills (资金账单). Each value is preceded by a
// back-quote; a line of totals' names and one of their values end the file.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "engine/bills/parse.h"
#include "engine/input/csv.h"

namespace bills {
namespace {

constexpr std::string_view kQuote = "`";

/// A value may hold commas and line ends, and back-quotes but behind a comma.
void split_quoted(std::string_view record, std::vector<std::string_view>& fields) {
  fields.clear();
  record.remove_prefix(1);
  while (true) {
    const std::size_t end = record.find(",`");
    fields.push_back(trim(record.substr(0, end)));
    if (end == std::string_view::npos) return;
    record.remove_prefix(end + 2);
  }
}

void split_plain(std::string_view record, std::vector<std::string_view>& fields) {
  fields.clear();
  while (true) {
    const std::size_t end = record.find(',');
    std::string_view field = trim(record.substr(0, end));
    if (field.starts_with(kQuote)) field.remove_prefix(1);
    fields.push_back(field);
    if (end == std::string_view::npos) return;
    record.remove_prefix(end + 1);
  }
}

void split(std::string_view record, std::vector<std::string_view>& fields) {
  record.starts_with(kQuote) ? split_quoted(record, fields) : split_plain(record, fields);
}

constexpr std::array kTotalNames = {"总交易单数",
                                    "应结订单总金额",
                                    "总交易额",
                                    "退款总金额",
                                    "总退款金额",
                                    "充值券退款总金额",
                                    "手续费总金额",
                                    "订单总金额",
                                    "申请退款总金额",
                                    "总企业红包退款金额",
                                    "总代金券或立减优惠退款金额",
                                    "资金流水总笔数",
                                    "收入笔数",
                                    "收入金额",
                                    "支出笔数",
                                    "支出金额"};

/// The line of the totals' names: its first field is one of them, in whatever order they come.
bool is_totals_header(std::string_view line) {
  if (line.starts_with(kQuote)) return false;
  const std::string first = plain_name(line.substr(0, line.find(',')));
  return std::ranges::find(kTotalNames, first) != kTotalNames.end();
}

/// What the two kinds of bills share: the table, and where its totals are.
class WechatReader {
 public:
  explicit WechatReader(Parse& parse) : parse_(parse), fields_(parse, header_) {}
  virtual ~WechatReader() = default;

  void read() {
    std::string_view line;
    if (!next_full_line(line)) {
      parse_.finding("HEADER_MISSING", 0, "", "", "the file has no line that can be read");
      return;
    }
    if (is_totals_header(line)) {
      parse_.finding("TOTALS_MISPLACED", parse_.text.line_number(), "", line,
                     "the totals come behind the rows, not before them");
      return;
    }
    if (!take_header(line)) return;
    bool more = parse_.next_line(line);
    while (more && !is_totals_header(line)) more = take_record(line);
    if (!more) {
      parse_.finding("TOTALS_MISSING", parse_.text.line_number(), "", "",
                     "the file ends without its totals: it is not whole");
      return;
    }
    take_totals(line);
  }

 protected:
  virtual bool find_columns() = 0;
  virtual void take_row() = 0;
  virtual void take_total(std::int64_t line, const std::string& name, std::string_view value) = 0;
  virtual std::vector<std::string_view> needed_totals() const = 0;

  std::size_t required(std::initializer_list<std::string_view> names) {
    const std::size_t column = header_.find(names);
    if (column == Header::kNone) {
      parse_.finding("COLUMN_MISSING", parse_.text.line_number(), *names.begin(), "",
                     "the header has no such column");
      is_complete_ = false;
    }
    return column;
  }

  Parse& parse_;
  Header header_;
  Fields fields_;
  BillRow row_;
  bool is_complete_ = true;

 private:
  bool next_full_line(std::string_view& line) {
    while (parse_.next_line(line)) {
      if (!trim(line).empty()) return true;
    }
    return false;
  }

  bool take_header(std::string_view line) {
    split(line, fields_.values);
    header_.set(fields_.values);
    if (const auto twice = header_.doubled()) {
      parse_.finding("COLUMN_DOUBLED", parse_.text.line_number(), *twice, "",
                     "the header has this column twice");
      is_complete_ = false;
    }
    return find_columns() && is_complete_;
  }

  /// One row, with the lines that a line end in a value has cut off: they begin without a
  /// back-quote. Goes on to the line behind it; false at the end of the file.
  bool take_record(std::string_view& line) {
    if (trim(line).empty()) return parse_.next_line(line);
    const std::int64_t number = parse_.text.line_number();
    record_.assign(line);
    split(record_, fields_.values);
    const std::size_t first_fields = fields_.values.size();
    const bool is_quoted = line.starts_with(kQuote);
    bool more = parse_.next_line(line);
    while (more && is_quoted && !line.starts_with(kQuote) && !is_totals_header(line) &&
           record_.size() + line.size() < input::kRecordBytesMax) {
      record_ += '\n';
      record_ += line;
      more = parse_.next_line(line);
    }
    split(record_, fields_.values);
    ++parse_.summary.rows;
    if (fields_.begin(number, first_fields)) {
      row_.line = number;
      take_row();
    }
    return more;
  }

  void take_totals(std::string_view line) {
    std::vector<std::string_view> names;
    const std::string names_line(line);
    split(names_line, names);
    if (!next_full_line(line)) {
      parse_.finding("TOTALS_MISSING", parse_.text.line_number(), "", "",
                     "the file ends before the values of its totals");
      return;
    }
    const std::int64_t number = parse_.text.line_number();
    const std::string values_line(line);
    std::vector<std::string_view> values;
    split(values_line, values);
    if (values.size() != names.size()) {
      parse_.finding("FIELD_COUNT", number, "", line,
                     fmt::format("{} totals for {} names", values.size(), names.size()));
      return;
    }
    Header totals;
    totals.set(names);
    for (const std::string_view needed : needed_totals()) {
      if (totals.find({needed}) != Header::kNone) continue;
      parse_.finding("TOTALS_MISSING", number - 1, needed, "", "the totals have no such column");
    }
    for (std::size_t i = 0; i < names.size(); ++i) take_total(number, totals.name(i), values[i]);
    if (next_full_line(line)) {
      parse_.finding("TOTALS_MISPLACED", parse_.text.line_number(), "", line,
                     "the totals end the file; here is more behind them");
    }
  }

  std::string record_;
};

class TradeReader : public WechatReader {
 public:
  using WechatReader::WechatReader;

 private:
  struct Columns {
    std::size_t time, merchant, channel_txn, our_ref, payer, business, status, currency, settled,
        order, refund_txn, our_refund_ref, refund, coupon_refund, asked_refund, refund_asked_at,
        refunded_at, fee;
  };

  bool find_columns() override {
    at_.time = required({"交易时间"});
    at_.merchant = required({"商户号"});
    at_.channel_txn = required({"微信订单号"});
    at_.our_ref = required({"商户订单号"});
    at_.payer = header_.find({"用户标识"});
    at_.business = header_.find({"交易类型"});
    at_.status = required({"交易状态"});
    at_.currency = required({"货币种类"});
    at_.settled = required({"应结订单金额", "总金额"});
    at_.order = header_.find({"订单金额", "总金额", "应结订单金额"});
    at_.refund_txn = header_.find({"微信退款单号"});
    at_.our_refund_ref = header_.find({"商户退款单号"});
    at_.refund = header_.find({"退款金额"});
    at_.coupon_refund =
        header_.find({"充值券退款金额", "企业红包退款金额", "代金券或立减优惠退款金额"});
    at_.asked_refund = header_.find({"申请退款金额"});
    at_.refund_asked_at = header_.find({"退款申请时间"});
    at_.refunded_at = header_.find({"退款成功时间"});
    at_.fee = required({"手续费"});
    parse_.summary.variant = at_.refund_asked_at != Header::kNone ? "REFUND"
                             : at_.refund_txn == Header::kNone    ? "SUCCESS"
                                                                  : "ALL";
    return is_complete_;
  }

  void take_row() override {
    Fields& f = fields_;
    Summary& summary = parse_.summary;
    check_merchant(parse_, f.line, "商户号", f.text(at_.merchant));
    f.ref(at_.channel_txn, row_.channel_txn);
    f.ref(at_.our_ref, row_.our_ref);
    row_.payer.assign(f.text(at_.payer));
    row_.business.assign(f.text(at_.business));
    row_.status.assign(f.text(at_.status));
    read_type();
    row_.currency = f.currency(at_.currency);
    check_currency(f, summary, at_.currency, row_.currency);
    read_amounts();
    read_time();
    if (!f.is_good()) return;
    summary.fee_e5 += row_.fee_e5;
    (row_.type == RowType::Payment ? summary.in : summary.out).add(row_.amount);
    parse_.sink.bill(row_);
  }

  void read_type() {
    if (row_.status == "SUCCESS") {
      row_.type = RowType::Payment;
      row_.refund_txn.clear();
      row_.our_refund_ref.clear();
      return;
    }
    if (row_.status == "REVOKED") {
      row_.type = RowType::Revoked;
    } else if (row_.status == "REFUND") {
      row_.type = RowType::Refund;
    } else {
      fields_.bad("STATUS_UNKNOWN", at_.status, "one of SUCCESS, REFUND and REVOKED");
    }
    const bool is_refund = row_.type == RowType::Refund;
    fields_.ref(at_.refund_txn, row_.refund_txn, !is_refund);
    fields_.ref(at_.our_refund_ref, row_.our_refund_ref, !is_refund);
  }

  /// Counts in the totals whatever else is wrong with the row.
  void read_amounts() {
    const int decimals = row_.currency.exponent();
    const std::int64_t settled = fields_.not_negative(at_.settled, decimals);
    const std::int64_t order = fields_.not_negative(at_.order, decimals);
    const std::int64_t refund = fields_.not_negative(at_.refund, decimals);
    const std::int64_t asked = fields_.not_negative(at_.asked_refund, decimals);
    row_.fee_e5 = fields_.number(at_.fee, kFeeDecimals);
    settled_ += settled;
    order_ += order;
    refund_ += refund;
    asked_ += asked;
    coupon_refund_ += fields_.not_negative(at_.coupon_refund, decimals);
    fee_e5_ += row_.fee_e5;
    row_.amount = row_.type == RowType::Payment ? order : -(asked != 0 ? asked : refund);
  }

  /// In a REFUND bill the time of the row is that of the payment, and the date of the bill that on
  /// which the refund was accepted.
  void read_time() {
    const bool is_asked = at_.refund_asked_at != Header::kNone;
    const std::size_t column = is_asked ? at_.refund_asked_at : at_.time;
    const date::local_seconds time = fields_.time(column);
    if (!fields_.is_good()) return;
    row_.day = date::floor<date::days>(time);
    row_.at = china_instant(time);
    if (!parse_.summary.day) parse_.summary.day = row_.day;
    if (is_asked && row_.day != parse_.summary.day && !fields_.text(at_.refunded_at).empty()) {
      const date::local_seconds done = fields_.time(at_.refunded_at);
      if (fields_.is_good()) row_.day = date::floor<date::days>(done);
    }
    check_day(fields_, parse_.summary, column, row_.day);
  }

  std::vector<std::string_view> needed_totals() const override {
    return {"总交易单数", "手续费总金额"};
  }

  void take_total(std::int64_t line, const std::string& name, std::string_view value) override {
    const int decimals = parse_.summary.currency.value_or(yuan()).exponent();
    const auto is = [&](std::initializer_list<std::string_view> names) {
      return std::ranges::find(names, name) != names.end();
    };
    if (is({"总交易单数"})) {
      check_total(parse_, line, name, value, parse_.summary.rows, 0);
    } else if (is({"应结订单总金额", "总交易额"})) {
      check_total(parse_, line, name, value, settled_, decimals);
    } else if (is({"退款总金额", "总退款金额"})) {
      check_total(parse_, line, name, value, refund_, decimals);
    } else if (is({"充值券退款总金额", "总企业红包退款金额", "总代金券或立减优惠退款金额"})) {
      check_total(parse_, line, name, value, coupon_refund_, decimals);
    } else if (is({"手续费总金额"})) {
      check_total(parse_, line, name, value, fee_e5_, kFeeDecimals);
    } else if (is({"订单总金额"})) {
      check_total(parse_, line, name, value, order_, decimals);
    } else if (is({"申请退款总金额"})) {
      check_total(parse_, line, name, value, asked_, decimals);
    } else {
      parse_.finding("TOTAL_UNKNOWN", line - 1, name, value, "no total of this name is known");
    }
  }

  static base::Currency yuan() { return base::Currency::find("CNY").value(); }

  Columns at_ = {};
  base::int128 settled_ = 0;
  base::int128 order_ = 0;
  base::int128 refund_ = 0;
  base::int128 asked_ = 0;
  base::int128 coupon_refund_ = 0;
  base::int128 fee_e5_ = 0;
};

class FundReader : public WechatReader {
 public:
  using WechatReader::WechatReader;

 private:
  struct Columns {
    std::size_t time, document, movement, name, business, direction, amount, balance, our_ref;
  };

  bool find_columns() override {
    at_ = {
        required({"记账时间"}),     required({"微信支付业务单号"}), required({"资金流水单号"}),
        header_.find({"业务名称"}), required({"业务类型"}),         required({"收支类型"}),
        required({"收支金额(元)"}), required({"账户结余(元)"}),     header_.find({"业务凭证号"})};
    parse_.summary.currency = base::Currency::find("CNY");
    return is_complete_;
  }

  void take_row() override {
    Fields& f = fields_;
    Summary& summary = parse_.summary;
    row_.type = RowType::Movement;
    f.ref(at_.document, row_.channel_txn);
    f.ref(at_.movement, row_.refund_txn);
    f.ref(at_.our_ref, row_.our_ref, true);
    row_.business.assign(f.text(at_.business));
    row_.status.assign(f.text(at_.direction));
    const bool is_in = row_.status == "收入";
    if (!is_in && row_.status != "支出") {
      f.bad("STATUS_UNKNOWN", at_.direction, "one of 收入 and 支出");
    }
    row_.currency = *summary.currency;
    const std::int64_t size = f.not_negative(at_.amount, row_.currency.exponent());
    row_.amount = is_in ? size : -size;
    row_.balance = f.number(at_.balance, row_.currency.exponent());
    const date::local_seconds time = f.time(at_.time);
    (is_in ? summary.in : summary.out).add(row_.amount);
    if (!f.is_good()) return;
    row_.day = date::floor<date::days>(time);
    row_.at = china_instant(time);
    if (!summary.day) summary.day = row_.day;
    check_day(f, summary, at_.time, row_.day);
    chain_.add(f.line, row_.amount, *row_.balance);
    summary.chains = chain_.holds();
    if (f.is_good()) parse_.sink.bill(row_);
  }

  std::vector<std::string_view> needed_totals() const override {
    return {"资金流水总笔数", "收入金额", "支出金额"};
  }

  void take_total(std::int64_t line, const std::string& name, std::string_view value) override {
    const Summary& s = parse_.summary;
    const int decimals = s.currency->exponent();
    if (name == "资金流水总笔数") {
      check_total(parse_, line, name, value, s.rows, 0);
    } else if (name == "收入笔数") {
      check_total(parse_, line, name, value, s.in.count, 0);
    } else if (name == "收入金额") {
      check_total(parse_, line, name, value, s.in.amount, decimals);
    } else if (name == "支出笔数") {
      check_total(parse_, line, name, value, s.out.count, 0);
    } else if (name == "支出金额") {
      check_total(parse_, line, name, value, -s.out.amount, decimals);
    } else {
      parse_.finding("TOTAL_UNKNOWN", line - 1, name, value, "no total of this name is known");
    }
  }

  Columns at_ = {};
  BalanceChain chain_;
};

}  // namespace

void read_wechat(Parse& parse) {
  if (parse.summary.format == Format::WechatTrade) {
    TradeReader(parse).read();
  } else {
    FundReader(parse).read();
  }
}

}  // namespace bills
