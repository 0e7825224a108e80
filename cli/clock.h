// The present date, read in the shell and passed on: nothing below looks at a clock.
#pragma once

#include "base/day.h"
#include "engine/catalog.h"

namespace cli {

/// In the zone of the catalog's book, with its cut-off.
base::Day today_in(const engine::Catalog& catalog);

}  // namespace cli
