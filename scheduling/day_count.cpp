#include "scheduling/day_count.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"

namespace scheduling {
namespace {

constexpr std::int64_t kSplitYears = std::int64_t{365} * 366;

/// A date taken apart, to be moved as the 30/360 rules say.
struct Parts {
  int year;
  int month;
  int day;
  bool last_of_february;
};

Parts parts_of(base::Day day) {
  const date::year_month_day ymd = base::ymd(day);
  const int last = ymd.year().is_leap() ? 29 : 28;
  const auto day_of_month = static_cast<int>(static_cast<unsigned>(ymd.day()));
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          day_of_month, ymd.month() == date::February && day_of_month == last};
}

/// Twelve months of 30 days each; what day of the month the ends count as is the caller's rule.
int days_of_30(const Parts& from, const Parts& to, int from_day, int to_day) {
  return 360 * (to.year - from.year) + 30 * (to.month - from.month) + to_day - from_day;
}

// 30/360 US. A start on the 31st is the 30th; an end on the 31st is the 30th if the start is (the
// 30th or 31st). Then, by the month-end rule of US bonds: an end on the last of February is the
// 30th if the start is one too, and a start on the last of February is the 30th. The rule for the
// 31st comes first, so from 28 February to 31 March are 31 days. Source: SIA Standard Securities
// Calculation Methods (1993) in the order QuantLib applies it (Thirty360::USA); the order in which
// some texts give it would make that 30.
int thirty360_us(const Parts& from, const Parts& to) {
  int from_day = std::min(from.day, 30);
  int to_day = to.day == 31 && from_day == 30 ? 30 : to.day;
  if (from.last_of_february && to.last_of_february) to_day = 30;
  if (from.last_of_february) from_day = 30;
  return days_of_30(from, to, from_day, to_day);
}

// 30/360 Bond Basis, ISDA 2006 §4.16(f): a start on the 31st is the 30th; an end on the 31st is
// the 30th only if the start is the 30th or 31st. February is as it is.
int thirty360_bond_basis(const Parts& from, const Parts& to) {
  const int from_day = std::min(from.day, 30);
  const int to_day = to.day == 31 && from_day == 30 ? 30 : to.day;
  return days_of_30(from, to, from_day, to_day);
}

// 30E/360 (Eurobond basis), ISDA 2006 §4.16(g): the 31st is the 30th at both ends.
int thirty_e360(const Parts& from, const Parts& to) {
  return days_of_30(from, to, std::min(from.day, 30), std::min(to.day, 30));
}

// 30E/360 ISDA, ISDA 2006 §4.16(h): the last day of any month is the 30th, February's too, except
// an end on the last of February that is the termination date.
int thirty_e360_isda(const Parts& from, const Parts& to, bool ends_on_termination) {
  const int from_day = from.last_of_february ? 30 : std::min(from.day, 30);
  const int to_day = to.last_of_february && !ends_on_termination ? 30 : std::min(to.day, 30);
  return days_of_30(from, to, from_day, to_day);
}

// NL/365 (no leap): actual days less each 29 February after the first day up to and including the
// last one, over 365. So 28 to 29 February are no day, 29 February to 1 March are one. Source:
// QuantLib's Actual365Fixed::NoLeap; the convention has no ISDA clause.
int no_leap_days(const Parts& from, const Parts& to) {
  constexpr std::array kBefore = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  const auto ordinal = [&](const Parts& p) {
    const int day = p.month == 2 ? std::min(p.day, 28) : p.day;
    return 365 * p.year + kBefore[static_cast<std::size_t>(p.month - 1)] + day;
  };
  return ordinal(to) - ordinal(from);
}

// ACT/ACT ISDA, 2006 §4.16(b): the days in leap years over 366 plus the other days over 365, where
// each day belongs to the year in which it starts: the split is at 1 January.
//
// ACT/ACT-31DEC, the split of Apache Fineract's progressive loans: the days up to 31 December over
// the length of their year, the rest, which begins on 31 December, over that of the next. So the
// night of the year's end counts to the new year. That is the same sum with both ends a day later.
std::int64_t split_by_years(base::Day from, base::Day to, int shift) {
  const base::Day first = base::plus_days(from, shift);
  const base::Day end = base::plus_days(to, shift);
  const date::year first_year = base::ymd(first).year();
  const date::year end_year = base::ymd(end).year();
  const auto part = [](int days, date::year year) {
    return std::int64_t{days} * (year.is_leap() ? 365 : 366);
  };
  if (first_year == end_year) return part(base::days_between(first, end), first_year);
  const auto new_year = [](date::year year) { return base::Day{year / date::January / 1}; };
  const std::int64_t whole_years = static_cast<int>(end_year) - static_cast<int>(first_year) - 1;
  return part(base::days_between(first, new_year(first_year + date::years{1})), first_year) +
         whole_years * kSplitYears + part(base::days_between(new_year(end_year), end), end_year);
}

constexpr std::array<std::pair<std::string_view, DayCount>, 9> kNames = {{
    {"ACT/365F", DayCount::Act365Fixed},
    {"ACT/360", DayCount::Act360},
    {"ACT/ACT", DayCount::ActActIsda},
    {"ACT/ACT-31DEC", DayCount::ActAct31Dec},
    {"30/360-US", DayCount::Thirty360Us},
    {"30/360-BB", DayCount::Thirty360BondBasis},
    {"30E/360", DayCount::ThirtyE360},
    {"30E/360-ISDA", DayCount::ThirtyE360Isda},
    {"NL/365", DayCount::NoLeap365},
}};

}  // namespace

std::int64_t year_denominator(DayCount convention) {
  switch (convention) {
    case DayCount::Act365Fixed:
    case DayCount::NoLeap365:
      return 365;
    case DayCount::Act360:
    case DayCount::Thirty360Us:
    case DayCount::Thirty360BondBasis:
    case DayCount::ThirtyE360:
    case DayCount::ThirtyE360Isda:
      return 360;
    case DayCount::ActActIsda:
    case DayCount::ActAct31Dec:
      return kSplitYears;
  }
  CHECK(false, "day count {}", static_cast<int>(convention));
}

int days_counted(DayCount convention, base::Day from, base::Day to,
                 std::optional<base::Day> termination) {
  if (from > to) return -days_counted(convention, to, from, termination);
  switch (convention) {
    case DayCount::Act365Fixed:
    case DayCount::Act360:
    case DayCount::ActActIsda:
    case DayCount::ActAct31Dec:
      return base::days_between(from, to);
    case DayCount::Thirty360Us:
      return thirty360_us(parts_of(from), parts_of(to));
    case DayCount::Thirty360BondBasis:
      return thirty360_bond_basis(parts_of(from), parts_of(to));
    case DayCount::ThirtyE360:
      return thirty_e360(parts_of(from), parts_of(to));
    case DayCount::ThirtyE360Isda:
      return thirty_e360_isda(parts_of(from), parts_of(to), to == termination);
    case DayCount::NoLeap365:
      return no_leap_days(parts_of(from), parts_of(to));
  }
  CHECK(false, "day count {}", static_cast<int>(convention));
}

YearFraction year_fraction(DayCount convention, base::Day from, base::Day to,
                           std::optional<base::Day> termination) {
  const std::int64_t denominator = year_denominator(convention);
  switch (convention) {
    case DayCount::ActActIsda:
      return {split_by_years(from, to, 0), denominator};
    case DayCount::ActAct31Dec:
      return {split_by_years(from, to, 1), denominator};
    case DayCount::Act365Fixed:
    case DayCount::Act360:
    case DayCount::Thirty360Us:
    case DayCount::Thirty360BondBasis:
    case DayCount::ThirtyE360:
    case DayCount::ThirtyE360Isda:
    case DayCount::NoLeap365:
      break;
  }
  return {days_counted(convention, from, to, termination), denominator};
}

std::string_view to_string(DayCount convention) {
  const auto found = std::ranges::find(kNames, convention, &decltype(kNames)::value_type::second);
  CHECK(found != kNames.end(), "day count {}", static_cast<int>(convention));
  return found->first;
}

std::optional<DayCount> find_day_count(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &decltype(kNames)::value_type::first);
  return found == kNames.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace scheduling
