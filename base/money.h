// Money: whole minor units of one currency. It adds, subtracts, negates and compares.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace base {

/// An ISO 4217 currency: three letters and the number of decimals of its minor unit.
class Currency {
 public:
  constexpr Currency() = default;

  /// The currency of that code ("CNY"), or nothing if it is not one we know.
  static std::optional<Currency> find(std::string_view code);

  std::string_view code() const { return {code_.data(), code_.size()}; }
  constexpr int exponent() const { return exponent_; }  ///< JPY 0, CNY 2, KWD 3

  constexpr bool operator==(const Currency&) const = default;
  constexpr auto operator<=>(const Currency&) const = default;

 private:
  std::array<char, 3> code_ = {'X', 'X', 'X'};
  int exponent_ = 0;
};

/// No amount in the books exceeds this, so that a sum of nine of them still fits 64 bits.
inline constexpr std::int64_t kAmountMinorMax = 1'000'000'000'000'000'000;

class Money {
 public:
  constexpr Money() = default;
  constexpr Money(std::int64_t minor, Currency currency) : minor_(minor), currency_(currency) {}

  static constexpr Money zero(Currency currency) { return {0, currency}; }

  constexpr std::int64_t minor() const { return minor_; }
  constexpr Currency currency() const { return currency_; }
  constexpr bool is_zero() const { return minor_ == 0; }
  constexpr bool is_positive() const { return minor_ > 0; }
  constexpr bool is_negative() const { return minor_ < 0; }

  Money operator-() const;
  Money& operator+=(Money other);
  Money& operator-=(Money other);
  friend Money operator+(Money a, Money b) { return a += b; }
  friend Money operator-(Money a, Money b) { return a -= b; }

  /// Compares amounts of one currency; two currencies are a CHECK.
  friend std::strong_ordering operator<=>(Money a, Money b);
  friend bool operator==(Money a, Money b) = default;

 private:
  std::int64_t minor_ = 0;
  Currency currency_;
};

/// "172.66", "-0.05", "1000" for JPY: the exact decimal, without the currency.
std::string to_decimal(Money money);
std::string to_decimal(std::int64_t minor, int exponent);

enum class AmountRefusal {
  NotANumber,       ///< anything but an optional sign, digits, and one point with digits after it
  TooManyDecimals,  ///< more decimals than the currency has, even if they are zeros
  TooLarge,         ///< above kAmountMinorMax
};

/// Reads an exact decimal. Never rounds: too many decimals are refused.
Result<Money, AmountRefusal> parse_money(std::string_view text, Currency currency);

/// Who takes what a division leaves over (docs/accounting.md, domain tables for 1 000.00 / 6).
enum class SplitRule {
  DownLast,    ///< truncate each, the last takes the rest
  DownFirst,   ///< truncate each, the first takes the rest
  HalfUpLast,  ///< round half up each, the last takes the rest; CHECKs that it is not negative
  Cumulative,  ///< x_k = round(T*k/n) - round(T*(k-1)/n)
  LargestRemainder,  ///< truncate, then one minor unit each to the largest remainders, ties first
};

/// Splits `total` (not negative) into `parts` (at least 1) amounts that sum to it exactly.
/// HalfUpLast may be impossible (0.07 in 12): ask `can_split` first.
std::vector<Money> split(Money total, int parts, SplitRule rule);
bool can_split(Money total, int parts, SplitRule rule);

/// Shares `total` in proportion to the weights (not negative, not all zero) by largest remainder,
/// ties to the lowest index. The parts sum to `total` exactly.
std::vector<Money> allocate(Money total, const std::vector<std::int64_t>& weights);

}  // namespace base
