// The credit check of a purchase or an authorization, under the catalog's policy.
#pragma once

#include "engine/catalog.h"
#include "engine/item.h"
#include "sql/store/customer_rows.h"

namespace engine {

/// Why this account may not take `financed` more, after `released` of what it holds; None if it may
/// or if the catalog records history as it was.
Refusal check_standing(const store::CreditRow& credit, std::int64_t financed, std::int64_t released,
                       const Catalog& catalog);

}  // namespace engine
