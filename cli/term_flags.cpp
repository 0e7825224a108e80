#include "cli/term_flags.h"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/intake_report.h"
#include "cli/schedule_terms.h"

namespace cli {
namespace {

using nlohmann::json;

/// The same fields as a line of `fenqi schedule`, so that a value is refused in the same words.
json terms_json(const TermFlags& flags) {
  json terms = {{"currency", flags.currency},
                {"principal", flags.principal},
                {"method", flags.method},
                {"installments", flags.installments},
                {"disbursed_on", flags.disbursed_on},
                {"every", {{"count", flags.every}, {"unit", flags.unit}}}};
  if (!flags.rate.empty()) terms["rate"] = {{"percent", flags.rate}, {"per", flags.per}};
  if (!flags.first_due_on.empty()) terms["first_due_on"] = flags.first_due_on;
  if (!flags.day_count.empty()) terms["day_count"] = flags.day_count;
  for (const std::string& field : flags.set) {
    const std::size_t equals = field.find('=');
    if (equals == std::string::npos) {
      throw CLI::ValidationError("--set", fmt::format("\"{}\" is not FIELD=JSON", field));
    }
    const std::string value = field.substr(equals + 1);
    parse_json(value);  // refuses what is no JSON in the words of a line
    terms[field.substr(0, equals)] = json::parse(value);
  }
  return terms;
}

}  // namespace

void add_term_flags(CLI::App& command, TermFlags& flags) {
  command.add_option("--principal", flags.principal, "What is financed, 1000.00")->required();
  command.add_option("--currency", flags.currency, "ISO 4217")->capture_default_str();
  command
      .add_option("--method", flags.method,
                  "interest_free, flat_fee, upfront_fee, equal_principal, level_payment, "
                  "daily_interest, flat_interest, balloon")
      ->capture_default_str();
  command.add_option("--rate", flags.rate, "Percent, 0.60");
  command.add_option("--per", flags.per, "period, day, month, year365, year360")
      ->capture_default_str();
  command.add_option("--installments", flags.installments)->required();
  command.add_option("--disbursed-on", flags.disbursed_on, "YYYY-MM-DD")->required();
  command.add_option("--first-due-on", flags.first_due_on,
                     "One period after the disbursement if not given");
  command.add_option("--every", flags.every, "Units from one due date to the next")
      ->capture_default_str();
  command.add_option("--unit", flags.unit, "day, week, half_month, month")->capture_default_str();
  command.add_option("--day-count", flags.day_count, "ACT/365F and so on; SAME_AS_PERIOD");
  command.add_option("--set", flags.set, "Any other field of the terms, FIELD=JSON");
  command.add_option("--catalog", flags.catalog,
                     "A catalog file with the calendars that business_day names");
}

scheduling::Terms read_term_flags(const TermFlags& flags) {
  std::optional<engine::Catalog> catalog;
  if (!flags.catalog.empty()) catalog = read_catalog_file(flags.catalog);
  const Json written = parse_json(terms_json(flags).dump());
  Fields fields(written, "");
  return read_terms(fields, [&](std::string_view name) {
    return catalog ? catalog->find_calendar(name) : nullptr;
  });
}

void print_problem(const Problem& problem) {
  std::cerr << fmt::format("fenqi: {}{}{} ({})\n", problem.field, problem.field.empty() ? "" : ": ",
                           problem.detail, problem.code);
}

}  // namespace cli
