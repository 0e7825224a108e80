// Plays the scenarios of tests/golden through the real engine and close, and compares every journal
// and balance to the cent. README.md beside it has the format.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "tests/golden/play.h"

namespace {

using base::Day;
using tests::Expected;
using tests::Play;
using tests::Scenario;
using tests::Side;

std::string text_of(const Side& side, std::int64_t minor) {
  return fmt::format("{} {} {} {}", side.is_debit ? "Dr" : "Cr", side.account, side.currency,
                     base::to_decimal(minor, 2));
}

/// Takes what only passes through a transit account out: the same amount on both of its sides.
void drop_transit(std::map<Day, std::map<Side, std::int64_t>>& posted,
                  const std::set<std::string>& transit) {
  for (auto& [day, sides] : posted) {
    for (const std::string& account : transit) {
      for (auto side = sides.begin(); side != sides.end();) {
        const Side other{side->first.account, !side->first.is_debit, side->first.currency};
        const auto opposite = sides.find(other);
        if (side->first.account == account && opposite != sides.end() &&
            opposite->second == side->second) {
          sides.erase(opposite);
          side = sides.erase(side);
        } else {
          ++side;
        }
      }
    }
  }
}

/// The ids of the journals that don't agree, with why. Empty: all of them do.
std::map<std::string, std::string> compare(const Scenario& scenario,
                                           std::map<Day, std::map<Side, std::int64_t>> posted) {
  drop_transit(posted, scenario.transit);
  for (auto& [day, sides] : posted) {
    std::erase_if(sides, [&](const auto& entry) {
      return !scenario.only.empty() && !scenario.only.contains(entry.first.account);
    });
  }
  std::map<std::string, std::string> wrong;
  std::map<Side, std::map<Day, std::int64_t>> expected;  // by side and date
  for (const Expected& journal : scenario.journals) {
    for (const auto& [side, minor] : journal.lines) expected[side][journal.date] += minor;
  }
  for (const auto& [side, dates] : expected) {
    Day after = base::make_day(1900, 1, 1);
    for (const auto& [date, minor] : dates) {
      std::int64_t sum = 0;
      for (auto& [day, sides] : posted) {
        if (day <= after || day > date) continue;
        const auto found = sides.find(side);
        if (found == sides.end()) continue;
        sum += found->second;
        sides.erase(found);
      }
      after = date;
      if (sum == minor) continue;
      for (const Expected& journal : scenario.journals) {
        const bool names = std::ranges::any_of(
            journal.lines, [&, s = side](const auto& line) { return line.first == s; });
        if (journal.date != date || !names) continue;
        wrong[journal.id] += fmt::format("{}: expected {}, posted {}; ", journal.event,
                                         text_of(side, minor), base::to_decimal(sum, 2));
      }
    }
  }
  for (const auto& [day, sides] : posted) {
    for (const auto& [side, minor] : sides) {
      wrong["(none)"] += fmt::format("{}: posted {} stands in no row; ", base::to_string(day),
                                     text_of(side, minor));
    }
  }
  return wrong;
}

std::vector<std::filesystem::path> scenario_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("tests/golden")) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("S") && name.ends_with(".md")) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// A comparison that can't fail proves nothing: each journal changed by a cent must be found.
void expect_a_cent_is_found(const Scenario& scenario,
                            const std::map<Day, std::map<Side, std::int64_t>>& posted) {
  for (std::size_t j = 0; j < scenario.journals.size(); ++j) {
    Scenario altered = scenario;
    altered.journals[j].lines.front().second += 1;
    EXPECT_TRUE(compare(altered, posted).contains(scenario.journals[j].id))
        << scenario.name << " " << scenario.journals[j].id;
  }
}

TEST(Golden, EveryScenarioPostsItsJournals) {
  int journals = 0;
  int agreeing = 0;
  for (const auto& path : scenario_files()) {
    const Scenario scenario = tests::read_scenario(path);
    ASSERT_FALSE(scenario.journals.empty()) << path;
    Play play(scenario);
    for (const std::string& trouble : play.troubles()) ADD_FAILURE() << path << ": " << trouble;
    const auto posted = play.posted();
    const auto wrong = compare(scenario, posted);
    expect_a_cent_is_found(scenario, posted);
    for (const auto& [id, why] : wrong) ADD_FAILURE() << scenario.name << " " << id << " " << why;
    if (!scenario.balances.empty()) {
      EXPECT_EQ(play.closing(), scenario.balances) << scenario.name;
    }
    for (const std::string& fact : play.facts_that_fail())
      ADD_FAILURE() << scenario.name << " " << fact;
    journals += static_cast<int>(scenario.journals.size());
    for (const Expected& journal : scenario.journals) agreeing += !wrong.contains(journal.id);
    std::cout << fmt::format("{}: {} journals\n", scenario.name, scenario.journals.size());
  }
  std::cout << fmt::format("golden: {} of {} journals\n", agreeing, journals);
  EXPECT_EQ(agreeing, journals);
}

}  // namespace
