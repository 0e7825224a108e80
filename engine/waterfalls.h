// The order of payment from a catalog: [[waterfall]], by payment type and days past due.
// docs/catalog.md has the keys.
#pragma once

#include <vector>

#include "scheduling/waterfall.h"

namespace engine {

class Section;

/// The rows under [[waterfall]] of a catalog's root; scheduling::default_waterfalls() where there
/// are none. Every payment type has a row for each number of days past due, and whatever is past
/// due can be paid. Stops with Wrong.
std::vector<scheduling::WaterfallRow> read_waterfalls(Section& root);

}  // namespace engine
