// Whether a catalog's products cost more than the law of their jurisdiction allows: asked when the
// catalog is put in force, and never again at a purchase.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "base/day.h"
#include "base/money.h"
#include "engine/catalog.h"
#include "scheduling/price_cap.h"

namespace engine {

/// A product that may not be offered as it is.
struct PriceBreach {
  std::string product;
  std::string jurisdiction;
  int installments = 0;
  base::Money principal;
  base::Day date;
  scheduling::PriceCapProblem problem;
};

/// "PRICE_CAP: product flat_fee in CN, 10000.00 CNY in 6 installments: nominal 24.28 % is above the
/// cap ...", or which reference rate the table lacks.
std::string sentence(const PriceBreach& breach);

/// The first breach of the caps in force on `today`, product by product, count by count; nothing if
/// all products pass or name no jurisdiction.
///
/// - Each number of installments is priced in every currency of the catalog on two principals: a
///   typical one of 10,000 units, and the least that the currency's `installment_min` lets be split
///   into so many, where a cent of rounding weighs most. Terms that give no schedule can't be sold.
/// - The first due date is one month after the purchase, the regular schedule, whatever the bill
///   day. A purchase just before a bill day has a shorter first period and on dated measures
///   (reg_z, eu, act365_effective) a higher figure: `fenqi quote` prices the dates.
/// - Late fees are not part of it: they are not due as agreed.
std::optional<PriceBreach> find_price_breach(const Catalog& catalog, base::Day today);

/// The same as an exception, for whoever puts a catalog in force.
struct PriceRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};
void refuse_price_breach(const Catalog& catalog, base::Day today);

}  // namespace engine
