// Reads the fields of a JSON object; what is wrong is thrown as a Problem that names the field.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "base/rate.h"

namespace cli {

/// What is wrong with a line: a stable code, the field, and a sentence for a person.
struct Problem {
  std::string code;
  std::string field;
  std::string detail;
};

template <class T>
struct Choice {
  std::string_view name;
  T value;
};

/// A parsed value, with no more than Fields asks for: a tree of maps costs more than the schedule.
struct Json {
  enum class Type { Null, Boolean, Integer, Real, String, Array, Object };

  Type type = Type::Null;
  bool boolean = false;
  std::int64_t integer = 0;  ///< saturated; the digits of a larger one are in `text`
  std::string text = {};
  std::vector<std::string> names = {};  ///< of an object, beside `values`
  std::vector<Json> values = {};        ///< of an object or an array

  /// A string or an integer, as it was written.
  std::string written() const;
};

/// Parses one JSON value in UTF-8. Refuses a name that an object has twice (one of the two would be
/// lost silently) and nesting that no terms need.
Json parse_json(std::string_view line);

/// Every field must be taken; what is left over is refused by name.
class Fields {
 public:
  /// `prefix` is the path to the object, "rate." for example; it is for messages.
  Fields(const Json& object, std::string prefix)
      : object_(object), prefix_(std::move(prefix)), taken_(object.names.size()) {}

  std::string path(std::string_view name) const { return prefix_ + std::string(name); }

  const Json* find(std::string_view name);
  bool has(std::string_view name) { return find(name) != nullptr; }
  const Json& require(std::string_view name);

  const std::string& text(std::string_view name);
  int whole(std::string_view name);
  base::Day day(std::string_view name);
  Fields object(std::string_view name);
  /// At most `max` objects, each with its path.
  std::vector<Fields> objects(std::string_view name, std::size_t max);
  base::Money amount(std::string_view name, base::Currency currency);
  base::Rate percent(std::string_view name, base::RateBasis basis);

  template <class T, std::size_t N>
  T choice(std::string_view name, const std::array<Choice<T>, N>& choices) {
    const std::string& written = text(name);
    for (const Choice<T>& c : choices) {
      if (c.name == written) return c.value;
    }
    std::string known;
    for (const Choice<T>& c : choices) {
      known += fmt::format("{}{}", known.empty() ? "" : ", ", c.name);
    }
    throw Problem{"unknown_value", path(name),
                  fmt::format("\"{}\" is none of: {}", written, known)};
  }

  void refuse_others() const;

 private:
  const Json& object_;
  std::string prefix_;
  std::vector<bool> taken_;  // beside the names of the object
};

}  // namespace cli
