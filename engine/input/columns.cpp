#include "engine/input/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace input {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool is_column(Kind kind, std::string_view column) {
  return std::ranges::find(columns_of(kind), column, &Column::name) != columns_of(kind).end();
}

}  // namespace

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::Purchases:
      return "purchases";
    case Kind::Repayments:
      return "repayments";
    case Kind::Refunds:
      return "refunds";
  }
  return "";
}

const std::vector<Column>& columns_of(Kind kind) {
  // rows.cpp reads them by position.
  static const std::vector<Column> purchases = {
      {"purchase_ref", true}, {"customer", true},  {"merchant", true}, {"purchased_at", true},
      {"amount", true},       {"currency", false}, {"product", false}, {"installments", false},
      {"channel", false},     {"category", false}};
  static const std::vector<Column> repayments = {
      {"repayment_id", true}, {"customer", true}, {"paid_at", true},      {"amount", true},
      {"currency", false},    {"channel", false}, {"purchase_ref", false}};
  static const std::vector<Column> refunds = {{"refund_id", true},   {"purchase_ref", true},
                                              {"refunded_at", true}, {"amount", true},
                                              {"currency", false},   {"reason", false}};
  switch (kind) {
    case Kind::Purchases:
      return purchases;
    case Kind::Repayments:
      return repayments;
    case Kind::Refunds:
      return refunds;
  }
  return purchases;
}

ColumnMap parse_map(std::string_view text, Kind kind) {
  ColumnMap map;
  if (text.empty()) return map;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == part.size()) {
      throw InputError(
          fmt::format("the map's \"{}\" is not column=column or column=column:column", part));
    }
    const std::string column(part.substr(0, equals));
    if (!is_column(kind, column)) {
      throw InputError(fmt::format("the map's \"{}\" is not a column of {}", column, name(kind)));
    }
    if (!map.emplace(column, part.substr(equals + 1)).second) {
      throw InputError(fmt::format("the map names {} twice", column));
    }
  }
  return map;
}

Columns::Columns(Kind kind, const Record& header, const ColumnMap& own_map,
                 const engine::Catalog& catalog, const std::string& file)
    : kind_(kind), field_count_(header.fields.size()) {
  if (header.fault != RecordFault::None) {
    throw InputError(fmt::format("{}: the header can't be read: {}", file, sentence(header.fault)));
  }
  auto index_of = [&](std::string_view wanted, bool must_be) -> std::optional<std::size_t> {
    const auto found = std::ranges::find(header.fields, wanted);
    if (found == header.fields.end()) {
      if (!must_be) return std::nullopt;
      throw InputError(fmt::format("{}: the header has no column \"{}\"", file, wanted));
    }
    if (std::find(found + 1, header.fields.end(), wanted) != header.fields.end()) {
      throw InputError(fmt::format("{}: the header has the column \"{}\" twice", file, wanted));
    }
    return static_cast<std::size_t>(found - header.fields.begin());
  };
  const auto of_catalog = catalog.import_map.find(std::string(name(kind)));
  auto mapping_of = [&](const Column& column) -> std::string {
    const auto own = own_map.find(column.name);
    if (own != own_map.end()) return own->second;
    if (of_catalog == catalog.import_map.end()) return "";
    const auto found = of_catalog->second.find(std::string(column.name));
    if (found == of_catalog->second.end()) return "";
    const bool any_there = std::ranges::any_of(split(found->second, ':'), [&](auto part) {
      return std::ranges::find(header.fields, part) != header.fields.end();
    });
    return any_there || !index_of(column.name, false) ? found->second : "";
  };
  const auto values = catalog.import_values.find(std::string(name(kind)));
  for (const Column& column : columns_of(kind)) {
    Source source;
    const std::string mapping = mapping_of(column);
    if (!mapping.empty()) {
      for (const std::string_view part : split(mapping, ':')) {
        source.fields.push_back(*index_of(part, true));
      }
    } else if (const auto index = index_of(column.name, column.is_required)) {
      source.fields.push_back(*index);
    }
    if (values != catalog.import_values.end()) {
      const auto of_column = values->second.find(std::string(column.name));
      if (of_column != values->second.end()) source.values = &of_column->second;
    }
    sources_.push_back(std::move(source));
  }
}

std::string_view Columns::value(std::size_t column, const Record& record) {
  Source& source = sources_[column];
  if (source.fields.empty()) return {};
  std::string_view value = record.fields[source.fields.front()];
  if (source.fields.size() > 1) {
    source.text.clear();
    for (const std::size_t field : source.fields) {
      if (field != source.fields.front()) source.text += ':';
      source.text += record.fields[field];
    }
    value = source.text;
  }
  if (source.values != nullptr) {
    const auto exchanged = source.values->find(std::string(value));
    if (exchanged != source.values->end()) return exchanged->second;
  }
  return value;
}

}  // namespace input
