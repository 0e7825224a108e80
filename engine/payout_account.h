// Accounts at banks that payouts go to and come from: how one is written down.
#pragma once

#include <string>
#include <string_view>

namespace engine {

struct PayoutAccount {
  std::string name;       ///< of the holder
  std::string account;    ///< an IBAN, or the bank's own number
  std::string bank_code;  ///< a BIC, or the number of a clearing system (CNAPS: 12 digits)

  bool operator==(const PayoutAccount&) const = default;
};

enum class PayoutAccountFault { None, Name, Account, BankCode };

/// The first field that no payment file can carry. A number that starts as an IBAN does (two
/// letters, two digits) has to have an IBAN's check digits (ISO 13616: 1 modulo 97).
PayoutAccountFault check_payout_account(const PayoutAccount& account);

/// Two letters, two digits, then 11 to 30 letters and digits, with the right check digits.
bool is_iban(std::string_view account);
/// 8 or 11 characters as ISO 9362 has them.
bool is_bic(std::string_view code);

}  // namespace engine
