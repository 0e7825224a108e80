#include "cli/json_fields.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace cli {
namespace {

constexpr std::size_t kDepthMax = 8;  // terms need three

std::string_view type_name(const Json& value) {
  switch (value.type) {
    case Json::Type::Null:
      return "null";
    case Json::Type::Boolean:
      return "true or false";
    case Json::Type::Integer:
    case Json::Type::Real:
      return "a number";
    case Json::Type::String:
      return "a string";
    case Json::Type::Array:
      return "an array";
    case Json::Type::Object:
      return "an object";
  }
  return "";
}

/// What the parser tells, made into values. A value stays where it is while it is open, because its
/// parent gets no other one until it is closed.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Json take() { return std::move(root_); }

  bool null() override { return add({}); }
  bool boolean(bool value) override { return add({.type = Json::Type::Boolean, .boolean = value}); }
  bool number_integer(number_integer_t value) override {
    return add({.type = Json::Type::Integer, .integer = value});
  }
  bool number_unsigned(number_unsigned_t value) override {
    Json number{.type = Json::Type::Integer};
    number.integer = static_cast<std::int64_t>(std::min<number_unsigned_t>(value, INT64_MAX));
    if (value > INT64_MAX) number.text = std::to_string(value);
    return add(std::move(number));
  }
  bool number_float(number_float_t, const string_t&) override {
    return add({.type = Json::Type::Real});
  }
  bool string(string_t& value) override {
    return add({.type = Json::Type::String, .text = std::move(value)});
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::Type::Object); }
  bool start_array(std::size_t) override { return open(Json::Type::Array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    auto& names = open_.back()->names;
    if (std::ranges::find(names, name) != names.end() && doubled_.empty()) doubled_ = name;
    names.push_back(std::move(name));
    return true;
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::json::exception& error) override {
    throw Problem{"not_json", "", error.what()};
  }

  const std::string& doubled() const { return doubled_; }

 private:
  bool add(Json&& value) {
    place(std::move(value));
    return true;
  }
  bool open(Json::Type type) {
    if (open_.size() == kDepthMax) {
      throw Problem{"too_deep", "", fmt::format("terms nest at most {} deep", kDepthMax)};
    }
    open_.push_back(&place({.type = type}));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  Json& place(Json&& value) {
    if (open_.empty()) return root_ = std::move(value);
    return open_.back()->values.emplace_back(std::move(value));
  }

  Json root_;
  std::vector<Json*> open_;
  std::string doubled_;
};

Problem wrong_type(const std::string& path, std::string_view wanted, const Json& value) {
  return {"wrong_type", path,
          fmt::format("\"{}\" must be {}, not {}", path, wanted, type_name(value))};
}

}  // namespace

const Json* Json::find(std::string_view name) const {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? nullptr : &values[static_cast<std::size_t>(found - names.begin())];
}

std::string Json::written() const {
  if (type == Type::String) return nlohmann::json(text).dump();
  return text.empty() ? std::to_string(integer) : text;
}

Json parse_json(std::string_view line) {
  Builder builder;
  nlohmann::json::sax_parse(line, &builder);
  if (!builder.doubled().empty()) {
    throw Problem{"duplicate_field", builder.doubled(),
                  fmt::format("\"{}\" is there twice", builder.doubled())};
  }
  return builder.take();
}

const Json* Fields::find(std::string_view name) {
  taken_.push_back(name);
  return object_.find(name);
}

const Json& Fields::require(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) {
    throw Problem{"missing_field", path(name), fmt::format("\"{}\" is missing", path(name))};
  }
  return *value;
}

std::string Fields::text(std::string_view name) {
  const Json& value = require(name);
  if (value.type != Json::Type::String) throw wrong_type(path(name), "a string", value);
  return value.text;
}

int Fields::whole(std::string_view name) {
  const Json& value = require(name);
  if (value.type != Json::Type::Integer) throw wrong_type(path(name), "a whole number", value);
  constexpr std::int64_t kMost = 1'000'000'000;
  return static_cast<int>(std::clamp(value.integer, -kMost, kMost));
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
  const Json& value = require(name);
  if (value.type != Json::Type::Object) throw wrong_type(path(name), "an object", value);
  return {value, path(name) + "."};
}

std::vector<Fields> Fields::objects(std::string_view name, std::size_t max) {
  const Json& value = require(name);
  if (value.type != Json::Type::Array) throw wrong_type(path(name), "an array", value);
  if (value.values.size() > max) {
    throw Problem{"too_many", path(name), fmt::format("\"{}\" has at most {}", path(name), max)};
  }
  std::vector<Fields> all;
  for (const Json& element : value.values) {
    const std::string at = fmt::format("{}[{}]", path(name), all.size());
    if (element.type != Json::Type::Object) throw wrong_type(at, "an object", element);
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
  for (const std::string& name : object_.names) {
    if (std::ranges::find(taken_, name) != taken_.end()) continue;
    throw Problem{"unknown_field", path(name), fmt::format("\"{}\" is no field", path(name))};
  }
}

}  // namespace cli
