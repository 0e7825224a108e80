#include "cli/instant_option.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/zone.h"
#include "cli/command.h"
#include "sql/store/statement_store.h"

namespace cli {

std::optional<base::Instant> instant_of(store::Session& session, const char* option,
                                        const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto book = store::find_book_dates(session);
  if (!book) return std::nullopt;
  const auto zone = base::Zone::find(book->zone);
  CHECK(zone.has_value(), "the book's zone {} is unknown here", book->zone);
  const auto instant = base::parse_instant(text, *zone);
  if (!instant) {
    throw CLI::ValidationError(
        option, fmt::format("\"{}\" is no time: RFC 3339 (2026-06-18T09:00:00+08:00), or local to "
                            "{} without an offset",
                            text, book->zone));
  }
  return instant;
}

}  // namespace cli
