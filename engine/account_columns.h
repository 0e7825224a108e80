// The columns by which tables name an account: account, name, owner, tag.
#pragma once

#include <array>

#include "engine/table_export.h"
#include "ledger/chart.h"
#include "sql/store/report_store.h"

namespace engine {

inline constexpr std::array<TableColumn, 4> kAccountColumns = {
    {{"account", 10}, {"name", 34}, {"owner", 16}, {"tag", 12}}};

inline void append_account(TableWriter& rows, const store::AccountName& account) {
  rows.number(static_cast<std::int32_t>(account.code));
  rows.text(ledger::entry(account.code).name);
  rows.text(account.owner);
  rows.text(account.tag);
}

/// `before`, the columns of an account, `after`.
inline std::vector<TableColumn> with_account(std::vector<TableColumn> before,
                                             const std::vector<TableColumn>& after) {
  before.insert(before.end(), kAccountColumns.begin(), kAccountColumns.end());
  before.insert(before.end(), after.begin(), after.end());
  return before;
}

}  // namespace engine
