#include "engine/payout_account.h"

#include <algorithm>

namespace engine {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_upper_or_digit(char c) { return is_upper(c) || is_digit(c); }

bool starts_as_iban(std::string_view account) {
  return account.size() >= 15 && is_upper(account[0]) && is_upper(account[1]) &&
         is_digit(account[2]) && is_digit(account[3]);
}

}  // namespace

bool is_iban(std::string_view account) {
  if (!starts_as_iban(account) || account.size() > 34 ||
      !std::ranges::all_of(account, is_upper_or_digit)) {
    return false;
  }
  // The first four characters go to the end, letters count from 10.
  int rest = 0;
  for (std::size_t i = 0; i < account.size(); ++i) {
    const char c = account[(i + 4) % account.size()];
    rest = is_digit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
  }
  return rest == 1;
}

bool is_bic(std::string_view code) {
  return (code.size() == 8 || code.size() == 11) &&
         std::ranges::all_of(code.substr(0, 4), is_upper_or_digit) &&
         std::ranges::all_of(code.substr(4, 2), is_upper) &&
         std::ranges::all_of(code.substr(6), is_upper_or_digit);
}

PayoutAccountFault check_payout_account(const PayoutAccount& account) {
  const bool is_one_line = std::ranges::none_of(
      account.name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (account.name.empty() || account.name.size() > 128 || !is_one_line) {
    return PayoutAccountFault::Name;
  }
  const auto is_plain = [](char c) {
    return is_upper_or_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
  };
  const auto is_code = [&](const std::string& text) {
    return !text.empty() && text.size() <= 34 && std::ranges::all_of(text, is_plain);
  };
  if (!is_code(account.account)) return PayoutAccountFault::Account;
  if (starts_as_iban(account.account) && !is_iban(account.account)) {
    return PayoutAccountFault::Account;
  }
  return is_code(account.bank_code) ? PayoutAccountFault::None : PayoutAccountFault::BankCode;
}

}  // namespace engine
