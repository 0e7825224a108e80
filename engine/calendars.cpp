#include "engine/calendars.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/toml_section.h"

namespace engine {
namespace {

using scheduling::Calendar;
using scheduling::CalendarRefusal;

std::vector<date::weekday> weekend_of(Section& section) {
  if (section.find("weekend") == nullptr) return {date::Saturday, date::Sunday};
  std::vector<date::weekday> weekend;
  for (const std::string& name : section.texts("weekend")) {
    weekend.push_back(section.choice<date::weekday>("weekend", name,
                                                    {{"monday", date::Monday},
                                                     {"tuesday", date::Tuesday},
                                                     {"wednesday", date::Wednesday},
                                                     {"thursday", date::Thursday},
                                                     {"friday", date::Friday},
                                                     {"saturday", date::Saturday},
                                                     {"sunday", date::Sunday}}));
  }
  return weekend;
}

Calendar read_listed(Section section, const std::string& name) {
  scheduling::CalendarDays days;
  days.name = name;
  days.first_year = section.whole("first_year", 1900, 2199);
  days.last_year = section.whole("last_year", 1900, 2199);
  days.off = section.days("off");
  days.work = section.days("work");
  days.weekend = weekend_of(section);
  section.done();
  const int last_year = days.last_year;
  auto calendar = Calendar::make(std::move(days));
  if (!calendar) {
    switch (calendar.error()) {
      case CalendarRefusal::YearsOutOfRange:
        wrong(section.path("last_year"), std::to_string(last_year), "is not before first_year");
      case CalendarRefusal::DayBothOffAndWork:
        wrong(section.path("work"), "", "has no date that is also in off");
      case CalendarRefusal::YearWithoutBusiness:
        wrong(section.path("off"), "", "leaves at least one business day in each year");
    }
  }
  return *std::move(calendar);
}

Calendar read_joint(Section section, const std::string& name, const std::vector<Calendar>& listed) {
  const std::string where = section.path("joint");
  std::vector<Calendar> parts;
  for (const std::string& part : section.texts("joint")) {
    const auto found = std::ranges::find(listed, part, &Calendar::name);
    if (found == listed.end()) wrong(where, part, "names calendars that are not joint themselves");
    parts.push_back(*found);
  }
  section.done();
  if (parts.empty()) wrong(where, "", "names at least one calendar");
  auto calendar = Calendar::joint(name, parts);
  if (!calendar) wrong(where, "", "names calendars with years and business days in common");
  return *std::move(calendar);
}

}  // namespace

std::vector<Calendar> read_calendars(Section calendars) {
  std::vector<Calendar> all;
  std::vector<std::string> joint;
  for (const auto& [key, node] : calendars.raw()) {
    const std::string name(key.str());
    Section::check_name(name, calendars.path(name));
    Section section = calendars.section(name);
    if (section.find("joint") != nullptr) {
      joint.push_back(name);
    } else {
      all.push_back(read_listed(std::move(section), name));
    }
  }
  const std::vector<Calendar> listed = all;
  for (const std::string& name : joint) {
    all.push_back(read_joint(calendars.section(name), name, listed));
  }
  return all;
}

base::Result<std::vector<Calendar>, CatalogError> parse_calendars(std::string_view body) {
  return parse_toml(body, "calendars", [](Section root) {
    std::vector<Calendar> calendars = read_calendars(root.section("calendar"));
    root.done();
    return calendars;
  });
}

}  // namespace engine
