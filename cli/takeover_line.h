// A line of `fenqi import plans`: a plan, a customer or a merchant of another system.
#pragma once

#include <string>
#include <string_view>

#include "cli/json_fields.h"
#include "engine/takeover.h"

namespace cli {

/// Reads one line; throws Problem with the field that is wrong. Amounts are in the line's currency,
/// the book's where none is named; times without an offset are in the book's zone.
engine::TakenRecord read_taken_record(std::string_view line, const engine::Catalog& catalog);

/// "plan", "customer" or "merchant".
std::string_view type_of(const engine::TakenRecord& record);
/// What a reject says the line is about.
const std::string& ref_of(const engine::TakenRecord& record);

}  // namespace cli
