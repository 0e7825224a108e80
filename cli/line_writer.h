// Writes the answer to a line of `fenqi schedule`: what a million lines are mostly made of is dates
// and amounts, so these are written digit by digit where they belong.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/day.h"
#include "scheduling/annual_rate.h"

namespace cli {

/// Appends to a text in pieces, which are gathered in a row first: `end_row` before it is full.
class LineWriter {
 public:
  /// Longer than an installment with its names and the longest amounts, and than the totals.
  static constexpr std::size_t kRowBytesMax = 512;

  /// Amounts have `exponent` decimals.
  LineWriter(std::string& text, int exponent) : text_(text), exponent_(exponent) {}

  LineWriter& raw(std::string_view piece) {
    at_ = std::copy(piece.begin(), piece.end(), at_);
    return *this;
  }
  LineWriter& whole(std::uint64_t value) {
    at_ = std::to_chars(at_, row_.end(), value).ptr;
    return *this;
  }
  LineWriter& amount(std::int64_t minor) { return decimal(minor, exponent_); }
  /// As base::to_string: due dates are before 2200.
  LineWriter& day(base::Day day) {
    const date::year_month_day d = base::ymd(day);
    padded(static_cast<unsigned>(static_cast<int>(d.year())), 4);
    *at_++ = '-';
    padded(static_cast<unsigned>(d.month()), 2);
    *at_++ = '-';
    return padded(static_cast<unsigned>(d.day()), 2);
  }
  /// As scheduling::disclosed, in quotes; null if absent.
  LineWriter& rate(std::optional<double> percent, int decimals) {
    if (!percent) return raw("null");
    const double rounded = scheduling::rounded_half_up(*percent, decimals);
    CHECK(std::abs(rounded) < 1e15, "a rate of {} %", *percent);
    return raw("\"").decimal(static_cast<std::int64_t>(rounded), decimals).raw("\"");
  }
  void end_row() {
    text_.append(row_.begin(), at_);
    at_ = row_.begin();
  }

 private:
  /// value / 10^exponent.
  LineWriter& decimal(std::int64_t value, int exponent) {
    if (value < 0) *at_++ = '-';
    auto size = static_cast<std::uint64_t>(value < 0 ? -value : value);
    std::uint64_t scale = 1;
    for (int i = 0; i < exponent; ++i) scale *= 10;
    whole(size / scale);
    if (exponent == 0) return *this;
    *at_++ = '.';
    return padded(size % scale, exponent);
  }
  /// The last `count` digits, with leading zeros.
  LineWriter& padded(std::uint64_t value, int count) {
    for (int i = count; i-- > 0; value /= 10) at_[i] = static_cast<char>('0' + value % 10);
    at_ += count;
    return *this;
  }

  std::string& text_;
  int exponent_;
  std::array<char, kRowBytesMax> row_;
  char* at_ = row_.begin();
};

}  // namespace cli
