// What people have to do before a month can be sealed: sign each date of the channels whose
// catalog entry says requires_sign_off (domain §6.3).
#pragma once

#include <optional>
#include <string>

#include "base/day.h"
#include "engine/catalog.h"
#include "sql/store/session.h"

namespace engine {

/// The channels and dates that nobody has signed, and the command that does it; nothing if `day` is
/// not the last of its month or nothing is missing. Every date of the month counts from the book's
/// first on, also one on which a channel moved nothing by our books: the bill may say otherwise.
std::optional<std::string> find_missing_sign_offs(store::Session& session, const Catalog& catalog,
                                                  base::Day day);

}  // namespace engine
