// Expects a book to be sound, by the quick proof and by each fact's own statement, which must have
// looked at as many rows.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/verify.h"

namespace tests {

inline void expect_sound(store::Session& session) {
  const auto told = [](const engine::Findings& findings) {
    std::vector<std::string> lines;
    for (const engine::Finding& f : findings) {
      lines.push_back(std::string(f.id) + " " + std::string(f.name) + ": " +
                      std::to_string(f.checked) + " checked, " + std::to_string(f.offenders) +
                      " wrong " + f.first);
    }
    return lines;
  };
  const engine::Findings quick = engine::verify_book(session);
  for (const engine::Finding& f : quick) EXPECT_EQ(f.offenders, 0) << f.name << ": " << f.first;
  EXPECT_EQ(told(quick), told(engine::verify_book(session, {.name_each = true})));
}

}  // namespace tests
