// The classes of the chart (docs/exports.md).
#pragma once

#include <cstdint>
#include <string_view>

#include "ledger/chart.h"

namespace engine {

/// 1 assets, 2 liabilities, 3 and 4 equity, 6001 to 6399 income, from 6400 expenses, from 9000
/// memo.
enum class AccountClass : std::int8_t { Assets, Liabilities, Equity, Income, Expenses, Memo };
AccountClass class_of(ledger::Code code);
std::string_view name(AccountClass account_class);  ///< "assets"
/// Whether a balance of the class stands on the debit side.
bool is_debit_class(AccountClass account_class);

}  // namespace engine
