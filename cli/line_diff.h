// Which lines one text has and the other has not.
#pragma once

#include <string>
#include <string_view>

namespace cli {

/// In the unified format, with three lines of context; "" where the texts are equal.
std::string line_diff(std::string_view before, std::string_view after);

}  // namespace cli
