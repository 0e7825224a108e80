#include "cli/intake_report.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <utility>

#include "cli/tables.h"
#include "engine/price_caps.h"

namespace cli {
namespace {

constexpr int kRejectLinesMax = 10;

struct Outcome {
  const char* name;
  input::Tally input::Totals::* tally;
};
constexpr std::array<Outcome, 5> kOutcomes = {{{"read", &input::Totals::read},
                                               {"posted", &input::Totals::posted},
                                               {"repeated", &input::Totals::repeated},
                                               {"declined", &input::Totals::declined},
                                               {"rejected", &input::Totals::rejected}}};

std::string with_commas(std::string digits) {
  const std::size_t end = std::min(digits.find('.'), digits.size());
  const std::size_t begin = digits.starts_with('-') ? 1 : 0;
  for (std::size_t at = end; at > begin + 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

[[noreturn]] void throw_catalog_error(const std::string& file, const engine::CatalogError& error) {
  throw input::InputError(
      fmt::format("{}: {}{} {}", file, error.field,
                  error.value.empty() ? "" : fmt::format(" \"{}\"", error.value), error.rule));
}

std::string read_text_file(const std::string& path) {
  input::ByteSource source(path);
  std::string text;
  std::array<char, 65536> piece;
  constexpr std::size_t kTextMax = 5'000'000;  // the parser says what is too long
  while (text.size() < kTextMax) {
    const std::size_t got = source.read(piece);
    if (got == 0) break;
    text.append(piece.data(), got);
  }
  if (source.fault()) throw input::InputError(*source.fault());
  return text;
}

}  // namespace

engine::Catalog parse_catalog_text(std::string text, const std::string& file) {
  auto catalog = engine::parse_catalog(std::move(text));
  if (!catalog) throw_catalog_error(file, catalog.error());
  return *std::move(catalog);
}

engine::Catalog read_catalog_file(const std::string& path) {
  return parse_catalog_text(read_text_file(path), path);
}

scheduling::PriceCapTable read_price_caps_file(const std::string& path) {
  auto caps = engine::parse_price_caps(read_text_file(path));
  if (!caps) throw_catalog_error(path, caps.error());
  return *std::move(caps);
}

void print_totals(std::ostream& out, std::span<const KindTotals> kinds, base::Currency currency) {
  std::set<base::Currency> currencies{currency};
  for (const KindTotals& one : kinds) {
    for (const auto& [other, minor] : one.totals.read.amount_minor) currencies.insert(other);
  }
  TextTable table;
  table.column("control totals", TextTable::Align::Left);
  table.column("", TextTable::Align::Left);
  table.column("count", TextTable::Align::Right);
  for (const base::Currency& each : currencies) {
    table.column(std::string(each.code()), TextTable::Align::Right);
  }
  for (const KindTotals& one : kinds) {
    for (const Outcome& outcome : kOutcomes) {
      const input::Tally& tally = one.totals.*outcome.tally;
      const bool is_first = outcome.tally == &input::Totals::read;
      std::vector<std::string> cells = {is_first ? std::string(input::name(one.kind)) : "",
                                        outcome.name, with_commas(std::to_string(tally.count))};
      for (const base::Currency& each : currencies) {
        cells.push_back(with_commas(input::to_decimal(tally.minor(each), each.exponent())));
      }
      table.row(std::move(cells));
    }
  }
  table.print(out);
  for (const KindTotals& one : kinds) {
    if (one.totals.unreadable == 0) continue;
    out << fmt::format("{}: {} rejected rows have an amount that can't be read; they count as 0\n",
                       input::name(one.kind), one.totals.unreadable);
  }
}

nlohmann::ordered_json totals_json(const input::Totals& totals, base::Currency currency) {
  nlohmann::ordered_json json;
  for (const Outcome& outcome : kOutcomes) {
    const input::Tally& tally = totals.*outcome.tally;
    nlohmann::ordered_json& one = json[outcome.name];
    one["count"] = tally.count;
    one["amount"] = input::to_decimal(tally.minor(currency), currency.exponent());
    for (const auto& [other, minor] : tally.amount_minor) {
      if (other == currency) continue;
      one["others"][std::string(other.code())] = input::to_decimal(minor, other.exponent());
    }
  }
  json["unreadable_amounts"] = totals.unreadable;
  return json;
}

void RejectLines::add(input::Kind kind, std::int64_t line, const std::string& code,
                      const std::string& field, const std::string& value,
                      const std::string& detail) {
  if (++shown_ > kRejectLinesMax) {
    if (shown_ == kRejectLinesMax + 1) std::cerr << "… more rows like these\n";
    return;
  }
  std::cerr << fmt::format("{} line {}: {} {} \"{}\": {}\n", input::name(kind), line, code, field,
                           shorten(value, 60), detail);
}

}  // namespace cli
