#include "scheduling/change.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace scheduling {
namespace {

constexpr auto kLast = ChangeRefusal::NothingChanges;
static_assert(static_cast<int>(kLast) + 1 == kChangeRefusalCount);

TEST(ChangeRefusal, CodesAndSentencesDiffer) {
  std::set<std::string_view> codes, sentences;
  for (int i = 0; i < kChangeRefusalCount; ++i) {
    const auto refusal = static_cast<ChangeRefusal>(i);
    EXPECT_TRUE(codes.insert(code(refusal)).second) << code(refusal);
    EXPECT_TRUE(sentences.insert(sentence(refusal)).second) << sentence(refusal);
    EXPECT_TRUE(std::ranges::all_of(code(refusal), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    })) << code(refusal);
  }
}

// Whoever is refused looks the code up.
TEST(ChangeRefusal, IsInTheListOfErrorsWithItsSentence) {
  std::ifstream in("docs/errors.md");
  std::stringstream text;
  text << in.rdbuf();
  const std::string all = text.str();
  const std::size_t from = all.find("## Changes to a plan");
  ASSERT_NE(from, std::string::npos);
  const std::string errors = all.substr(from, all.find("\n## ", from) - from);
  for (int i = 0; i < kChangeRefusalCount; ++i) {
    const auto refusal = static_cast<ChangeRefusal>(i);
    const std::string row =
        "| `" + std::string(code(refusal)) + "` | " + std::string(sentence(refusal)) + " |";
    EXPECT_NE(errors.find(row), std::string::npos) << row;
  }
}

TEST(ChangeCause, NamesDiffer) {
  std::set<std::string_view> names;
  constexpr int kCauses = static_cast<int>(ChangeCause::RateChange) + 1;
  for (int i = 0; i < kCauses; ++i) names.insert(to_string(static_cast<ChangeCause>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kCauses));
}

}  // namespace
}  // namespace scheduling
