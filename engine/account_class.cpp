#include "engine/account_class.h"

#include <utility>

namespace engine {

AccountClass class_of(ledger::Code code) {
  const int number = static_cast<int>(code);
  if (ledger::is_memo(code)) return AccountClass::Memo;
  if (number >= 6400) return AccountClass::Expenses;
  if (number >= 6000) return AccountClass::Income;
  if (number >= 3000) return AccountClass::Equity;
  return number >= 2000 ? AccountClass::Liabilities : AccountClass::Assets;
}

std::string_view name(AccountClass account_class) {
  switch (account_class) {
    case AccountClass::Assets:
      return "assets";
    case AccountClass::Liabilities:
      return "liabilities";
    case AccountClass::Equity:
      return "equity";
    case AccountClass::Income:
      return "income";
    case AccountClass::Expenses:
      return "expenses";
    case AccountClass::Memo:
      return "memo";
  }
  std::unreachable();
}

bool is_debit_class(AccountClass account_class) {
  return account_class == AccountClass::Assets || account_class == AccountClass::Expenses ||
         account_class == AccountClass::Memo;
}

}  // namespace engine
