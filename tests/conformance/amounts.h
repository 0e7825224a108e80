// Amounts as the oracles write them.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "base/money.h"

namespace tests::conformance {

/// "-1433.57" is -143357; throws on anything but at most two decimals.
inline std::int64_t hundredths(const std::string& text) {
  const auto money = base::parse_money(text, base::Currency::find("EUR").value());
  if (!money) throw std::runtime_error("no amount: " + text);
  return money->minor();
}

}  // namespace tests::conformance
