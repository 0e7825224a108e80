// fenqi explain: where a figure comes from, step by step.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/json_fields.h"
#include "cli/schedule_terms.h"
#include "cli/term_flags.h"
#include "scheduling/explain.h"
#include "scheduling/schedule.h"

namespace cli {
namespace {

struct Options {
  TermFlags terms;
  int number = 1;
};

Exit run(const Options& options) {
  try {
    const scheduling::Terms terms = read_term_flags(options.terms);
    const auto schedule = scheduling::make_schedule(terms);
    if (!schedule) throw problem_of(schedule.error(), terms);
    bool is_found = false;
    for (std::size_t i = 0; i < schedule->installments.size(); ++i) {
      const scheduling::Installment& row = schedule->installments[i];
      if (row.number != options.number) continue;
      is_found = true;
      std::cout << fmt::format("Installment {} of {}{}, due {}\n", row.number,
                               terms.installment_count, row.is_upfront ? " (upfront)" : "",
                               base::to_string(row.due));
      for (const scheduling::ExplainedStep& step :
           scheduling::explain_installment(terms, *schedule, i)) {
        std::cout << fmt::format("\n{}\n  {}\n", step.figure, step.formula);
        if (!step.exact.empty()) std::cout << fmt::format("  before rounding {}\n", step.exact);
        std::cout << fmt::format("  {}\n", step.rule);
        if (step.amount_minor) {
          std::cout << fmt::format(
              "  {} {}\n", base::to_decimal(*step.amount_minor, schedule->currency.exponent()),
              schedule->currency.code());
        }
      }
    }
    if (is_found) return Exit::Done;
    std::cerr << fmt::format("fenqi: there is no installment {}: the plan has {} to {}\n",
                             options.number, schedule->installments.front().number,
                             schedule->installments.back().number);
    return Exit::Refused;
  } catch (const Problem& problem) {
    print_problem(problem);
    return Exit::BadData;
  }
}

}  // namespace

void add_explain(CLI::App& app, Outcome& outcome) {
  CLI::App* explain = app.add_subcommand("explain", "Show where a figure comes from");
  explain->require_subcommand(1);
  auto options = std::make_shared<Options>();
  CLI::App* command = explain->add_subcommand(
      "installment",
      "The arithmetic of one installment of the terms given: exact fractions, conventions, "
      "roundings");
  command->add_option("number", options->number, "Counted from 1")->required();
  add_term_flags(*command, options->terms);
  command->callback([options, &outcome] { outcome.exit = run(*options); });
}

}  // namespace cli
