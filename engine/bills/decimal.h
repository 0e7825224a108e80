// Numbers as files write them, read exactly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/day.h"
#include "base/result.h"
#include "base/wide.h"

namespace bills {

/// Fees have up to five decimals; they are counted in these, whatever the currency.
inline constexpr int kFeeDecimals = 5;

enum class NumberFault {
  Empty,
  NotANumber,          ///< anything but a sign, digits and one point
  ScientificNotation,  ///< 1E+02: a spreadsheet has been at it
  TooManyDecimals,     ///< others than zeros beyond `decimals`
  TooLarge,            ///< above base::kAmountMinorMax
};
std::string_view code(NumberFault fault);
std::string_view sentence(NumberFault fault);

/// `text` times 10^decimals: "6.00000" with 5 is 600000. Fewer decimals than that are fine, and so
/// are more if they are zeros ("18.150" with 2). `point` is what stands before the decimals.
base::Result<std::int64_t, NumberFault> parse_decimal(std::string_view text, int decimals,
                                                      char point = '.');

/// Whether digits of an id have become a number: "4.2E+27".
bool is_scientific(std::string_view text);

/// "2018-05-07 10:54:45", or with a T between, fractions and an offset, which are cut off: the
/// local time as written.
std::optional<date::local_seconds> parse_time(std::string_view text);

/// Of China, which has had no summer time since 1991: local time minus eight hours.
base::Instant china_instant(date::local_seconds local);

std::string to_decimal(base::int128 value, int decimals);

}  // namespace bills
