// Formats of quantlib/business_days.json and quantlib/schedules.json.
#include <gtest/gtest.h>

#include <string>

#include "scheduling/due_dates.h"
#include "tests/conformance/calendars.h"
#include "tests/conformance/oracles.h"

namespace tests::conformance {
namespace {

using nlohmann::json;
using scheduling::BusinessDayConvention;
using scheduling::Calendar;
using scheduling::DueRule;
using scheduling::PeriodUnit;

std::string text(const json& value, const char* key) { return value[key].get<std::string>(); }

void check_day(const json& vector, Report& report) {
  const Calendar* calendar = calendar_named(text(vector, "calendar"));
  if (calendar == nullptr) {
    report.out_of_scope("no holiday list for " + text(vector, "calendar"));
    return;
  }
  Case one(text(vector, "calendar") + " " + text(vector, "date"));
  const base::Day day = day_of(text(vector, "date"));
  const auto is_business = calendar->is_business_day(day);
  one.expect("business_day", is_business ? (*is_business ? "true" : "false") : "no data",
             vector["business_day"].dump());
  for (const auto& [name, theirs] : vector["adjusted"].items()) {
    const auto convention = convention_named(name);
    one.expect(name, convention ? shown(calendar->adjust(day, *convention)) : "unknown convention",
               theirs.get<std::string>());
  }
  one.expect("advanced", shown(calendar->add_business_days(day, vector["advance_days"].get<int>())),
             text(vector, "advanced"));
  const auto between = calendar->business_days_between(day, day_of(text(vector, "to")));
  one.expect("business_days_between", between ? std::to_string(*between) : "no data",
             std::to_string(vector["business_days_between"].get<int>()));
  report.add(one);
}

TEST(Conformance, BusinessDays) {
  for_each_oracle(
      [](const json& content) {
        return has_keys(first_of(content, "vectors"),
                        {"calendar", "date", "business_day", "adjusted", "advance_days", "to"});
      },
      [](const json& content, Report& report) {
        for (const json& vector : content["vectors"]) check_day(vector, report);
      });
}

PeriodUnit unit_named(const std::string& name) {
  if (name == "D") return PeriodUnit::Day;
  if (name == "W") return PeriodUnit::Week;
  if (name == "M") return PeriodUnit::Month;
  throw std::runtime_error("no unit: " + name);
}

/// The k-th date is the start plus k steps; number 1 of the rule is the start itself.
DueRule rule_of(const json& vector) {
  DueRule rule = scheduling::dues_from(
      day_of(text(vector, "start")),
      {.count = vector["step"].get<int>(), .unit = unit_named(text(vector, "unit"))});
  rule.end_of_month = vector["end_of_month"].get<bool>();
  return rule;
}

/// QuantLib lets the calendar say whether the start ends its month even where no date is adjusted:
/// it then moves every date but the last to the end of its month. We ask no calendar.
bool month_end_by_calendar_unadjusted(const DueRule& rule, const Calendar& calendar,
                                      BusinessDayConvention convention) {
  if (convention != BusinessDayConvention::Unadjusted || !rule.end_of_month) return false;
  const auto last = calendar.last_business_day_of_month(rule.anchor);
  return last && rule.anchor >= *last && rule.anchor != base::end_of_month(rule.anchor);
}

void check_schedule(const json& vector, Report& report) {
  const Calendar* calendar = calendar_named(text(vector, "calendar"));
  const auto convention = convention_named(text(vector, "convention"));
  if (calendar == nullptr || !convention) {
    report.out_of_scope("no holiday list for " + text(vector, "calendar"));
    return;
  }
  const DueRule rule = rule_of(vector);
  Case one(text(vector, "calendar") + " " + text(vector, "start") + " " +
           std::to_string(vector["step"].get<int>()) + text(vector, "unit"));
  if (month_end_by_calendar_unadjusted(rule, *calendar, *convention)) {
    one.differs_by_choice("unadjusted dates ask no calendar for the end of a month");
  }
  one.expect("periods", std::ssize(vector["dates"]), vector["periods"].get<std::int64_t>());
  one.expect("start_adjusted", shown(due_date_adjusted(rule, 1, *calendar, *convention)),
             text(vector, "start_adjusted"));
  int number = 1;
  for (std::size_t k = 0; k < vector["dates"].size(); ++k) {
    ++number;
    one.expect("unadjusted", base::to_string(due_date(rule, number)),
               vector["unadjusted"].at(k).get<std::string>());
    one.expect("date", shown(due_date_adjusted(rule, number, *calendar, *convention)),
               vector["dates"][k].get<std::string>());
  }
  one.expect("end", base::to_string(due_date(rule, number)), text(vector, "end"));
  report.add(one);
}

TEST(Conformance, DueDateSchedules) {
  for_each_oracle(
      [](const json& content) {
        return has_keys(first_of(content, "vectors"),
                        {"calendar", "start", "step", "unit", "convention", "unadjusted", "dates"});
      },
      [](const json& content, Report& report) {
        for (const json& vector : content["vectors"]) check_schedule(vector, report);
      });
}

}  // namespace
}  // namespace tests::conformance
