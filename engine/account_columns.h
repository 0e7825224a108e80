// The columns by which tables name an account: account, name, owner, tag.
#pragma once

#include <array>

#include "engine/account_map.h"
#include "engine/table_export.h"

namespace engine {

inline constexpr std::array<TableColumn, 4> kAccountColumns = {
    {{"account", 10}, {"name", 34}, {"owner", 16}, {"tag", 12}}};

/// Our codes are numbers, the user's are texts: some begin with a 0.
inline void append_account(TableWriter& rows, const ShownAccount& account) {
  if (account.is_own) {
    rows.text(account.number);
  } else {
    rows.number(static_cast<std::int32_t>(account.code_of_class));
  }
  rows.text(account.name);
  rows.text(account.owner);
  rows.text(account.tag);
}

/// The same under our own codes.
inline void append_account(TableWriter& rows, const store::AccountName& account) {
  append_account(rows, AccountMap().show(account));
}

/// `before`, the columns of an account, `after`.
inline std::vector<TableColumn> with_account(std::vector<TableColumn> before,
                                             const std::vector<TableColumn>& after) {
  before.insert(before.end(), kAccountColumns.begin(), kAccountColumns.end());
  before.insert(before.end(), after.begin(), after.end());
  return before;
}

}  // namespace engine
