#include "cli/line_batches.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/support/property.h"

namespace cli {
namespace {

constexpr std::size_t kMax = 100'000;  // more than is read at a time

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  LineBatches batches(in, kMax);
  std::vector<std::string> lines;
  for (std::string batch; batches.next(batch);) {
    EXPECT_LE(batch.size(), 2 * kMax);
    for (std::string_view rest = batch; !rest.empty();) lines.emplace_back(take_line(rest));
  }
  return lines;
}

TEST(LineBatches, TheLastLineNeedsNoNewline) {
  EXPECT_EQ(lines_of(""), std::vector<std::string>{});
  EXPECT_EQ(lines_of("a\n\nb\n"), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(lines_of("a\n\nb"), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(lines_of("\n"), std::vector<std::string>{""});
}

// Lines of any lengths, about the most and about what is read at a time among them.
TEST(LineBatches, GiveEveryLineAndOneByteMoreThanTheMostOfALongerOne) {
  tests::property("lengths", [] {
    const auto lengths = *rc::gen::container<std::vector<std::size_t>>(rc::gen::oneOf(
        rc::gen::inRange<std::size_t>(0, 300), rc::gen::inRange<std::size_t>(65'530, 65'545),
        rc::gen::inRange<std::size_t>(kMax - 2, kMax + 3),
        rc::gen::inRange<std::size_t>(0, 4 * kMax)));
    std::string text;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      text += std::string(lengths[i], static_cast<char>('a' + i % 26)) + '\n';
    }
    const std::vector<std::string> lines = lines_of(text);
    RC_ASSERT(lines.size() == lengths.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const char letter = static_cast<char>('a' + i % 26);
      RC_ASSERT(lines[i].find_first_not_of(letter) == std::string::npos);
      if (lengths[i] <= kMax) {
        RC_ASSERT(lines[i].size() == lengths[i]);
      } else {
        RC_ASSERT(lines[i].size() > kMax);
      }
    }
  });
}

}  // namespace
}  // namespace cli
