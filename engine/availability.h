// The day from which a merchant's item can be settled.
#pragma once

#include <optional>

#include "base/day.h"
#include "engine/catalog.h"

namespace engine {

/// roll(business date + delay), and never a window that is closed: what is posted while `open_date`
/// is the first open date is available from the day after it. Nothing if the calendar lacks a year.
std::optional<base::Day> available_on(const MerchantTerms& terms, const Catalog& catalog,
                                      base::Day business_date, base::Day open_date);

/// Of a refund: its sale's date while that is unsettled, else the first window still open.
std::optional<base::Day> refund_available_on(const MerchantTerms& terms, const Catalog& catalog,
                                             base::Day sale_available_on, base::Day open_date);

}  // namespace engine
