#include "engine/input/totals.h"

#include <algorithm>

namespace input {

void Tally::add(const std::optional<base::Money>& amount) {
  ++count;
  if (amount && !amount->is_zero()) amount_minor[amount->currency()] += amount->minor();
}

Tally& Tally::operator+=(const Tally& other) {
  count += other.count;
  for (const auto& [currency, minor] : other.amount_minor) amount_minor[currency] += minor;
  return *this;
}

base::int128 Tally::minor(base::Currency currency) const {
  const auto found = amount_minor.find(currency);
  return found == amount_minor.end() ? 0 : found->second;
}

std::string to_decimal(base::int128 minor, int exponent) {
  const bool is_negative = minor < 0;
  if (is_negative) minor = -minor;
  std::string text;
  for (int digits = 0; minor > 0 || digits <= exponent; ++digits) {
    if (digits == exponent && exponent > 0) text += '.';
    text += static_cast<char>('0' + static_cast<int>(minor % 10));
    minor /= 10;
  }
  if (is_negative) text += '-';
  std::ranges::reverse(text);
  return text;
}

void Totals::add(const std::optional<base::Money>& amount, engine::Status status) {
  read.add(amount);
  switch (status) {
    case engine::Status::Posted:
      posted.add(amount);
      break;
    case engine::Status::Repeated:
      repeated.add(amount);
      break;
    case engine::Status::Declined:
      declined.add(amount);
      break;
    case engine::Status::Rejected:
      rejected.add(amount);
      if (!amount) ++unreadable;
      break;
  }
}

bool Totals::add_up() const {
  Tally sum = posted;
  sum += repeated;
  sum += declined;
  sum += rejected;
  // An amount of 0 may be missing on one side only (+1 and -1).
  auto without_zeros = [](Tally tally) {
    std::erase_if(tally.amount_minor, [](const auto& item) { return item.second == 0; });
    return tally;
  };
  return without_zeros(sum) == without_zeros(read);
}

}  // namespace input
