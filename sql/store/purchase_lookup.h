// Whose a purchase is, by its outside reference.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "sql/store/session.h"

namespace store {

/// The customers' references, beside the purchases' references; nothing for an unknown purchase.
std::vector<std::optional<std::string>> find_purchase_customers(Session& session,
                                                                std::span<const std::string> refs);

/// Who sold most in one month, and when: worth a look at a statement.
struct MerchantMonth {
  std::string merchant;
  base::Day first;  ///< of the month
};
std::optional<MerchantMonth> find_busiest_merchant_month(Session& session);

}  // namespace store
