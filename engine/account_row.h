// One row of the catalog that gives accounts of ours a number of the user's (account_map.h).
#pragma once

#include <optional>
#include <string>

#include "base/money.h"
#include "ledger/chart.h"

namespace engine {

/// What stays told apart under one number of the user's.
enum class AccountDetail { OwnerAndTag, Owner, Nothing };

/// One [[account]]: accounts of `code`, of the owner, tag and currency it names, if it names them.
struct AccountRow {
  ledger::Code code{};
  std::optional<std::string> owner;
  std::optional<std::string> tag;
  std::optional<base::Currency> currency;
  std::string number;
  std::string name;  ///< never empty
  AccountDetail detail = AccountDetail::OwnerAndTag;
};

}  // namespace engine
