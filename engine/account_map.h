// Our chart in the user's own account numbers: [[account]] of the catalog, and the one function
// that says how an account is printed. docs/catalog.md has the keys.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/money.h"
#include "engine/account_row.h"
#include "ledger/chart.h"
#include "sql/store/report_store.h"
#include "sql/store/session.h"

namespace engine {

class Section;

/// The rows under [[account]] of a catalog's root, none where there are none. Of two rows that an
/// account could belong to one is the more specific, or a third names what both name; the rows of
/// one number agree in name and detail; no number is one of our codes that is still in use; memo
/// accounts share no number with others. Stops with Wrong.
std::vector<AccountRow> read_account_rows(Section& root);

/// An account as it is printed.
struct ShownAccount {
  std::string number;
  std::string name;
  std::string name_zh;
  std::string owner;
  std::string tag;
  base::Currency currency;
  ledger::Code code_of_class{};  ///< the code of ours whose class and side it has
  bool is_own = false;           ///< a number of the user's, not a code of ours

  /// Whether they are printed as one, in each currency.
  bool is_same_but_for_currency(const ShownAccount& other) const {
    return number == other.number && owner == other.owner && tag == other.tag;
  }
};

struct ShownBalance {
  ShownAccount account;
  std::int64_t minor = 0;  ///< debits less credits
};

/// Without rows, every account keeps our code and name.
class AccountMap {
 public:
  AccountMap() = default;
  explicit AccountMap(std::vector<AccountRow> rows) : rows_(std::move(rows)) {}

  ShownAccount show(const store::AccountName& account) const;
  /// Those that are printed as one summed; by number, owner, tag and currency.
  std::vector<ShownBalance> show(const std::vector<store::AccountBalance>& balances) const;
  bool is_empty() const { return rows_.empty(); }
  /// Whether it is a number of the user's.
  bool has_number(std::string_view number) const;

 private:
  std::vector<AccountRow> rows_;
};

/// What is printed where a line speaks of all accounts of some codes in a currency.
struct ShownCodes {
  std::string numbers;  ///< by number, a space between
  std::string name;     ///< of the number or code, if it is one; else empty
};
/// `accounts` are those in use; where none is, codes are printed as if one without owner was.
ShownCodes show_codes(const AccountMap& map, const std::vector<store::AccountName>& accounts,
                      std::span<const ledger::Code> codes, base::Currency currency);

/// The map of the catalog in force; empty where there is no book.
AccountMap load_account_map(store::Session& session);

}  // namespace engine
