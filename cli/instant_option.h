// Times on the command line.
#pragma once

#include <optional>
#include <string>

#include "base/day.h"
#include "sql/store/session.h"

namespace cli {

/// The time an option names: RFC 3339, or local to the zone of the book. Nothing if it is empty or
/// there is no book; throws CLI::ValidationError if it is no time.
std::optional<base::Instant> instant_of(store::Session& session, const char* option,
                                        const std::string& text);

}  // namespace cli
