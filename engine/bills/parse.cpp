#include "engine/bills/parse.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/input/csv.h"

namespace bills {
namespace {

constexpr std::size_t kValueBytesMax = 200;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

/// Printable, and no longer than a table can show.
std::string shown(std::string_view value) {
  std::string text(value.substr(0, kValueBytesMax));
  while (!text.empty() && !input::is_utf8(text) && text.size() + 4 > kValueBytesMax) {
    text.pop_back();  // a character cut in two
  }
  if (!input::is_utf8(text)) {
    for (char& c : text) {
      if ((c & 0x80) != 0) c = '?';
    }
  }
  for (char& c : text) {
    if (c >= 0 && c < ' ') c = ' ';
  }
  if (text.size() < value.size()) text += "...";
  return text;
}

}  // namespace

void Findings::add(Finding finding) {
  ++count_;
  if (kept_.size() < kFindingsMax) kept_.push_back(std::move(finding));
}

void Parse::finding(std::string_view code, std::int64_t line, std::string_view field,
                    std::string_view value, std::string_view detail) const {
  summary.findings.add(
      {std::string(code), line, std::string(field), shown(value), std::string(detail)});
}

bool Parse::next_line(std::string_view& line) const {
  while (text.next(line)) {
    switch (text.line_fault()) {
      case LineFault::None:
        return true;
      case LineFault::TooLong:
        finding("RECORD_TOO_LONG", text.line_number(), "", "",
                "a line is at most 1,000,000 bytes long");
        break;
      case LineFault::NulByte:
        finding("NUL_BYTE", text.line_number(), "", "", "text holds no NUL byte");
        break;
      case LineFault::MixedEncoding:
        finding("MIXED_ENCODING", text.line_number(), "", line,
                "the lines before are in the other of UTF-8 and GBK: a file is in one of them");
        break;
    }
  }
  return false;
}

std::string_view trim(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

std::string plain_name(std::string_view name) {
  std::string plain(trim(name));
  replace_all(plain, "（", "(");
  replace_all(plain, "）", ")");
  return plain;
}

void Header::set(std::span<const std::string_view> names) {
  names_.clear();
  for (const std::string_view name : names) names_.push_back(plain_name(name));
}

std::size_t Header::find(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    const auto found = std::ranges::find(names_, name);
    if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
  }
  return kNone;
}

std::optional<std::string> Header::doubled() const {
  for (auto it = names_.begin(); it != names_.end(); ++it) {
    if (!it->empty() && std::find(names_.begin(), it, *it) != it) return *it;
  }
  return std::nullopt;
}

bool Fields::begin(std::int64_t line_number, std::size_t first_line_fields) {
  line = line_number;
  good_ = values.size() == header_.size();
  if (!good_) {
    parse_.finding(
        "FIELD_COUNT", line, "", values.empty() ? "" : values.front(),
        fmt::format("{} fields, the header has {}: a field is missing, or holds a separator",
                    first_line_fields, header_.size()));
  }
  return good_;
}

void Fields::bad(std::string_view code, std::size_t column, std::string_view detail) {
  good_ = false;
  parse_.finding(code, line, column == Header::kNone ? "" : header_.name(column), text(column),
                 detail);
}

std::string_view Fields::text(std::size_t column) const {
  return column < values.size() ? values[column] : std::string_view{};
}

void Fields::ref(std::size_t column, std::string& out, bool may_be_empty) {
  const std::string_view value = text(column);
  out.assign(value);
  if (value.empty() && !may_be_empty) bad("FIELD_EMPTY", column, "a row is known by it");
  if (value.size() > kValueBytesMax) bad("TEXT_TOO_LONG", column, "at most 200 bytes");
  if (is_scientific(value)) {
    bad("SCIENTIFIC_NOTATION", column, sentence(NumberFault::ScientificNotation));
  }
}

std::int64_t Fields::number(std::size_t column, int decimals) {
  if (column == Header::kNone) return 0;
  const auto value = parse_decimal(text(column), decimals);
  if (value) return *value;
  bad(code(value.error()), column, sentence(value.error()));
  return 0;
}

std::int64_t Fields::not_negative(std::size_t column, int decimals) {
  const std::int64_t value = number(column, decimals);
  if (value < 0) bad("AMOUNT_NEGATIVE", column, "this column has no sign");
  return value;
}

base::Currency Fields::currency(std::size_t column) {
  const auto found = base::Currency::find(text(column));
  if (!found) bad("CURRENCY_UNKNOWN", column, "a currency of ISO 4217, as CNY");
  // Its amounts are read on, so that the totals say what else is wrong.
  return found.value_or(parse_.summary.currency.value_or(base::Currency::find("CNY").value()));
}

date::local_seconds Fields::time(std::size_t column) {
  const auto time = parse_time(text(column));
  if (!time) bad("TIME_INVALID", column, "a real time YYYY-MM-DD HH:MM:SS, with half-width colons");
  return time.value_or(date::local_seconds());
}

void check_total(const Parse& parse, std::int64_t line, std::string_view name,
                 std::string_view declared, base::int128 counted, int decimals) {
  ControlTotal total{std::string(name), std::string(declared), to_decimal(counted, decimals)};
  const auto value = parse_decimal(declared, decimals);
  if (!value) {
    parse.finding(code(value.error()), line, name, declared, sentence(value.error()));
  } else {
    total.declared = to_decimal(*value, decimals);
    if (!total.agrees()) {
      parse.finding("TOTALS_DISAGREE", line, name, declared,
                    fmt::format("the rows come to {}", total.counted));
    }
  }
  parse.summary.totals.push_back(std::move(total));
}

void BalanceChain::add(std::int64_t line, std::int64_t amount, std::int64_t balance) {
  if (any_) {
    if (down_broken_ == 0 && last_ + amount != balance) down_broken_ = line;
    if (up_broken_ == 0 && balance + last_amount_ != last_) up_broken_ = line;
  } else {
    first_ = balance;
    first_amount_ = amount;
    any_ = true;
  }
  last_ = balance;
  last_amount_ = amount;
}

void check_day(Fields& fields, const Summary& summary, std::size_t column, base::Day day) {
  if (!fields.is_good() || day == summary.day) return;
  fields.bad("OTHER_DATE", column,
             fmt::format("the bill is that of {}", base::to_string(summary.day.value())));
}

void check_merchant(const Parse& parse, std::int64_t line, std::string_view field,
                    std::string_view value) {
  const std::string& expected = parse.options.expected.merchant_no;
  if (!expected.empty() && value != expected) {
    parse.finding("OTHER_MERCHANT", line, field, value, fmt::format("expected is {}", expected));
  } else if (parse.summary.merchant_no.empty()) {
    parse.summary.merchant_no = value;
  } else if (parse.summary.merchant_no != value) {
    parse.finding("OTHER_MERCHANT", line, field, value,
                  fmt::format("the rows before are those of {}", parse.summary.merchant_no));
  }
}

void check_currency(Fields& fields, Summary& summary, std::size_t column, base::Currency currency) {
  if (!fields.is_good()) return;
  if (!summary.currency) summary.currency = currency;
  if (*summary.currency != currency) {
    fields.bad("CURRENCY_MIXED", column,
               fmt::format("the rows before are in {}", summary.currency->code()));
  }
}

}  // namespace bills
