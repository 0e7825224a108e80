// fenqi explain: where a figure comes from, step by step.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/explain_amounts.h"
#include "cli/json_fields.h"
#include "cli/schedule_terms.h"
#include "cli/tables.h"
#include "cli/term_flags.h"
#include "engine/explain_plan.h"
#include "scheduling/explain.h"
#include "scheduling/schedule.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct Options {
  std::vector<std::string> what;  // [PURCHASE_REF] NUMBER
  std::string plan;
  TermFlags terms;
  std::vector<const CLI::Option*> term_options;
  std::vector<const CLI::Option*> needed_terms;  // of an installment that is not stored
};

template <class Whole>
Whole whole_of(const char* what, const std::string& text) {
  Whole value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) {
    throw CLI::ValidationError(what, fmt::format("\"{}\" is no whole number", text));
  }
  return value;
}

void print_heading(const scheduling::Installment& row, int count) {
  std::cout << fmt::format("Installment {} of {}{}, due {}\n", row.number, count,
                           row.is_upfront ? " (upfront)" : "", base::to_string(row.due));
}

void print_steps(const std::vector<scheduling::ExplainedStep>& steps, base::Currency currency) {
  for (const scheduling::ExplainedStep& step : steps) {
    std::cout << fmt::format("\n{}\n  {}\n", step.figure, step.formula);
    if (!step.exact.empty()) std::cout << fmt::format("  before rounding {}\n", step.exact);
    std::cout << fmt::format("  {}\n", step.rule);
    if (step.amount_minor) {
      std::cout << fmt::format(
          "  {} {}\n", base::to_decimal(*step.amount_minor, currency.exponent()), currency.code());
    }
  }
}

Exit no_installment(int number, int first, int last) {
  std::cerr << fmt::format("fenqi: there is no installment {}: the plan has {} to {}\n", number,
                           first, last);
  return Exit::Refused;
}

/// Of terms that are given as flags.
Exit explain_terms(const TermFlags& flags, int number) {
  try {
    const scheduling::Terms terms = read_term_flags(flags);
    const auto schedule = scheduling::make_schedule(terms);
    if (!schedule) throw problem_of(schedule.error(), terms);
    bool is_found = false;
    for (std::size_t i = 0; i < schedule->installments.size(); ++i) {
      const scheduling::Installment& row = schedule->installments[i];
      if (row.number != number) continue;
      is_found = true;
      print_heading(row, terms.installment_count);
      print_steps(scheduling::explain_installment(terms, *schedule, i), schedule->currency);
    }
    if (is_found) return Exit::Done;
    return no_installment(number, schedule->installments.front().number,
                          schedule->installments.back().number);
  } catch (const Problem& problem) {
    print_problem(problem);
    return Exit::BadData;
  }
}

void print_plan(const engine::ExplainedInstallment& one) {
  const store::PlanHistory& plan = one.plan;
  std::cout << fmt::format(
      "Purchase {}, plan {}: {} {} in {} by product {} of catalog version {}, from {}\n",
      plan.purchase_ref, plan.id.value,
      base::to_decimal(one.terms.principal.minor(), plan.currency.exponent()), plan.currency.code(),
      one.terms.installment_count, plan.product, plan.catalog_version,
      base::to_string(plan.start_on));
}

/// What put a version in force: "refund F1 (event 123) on 2026-08-25".
std::string event_text(const store::ScheduleVersion& version) {
  return fmt::format("{}{} (event {}) on {}", engine::name(version.cause),
                     version.ref.empty() ? "" : " " + version.ref, version.event.value,
                     base::to_string(version.on));
}

/// The installment in each version, where there was more than one.
void print_versions(const engine::ExplainedInstallment& one) {
  const int exponent = one.plan.currency.exponent();
  TextTable table;
  table.column("version", TextTable::Align::Right).column("due", TextTable::Align::Left);
  for (const char* heading : {"principal", "interest", "fee", "total"}) {
    table.column(heading, TextTable::Align::Right);
  }
  table.column("by", TextTable::Align::Left);
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    const store::ScheduleVersion& version = one.plan.versions[i];
    std::vector<std::string> cells = {std::to_string(version.number)};
    if (one.rows[i]) {
      cells.push_back(base::to_string(one.rows[i]->due));
      for (const std::int64_t minor : {one.rows[i]->principal_minor, one.rows[i]->interest_minor,
                                       one.rows[i]->fee_minor, one.rows[i]->total_minor()}) {
        cells.push_back(base::to_decimal(minor, exponent));
      }
    } else {
      cells.insert(cells.end(), {"none", "", "", "", ""});
    }
    cells.push_back(event_text(version));
    table.row(std::move(cells));
  }
  table.print(std::cout);
}

Exit print_stored(const engine::Explanation& explained, const std::string& asked, int number) {
  if (!explained) {
    if (explained.error().refusal == engine::ExplainRefusal::InstallmentNotFound) {
      return no_installment(number, 1, explained.error().last_number);
    }
    std::cerr << fmt::format("fenqi: PURCHASE_UNKNOWN: there is no plan of {}\n", asked);
    return Exit::Refused;
  }
  const engine::ExplainedInstallment& one = *explained;
  print_plan(one);
  if (one.plan.versions.size() > 1) {
    const store::ScheduleVersion& present = one.plan.versions.back();
    std::cout << fmt::format("Version {} is in force: version {} was replaced by {}\n\n",
                             present.number, present.number - 1, event_text(present));
    print_versions(one);
    std::cout << "\nThe arithmetic of version 1:\n";
  }
  if (!one.rows.front()) {
    std::cout << fmt::format("the capture's schedule had no installment {}\n", number);
    return Exit::Done;
  }
  print_heading(*one.rows.front(), one.terms.installment_count);
  if (!one.is_as_stored) {
    std::cout << "The rules give other figures today than were stored; those of the table count.\n";
    if (one.plan.versions.size() == 1) print_versions(one);
  }
  print_steps(one.steps, one.plan.currency);
  return Exit::Done;
}

Exit explain_stored(const Options& options, int number) {
  const auto plan = options.plan.empty()
                        ? std::nullopt
                        : std::optional(whole_of<std::int64_t>("--plan", options.plan));
  store::Session session(store::open_migrated_database());
  if (plan) {
    return print_stored(engine::explain_plan(session, {*plan}, number),
                        fmt::format("number {}", *plan), number);
  }
  const std::string& ref = options.what.front();
  return print_stored(engine::explain_purchase(session, ref, number),
                      fmt::format("purchase \"{}\"", shorten(ref, 60)), number);
}

Exit run(const Options& options) {
  const int number = whole_of<int>("installment", options.what.back());
  const bool names_purchase = options.what.size() > 1;
  if (!names_purchase && options.plan.empty()) {
    for (const CLI::Option* option : options.needed_terms) {
      if (option->count() == 0) throw CLI::RequiredError(option->get_name());
    }
    return explain_terms(options.terms, number);
  }
  if (names_purchase && !options.plan.empty()) {
    throw CLI::ValidationError("--plan", "names the plan as the purchase does: give one of them");
  }
  for (const CLI::Option* option : options.term_options) {
    if (option->count() == 0) continue;
    throw CLI::ValidationError(option->get_name(), "is known of a stored plan");
  }
  return explain_stored(options, number);
}

constexpr const char* kFooter = R"(A plan of the books, or terms that are given:
  fenqi explain installment O1 3
  fenqi explain installment --plan 1042 3
  fenqi explain installment 3 --principal 1000.00 --rate 0.60 --installments 6
                              --disbursed-on 2026-06-18
Exit code 1: there is no such purchase or installment. 65: the terms can't be scheduled.)";

}  // namespace

void add_explain(CLI::App& app, Outcome& outcome) {
  CLI::App* explain = app.add_subcommand("explain", "Show where a figure comes from");
  explain->require_subcommand(1);
  add_explain_amounts(*explain, outcome);
  auto options = std::make_shared<Options>();
  CLI::App* command = explain->add_subcommand(
      "installment",
      "The arithmetic of one installment of a stored plan, or of the terms given: exact fractions, "
      "conventions, roundings");
  const auto own_options = command->get_options().size();
  add_term_flags(*command, options->terms);
  for (CLI::Option* option : command->get_options()) {
    options->term_options.push_back(option);
    if (option->get_required()) options->needed_terms.push_back(option);
    option->required(false);
  }
  options->term_options.erase(
      options->term_options.begin(),
      options->term_options.begin() + static_cast<std::ptrdiff_t>(own_options));
  command
      ->add_option("installment", options->what,
                   "Its number, counted from 1; before it the reference of the purchase")
      ->required()
      ->expected(1, 2);
  command->add_option("--plan", options->plan, "The plan by its number, as journals have it");
  command->footer(kFooter);
  command->callback([options, &outcome] { outcome.exit = run(*options); });
}

}  // namespace cli
