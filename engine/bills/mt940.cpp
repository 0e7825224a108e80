// SWIFT MT940, customer statement: tags at the start of a line, :60F: opening balance, :61: entry,
// :86: its words, :62F: closing balance; :60M: and :62M: between the pages of one statement.
#include <fmt/format.h>

#include "engine/bills/statement_check.h"
#include "engine/input/csv.h"

namespace bills {
namespace {

constexpr std::size_t kFieldBytesMax = 64 * 1024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Mt940Reader {
 public:
  explicit Mt940Reader(Parse& parse) : parse_(parse), check_(parse) {}

  void read() {
    std::string_view line;
    while (parse_.next_line(line)) {
      if (line.starts_with("{")) {  // {1:...}{2:...}{4: and what follows it
        const std::size_t block = line.find("{4:");
        line = block == std::string_view::npos ? std::string_view() : line.substr(block + 3);
      }
      if (line.empty() || line == "-" || line.starts_with("-}")) continue;
      const std::size_t end = line.starts_with(":") ? line.find(':', 1) : std::string_view::npos;
      if (end == std::string_view::npos || end > 4) {
        if (tag_.empty()) {
          parse_.finding("TAG_MISSING", parse_.text.line_number(), "", line,
                         "a statement begins with a tag, :20:");
          return;
        }
        if (field_.size() + line.size() < kFieldBytesMax) field_.append("\n").append(line);
        continue;
      }
      take_field();
      tag_ = line.substr(1, end - 1);
      field_ = line.substr(end + 1);
      line_ = parse_.text.line_number();
    }
    take_field();
    end_statement();
    if (statements_ == 0) {
      parse_.finding("STATEMENT_MISSING", line_, ":20:", "", "the file holds no statement");
    }
  }

 private:
  void take_field() {
    if (tag_ != "86" && tag_ != "61") flush_entry();
    if (tag_ == "20") {
      end_statement();
      ++statements_;
      is_open_ = true;
      check_.begin();
      id_ = field_;
      account_.clear();
    } else if (tag_ == "25") {
      account_ = field_;
    } else if (tag_ == "60F" || tag_ == "60M") {
      check_.opening = balance();
    } else if (tag_ == "61") {
      flush_entry();
      take_entry();
    } else if (tag_ == "86") {
      if (has_entry_) entry_.remark = field_;
    } else if (tag_ == "62F" || tag_ == "62M") {
      check_.closing = balance();
    }
  }

  void end_statement() {
    flush_entry();
    if (is_open_) check_.end(line_, account_, id_);
    is_open_ = false;
  }

  void flush_entry() {
    if (!has_entry_) return;
    has_entry_ = false;
    check_.add(entry_);
    parse_.sink.bank(entry_);
  }

  /// C or D, YYMMDD, currency, amount with a comma: "C090529EUR13,".
  std::optional<StatedAmount> balance() {
    const std::string tag = ":" + tag_ + ":";
    if (field_.size() < 11 || (field_[0] != 'C' && field_[0] != 'D')) {
      parse_.finding("BALANCE_INVALID", line_, tag, field_,
                     "C or D, YYMMDD, currency, amount with a comma");
      return std::nullopt;
    }
    const auto currency = base::Currency::find(std::string_view(field_).substr(7, 3));
    const auto on = day(tag, std::string_view(field_).substr(1, 6));
    if (!currency) {
      parse_.finding("CURRENCY_UNKNOWN", line_, tag, field_.substr(7, 3), "a currency of ISO 4217");
    }
    if (!currency || !on) return std::nullopt;
    const auto value = amount(tag, std::string_view(field_).substr(10), currency->exponent());
    if (!value) return std::nullopt;
    return StatedAmount{line_, field_[0] == 'D' ? -*value : *value, *currency, on};
  }

  /// YYMMDD[MMDD], C D RC or RD, perhaps a letter of the currency, amount, N and three letters,
  /// our reference, and behind // the bank's.
  void take_entry() {
    const std::size_t line_end = field_.find('\n');
    std::string_view rest = std::string_view(field_).substr(0, line_end);
    const std::string_view whole = rest;
    entry_ = {};
    entry_.line = line_;
    entry_.statement = statements_;
    entry_.account = account_;
    const auto value_on = day(":61:", rest.substr(0, 6));
    if (!value_on) return;
    entry_.value_on = entry_.booked_on = *value_on;
    rest.remove_prefix(6);
    if (rest.size() >= 4 && is_digit(rest[0])) {
      entry_.booked_on = entry_day(rest.substr(0, 4), *value_on);
      rest.remove_prefix(4);
    }
    const bool is_reversal = rest.starts_with("R");
    if (is_reversal) rest.remove_prefix(1);
    const int sign = rest.starts_with("C") ? 1 : rest.starts_with("D") ? -1 : 0;
    if (sign == 0 || !check_.opening) {
      parse_.finding(sign == 0 ? "DIRECTION_UNKNOWN" : "BALANCE_MISSING", line_, ":61:", whole,
                     sign == 0 ? "one of C, D, RC and RD" : "the opening balance comes before it");
      return;
    }
    rest.remove_prefix(1);
    if (!rest.empty() && !is_digit(rest[0])) rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find_first_not_of("0123456789,"), rest.size());
    entry_.currency = check_.opening->currency;
    const auto value = amount(":61:", rest.substr(0, end), entry_.currency.exponent());
    if (!value) return;
    // A reversed credit takes money off, a reversed debit brings it back.
    entry_.amount = (is_reversal ? -sign : sign) * *value;
    rest.remove_prefix(end);
    if (rest.size() > 4) {
      const std::string_view refs = rest.substr(4);
      const std::size_t slashes = refs.find("//");
      entry_.our_ref = refs.substr(0, slashes);
      if (entry_.our_ref == "NONREF") entry_.our_ref.clear();
      if (slashes != std::string_view::npos) entry_.bank_ref = refs.substr(slashes + 2);
    }
    if (line_end != std::string::npos) entry_.remark = field_.substr(line_end + 1);
    has_entry_ = true;
  }

  /// MMDD of the year that brings it nearest to the value date.
  static base::Day entry_day(std::string_view text, base::Day near) {
    const auto month = static_cast<unsigned>((text[0] - '0') * 10 + text[1] - '0');
    const auto of_month = static_cast<unsigned>((text[2] - '0') * 10 + text[3] - '0');
    base::Day best = near;
    int best_distance = 400;
    for (int offset = -1; offset <= 1; ++offset) {
      const date::year_month_day d{base::ymd(near).year() + date::years(offset), date::month(month),
                                   date::day(of_month)};
      if (!d.ok()) continue;
      const int distance = std::abs(base::days_between(near, base::Day(d)));
      if (distance < best_distance) {
        best = base::Day(d);
        best_distance = distance;
      }
    }
    return best;
  }

  std::optional<std::int64_t> amount(const std::string& tag, std::string_view text, int decimals) {
    const auto value = parse_decimal(text, decimals, ',');
    if (value) return *value;
    parse_.finding(code(value.error()), line_, tag, text, "digits with one comma");
    return std::nullopt;
  }

  /// YYMMDD; of this century.
  std::optional<base::Day> day(const std::string& tag, std::string_view text) {
    std::optional<base::Day> found;
    if (text.size() == 6) {
      found = base::parse_day(
          fmt::format("20{}-{}-{}", text.substr(0, 2), text.substr(2, 2), text.substr(4, 2)));
    }
    if (!found) parse_.finding("TIME_INVALID", line_, tag, text, "a real date YYMMDD");
    return found;
  }

  Parse& parse_;
  StatementCheck check_;
  std::string tag_;
  std::string field_;
  std::int64_t line_ = 0;
  std::int64_t statements_ = 0;
  bool is_open_ = false;
  std::string account_;
  std::string id_;
  BankLine entry_;
  bool has_entry_ = false;
};

}  // namespace

void read_mt940(Parse& parse) { Mt940Reader(parse).read(); }

}  // namespace bills
