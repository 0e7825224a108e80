#include "scheduling/price_cap.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/rounding.h"
#include "base/wide.h"
#include "scheduling/level_payment.h"

namespace scheduling {
namespace {

constexpr std::array<std::pair<std::string_view, CapMeasure>, 6> kNames = {{
    {"nominal", CapMeasure::Nominal},
    {"irr_effective", CapMeasure::IrrEffective},
    {"reg_z", CapMeasure::RegZ},
    {"eu", CapMeasure::Eu},
    {"act365_effective", CapMeasure::Act365Effective},
    {"total_cost", CapMeasure::TotalCost},
}};

bool has_begun(const PriceCap& cap, base::Day date) { return cap.valid_from <= date; }

bool applies(const PriceCap& cap, const PricedOffer& offer) {
  return cap.jurisdiction == offer.jurisdiction &&
         (cap.lender_type.empty() || cap.lender_type == offer.lender_type);
}

bool is_replaced(const PriceCap& cap, const PriceCapTable& table, base::Day date) {
  return std::ranges::any_of(table.caps, [&](const PriceCap& other) {
    return other.name == cap.name && other.jurisdiction == cap.jurisdiction &&
           other.lender_type == cap.lender_type && has_begun(other, date) &&
           other.valid_from > cap.valid_from;
  });
}

bool is_in_force(const PriceCap& cap, const PriceCapTable& table, base::Day date) {
  return has_begun(cap, date) && (!cap.valid_to || date < *cap.valid_to) &&
         !is_replaced(cap, table, date);
}

std::optional<std::int64_t> limit_of(const PriceCap& cap, const PriceCapTable& table,
                                     base::Day date) {
  if (cap.reference.empty()) return cap.limit_e8;
  const ReferenceRate* latest = nullptr;
  for (const ReferenceRate& rate : table.reference_rates) {
    if (rate.name != cap.reference || rate.valid_from > date) continue;
    if (latest == nullptr || rate.valid_from > latest->valid_from) latest = &rate;
  }
  if (latest == nullptr) return std::nullopt;
  return base::narrow(base::int128{latest->rate_e8} * cap.times);
}

std::optional<double> figure_of(CapMeasure measure, const PricedOffer& offer) {
  switch (measure) {
    case CapMeasure::Nominal:
      return offer.rates.nominal;
    case CapMeasure::IrrEffective:
      return offer.rates.irr_effective;
    case CapMeasure::RegZ:
      return offer.rates.reg_z;
    case CapMeasure::Eu:
      return offer.rates.eu;
    case CapMeasure::Act365Effective:
      return offer.rates.act365_effective;
    case CapMeasure::TotalCost:
      if (offer.principal_minor <= 0) return std::nullopt;
      return 100 * static_cast<double>(offer.cost_minor) /
             static_cast<double>(offer.principal_minor);
  }
  CHECK(false, "measure {}", static_cast<int>(measure));
}

bool is_above(std::optional<double> figure_percent, const PricedOffer& offer, std::int64_t limit_e8,
              int decimals) {
  if (!figure_percent) return offer.cost_minor > 0;
  // Percent with so many decimals against a share scaled by 10^8: both as whole numbers.
  std::int64_t scale = 1;
  for (int k = 0; k < decimals; ++k) scale *= 10;
  const auto figure = static_cast<std::int64_t>(rounded_half_up(*figure_percent, decimals));
  return base::int128{figure} * (base::kRateScale / 100) > base::int128{limit_e8} * scale;
}

}  // namespace

bool PriceCapTable::knows(std::string_view jurisdiction) const {
  return std::ranges::find(caps, jurisdiction, &PriceCap::jurisdiction) != caps.end() ||
         std::ranges::find(free_jurisdictions, jurisdiction) != free_jurisdictions.end();
}

base::Result<std::vector<CapCheck>, PriceCapProblem> check_price(const PriceCapTable& table,
                                                                 const PricedOffer& offer) {
  if (!table.knows(offer.jurisdiction)) {
    return base::Refused(PriceCapProblem{PriceCapRefusal::JurisdictionUnknown, {}});
  }
  std::vector<CapCheck> checks;
  for (const PriceCap& cap : table.caps) {
    CHECK(cap.decimals >= 0 && cap.decimals <= kCapDecimalsMax, "{} decimals", cap.decimals);
    if (!applies(cap, offer) || !is_in_force(cap, table, offer.date)) continue;
    CapCheck check{.cap = cap.name,
                   .measure = cap.measure,
                   .limit_e8 = 0,
                   .figure_percent = figure_of(cap.measure, offer),
                   .valid_from = cap.valid_from,
                   .decimals = cap.decimals,
                   .source = cap.source};
    const std::optional<std::int64_t> limit = limit_of(cap, table, offer.date);
    if (!limit) {
      return base::Refused(
          PriceCapProblem{PriceCapRefusal::ReferenceRateMissing, std::move(check)});
    }
    check.limit_e8 = *limit;
    if (is_above(check.figure_percent, offer, *limit, cap.decimals)) {
      return base::Refused(PriceCapProblem{PriceCapRefusal::PriceCap, std::move(check)});
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

base::Rate highest_flat_fee(base::Rate cap_a_year, int count, int periods_a_year) {
  CHECK(cap_a_year.e8 >= 0, "a cap of {}e-8", cap_a_year.e8);
  CHECK(count >= 1 && periods_a_year >= 1, "{} periods, {} a year", count, periods_a_year);
  // floor((n a 10^6 - 10^6) / n) = floor((floor(n a 10^6) - 10^6) / n), and n a 10^6 is the level
  // payment of n 10^6.
  constexpr std::int64_t kUnit = 1'000'000;  // 1e-4 of a percent
  const std::int64_t paid =
      level_payment(count * kUnit, {cap_a_year.e8, base::kRateScale * periods_a_year}, count,
                    base::Rounding::Down);
  return {base::narrow(base::floor_div(paid - kUnit, count)) * (base::kRateScale / kUnit),
          base::RateBasis::PerPeriod};
}

std::string excess_sentence(const CapCheck& check) {
  const int decimals = std::max(check.decimals, 2);
  const std::string figure = check.figure_percent
                                 ? disclosed(*check.figure_percent, decimals) + " %"
                                 : "without a solution";
  const std::string source = check.source.empty() ? "" : fmt::format(" ({})", check.source);
  return fmt::format(
      "{} {} is above the cap \"{}\" of {} % in force since {}{}", to_string(check.measure), figure,
      check.cap, disclosed(static_cast<double>(check.limit_e8) * 100 / base::kRateScale, decimals),
      base::to_string(check.valid_from), source);
}

std::string_view to_string(CapMeasure measure) {
  const auto found = std::ranges::find(kNames, measure, &decltype(kNames)::value_type::second);
  CHECK(found != kNames.end(), "measure {}", static_cast<int>(measure));
  return found->first;
}

std::optional<CapMeasure> find_cap_measure(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &decltype(kNames)::value_type::first);
  return found == kNames.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace scheduling
