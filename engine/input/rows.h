// Rows: from the fields of a file to what the engine is asked for, each checked by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "engine/catalog.h"
#include "engine/input/columns.h"
#include "engine/item.h"

namespace input {

/// What a rejects file says about a row: docs/import.md lists the codes.
struct Reject {
  std::int64_t line = 0;
  std::string code;    ///< "AMOUNT_TOO_MANY_DECIMALS"
  std::string field;   ///< the canonical column, or "" for the whole row
  std::string value;   ///< as read, at most kRejectValueBytesMax bytes
  std::string detail;  ///< the rule that was broken, in words
};

inline constexpr std::size_t kRejectValueBytesMax = 200;

using Event = std::variant<engine::Purchase, engine::Repayment, engine::RefundRequest>;

std::string_view ref_of(const Event& event);
base::Instant time_of(const Event& event);

/// One row, read. The amount counts in the control totals even if something else is wrong.
struct Row {
  std::int64_t line = 0;
  std::optional<base::Money> amount;  ///< nothing: it can't be read
  std::optional<Event> event;         ///< nothing: see `reject`
  Reject reject;
};

/// A value cut for a rejects file; what is cut off is said by three dots.
std::string cut(std::string_view value);

/// Reads one record. What the catalog or the book must answer (unknown parties, dates out of
/// range, products, limits) is left to the engine.
Row read_row(Columns& columns, const Record& record, const engine::Catalog& catalog);

/// The reject of a row that the engine declined or rejected.
Reject reject_of(std::int64_t line, const Event& event, engine::Refusal refusal,
                 const engine::Catalog& catalog);

}  // namespace input
