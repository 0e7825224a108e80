// Business calendars from TOML: part of a catalog, or a file of their own.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/catalog.h"
#include "scheduling/calendar.h"

namespace engine {

class Section;

/// The tables under [calendar]: each has `first_year`, `last_year`, `off`, `work` and `weekend`, or
/// is `joint` of others in the same place. Stops with Wrong.
std::vector<scheduling::Calendar> read_calendars(Section calendars);

/// A file of nothing but [calendar.NAME]; catalog/calendars.toml is one. docs/catalog.md.
base::Result<std::vector<scheduling::Calendar>, CatalogError> parse_calendars(
    std::string_view body);

}  // namespace engine
