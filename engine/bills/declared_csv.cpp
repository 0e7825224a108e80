// A CSV whose columns somebody declared: of a channel's bill, whose totals are declared with them,
// or of a bank account, whose balances have to chain.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/bills/parse.h"
#include "engine/input/csv.h"

namespace bills {
namespace {

constexpr std::array<std::string_view, 7> kBillColumns = {"time",   "txn", "ref",     "type",
                                                          "amount", "fee", "currency"};
constexpr std::array<std::string_view, 11> kBankColumns = {
    "booked", "value",   "amount",       "credit", "debit",   "balance",
    "ref",    "our_ref", "counterparty", "remark", "currency"};

/// Fields of an RFC 4180 record; false while a quote is open, so that the next line belongs to it.
bool split_csv(std::string_view record, std::vector<std::string>& fields) {
  fields.clear();
  std::string field;
  bool is_quoted = false;
  for (std::size_t i = 0; i < record.size(); ++i) {
    const char c = record[i];
    if (is_quoted) {
      if (c != '"') {
        field += c;
      } else if (i + 1 < record.size() && record[i + 1] == '"') {
        field += '"';
        ++i;
      } else {
        is_quoted = false;
      }
    } else if (c == '"' && field.empty()) {
      is_quoted = true;
    } else if (c == ',') {
      fields.push_back(std::move(field));
      field.clear();
    } else {
      field += c;
    }
  }
  fields.push_back(std::move(field));
  return !is_quoted;
}

class CsvReader {
 public:
  explicit CsvReader(Parse& parse) : parse_(parse), fields_(parse, header_) {}

  void read() {
    if (!next_record()) {
      parse_.finding("HEADER_MISSING", 0, "", "", "the file has no line that can be read");
      return;
    }
    header_.set(views_);
    if (const auto twice = header_.doubled()) {
      return parse_.finding("COLUMN_DOUBLED", line_, *twice, "",
                            "the header has this column twice");
    }
    const bool is_bank = parse_.summary.kind == Kind::Bank;
    if (!(is_bank ? find_bank_columns() : find_bill_columns())) return;
    while (next_record()) {
      fields_.values = views_;
      ++parse_.summary.rows;
      if (!fields_.begin(line_, views_.size())) continue;
      is_bank ? take_bank() : take_bill();
    }
    is_bank ? finish_bank() : finish_bill();
  }

 private:
  bool next_record() {
    std::string_view line;
    do {
      if (!parse_.next_line(line)) return false;
    } while (trim(line).empty());
    line_ = parse_.text.line_number();
    record_ = line;
    while (!split_csv(record_, texts_)) {
      if (!parse_.next_line(line) || record_.size() + line.size() > input::kRecordBytesMax) {
        parse_.finding("QUOTE_NOT_CLOSED", line_, "", "", "a quoted field is closed");
        return false;
      }
      record_ += '\n';
      record_ += line;
    }
    views_.clear();
    for (const std::string& text : texts_) views_.push_back(trim(text));
    return true;
  }

  /// The file's column of one of ours, kNone where it is not declared.
  std::size_t declared(std::string_view ours) {
    const auto& columns = parse_.options.columns;
    const auto found = columns.find(ours);
    const std::string name = found == columns.end() ? std::string(ours) : plain_name(found->second);
    const std::size_t at = header_.find({name});
    if (at == Header::kNone && found != columns.end()) {
      parse_.finding("COLUMN_MISSING", line_, name, "",
                     fmt::format("declared as {}; the header has no such column", ours));
      is_complete_ = false;
    }
    return at;
  }

  std::size_t required(std::string_view ours) {
    const std::size_t at = declared(ours);
    if (at == Header::kNone && is_complete_) {
      parse_.finding("COLUMN_MISSING", line_, ours, "", "no column is declared as this one");
      is_complete_ = false;
    }
    return at;
  }

  template <std::size_t N>
  bool names_are_known(const std::array<std::string_view, N>& names) {
    for (const auto& [ours, theirs] : parse_.options.columns) {
      if (std::ranges::find(names, ours) != names.end()) continue;
      parse_.finding("COLUMN_UNKNOWN", 0, ours, theirs, "no column of ours has this name");
      is_complete_ = false;
    }
    return is_complete_;
  }

  bool find_bill_columns() {
    if (!names_are_known(kBillColumns)) return false;
    time_ = required("time");
    txn_ = declared("txn");
    ref_ = required("ref");
    type_ = declared("type");
    amount_ = required("amount");
    fee_ = declared("fee");
    currency_ = declared("currency");
    return is_complete_;
  }

  bool find_bank_columns() {
    if (!names_are_known(kBankColumns)) return false;
    booked_ = required("booked");
    value_ = declared("value");
    amount_ = declared("amount");
    if (amount_ == Header::kNone) {
      credit_ = required("credit");
      debit_ = required("debit");
    }
    balance_ = required("balance");
    ref_ = declared("ref");
    our_ref_ = declared("our_ref");
    counterparty_ = declared("counterparty");
    remark_ = declared("remark");
    currency_ = declared("currency");
    return is_complete_;
  }

  base::Currency read_currency() {
    const base::Currency currency =
        currency_ == Header::kNone ? parse_.options.currency : fields_.currency(currency_);
    check_currency(fields_, parse_.summary, currency_, currency);
    return currency;
  }

  void take_bill() {
    Fields& f = fields_;
    row_.line = line_;
    row_.currency = read_currency();
    f.ref(txn_, row_.channel_txn, true);
    f.ref(ref_, row_.our_ref);
    row_.amount = f.number(amount_, row_.currency.exponent());
    row_.fee_e5 = f.number(fee_, kFeeDecimals);
    row_.business = f.text(type_);
    const std::string_view type = f.text(type_);
    if (!type.empty() && type != "payment" && type != "refund") {
      f.bad("STATUS_UNKNOWN", type_, "one of payment and refund");
    }
    row_.type = type == "refund" || row_.amount < 0 ? RowType::Refund : RowType::Payment;
    if (row_.type == RowType::Refund && row_.amount > 0) row_.amount = -row_.amount;
    row_.our_refund_ref = row_.type == RowType::Refund ? row_.our_ref : "";
    const date::local_seconds time = f.time(time_);
    (row_.type == RowType::Refund ? parse_.summary.out : parse_.summary.in).add(row_.amount);
    parse_.summary.fee_e5 += row_.fee_e5;
    if (!f.is_good()) return;
    row_.day = date::floor<date::days>(time);
    row_.at = china_instant(time);
    if (!parse_.summary.day) parse_.summary.day = row_.day;
    check_day(f, parse_.summary, time_, row_.day);
    if (f.is_good()) parse_.sink.bill(row_);
  }

  /// Its totals are declared by whoever imports it.
  void finish_bill() {
    const Expected& expected = parse_.options.expected;
    if (!expected.rows || !expected.amount) {
      return parse_.finding("TOTALS_MISSING", 0, expected.rows ? "amount" : "rows", "",
                            "a CSV has no totals of its own: say how many rows it should have and "
                            "what their amounts should come to");
    }
    const Summary& s = parse_.summary;
    check_total(parse_, 0, "rows", std::to_string(*expected.rows), s.rows, 0);
    check_total(parse_, 0, "amount", *expected.amount, s.in.amount + s.out.amount,
                s.currency.value_or(parse_.options.currency).exponent());
  }

  void take_bank() {
    Fields& f = fields_;
    entry_ = {};
    entry_.line = line_;
    entry_.statement = 1;
    entry_.account = parse_.options.expected.merchant_no;
    entry_.currency = read_currency();
    const int decimals = entry_.currency.exponent();
    if (amount_ != Header::kNone) {
      entry_.amount = f.number(amount_, decimals);
    } else {
      const std::int64_t in = f.text(credit_).empty() ? 0 : f.not_negative(credit_, decimals);
      const std::int64_t out = f.text(debit_).empty() ? 0 : f.not_negative(debit_, decimals);
      if (in != 0 && out != 0) f.bad("AMOUNT_TWICE", debit_, "a credit or a debit, not both");
      entry_.amount = in - out;
    }
    entry_.balance = f.number(balance_, decimals);
    entry_.booked_on = day(booked_);
    entry_.value_on = f.text(value_).empty() ? entry_.booked_on : day(value_);
    f.ref(ref_, entry_.bank_ref, true);
    f.ref(our_ref_, entry_.our_ref, true);
    entry_.counterparty = f.text(counterparty_);
    entry_.remark = f.text(remark_);
    (entry_.amount < 0 ? parse_.summary.out : parse_.summary.in).add(entry_.amount);
    if (!f.is_good()) return;
    chain_.add(line_, entry_.amount, *entry_.balance);
    from_ = from_ ? std::min(*from_, entry_.booked_on) : entry_.booked_on;
    to_ = to_ ? std::max(*to_, entry_.booked_on) : entry_.booked_on;
    parse_.sink.bank(entry_);
  }

  base::Day day(std::size_t column) {
    const auto found = base::parse_day(fields_.text(column).substr(0, 10));
    if (!found) fields_.bad("TIME_INVALID", column, "a real date YYYY-MM-DD");
    return found.value_or(base::Day());
  }

  void finish_bank() {
    Summary& s = parse_.summary;
    if (!chain_.any()) {
      return parse_.finding("BALANCE_MISSING", 0, "balance", "",
                            "no row says what the account held");
    }
    s.chains = chain_.holds();
    if (!chain_.holds()) {
      return parse_.finding(
          "BALANCE_BROKEN", chain_.broken_at(), "balance", "",
          "the balance does not follow from the one of the row beside it, neither "
          "downwards nor upwards");
    }
    s.merchant_no = parse_.options.expected.merchant_no;
    s.day = to_;
    s.statements.push_back({s.merchant_no, "", s.currency.value(), from_, to_, chain_.opening(),
                            chain_.closing(), s.rows});
  }

  Parse& parse_;
  Header header_;
  Fields fields_;
  std::int64_t line_ = 0;
  std::string record_;
  std::vector<std::string> texts_;
  std::vector<std::string_view> views_;
  bool is_complete_ = true;
  std::size_t time_ = Header::kNone, txn_ = Header::kNone, ref_ = Header::kNone,
              type_ = Header::kNone, amount_ = Header::kNone, fee_ = Header::kNone,
              currency_ = Header::kNone, booked_ = Header::kNone, value_ = Header::kNone,
              credit_ = Header::kNone, debit_ = Header::kNone, balance_ = Header::kNone,
              our_ref_ = Header::kNone, counterparty_ = Header::kNone, remark_ = Header::kNone;
  BillRow row_;
  BankLine entry_;
  BalanceChain chain_;
  std::optional<base::Day> from_;
  std::optional<base::Day> to_;
};

}  // namespace

void read_declared_csv(Parse& parse) { CsvReader(parse).read(); }

}  // namespace bills
