#include "engine/waterfalls.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "engine/toml_section.h"

namespace engine {
namespace {

using scheduling::Component;
using scheduling::PaymentType;
using scheduling::WaterfallRow;

constexpr int kDpdMax = 9'999;  // 27 years

const std::vector<std::pair<std::string_view, PaymentType>> kTypes = {
    {"repayment", PaymentType::Repayment},
    {"auto_debit", PaymentType::AutoDebit},
    {"merchant_refund", PaymentType::MerchantRefund},
    {"goodwill", PaymentType::Goodwill},
    {"collector", PaymentType::Collector},
    {"insurance", PaymentType::Insurance},
    {"credit_balance", PaymentType::CreditBalance}};

const std::vector<std::pair<std::string_view, Component>> kComponents = {
    {"penalty", Component::Penalty},
    {"fee", Component::Fee},
    {"interest", Component::Interest},
    {"principal", Component::Principal}};

std::vector<Component> read_components(Section& section, std::string_view key) {
  std::vector<Component> components;
  for (const std::string& name : section.texts(key)) {
    const Component component = section.choice<Component>(key, name, kComponents);
    if (std::ranges::find(components, component) != components.end()) {
      wrong(section.path(key), name, "is named once");
    }
    components.push_back(component);
  }
  return components;
}

/// What is past due is asked for until it is paid, so that all of it must be payable.
std::vector<Component> read_past_due(Section& section) {
  std::vector<Component> components = read_components(section, "past_due");
  for (const auto& [name, component] : kComponents) {
    if (std::ranges::find(components, component) == components.end()) {
      wrong(section.path("past_due"), text_of(section.require("past_due")),
            fmt::format("names all of penalty, fee, interest, principal: nothing would ever pay "
                        "the {}",
                        name));
    }
  }
  return components;
}

WaterfallRow read_row(Section section) {
  using scheduling::Direction;
  using scheduling::FutureRule;
  WaterfallRow row;
  if (section.find("type") != nullptr) {
    row.type = section.choice<PaymentType>("type", section.text("type"), kTypes);
  }
  row.dpd_min = section.whole_or("dpd_min", 0, 0, kDpdMax);
  const std::vector<Component> past_due = read_past_due(section);
  const auto or_past_due = [&](std::string_view key) {
    return section.find(key) == nullptr ? past_due : read_components(section, key);
  };
  row.waterfall =
      scheduling::make_waterfall(past_due, or_past_due("due"), or_past_due("in_advance"));
  row.waterfall.direction = section.choice<Direction>(
      "direction", section.text_or("direction", "horizontal"),
      {{"horizontal", Direction::Horizontal}, {"vertical", Direction::Vertical}});
  row.waterfall.future = section.choice<FutureRule>("future", section.text_or("future", "next"),
                                                    {{"next", FutureRule::Next},
                                                     {"last", FutureRule::Last},
                                                     {"reamortize", FutureRule::Reamortize}});
  section.done();
  return row;
}

bool has_same_key(const WaterfallRow& a, const WaterfallRow& b) {
  return a.type == b.type && a.dpd_min == b.dpd_min;
}

}  // namespace

std::vector<WaterfallRow> read_waterfalls(Section& root) {
  if (root.find("waterfall") == nullptr) {
    const auto rows = scheduling::default_waterfalls();
    return {rows.begin(), rows.end()};
  }
  std::vector<WaterfallRow> rows;
  for (Section& section : root.sections("waterfall")) {
    const std::string where = section.path("dpd_min");
    const WaterfallRow row = read_row(std::move(section));
    if (std::ranges::any_of(rows, [&](const WaterfallRow& r) { return has_same_key(r, row); })) {
      wrong(where, std::to_string(row.dpd_min), "is used once for a type");
    }
    rows.push_back(row);
  }
  for (const auto& [name, type] : kTypes) {
    if (scheduling::find_waterfall(rows, type, 0) == nullptr) {
      wrong(root.path("waterfall"), std::string(name),
            "has a row from 0 days past due on for each type, or one that names no type");
    }
  }
  return rows;
}

}  // namespace engine
