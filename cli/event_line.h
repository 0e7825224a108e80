// A line of an event file: one JSON object, one event. docs/events.md lists types and fields.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "cli/json_fields.h"
#include "engine/book_event.h"
#include "engine/catalog.h"
#include "engine/item.h"
#include "engine/life_event.h"

namespace cli {

using LifecycleEvent =
    std::variant<engine::Purchase, engine::Repayment, engine::RefundRequest, engine::HoldRequest,
                 engine::HoldRelease, engine::LifeEvent, engine::BookEvent>;

/// Reads one event; throws Problem with the field that is wrong. Amounts are in the event's
/// currency, the book's where none is named; times without an offset are in the book's zone.
LifecycleEvent read_event(std::string_view line, const engine::Catalog& catalog);

/// "payoff", "purchase": the type as the line gave it.
std::string_view type_of(const LifecycleEvent& event);
std::string_view ref_of(const LifecycleEvent& event);

}  // namespace cli
