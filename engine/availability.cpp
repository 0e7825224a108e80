#include "engine/availability.h"

#include <algorithm>

#include "base/check.h"

namespace engine {
namespace {

const scheduling::Calendar& calendar_of(const MerchantTerms& terms, const Catalog& catalog) {
  const scheduling::Calendar* calendar = catalog.find_calendar(terms.calendar);
  CHECK(calendar != nullptr, "merchant terms {} name the calendar {}", terms.name, terms.calendar);
  return *calendar;
}

}  // namespace

std::optional<base::Day> available_on(const MerchantTerms& terms, const Catalog& catalog,
                                      base::Day business_date, base::Day open_date) {
  const scheduling::Calendar& calendar = calendar_of(terms, catalog);
  const auto by_rule =
      terms.delay_in_business_days
          ? calendar.add_business_days(business_date, terms.delay_days)
          : calendar.next_business_day(base::plus_days(business_date, terms.delay_days));
  const auto first_open = calendar.next_business_day(base::plus_days(open_date, 1));
  if (!by_rule || !first_open) return std::nullopt;
  return std::max(*by_rule, *first_open);
}

std::optional<base::Day> refund_available_on(const MerchantTerms& terms, const Catalog& catalog,
                                             base::Day sale_available_on, base::Day open_date) {
  const auto first_open =
      calendar_of(terms, catalog).next_business_day(base::plus_days(open_date, 1));
  if (!first_open) return std::nullopt;
  return std::max(sale_available_on, *first_open);
}

}  // namespace engine
