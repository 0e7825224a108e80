// Reading policy from TOML: a table whose keys are all known, and what is wrong with one. Included
// only by what reads such files.
#pragma once

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "base/rate.h"
#include "engine/catalog.h"

namespace engine {

inline constexpr std::size_t kNameBytesMax = 64;

/// What parsing stops with; the parse functions turn it into a result.
struct Wrong {
  CatalogError error;
};

[[noreturn]] inline void wrong(std::string field, std::string value, std::string rule) {
  throw Wrong{{std::move(field), std::move(value), std::move(rule)}};
}

inline std::string text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  std::ostringstream out;
  node.visit([&out](const auto& value) { out << value; });
  std::string text = out.str();
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  return text;
}

/// A name that appears in journals, reports and URLs as it is.
inline bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

/// One table of the file. It remembers which keys were asked for, so that `done` can refuse the
/// others by name: a misspelt key must not mean the default.
class Section {
 public:
  Section(const toml::table& table, std::string path) : table_(table), path_(std::move(path)) {}

  std::string path(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }
  void rename(std::string path) { path_ = std::move(path); }
  const toml::table& raw() const { return table_; }

  const toml::node* find(std::string_view key) {
    asked_.insert(std::string(key));
    return table_.get(key);
  }
  const toml::node& require(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) wrong(path(key), "", "is missing");
    return *node;
  }

  std::string text(std::string_view key) { return text(require(key), key); }
  std::string text_or(std::string_view key, std::string fallback) {
    const toml::node* node = find(key);
    return node == nullptr ? fallback : text(*node, key);
  }
  std::string name(std::string_view key) {
    std::string value = text(key);
    check_name(value, path(key));
    return value;
  }
  static void check_name(const std::string& value, const std::string& where) {
    if (!is_name(value)) {
      wrong(where, value, "is a name: 1 to 64 letters, digits, '_', '-' or '.'");
    }
  }
  bool flag_or(std::string_view key, bool fallback) {
    const toml::node* node = find(key);
    if (node == nullptr) return fallback;
    const auto* value = node->as_boolean();
    if (value == nullptr) wrong(path(key), text_of(*node), "is true or false");
    return value->get();
  }
  int whole(std::string_view key, int least, int most) {
    const toml::node& node = require(key);
    const auto* value = node.as_integer();
    if (value == nullptr || value->get() < least || value->get() > most) {
      wrong(path(key), text_of(node), fmt::format("is a whole number from {} to {}", least, most));
    }
    return static_cast<int>(value->get());
  }
  int whole_or(std::string_view key, int fallback, int least, int most) {
    return find(key) == nullptr ? fallback : whole(key, least, most);
  }
  base::Rate percent(std::string_view key, base::RateBasis basis) {
    return percent(require(key), path(key), basis);
  }
  base::Rate percent_or_zero(std::string_view key, base::RateBasis basis) {
    return find(key) == nullptr ? base::Rate{0, basis} : percent(key, basis);
  }
  static base::Rate percent(const toml::node& node, const std::string& where,
                            base::RateBasis basis) {
    const auto* text = node.as_string();
    if (text == nullptr) wrong(where, text_of(node), "is a percentage in quotes, like \"0.60\"");
    const auto rate = base::parse_percent(text->get(), basis);
    if (!rate) {
      switch (rate.error()) {
        case base::RateRefusal::NotANumber:
          wrong(where, text->get(), "is a percentage, like \"0.60\"");
        case base::RateRefusal::TooManyDecimals:
          wrong(where, text->get(), "has at most 6 decimals");
        case base::RateRefusal::TooLarge:
          wrong(where, text->get(), "is at most 1000 %");
      }
    }
    return *rate;
  }
  std::int64_t money_or(std::string_view key, std::int64_t fallback, base::Currency currency) {
    const toml::node* node = find(key);
    return node == nullptr ? fallback : money(*node, path(key), currency);
  }
  static std::int64_t money(const toml::node& node, const std::string& where,
                            base::Currency currency) {
    const auto* text = node.as_string();
    if (text == nullptr) wrong(where, text_of(node), "is an amount in quotes, like \"10.00\"");
    const auto amount = base::parse_money(text->get(), currency);
    if (!amount) {
      switch (amount.error()) {
        case base::AmountRefusal::NotANumber:
          wrong(where, text->get(), "is an amount, like \"10.00\"");
        case base::AmountRefusal::TooManyDecimals:
          wrong(where, text->get(),
                fmt::format("has at most {} decimals in {}", currency.exponent(), currency.code()));
        case base::AmountRefusal::TooLarge:
          wrong(where, text->get(), "is at most 10^18 minor units");
      }
    }
    if (amount->is_negative()) wrong(where, text->get(), "is not negative");
    return amount->minor();
  }
  static base::Day day(const toml::node& node, const std::string& where) {
    const auto* value = node.as_date();
    if (value == nullptr) wrong(where, text_of(node), "is a date without quotes, like 2026-06-18");
    const toml::date date = value->get();
    const std::optional<base::Day> day = base::parse_day(fmt::format(
        "{:04}-{:02}-{:02}", unsigned{date.year}, unsigned{date.month}, unsigned{date.day}));
    if (!day) wrong(where, text_of(node), "is a real date of the years 1900 to 2199");
    return *day;
  }
  std::optional<base::Day> day_if_any(std::string_view key) {
    const toml::node* node = find(key);
    return node == nullptr ? std::nullopt : std::optional(day(*node, path(key)));
  }
  std::vector<base::Day> days(std::string_view key) {
    std::vector<base::Day> days;
    const toml::node* node = find(key);
    if (node == nullptr) return days;
    const auto* list = node->as_array();
    if (list == nullptr) wrong(path(key), text_of(*node), "is a list of dates");
    for (const toml::node& item : *list) days.push_back(day(item, path(key)));
    return days;
  }
  std::vector<std::string> texts(std::string_view key) {
    const toml::node& node = require(key);
    const auto* list = node.as_array();
    if (list == nullptr) wrong(path(key), text_of(node), "is a list of texts in quotes");
    std::vector<std::string> all;
    for (const toml::node& item : *list) all.push_back(text(item, key));
    return all;
  }
  std::optional<Section> section_if_any(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) return std::nullopt;
    const auto* table = node->as_table();
    if (table == nullptr) wrong(path(key), text_of(*node), "is a table");
    return Section(*table, path(key));
  }
  Section section(std::string_view key) {
    std::optional<Section> found = section_if_any(key);
    if (!found) wrong(path(key), "", "is missing");
    return *found;
  }
  /// The tables written [[key]]; their paths carry their names once those are known.
  std::vector<Section> sections(std::string_view key) {
    const toml::node& node = require(key);
    const auto* list = node.as_array();
    if (list == nullptr || list->empty()) {
      wrong(path(key), "", fmt::format("is one or more tables, each under [[{}]]", path(key)));
    }
    std::vector<Section> all;
    for (const toml::node& item : *list) {
      const auto* table = item.as_table();
      if (table == nullptr) wrong(path(key), text_of(item), "is a table");
      all.emplace_back(*table, fmt::format("{}[{}]", path(key), all.size() + 1));
    }
    return all;
  }
  template <class T>
  T choice(std::string_view key, const std::string& value,
           const std::vector<std::pair<std::string_view, T>>& choices) {
    std::string words;
    for (const auto& [word, meaning] : choices) {
      if (word == value) return meaning;
      words += (words.empty() ? "" : ", ") + std::string(word);
    }
    wrong(path(key), value, "is one of: " + words);
  }

  void done() const {
    for (const auto& [key, node] : table_) {
      if (!asked_.contains(std::string(key.str()))) {
        wrong(path(key.str()), text_of(node), "is not a key that catalogs have");
      }
    }
  }

 private:
  std::string text(const toml::node& node, std::string_view key) const {
    const auto* value = node.as_string();
    if (value == nullptr) wrong(path(key), text_of(node), "is a text in quotes");
    return value->get();
  }

  const toml::table& table_;
  std::string path_;
  std::set<std::string> asked_;
};

/// `read(root)` of a whole file, or what stopped it.
template <class Read>
auto parse_toml(std::string_view body, std::string_view file, Read&& read)
    -> base::Result<decltype(read(std::declval<Section>())), CatalogError> {
  /// A complete catalog is some 20 kB; a file beyond this was given by mistake.
  constexpr std::size_t kBodyBytesMax = 4'000'000;
  if (body.size() > kBodyBytesMax) {
    return base::Refused(CatalogError{std::string(file), fmt::format("{} bytes", body.size()),
                                      "is at most 4,000,000 bytes long"});
  }
  try {
    const toml::table table = toml::parse(body);
    return read(Section(table, ""));
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    return base::Refused(CatalogError{fmt::format("line {}, column {}", at.line, at.column), "",
                                      fmt::format("is not TOML: {}", error.description())});
  } catch (const Wrong& stop) {
    return base::Refused(stop.error);
  }
}

}  // namespace engine
