// How reports spell things: CSV fields (RFC 4180), JSON strings, amounts and times.
#pragma once

#include <string>
#include <string_view>

#include "base/day.h"
#include "base/money.h"
#include "base/zone.h"

namespace engine {

/// Appends a field, quoted only where RFC 4180 asks for it.
void append_csv(std::string& out, std::string_view field);

/// Ends a record as RFC 4180 does.
inline constexpr std::string_view kCsvLineEnd = "\r\n";

/// Appends a JSON string with its quotes. The text is UTF-8, as the database guarantees.
void append_json(std::string& out, std::string_view text);

/// Appends {"amount":"172.66","currency":"CNY"}.
void append_json_money(std::string& out, base::Money money);

/// "2026-06-18T09:00:00+08:00", with microseconds only where there are some.
std::string to_rfc3339(base::Instant instant, const base::Zone& zone);

}  // namespace engine
