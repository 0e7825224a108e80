// The table of price caps from TOML: part of a catalog, or a file of its own.
// catalog/price_caps.toml is an example, docs/catalog.md the keys.
#pragma once

#include <string_view>

#include "base/result.h"
#include "engine/catalog.h"
#include "scheduling/price_cap.h"

namespace engine {

class Section;

/// `without_cap`, [[cap]] and [[reference]] under this table, whose paths begin with its own. Stops
/// with Wrong.
scheduling::PriceCapTable read_price_caps(Section table);

/// A file of nothing but the table, checked whole; the first thing wrong is the answer.
base::Result<scheduling::PriceCapTable, CatalogError> parse_price_caps(std::string_view body);

}  // namespace engine
