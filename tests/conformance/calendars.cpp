#include "tests/conformance/calendars.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include "tests/conformance/oracles.h"

namespace tests::conformance {
namespace {

using nlohmann::json;
using scheduling::BusinessDayConvention;
using scheduling::Calendar;
using scheduling::CalendarDays;

std::vector<base::Day> days_of(const json& years) {
  std::vector<base::Day> days;
  for (const json& year : years) {
    for (const json& day : year) days.push_back(day_of(day.get<std::string>()));
  }
  return days;
}

/// {"2009": [dates], "2010": ...}; the years are those listed.
Calendar read_calendar(const std::string& name, const json& years, std::vector<base::Day> work) {
  CalendarDays days{name, 2199, 1900, days_of(years), std::move(work)};
  for (const auto& [year, unused] : years.items()) {
    days.first_year = std::min(days.first_year, std::stoi(year));
    days.last_year = std::max(days.last_year, std::stoi(year));
  }
  return Calendar::make(std::move(days)).value();
}

/// Those of one file; a calendar that is there already stays.
void add_calendars(const json& content, std::map<std::string, Calendar>& calendars) {
  for (const auto& [name, years] : content["holidays"].items()) {
    const auto work = content.find(name + "_working_weekends");
    calendars.emplace(
        name, read_calendar(name, years,
                            work == content.end() ? std::vector<base::Day>{} : days_of(*work)));
  }
}

std::map<std::string, Calendar> read_calendars() {
  std::map<std::string, Calendar> calendars;
  calendars.emplace("NULL", Calendar::make({"NULL", 1901, 2199, {}, {}, {}}).value());
  calendars.emplace("WEEKENDS", Calendar::make({"WEEKENDS", 1901, 2199, {}, {}}).value());
  const auto is_list = [](const json& content) { return has_keys(content, {"holidays"}); };
  for (const OracleFile* file : files_like(is_list)) add_calendars(file->content, calendars);
  // Vectors may come without the lists that they were made with.
  for (const OracleFile& file : shared_files_like(is_list)) add_calendars(file.content, calendars);
  return calendars;
}

}  // namespace

const Calendar* calendar_named(const std::string& name) {
  static const std::map<std::string, Calendar> calendars = read_calendars();
  const auto found = calendars.find(name);
  return found == calendars.end() ? nullptr : &found->second;
}

std::optional<BusinessDayConvention> convention_named(const std::string& name) {
  static const std::map<std::string, BusinessDayConvention> names = {
      {"UNADJUSTED", BusinessDayConvention::Unadjusted},
      {"FOLLOWING", BusinessDayConvention::Following},
      {"MODIFIED_FOLLOWING", BusinessDayConvention::ModifiedFollowing},
      {"PRECEDING", BusinessDayConvention::Preceding},
      {"MODIFIED_PRECEDING", BusinessDayConvention::ModifiedPreceding},
  };
  const auto found = names.find(name);
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

base::Day day_of(const std::string& text) {
  const std::optional<base::Day> day = base::parse_day(text);
  if (!day) throw std::runtime_error("no date: " + text);
  return *day;
}

std::string shown(const base::Result<base::Day, scheduling::CalendarYearMissing>& day) {
  return day ? base::to_string(*day) : "no data for " + std::to_string(day.error().year);
}

}  // namespace tests::conformance
