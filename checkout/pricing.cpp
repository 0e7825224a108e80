#include "checkout/pricing.h"

#include "base/rounding.h"

namespace checkout {

Discount merchant_discount(base::Money basis, base::Rate rate, base::Rate vat) {
  const std::int64_t gross = base::share_of(basis, rate, base::Rounding::HalfUp).minor();
  const std::int64_t net =
      base::narrow(base::div_round(base::checked_mul(gross, base::kRateScale),
                                   base::kRateScale + vat.e8, base::Rounding::HalfUp));
  return {gross, gross - net};
}

std::int64_t subsidy(base::Money financed, base::Rate rate) {
  return base::share_of(financed, rate, base::Rounding::HalfUp).minor();
}

}  // namespace checkout
