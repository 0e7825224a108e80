// What a product makes of a purchase, before it is a schedule.
#pragma once

#include <cstdint>

#include "base/day.h"
#include "engine/catalog.h"
#include "scheduling/terms.h"

namespace engine {

/// The terms whose schedule a capture stores: `financed_minor` of the currency in `count`
/// installments, period 1 starting on `start_on` (the capture's value date).
scheduling::Terms product_terms(const Product& product, const CurrencyTerms& currency,
                                std::int64_t financed_minor, int count, base::Day start_on);

/// Whether the product's cost arises on what is outstanding, so that a change prices it anew.
bool bears_interest(const Product& product);

}  // namespace engine
