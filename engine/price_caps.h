// The table of price caps from TOML; catalog/price_caps.toml is an example, docs/catalog.md the
// keys.
#pragma once

#include <string_view>

#include "base/result.h"
#include "engine/catalog.h"
#include "scheduling/price_cap.h"

namespace engine {

/// Parses and checks the whole text; the first thing wrong is the answer.
base::Result<scheduling::PriceCapTable, CatalogError> parse_price_caps(std::string_view body);

}  // namespace engine
