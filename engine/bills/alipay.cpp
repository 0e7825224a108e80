// Alipay: business detail (业务明细) and account detail (账务明细). Lines with # say whose bill it
// is and of when before the table, and its totals behind it; text ends with a tab.
#include <fmt/format.h>

#include <map>

#include "engine/bills/parse.h"
#include "engine/input/csv.h"

namespace bills {
namespace {

/// What stands between [ and ] behind a label: "#账号：[2088...]".
std::string_view bracketed(std::string_view line, std::string_view label) {
  const std::size_t at = line.find(label);
  if (at == std::string_view::npos) return {};
  const std::size_t open = line.find('[', at);
  if (open == std::string_view::npos) return {};
  return line.substr(open + 1, line.find(']', open) - open - 1);
}

/// "2019年09月16日 00:00:00".
std::optional<date::local_seconds> chinese_time(std::string_view text) {
  constexpr std::string_view kYear = "年", kMonth = "月", kDay = "日";
  std::string plain;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with(kYear) || rest.starts_with(kMonth)) {
      plain += '-';
      i += kYear.size();
    } else if (rest.starts_with(kDay)) {
      i += kDay.size();
    } else {
      plain += text[i++];
    }
  }
  return parse_time(plain);
}

/// Amounts behind names in a footer: "交易合计：6笔，商家实收共0.06元，商家优惠共0.00元" has 笔 6,
/// 商家实收共 0.06 and 商家优惠共 0.00.
std::map<std::string, std::string> clauses_of(std::string_view line) {
  std::map<std::string, std::string> clauses;
  constexpr std::string_view kColon = "：", kComma = "，", kCount = "笔", kYuan = "元";
  const std::size_t colon = line.find(kColon);
  if (colon == std::string_view::npos) return clauses;
  line.remove_prefix(colon + kColon.size());
  while (!line.empty()) {
    const std::size_t comma = line.find(kComma);
    std::string_view clause = trim(line.substr(0, comma));
    if (clause.ends_with(kCount)) {
      clauses["笔"] = trim(clause.substr(0, clause.size() - kCount.size()));
    } else if (clause.ends_with(kYuan)) {
      clause.remove_suffix(kYuan.size());
      const std::size_t number = clause.find_first_of("+-0123456789");
      clauses[std::string(clause.substr(0, number))] =
          number == std::string_view::npos ? "" : trim(clause.substr(number));
    }
    if (comma == std::string_view::npos) break;
    line.remove_prefix(comma + kComma.size());
  }
  return clauses;
}

class AlipayReader {
 public:
  explicit AlipayReader(Parse& parse) : parse_(parse), fields_(parse, header_) {
    parse.summary.currency = base::Currency::find("CNY");
  }
  virtual ~AlipayReader() = default;

  void read() {
    std::string_view line;
    bool more = parse_.next_line(line);
    for (; more && (line.starts_with("#") || trim(line).empty()); more = parse_.next_line(line)) {
      if (!take_heading(line)) return;
    }
    if (!more) {
      parse_.finding("HEADER_MISSING", parse_.text.line_number(), "", "",
                     "the file has no line with the names of the columns");
      return;
    }
    split(line);
    header_.set(fields_.values);
    if (const auto twice = header_.doubled()) {
      parse_.finding("COLUMN_DOUBLED", parse_.text.line_number(), *twice, "",
                     "the header has this column twice");
      return;
    }
    find_columns();
    if (!is_complete_) return;
    more = parse_.next_line(line);
    while (more && !line.starts_with("#")) more = take_record(line);
    for (; more; more = parse_.next_line(line)) {
      if (line.starts_with("#")) {
        take_footing(line);
      } else if (!trim(line).empty()) {
        parse_.finding("TOTALS_MISPLACED", parse_.text.line_number(), "", line,
                       "the totals end the file; here is a row behind them");
      }
    }
    finish();
  }

 protected:
  virtual void find_columns() = 0;
  virtual void take_row() = 0;
  virtual void take_footing(std::string_view line) = 0;
  virtual void finish() = 0;

  std::size_t required(std::initializer_list<std::string_view> names) {
    const std::size_t column = header_.find(names);
    if (column == Header::kNone) {
      parse_.finding("COLUMN_MISSING", parse_.text.line_number(), *names.begin(), "",
                     "the header has no such column");
      is_complete_ = false;
    }
    return column;
  }

  void take_time(std::size_t column) {
    const date::local_seconds time = fields_.time(column);
    if (!fields_.is_good()) return;
    row_.day = date::floor<date::days>(time);
    row_.at = china_instant(time);
    if (!parse_.summary.day) parse_.summary.day = row_.day;
    check_day(fields_, parse_.summary, column, row_.day);
  }

  /// A total of the footer, which has to be there.
  void check(std::string_view line, std::string_view what,
             const std::map<std::string, std::string>& clauses,
             std::initializer_list<std::string_view> names, base::int128 counted, int decimals) {
    for (const std::string_view name : names) {
      const auto found = clauses.find(std::string(name));
      if (found == clauses.end()) continue;
      check_total(parse_, parse_.text.line_number(), fmt::format("{} {}", what, name),
                  found->second, counted, decimals);
      return;
    }
    parse_.finding("TOTALS_MISSING", parse_.text.line_number(), *names.begin(), line,
                   "the footer has no such total");
  }

  int decimals() const { return parse_.summary.currency->exponent(); }

  Parse& parse_;
  Header header_;
  Fields fields_;
  BillRow row_;

 private:
  bool take_heading(std::string_view line) {
    const std::int64_t number = parse_.text.line_number();
    if (line.find("合计") != std::string_view::npos) {
      parse_.finding("TOTALS_MISPLACED", number, "", line,
                     "the totals come behind the rows, not before them");
      return false;
    }
    if (const auto account = bracketed(line, "#账号"); !account.empty()) take_account(account);
    if (const auto from = bracketed(line, "起始日期"); !from.empty()) {
      take_period(from, bracketed(line, "终止日期"));
    }
    return true;
  }

  /// The account is the partner number of 16 digits with 0156 behind it.
  void take_account(std::string_view account) {
    constexpr std::string_view kCurrency = "0156";
    constexpr std::size_t kPartnerDigits = 16;
    const bool is_long = account.size() == kPartnerDigits + kCurrency.size();
    const bool is_expected = account == parse_.options.expected.merchant_no;
    if (is_long && !is_expected && account.ends_with(kCurrency)) {
      account.remove_suffix(kCurrency.size());
    }
    check_merchant(parse_, parse_.text.line_number(), "账号", account);
  }

  void take_period(std::string_view from, std::string_view to) {
    const std::int64_t number = parse_.text.line_number();
    const auto begin = chinese_time(from);
    const auto end = chinese_time(to);
    if (!begin || !end) {
      parse_.finding("TIME_INVALID", number, "起始日期", from, "a real date and time");
      return;
    }
    const auto day = date::floor<date::days>(*begin);
    if (*end - *begin != date::days(1) || day != *begin) {
      parse_.finding("PERIOD_NOT_ONE_DAY", number, "终止日期", to,
                     "a bill is of one day, from midnight to midnight");
    } else if (!parse_.summary.day) {
      parse_.summary.day = day;
    } else if (parse_.summary.day != day) {
      parse_.finding("OTHER_DATE", number, "起始日期", from,
                     fmt::format("expected is {}", base::to_string(*parse_.summary.day)));
      parse_.summary.day = day;  // said once; the rows are compared with their own heading
    }
  }

  void split(std::string_view record) {
    fields_.values.clear();
    while (true) {
      const std::size_t end = record.find(',');
      fields_.values.push_back(trim(record.substr(0, end)));
      if (end == std::string_view::npos) return;
      record.remove_prefix(end + 1);
    }
  }

  /// One row; one that a line end in a value has cut is put together again. Goes on to the line
  /// behind it; false at the end of the file.
  bool take_record(std::string_view& line) {
    if (trim(line).empty()) return parse_.next_line(line);
    const std::int64_t number = parse_.text.line_number();
    record_.assign(line);
    split(record_);
    const std::size_t first_fields = fields_.values.size();
    bool more = parse_.next_line(line);
    while (more && fields_.values.size() < header_.size() && !line.starts_with("#") &&
           record_.size() + line.size() < input::kRecordBytesMax) {
      record_ += '\n';
      record_ += line;
      split(record_);
      more = parse_.next_line(line);
    }
    ++parse_.summary.rows;
    if (fields_.begin(number, first_fields)) {
      row_.line = number;
      take_row();
    }
    return more;
  }

  std::string record_;

 protected:
  bool is_complete_ = true;
};

class DetailReader : public AlipayReader {
 public:
  using AlipayReader::AlipayReader;

 private:
  struct Columns {
    std::size_t channel_txn, our_ref, business, finished_at, payer, order, received, discount,
        refund_ref, fee;
  };
  /// What a line of the footer sums: 交易合计 or 退款合计.
  struct Sums {
    std::int64_t count = 0;
    base::int128 order = 0;
    base::int128 received = 0;
    base::int128 discount = 0;
    bool is_declared = false;
  };

  void find_columns() override {
    at_.channel_txn = required({"支付宝交易号"});
    at_.our_ref = required({"商户订单号"});
    at_.business = required({"业务类型"});
    at_.finished_at = required({"完成时间"});
    at_.payer = header_.find({"对方账户"});
    at_.order = required({"订单金额(元)"});
    at_.received = required({"商家实收(元)"});
    at_.discount = header_.find({"商家优惠(元)"});
    at_.refund_ref = required({"退款批次号/请求号"});
    at_.fee = required({"服务费(元)"});
  }

  void take_row() override {
    Fields& f = fields_;
    f.ref(at_.channel_txn, row_.channel_txn);
    f.ref(at_.our_ref, row_.our_ref, true);
    f.ref(at_.refund_ref, row_.our_refund_ref, true);
    row_.refund_txn.clear();
    row_.business.assign(f.text(at_.business));
    row_.status = row_.business;
    row_.payer.assign(f.text(at_.payer));
    row_.currency = *parse_.summary.currency;
    row_.amount = f.number(at_.order, decimals());
    const bool is_refund = row_.business == "退款" || (row_.business != "交易" && row_.amount < 0);
    row_.type = is_refund ? RowType::Refund : RowType::Payment;
    if (is_refund && row_.amount > 0) {
      f.bad("REFUND_NOT_NEGATIVE", at_.order, "what is paid back has a minus");
    } else if (!is_refund && row_.amount < 0) {
      f.bad("AMOUNT_NEGATIVE", at_.order, "what is paid has no minus");
    }
    row_.fee_e5 = -f.number(at_.fee, kFeeDecimals);  // charged fees have a minus there
    Sums& sums = is_refund ? refunds_ : payments_;
    ++sums.count;
    sums.order += row_.amount;
    sums.received += f.number(at_.received, decimals());
    sums.discount += f.number(at_.discount, decimals());
    take_time(at_.finished_at);
    if (!f.is_good()) return;
    (is_refund ? parse_.summary.out : parse_.summary.in).add(row_.amount);
    parse_.summary.fee_e5 += row_.fee_e5;
    parse_.sink.bill(row_);
  }

  void take_footing(std::string_view line) override {
    const bool is_refund = line.starts_with("#退款合计");
    if (!is_refund && !line.starts_with("#交易合计")) return;
    Sums& sums = is_refund ? refunds_ : payments_;
    const std::string_view what = is_refund ? "退款合计" : "交易合计";
    const auto clauses = clauses_of(line);
    sums.is_declared = true;
    check(line, what, clauses, {"笔"}, sums.count, 0);
    const bool is_old = clauses.contains("交易金额共") || clauses.contains("退款金额共");
    check(line, what, clauses, {"商家实收共", "商家实收退款共", "交易金额共", "退款金额共"},
          is_old ? sums.order : sums.received, decimals());
    check(line, what, clauses, {"商家优惠共", "商家优惠退款共", "优惠金额共", "优惠退款共"},
          sums.discount, decimals());
  }

  void finish() override {
    if (!payments_.is_declared || (!refunds_.is_declared && refunds_.count > 0)) {
      parse_.finding("TOTALS_MISSING", parse_.text.line_number(),
                     payments_.is_declared ? "退款合计" : "交易合计", "",
                     "the file ends without this total: it is not whole");
    }
  }

  Columns at_ = {};
  Sums payments_;
  Sums refunds_;
};

class AccountReader : public AlipayReader {
 public:
  using AlipayReader::AlipayReader;

 private:
  struct Columns {
    std::size_t movement, document, our_ref, at, payer, in, out, balance, business;
  };

  void find_columns() override {
    at_ = {required({"账务流水号"}),    required({"业务流水号"}),   required({"商户订单号"}),
           required({"发生时间"}),      header_.find({"对方账号"}), required({"收入金额(+元)"}),
           required({"支出金额(-元)"}), required({"账户余额(元)"}), required({"业务类型"})};
  }

  void take_row() override {
    Fields& f = fields_;
    row_.type = RowType::Movement;
    f.ref(at_.movement, row_.refund_txn);
    f.ref(at_.document, row_.channel_txn, true);
    f.ref(at_.our_ref, row_.our_ref, true);
    row_.business.assign(f.text(at_.business));
    row_.payer.assign(f.text(at_.payer));
    row_.currency = *parse_.summary.currency;
    const std::int64_t in = f.text(at_.in).empty() ? 0 : f.not_negative(at_.in, decimals());
    const std::int64_t out = f.text(at_.out).empty() ? 0 : f.number(at_.out, decimals());
    if (out > 0) f.bad("AMOUNT_NOT_NEGATIVE", at_.out, "what went out has a minus");
    if (in != 0 && out != 0) f.bad("AMOUNT_TWICE", at_.out, "money comes in or goes out, not both");
    row_.amount = in + out;
    row_.status = out != 0 ? "支出" : "收入";
    row_.balance = f.number(at_.balance, decimals());
    take_time(at_.at);
    (out != 0 ? parse_.summary.out : parse_.summary.in).add(row_.amount);
    if (!f.is_good()) return;
    chain_.add(f.line, row_.amount, *row_.balance);
    parse_.summary.chains = chain_.holds();
    parse_.sink.bill(row_);
  }

  void take_footing(std::string_view line) override {
    const bool is_out = line.starts_with("#支出合计");
    if (!is_out && !line.starts_with("#收入合计")) return;
    (is_out ? has_out_ : has_in_) = true;
    const Tally& tally = is_out ? parse_.summary.out : parse_.summary.in;
    const std::string_view what = is_out ? "支出合计" : "收入合计";
    const auto clauses = clauses_of(line);
    check(line, what, clauses, {"笔"}, tally.count, 0);
    check(line, what, clauses, {"共"}, tally.amount, decimals());
  }

  void finish() override {
    if (has_in_ && has_out_) return;
    parse_.finding("TOTALS_MISSING", parse_.text.line_number(), has_in_ ? "支出合计" : "收入合计",
                   "", "the file ends without this total: it is not whole");
  }

  Columns at_ = {};
  BalanceChain chain_;
  bool has_in_ = false;
  bool has_out_ = false;
};

}  // namespace

void read_alipay(Parse& parse) {
  if (parse.summary.format == Format::AlipayDetail) {
    DetailReader(parse).read();
  } else {
    AccountReader(parse).read();
  }
}

}  // namespace bills
