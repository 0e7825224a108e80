// Ceilings on what credit may cost, by jurisdiction and date. The rows are data (catalog/); this
// only compares.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/rate.h"
#include "base/result.h"
#include "scheduling/annual_rate.h"

namespace scheduling {

inline constexpr int kCapDecimalsMax = 6;  // as many as a rate has

/// The figure that a cap limits. Annual rates as in AnnualRates; the total cost is what is paid
/// above the principal, in percent of it.
enum class CapMeasure { Nominal, IrrEffective, RegZ, Eu, Act365Effective, TotalCost };

/// A limit as of a date: so much percent, or so many times a reference rate.
struct PriceCap {
  std::string name;          ///< shown to whoever is refused; rows of one name follow each other
  std::string jurisdiction;  ///< "CN"
  std::string lender_type;   ///< whom it binds; empty binds all
  CapMeasure measure = CapMeasure::Nominal;
  base::Day valid_from;
  std::optional<base::Day> valid_to = {};  ///< the first day on which it is no more
  std::int64_t limit_e8 = 0;               ///< the share a year, scaled as base::Rate; or
  std::string reference = {};              ///< the name of a reference rate, and
  int times = 0;                           ///< how many times it is the limit
  int decimals = 2;  ///< of the percentage: the figure is rounded half up before it is compared
  std::string source = {};  ///< the law or notice it is read from, for whoever is refused
};

/// A published rate that limits refer to (the one-year LPR, say), in force until the next one.
struct ReferenceRate {
  std::string name;
  base::Day valid_from;
  std::int64_t rate_e8 = 0;
};

struct PriceCapTable {
  std::vector<PriceCap> caps;                   ///< in any order
  std::vector<ReferenceRate> reference_rates;   ///< in any order
  std::vector<std::string> free_jurisdictions;  ///< where there is no cap, and we know it

  bool knows(std::string_view jurisdiction) const;  ///< has a cap for it, or knows it to be free
};

/// What is offered: to whom the law applies, when, and what it costs.
struct PricedOffer {
  std::string_view jurisdiction;
  std::string_view lender_type;
  base::Day date;
  AnnualRates rates;
  std::int64_t principal_minor = 0;
  std::int64_t cost_minor = 0;  ///< interest and all fees; with late fees for the worst case
};

/// A cap that was looked at, and the figure that it limits.
struct CapCheck {
  std::string cap;
  CapMeasure measure;
  std::int64_t limit_e8;
  std::optional<double> figure_percent;  ///< absent: the equation has no solution
  base::Day valid_from = {};
  int decimals = 2;
  std::string source = {};
};

/// Reasons why there is no pass, in the order they are looked for.
enum class PriceCapRefusal {
  JurisdictionUnknown,   ///< neither a cap nor an entry that there is none: never guessed
  ReferenceRateMissing,  ///< none of that name is in force on the date
  PriceCap,              ///< a figure is above its cap
};

struct PriceCapProblem {
  PriceCapRefusal refusal;
  CapCheck check;  ///< the cap in question; empty for JurisdictionUnknown
};

/// The caps in force, each with its figure, in the order of the table; or the first that is
/// exceeded.
///
/// - Of several rows with one name, jurisdiction and lender type the latest that has begun counts.
/// - A figure equal to its limit passes.
/// - Where a rate has no solution the offer passes if it costs nothing, else it is above any cap.
base::Result<std::vector<CapCheck>, PriceCapProblem> check_price(const PriceCapTable& table,
                                                                 const PricedOffer& offer);

/// The highest fee per period on the original principal, spread over `count` periods (up to 600),
/// that keeps the nominal rate at or below the cap: ((n a) - 1) / n, where a is the annuity of 1 at
/// cap / periods a year; truncated at four decimals of a percent. Domain reference §2.2.
base::Rate highest_flat_fee(base::Rate cap_a_year, int count, int periods_a_year);

/// What a figure above its cap is refused with: 'nominal 24.28 % is above the cap "all-in" of
/// 24.00 % in force since 2025-10-01 (source)', with as many decimals as were compared, two at
/// least.
std::string excess_sentence(const CapCheck& check);

/// "nominal", "irr_effective", "reg_z", "eu", "act365_effective", "total_cost".
std::string_view to_string(CapMeasure measure);
std::optional<CapMeasure> find_cap_measure(std::string_view name);

}  // namespace scheduling
