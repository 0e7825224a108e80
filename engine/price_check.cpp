#include "engine/price_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "engine/product_terms.h"
#include "scheduling/annual_rate.h"
#include "scheduling/schedule.h"

namespace engine {
namespace {

constexpr std::int64_t kTypicalPrincipal = 10'000;  // units of the currency

std::int64_t typical_minor(base::Currency currency) {
  std::int64_t minor = kTypicalPrincipal;
  for (int k = 0; k < currency.exponent(); ++k) minor *= 10;
  return minor;
}

std::optional<PriceBreach> breach_of(const Catalog& catalog, const Product& product,
                                     const CurrencyTerms& currency, int count,
                                     std::int64_t principal_minor, base::Day today) {
  scheduling::Terms terms = product_terms(product, currency, principal_minor, count, today);
  terms.dues = scheduling::order_mode(today);
  const auto schedule = scheduling::make_schedule(terms);
  if (!schedule) return std::nullopt;
  auto checked = scheduling::check_price(
      catalog.price_caps, {.jurisdiction = product.jurisdiction,
                           .lender_type = product.lender,
                           .date = today,
                           .rates = scheduling::annual_rates(*schedule, terms),
                           .principal_minor = schedule->principal_minor(),
                           .cost_minor = schedule->interest_minor() + schedule->fee_minor()});
  if (checked) return std::nullopt;
  return PriceBreach{product.name, product.jurisdiction,      count, terms.principal,
                     today,        std::move(checked.error())};
}

std::optional<PriceBreach> breach_of(const Catalog& catalog, const Product& product,
                                     base::Day today) {
  for (const CurrencyTerms& currency : catalog.currencies) {
    for (int count = product.count_min; count <= product.count_max; ++count) {
      // Above this no purchase is large enough to be split into so many.
      if (currency.principal_minor_min > base::kAmountMinorMax / count) break;
      const std::int64_t least = currency.principal_minor_min * count;
      const std::int64_t typical = std::max(typical_minor(currency.currency), least);
      for (const std::int64_t principal : {typical, least}) {
        if (auto breach = breach_of(catalog, product, currency, count, principal, today)) {
          return breach;
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::string sentence(const PriceBreach& breach) {
  const std::string offer = fmt::format(
      "product {} in {}, {} {} in {} installment{}", breach.product, breach.jurisdiction,
      base::to_decimal(breach.principal.minor(), breach.principal.currency().exponent()),
      breach.principal.currency().code(), breach.installments, breach.installments == 1 ? "" : "s");
  switch (breach.problem.refusal) {
    case scheduling::PriceCapRefusal::JurisdictionUnknown:
      return fmt::format("{}: [price_caps] says nothing of this jurisdiction", offer);
    case scheduling::PriceCapRefusal::ReferenceRateMissing:
      return fmt::format("{}: [price_caps] has no reference rate for the cap \"{}\" on {}", offer,
                         breach.problem.check.cap, base::to_string(breach.date));
    case scheduling::PriceCapRefusal::PriceCap:
      return fmt::format("PRICE_CAP: {}: {}", offer,
                         scheduling::excess_sentence(breach.problem.check));
  }
  std::unreachable();
}

std::optional<PriceBreach> find_price_breach(const Catalog& catalog, base::Day today) {
  for (const Product& product : catalog.products) {
    if (product.jurisdiction.empty()) continue;
    if (auto breach = breach_of(catalog, product, today)) return breach;
  }
  return std::nullopt;
}

void refuse_price_breach(const Catalog& catalog, base::Day today) {
  if (const auto breach = find_price_breach(catalog, today)) throw PriceRefused(sentence(*breach));
}

}  // namespace engine
