#include "base/money.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "base/rounding.h"
#include "base/wide.h"

namespace base {
namespace {

struct Known {
  std::string_view code;
  int exponent;
};

// ISO 4217 active codes with their minor unit, as published by SIX (list one).
constexpr std::array kCurrencies = std::to_array<Known>({
    {"AED", 2}, {"ARS", 2}, {"AUD", 2}, {"BDT", 2}, {"BGN", 2}, {"BHD", 3}, {"BRL", 2}, {"CAD", 2},
    {"CHF", 2}, {"CLP", 0}, {"CNY", 2}, {"COP", 2}, {"CZK", 2}, {"DKK", 2}, {"EGP", 2}, {"EUR", 2},
    {"GBP", 2}, {"HKD", 2}, {"HUF", 2}, {"IDR", 2}, {"ILS", 2}, {"INR", 2}, {"IQD", 3}, {"ISK", 0},
    {"JOD", 3}, {"JPY", 0}, {"KES", 2}, {"KRW", 0}, {"KWD", 3}, {"KZT", 2}, {"LKR", 2}, {"LYD", 3},
    {"MAD", 2}, {"MOP", 2}, {"MXN", 2}, {"MYR", 2}, {"NGN", 2}, {"NOK", 2}, {"NZD", 2}, {"OMR", 3},
    {"PEN", 2}, {"PHP", 2}, {"PKR", 2}, {"PLN", 2}, {"PYG", 0}, {"QAR", 2}, {"RON", 2}, {"RUB", 2},
    {"SAR", 2}, {"SEK", 2}, {"SGD", 2}, {"THB", 2}, {"TND", 3}, {"TRY", 2}, {"TWD", 2}, {"UAH", 2},
    {"UGX", 0}, {"USD", 2}, {"UYU", 2}, {"VND", 0}, {"XAF", 0}, {"XOF", 0}, {"ZAR", 2},
});

void check_same(Currency a, Currency b) {
  CHECK(a == b, "amounts of two currencies meet: {} and {}", a.code(), b.code());
}

/// round(total * k / n), the running share of the Cumulative rule.
std::int64_t running_share(Money total, std::int64_t k, std::int64_t n) {
  return narrow(div_round(int128{total.minor()} * k, n, Rounding::HalfUp));
}

}  // namespace

std::optional<Currency> Currency::find(std::string_view code) {
  const auto found = std::ranges::lower_bound(kCurrencies, code, {}, &Known::code);
  if (found == kCurrencies.end() || found->code != code) return std::nullopt;
  Currency currency;
  std::ranges::copy(found->code, currency.code_.begin());
  currency.exponent_ = found->exponent;
  return currency;
}

Money Money::operator-() const { return {narrow(-int128{minor_}), currency_}; }

Money& Money::operator+=(Money other) {
  check_same(currency_, other.currency_);
  minor_ = narrow(int128{minor_} + other.minor_);
  return *this;
}

Money& Money::operator-=(Money other) {
  check_same(currency_, other.currency_);
  minor_ = narrow(int128{minor_} - other.minor_);
  return *this;
}

std::strong_ordering operator<=>(Money a, Money b) {
  check_same(a.currency_, b.currency_);
  return a.minor_ <=> b.minor_;
}

std::string to_decimal(std::int64_t minor, int exponent) {
  std::uint64_t size =
      minor < 0 ? 0 - static_cast<std::uint64_t>(minor) : static_cast<std::uint64_t>(minor);
  std::string digits = std::to_string(size);
  if (exponent > 0) {
    const auto decimals = static_cast<std::size_t>(exponent);
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    digits.insert(digits.size() - decimals, 1, '.');
  }
  if (minor < 0) digits.insert(0, 1, '-');
  return digits;
}

std::string to_decimal(Money money) {
  return to_decimal(money.minor(), money.currency().exponent());
}

Result<Money, AmountRefusal> parse_money(std::string_view text, Currency currency) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  auto all_digits = [](std::string_view s) {
    return !s.empty() && std::ranges::all_of(s, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!all_digits(whole) || (point != std::string_view::npos && !all_digits(decimals))) {
    return Refused(AmountRefusal::NotANumber);
  }
  const auto exponent = static_cast<std::size_t>(currency.exponent());
  if (decimals.size() > exponent) return Refused(AmountRefusal::TooManyDecimals);
  std::int64_t minor = 0;
  auto push = [&](char digit) {
    // Asked before the multiplication: ten times the ceiling does not fit 64 bits.
    if (minor > (kAmountMinorMax - (digit - '0')) / 10) return false;
    minor = minor * 10 + (digit - '0');
    return true;
  };
  for (char c : whole) {
    if (!push(c)) return Refused(AmountRefusal::TooLarge);
  }
  for (std::size_t i = 0; i < exponent; ++i) {
    if (!push(i < decimals.size() ? decimals[i] : '0')) return Refused(AmountRefusal::TooLarge);
  }
  return Money{negative ? -minor : minor, currency};
}

bool can_split(Money total, int parts, SplitRule rule) {
  if (parts < 1 || total.is_negative()) return false;
  if (rule != SplitRule::HalfUpLast) return true;
  const int128 each = div_round(total.minor(), parts, Rounding::HalfUp);
  return each * (parts - 1) <= total.minor();
}

std::vector<Money> split(Money total, int parts, SplitRule rule) {
  CHECK(can_split(total, parts, rule), "{} can't be split in {}", to_decimal(total), parts);
  const Currency currency = total.currency();
  const std::int64_t n = parts;
  std::vector<Money> shares;
  shares.reserve(static_cast<std::size_t>(parts));
  const Rounding mode = rule == SplitRule::HalfUpLast ? Rounding::HalfUp : Rounding::Down;
  const std::int64_t each = narrow(div_round(total.minor(), n, mode));
  const std::int64_t rest = total.minor() - each * n;
  for (std::int64_t k = 1; k <= n; ++k) {
    std::int64_t share = each;
    switch (rule) {
      case SplitRule::DownLast:
      case SplitRule::HalfUpLast:
        share += k == n ? rest : 0;
        break;
      case SplitRule::DownFirst:
        share += k == 1 ? rest : 0;
        break;
      case SplitRule::Cumulative:
        share = running_share(total, k, n) - running_share(total, k - 1, n);
        break;
      case SplitRule::LargestRemainder:
        share += k <= rest ? 1 : 0;
        break;
    }
    shares.emplace_back(share, currency);
  }
  return shares;
}

std::vector<Money> allocate(Money total, const std::vector<std::int64_t>& weights) {
  CHECK(!total.is_negative(), "a negative amount is shared: {}", to_decimal(total));
  int128 sum = 0;
  for (std::int64_t weight : weights) {
    CHECK(weight >= 0, "a negative weight: {}", weight);
    sum += weight;
  }
  CHECK(sum > 0, "all weights are zero");
  std::vector<std::int64_t> minor(weights.size());
  std::vector<int128> remainder(weights.size());
  std::int64_t rest = total.minor();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const int128 product = checked_mul(total.minor(), weights[i]);
    minor[i] = narrow(product / sum);
    remainder[i] = product % sum;
    rest -= minor[i];
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  for (std::size_t i = 0; rest > 0; ++i, --rest) ++minor[order[i]];
  std::vector<Money> shares;
  shares.reserve(weights.size());
  for (std::int64_t m : minor) shares.emplace_back(m, total.currency());
  return shares;
}

}  // namespace base
