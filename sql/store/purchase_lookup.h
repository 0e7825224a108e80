// Whose a purchase is, by its outside reference.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sql/store/session.h"

namespace store {

/// The customers' references, beside the purchases' references; nothing for an unknown purchase.
std::vector<std::optional<std::string>> find_purchase_customers(Session& session,
                                                                std::span<const std::string> refs);

}  // namespace store
