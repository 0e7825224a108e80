#include "cli/json_fields.h"

#include <simdjson.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
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

/// What the careful parser tells, made into values. A value stays where it is while it is open,
/// because its parent gets no other one until it is closed.
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

bool copy(simdjson::dom::element from, Json& to, std::size_t depth);

bool copy_array(simdjson::dom::array from, Json& to, std::size_t depth) {
  to.values.reserve(from.size());
  for (const simdjson::dom::element value : from) {
    if (!copy(value, to.values.emplace_back(), depth)) return false;
  }
  return true;
}

bool copy_object(simdjson::dom::object from, Json& to, std::size_t depth) {
  to.names.reserve(from.size());
  to.values.reserve(from.size());
  for (const auto [name, value] : from) {
    if (std::ranges::find(to.names, name) != to.names.end()) return false;
    to.names.emplace_back(name);
    if (!copy(value, to.values.emplace_back(), depth)) return false;
  }
  return true;
}

/// Makes values of what the fast parser found, inside `depth` others. False where the careful one
/// has to look: something is to be refused.
bool copy(simdjson::dom::element from, Json& to, std::size_t depth) {
  switch (from.type()) {
    case simdjson::dom::element_type::NULL_VALUE:
      return true;
    case simdjson::dom::element_type::BOOL:
      to.type = Json::Type::Boolean;
      to.boolean = from.get_bool().value_unsafe();
      return true;
    case simdjson::dom::element_type::INT64:
      to.type = Json::Type::Integer;
      to.integer = from.get_int64().value_unsafe();
      return true;
    case simdjson::dom::element_type::UINT64:
      return false;
    case simdjson::dom::element_type::DOUBLE:
      to.type = Json::Type::Real;
      return true;
    case simdjson::dom::element_type::STRING:
      to.type = Json::Type::String;
      to.text = from.get_string().value_unsafe();
      return true;
    case simdjson::dom::element_type::ARRAY:
      to.type = Json::Type::Array;
      return depth < kDepthMax && copy_array(from.get_array().value_unsafe(), to, depth + 1);
    case simdjson::dom::element_type::OBJECT:
      to.type = Json::Type::Object;
      return depth < kDepthMax && copy_object(from.get_object().value_unsafe(), to, depth + 1);
  }
  return false;
}

/// The value, or nothing where the careful parser has to look.
std::optional<Json> parse_fast(std::string_view line) {
  // A parser keeps its memory for the next line: to make it costs more than a line.
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(line.data(), line.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  std::optional<Json> value(std::in_place);
  if (!copy(root, *value, 0)) value.reset();
  return value;
}

/// Says by its errors what is wrong and where.
Json parse_carefully(std::string_view line) {
  Builder builder;
  nlohmann::json::sax_parse(line, &builder);
  if (!builder.doubled().empty()) {
    throw Problem{"duplicate_field", builder.doubled(),
                  fmt::format("\"{}\" is there twice", builder.doubled())};
  }
  return builder.take();
}

Problem wrong_type(const std::string& path, std::string_view wanted, const Json& value) {
  return {"wrong_type", path,
          fmt::format("\"{}\" must be {}, not {}", path, wanted, type_name(value))};
}

}  // namespace

std::string Json::written() const {
  if (type == Type::String) {
    const bool is_plain = std::ranges::all_of(
        text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
    return is_plain ? '"' + text + '"' : nlohmann::json(text).dump();
  }
  return text.empty() ? std::to_string(integer) : text;
}

Json parse_json(std::string_view line) {
  std::optional<Json> value = parse_fast(line);
  return value ? *std::move(value) : parse_carefully(line);
}

const Json* Fields::find(std::string_view name) {
  const auto found = std::ranges::find(object_.names, name);
  if (found == object_.names.end()) return nullptr;
  const auto index = static_cast<std::size_t>(found - object_.names.begin());
  taken_[index] = true;
  return &object_.values[index];
}

const Json& Fields::require(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) {
    throw Problem{"missing_field", path(name), fmt::format("\"{}\" is missing", path(name))};
  }
  return *value;
}

const std::string& Fields::text(std::string_view name) {
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
  const std::string& written = text(name);
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
  const std::string& written = text(name);
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
  const std::string& written = text(name);
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
  const auto other = std::ranges::find(taken_, false);
  if (other == taken_.end()) return;
  const std::string& name = object_.names[static_cast<std::size_t>(other - taken_.begin())];
  throw Problem{"unknown_field", path(name), fmt::format("\"{}\" is no field", path(name))};
}

}  // namespace cli
