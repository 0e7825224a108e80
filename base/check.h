// CHECK: what only broken code can violate. Stays on in release builds.
#pragma once

#include <fmt/format.h>

#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

namespace base {

/// A broken promise inside the program: a bug, never a user's mistake. It is thrown, so that a
/// transaction in progress is rolled back on the way out; only a shell's outermost handler
/// catches it.
class CheckFailure : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void check_failed(std::string_view expression, std::string_view message,
                               std::source_location where);

}  // namespace base

/// CHECK(condition) or CHECK(condition, "format {}", value).
#define CHECK(condition, ...)                                         \
  do {                                                                \
    if (!(condition)) [[unlikely]] {                                  \
      ::base::check_failed(#condition, ::fmt::format("" __VA_ARGS__), \
                           std::source_location::current());          \
    }                                                                 \
  } while (false)
