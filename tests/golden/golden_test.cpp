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

#include "tests/golden/compare.h"
#include "tests/golden/play.h"

namespace {

using base::Day;
using tests::compare;
using tests::Expected;
using tests::Play;
using tests::Scenario;
using tests::Side;

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
