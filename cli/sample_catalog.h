// The catalog of the generated sample: catalog/baitiao.toml, built into the program.
#pragma once

#include <string_view>

namespace cli {

std::string_view sample_catalog();

}  // namespace cli
