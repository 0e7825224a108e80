#include "engine/price_caps.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/toml_section.h"

namespace engine {
namespace {

using scheduling::CapMeasure;
using scheduling::PriceCap;
using scheduling::PriceCapTable;
using scheduling::ReferenceRate;

constexpr int kTimesMax = 100;

base::Day valid_from(Section& section) {
  const std::optional<base::Day> day = section.day_if_any("valid_from");
  if (!day) wrong(section.path("valid_from"), "", "is missing");
  return *day;
}

ReferenceRate read_reference(Section section, const std::string& path) {
  ReferenceRate rate;
  rate.name = section.name("name");
  section.rename(path + "." + rate.name);
  rate.valid_from = valid_from(section);
  rate.rate_e8 = section.percent("percent", base::RateBasis::PerYear365).e8;
  section.done();
  return rate;
}

/// Either a percentage, or a multiple of a rate under [[reference]].
void read_limit(Section& section, const PriceCapTable& table, PriceCap& cap) {
  cap.reference = section.text_or("reference", "");
  if (cap.reference.empty()) {
    cap.limit_e8 = section.percent("percent", base::RateBasis::PerYear365).e8;
    return;
  }
  if (std::ranges::find(table.reference_rates, cap.reference, &ReferenceRate::name) ==
      table.reference_rates.end()) {
    wrong(section.path("reference"), cap.reference, "is the name of a rate under [[reference]]");
  }
  cap.times = section.whole("times", 1, kTimesMax);
}

PriceCap read_cap(Section section, const std::string& path, const PriceCapTable& table) {
  PriceCap cap;
  cap.name = section.name("name");
  section.rename(path + "." + cap.name);
  cap.jurisdiction = section.name("jurisdiction");
  cap.lender_type = section.text_or("lender", "");
  const std::string measure = section.text("measure");
  const std::optional<CapMeasure> found = scheduling::find_cap_measure(measure);
  if (!found) {
    wrong(section.path("measure"), measure,
          "is one of: nominal, irr_effective, reg_z, eu, act365_effective, total_cost");
  }
  cap.measure = *found;
  cap.valid_from = valid_from(section);
  cap.valid_to = section.day_if_any("valid_to");
  if (cap.valid_to && *cap.valid_to <= cap.valid_from) {
    wrong(section.path("valid_to"), base::to_string(*cap.valid_to), "is after valid_from");
  }
  read_limit(section, table, cap);
  cap.decimals = section.whole_or("decimals", cap.decimals, 0, scheduling::kCapDecimalsMax);
  cap.source = section.text_or("source", "");
  section.done();
  return cap;
}

/// Two rows of one name from one day on would leave it to their order which of them counts.
void check_rows_differ(const Section& section, const PriceCapTable& table) {
  for (auto cap = table.caps.begin(); cap != table.caps.end(); ++cap) {
    const bool again = std::any_of(cap + 1, table.caps.end(), [&](const PriceCap& other) {
      return other.name == cap->name && other.jurisdiction == cap->jurisdiction &&
             other.lender_type == cap->lender_type && other.valid_from == cap->valid_from;
    });
    if (again) {
      wrong(section.path("cap." + cap->name + ".valid_from"), base::to_string(cap->valid_from),
            "is used once for a jurisdiction and lender");
    }
  }
  for (auto rate = table.reference_rates.begin(); rate != table.reference_rates.end(); ++rate) {
    const bool again =
        std::any_of(rate + 1, table.reference_rates.end(), [&](const ReferenceRate& other) {
          return other.name == rate->name && other.valid_from == rate->valid_from;
        });
    if (again) {
      wrong(section.path("reference." + rate->name + ".valid_from"),
            base::to_string(rate->valid_from), "is used once");
    }
  }
}

}  // namespace

PriceCapTable read_price_caps(Section section) {
  PriceCapTable table;
  if (section.find("without_cap") != nullptr) {
    table.free_jurisdictions = section.texts("without_cap");
  }
  if (section.find("reference") != nullptr) {
    for (Section& reference : section.sections("reference")) {
      table.reference_rates.push_back(
          read_reference(std::move(reference), section.path("reference")));
    }
  }
  if (section.find("cap") != nullptr) {
    for (Section& cap : section.sections("cap")) {
      table.caps.push_back(read_cap(std::move(cap), section.path("cap"), table));
    }
  }
  section.done();
  check_rows_differ(section, table);
  return table;
}

base::Result<PriceCapTable, CatalogError> parse_price_caps(std::string_view body) {
  return parse_toml(body, "price_caps", read_price_caps);
}

}  // namespace engine
