#include "cli/json_fields.h"

#include <algorithm>
#include <utility>

namespace cli {
namespace {

using nlohmann::json;

constexpr int kDepthMax = 8;  // terms need three

std::string_view type_name(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return "null";
    case json::value_t::object:
      return "an object";
    case json::value_t::array:
      return "an array";
    case json::value_t::string:
      return "a string";
    case json::value_t::boolean:
      return "true or false";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
    case json::value_t::number_float:
      return "a number";
    default:
      return "something else";
  }
}

Problem wrong_type(const std::string& path, std::string_view wanted, const json& value) {
  return {"wrong_type", path,
          fmt::format("\"{}\" must be {}, not {}", path, wanted, type_name(value))};
}

}  // namespace

json parse_json(std::string_view line) {
  std::vector<std::vector<std::string>> open;
  std::string doubled;
  const json::parser_callback_t watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kDepthMax) {
      throw Problem{"too_deep", "", fmt::format("terms nest at most {} deep", kDepthMax)};
    }
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key) {
      auto& names = open.back();
      const std::string& name = parsed.get_ref<const std::string&>();
      if (std::ranges::find(names, name) != names.end()) doubled = name;
      names.push_back(name);
    }
    return true;
  };
  json parsed;
  try {
    parsed = json::parse(line, watch);
  } catch (const json::exception& error) {
    throw Problem{"not_json", "", error.what()};
  }
  if (!doubled.empty()) {
    throw Problem{"duplicate_field", doubled, fmt::format("\"{}\" is there twice", doubled)};
  }
  return parsed;
}

const json* Fields::find(std::string_view name) {
  taken_.push_back(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

const json& Fields::require(std::string_view name) {
  const json* value = find(name);
  if (value == nullptr) {
    throw Problem{"missing_field", path(name), fmt::format("\"{}\" is missing", path(name))};
  }
  return *value;
}

std::string Fields::text(std::string_view name) {
  const json& value = require(name);
  if (!value.is_string()) throw wrong_type(path(name), "a string", value);
  return value.get<std::string>();
}

int Fields::whole(std::string_view name) {
  const json& value = require(name);
  if (!value.is_number_integer()) throw wrong_type(path(name), "a whole number", value);
  constexpr std::int64_t kMost = 1'000'000'000;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > kMost) return kMost;
  return static_cast<int>(std::clamp<std::int64_t>(value.get<std::int64_t>(), -kMost, kMost));
}

base::Day Fields::day(std::string_view name) {
  const std::string written = text(name);
  const auto day = base::parse_day(written);
  if (!day) {
    throw Problem{"bad_date", path(name),
                  fmt::format("\"{}\" is no date YYYY-MM-DD from 1900 to 2199", written)};
  }
  return *day;
}

Fields Fields::object(std::string_view name) {
  const json& value = require(name);
  if (!value.is_object()) throw wrong_type(path(name), "an object", value);
  return {value, path(name) + "."};
}

std::vector<Fields> Fields::objects(std::string_view name, std::size_t max) {
  const json& value = require(name);
  if (!value.is_array()) throw wrong_type(path(name), "an array", value);
  if (value.size() > max) {
    throw Problem{"too_many", path(name), fmt::format("\"{}\" has at most {}", path(name), max)};
  }
  std::vector<Fields> all;
  for (const json& element : value) {
    const std::string at = fmt::format("{}[{}]", path(name), all.size());
    if (!element.is_object()) throw wrong_type(at, "an object", element);
    all.emplace_back(element, at + ".");
  }
  return all;
}

base::Money Fields::amount(std::string_view name, base::Currency currency) {
  const std::string written = text(name);
  const auto amount = base::parse_money(written, currency);
  if (amount) return *amount;
  switch (amount.error()) {
    case base::AmountRefusal::NotANumber:
      throw Problem{"bad_amount", path(name), fmt::format("\"{}\" is no decimal number", written)};
    case base::AmountRefusal::TooManyDecimals:
      throw Problem{"bad_amount", path(name),
                    fmt::format("{} has {} decimals, amounts are not rounded", currency.code(),
                                currency.exponent())};
    case base::AmountRefusal::TooLarge:
      throw Problem{"amount_too_large", path(name), "the amount is too large for the books"};
  }
  std::unreachable();
}

base::Rate Fields::percent(std::string_view name, base::RateBasis basis) {
  const std::string written = text(name);
  const auto rate = base::parse_percent(written, basis);
  if (rate) return *rate;
  switch (rate.error()) {
    case base::RateRefusal::NotANumber:
      throw Problem{"bad_rate", path(name),
                    fmt::format("\"{}\" is no decimal number from 0", written)};
    case base::RateRefusal::TooManyDecimals:
      throw Problem{"bad_rate", path(name), "a percentage has at most six decimals"};
    case base::RateRefusal::TooLarge:
      throw Problem{"rate_out_of_range", path(name), "a rate is at most 1000 %"};
  }
  std::unreachable();
}

void Fields::refuse_others() const {
  for (const auto& [name, value] : object_.items()) {
    if (std::ranges::find(taken_, name) != taken_.end()) continue;
    throw Problem{"unknown_field", path(name), fmt::format("\"{}\" is no field", path(name))};
  }
}

}  // namespace cli
