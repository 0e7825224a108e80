// A property over many random inputs, as a test that fails when it does.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <utility>

namespace tests {

/// rc::check only reports: what it found must reach GoogleTest. The report holds the seed and the
/// smallest input found.
template <class Testable>
void property(const std::string& name, Testable&& testable) {
  EXPECT_TRUE(rc::check(name, std::forward<Testable>(testable)));
}

template <class Testable>
void property(Testable&& testable) {
  EXPECT_TRUE(rc::check(std::forward<Testable>(testable)));
}

}  // namespace tests
