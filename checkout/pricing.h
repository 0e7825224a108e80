// What a purchase costs whom: the merchant's discount with its VAT, and the subsidy.
#pragma once

#include <cstdint>

#include "base/money.h"
#include "base/rate.h"

namespace checkout {

struct Discount {
  std::int64_t gross_minor = 0;  ///< VAT included: what the merchant is charged
  std::int64_t vat_minor = 0;    ///< contained in it
};

/// `rate` of `basis` (G - Cm), half up; the net is round(gross / (1 + vat)), so that net and VAT
/// sum to the gross exactly.
Discount merchant_discount(base::Money basis, base::Rate rate, base::Rate vat);

/// The price of an interest-free plan, half up on the financed amount.
std::int64_t subsidy(base::Money financed, base::Rate rate);

}  // namespace checkout
