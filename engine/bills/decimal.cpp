#include "engine/bills/decimal.h"

#include <algorithm>
#include <cctype>

#include "base/money.h"

namespace bills {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `count` digits at `at`; -1 if they are not.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || !is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::string_view code(NumberFault fault) {
  switch (fault) {
    case NumberFault::Empty:
      return "FIELD_EMPTY";
    case NumberFault::NotANumber:
      return "AMOUNT_NOT_A_NUMBER";
    case NumberFault::ScientificNotation:
      return "SCIENTIFIC_NOTATION";
    case NumberFault::TooManyDecimals:
      return "AMOUNT_TOO_MANY_DECIMALS";
    case NumberFault::TooLarge:
      return "AMOUNT_TOO_LARGE";
  }
  return "";
}

std::string_view sentence(NumberFault fault) {
  switch (fault) {
    case NumberFault::Empty:
      return "a number is expected here";
    case NumberFault::NotANumber:
      return "a number is digits with one point";
    case NumberFault::ScientificNotation:
      return "a spreadsheet has rewritten the file: take it as it was downloaded";
    case NumberFault::TooManyDecimals:
      return "more decimals than the currency, or a fee's five, have";
    case NumberFault::TooLarge:
      return "above what the books can hold";
  }
  return "";
}

bool is_scientific(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t e = text.find_first_of("eE");
  if (e == std::string_view::npos || e == 0) return false;
  const std::string_view mantissa = text.substr(0, e);
  std::string_view exponent = text.substr(e + 1);
  const bool is_signed = exponent.starts_with('+') || exponent.starts_with('-');
  if (is_signed) exponent.remove_prefix(1);
  const bool has_point = mantissa.find('.') != std::string_view::npos;
  // An id may be digits with a letter between: a number has a point or a sign.
  if (exponent.empty() || (!is_signed && !has_point)) return false;
  return std::ranges::all_of(mantissa, [](char c) { return is_digit(c) || c == '.'; }) &&
         std::ranges::all_of(exponent, is_digit);
}

namespace {

/// False, and `value` as it was, if it would be above the largest amount.
bool append_digit(std::int64_t& value, int digit) {
  if (value > (base::kAmountMinorMax - digit) / 10) return false;
  value = value * 10 + digit;
  return true;
}

}  // namespace

base::Result<std::int64_t, NumberFault> parse_decimal(std::string_view text, int decimals,
                                                      char point) {
  if (text.empty()) return base::Refused<NumberFault>(NumberFault::Empty);
  std::string_view left = text;
  const bool is_negative = left.starts_with('-');
  if (is_negative || left.starts_with('+')) left.remove_prefix(1);
  std::int64_t value = 0;
  int after_point = -1;  // no point yet
  bool any = false;
  bool too_many = false;
  for (const char c : left) {
    if (c == point && after_point < 0) {
      after_point = 0;
      continue;
    }
    if (!is_digit(c)) {
      return base::Refused<NumberFault>(is_scientific(text) || ((c == 'e' || c == 'E') && any)
                                            ? NumberFault::ScientificNotation
                                            : NumberFault::NotANumber);
    }
    any = true;
    if (after_point >= 0 && ++after_point > decimals) {
      too_many = too_many || c != '0';
      continue;
    }
    if (!append_digit(value, c - '0')) return base::Refused<NumberFault>(NumberFault::TooLarge);
  }
  if (!any) return base::Refused<NumberFault>(NumberFault::NotANumber);
  if (too_many) return base::Refused<NumberFault>(NumberFault::TooManyDecimals);
  for (int i = std::max(after_point, 0); i < decimals; ++i) {
    if (!append_digit(value, 0)) return base::Refused<NumberFault>(NumberFault::TooLarge);
  }
  return is_negative ? -value : value;
}

std::optional<date::local_seconds> parse_time(std::string_view text) {
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' ||
      (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  if (text.size() > 19) {  // 2015-03-10T18:43:50.000+00:00
    const bool is_rest =
        text[10] == 'T' && std::ranges::all_of(text.substr(19), [](char c) {
          return is_digit(c) || c == '.' || c == ':' || c == '+' || c == '-' || c == 'Z';
        });
    if (!is_rest) return std::nullopt;
  }
  const auto day = base::parse_day(text.substr(0, 10));
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (!day || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return std::nullopt;
  }
  return *day + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

base::Instant china_instant(date::local_seconds local) {
  return base::Instant(local.time_since_epoch() - std::chrono::hours(8));
}

std::string to_decimal(base::int128 value, int decimals) {
  const bool is_negative = value < 0;
  if (is_negative) value = -value;
  std::string text;
  do {
    text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value > 0);
  if (decimals > 0) {
    while (text.size() <= static_cast<std::size_t>(decimals)) text.insert(text.begin(), '0');
    text.insert(text.size() - static_cast<std::size_t>(decimals), 1, '.');
  }
  if (is_negative) text.insert(text.begin(), '-');
  return text;
}

}  // namespace bills
