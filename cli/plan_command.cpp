// fenqi plan: one stored plan: what a change would do, and the change.
#include <fmt/format.h>

#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/event_import.h"
#include "cli/tables.h"
#include "cli/term_flags.h"
#include "engine/book.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct Options {
  std::string type;
  std::string purchase;
  std::string ref;
  std::string on;
  std::string requested_by;
  std::string approved_by;
  std::string reason;
  std::map<std::string, std::string> texts;  // field of docs/events.md -> value
  std::map<std::string, int> numbers;
  bool is_documented = false;
  bool posts = false;
};

/// The flags as a line of an event file, so that a value is refused in the same words.
std::string event_line(const Options& options, const std::string& at) {
  nlohmann::ordered_json line;
  line["type"] = options.type;
  line["ref"] = options.ref.empty() ? "preview" : options.ref;
  line["purchase"] = options.purchase;
  line["at"] = at;
  for (const auto& [field, value] : options.texts) {
    if (!value.empty()) line[field] = value;
  }
  for (const auto& [field, value] : options.numbers) {
    if (value != 0) line[field] = value;
  }
  if (line.contains("rate_percent")) {
    line["rate"] = {{"percent", line["rate_percent"]}, {"per", line.value("rate_per", "year365")}};
    line.erase("rate_percent");
    line.erase("rate_per");
  }
  if (options.is_documented) line["documented"] = true;
  // A preview of a payoff without an amount is its quote.
  if (options.type == "payoff" && !line.contains("amount")) line["amount"] = "0";
  if (!options.reason.empty()) line["reason"] = options.reason;
  if (!options.requested_by.empty()) line["requested_by"] = options.requested_by;
  if (!options.approved_by.empty()) line["approved_by"] = options.approved_by;
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void print_side(const char* title, const store::PlanRow& plan) {
  const auto amount = [&](std::int64_t minor) {
    return base::to_decimal(minor, plan.currency.exponent());
  };
  std::cout << fmt::format("{} (version {})\n", title, plan.schedule_version);
  TextTable table;
  table.column("no", TextTable::Align::Right).column("due", TextTable::Align::Left);
  for (const char* heading : {"principal", "fee", "interest", "paid", "unpaid"}) {
    table.column(heading, TextTable::Align::Right);
  }
  std::int64_t left = 0;
  for (std::size_t i = 0; i < plan.due.size(); ++i) {
    const std::int64_t owed = plan.principal[i] + plan.fee[i] + plan.interest[i];
    const std::int64_t paid = plan.paid_principal[i] + plan.paid_fee[i] + plan.paid_interest[i];
    left += owed - paid;
    table.row({std::to_string(i + 1), base::to_string(plan.due[i]), amount(plan.principal[i]),
               amount(plan.fee[i]), amount(plan.interest[i]), amount(paid), amount(owed - paid)});
  }
  table.rule().row({"", "", "", "", "", "late fee", amount(plan.late_fee - plan.late_fee_paid)});
  table.row({"", "", "", "", "", "in all", amount(left + plan.late_fee - plan.late_fee_paid)});
  table.print(std::cout);
  std::cout << "\n";
}

void print_preview(const engine::LifePreview& preview, const Options& options) {
  const auto amount = [&](std::int64_t minor) {
    return base::to_decimal(minor, preview.before.currency.exponent());
  };
  std::cout << fmt::format("{} of {} on {}\n\n", options.type, preview.before.purchase_ref,
                           base::to_string(preview.value_date));
  print_side("Now", preview.before);
  print_side("Then", preview.after);
  if (preview.amount_minor > 0) {
    std::cout << fmt::format("The customer pays {} {}", amount(preview.amount_minor),
                             preview.before.currency.code());
    if (preview.credit_minor > 0) {
      std::cout << fmt::format(", of it {} credit balance", amount(preview.credit_minor));
    }
    std::cout << ".\n";
  }
  for (const ledger::Journal& journal : preview.journals) {
    for (const ledger::Transfer& t : journal.transfers) {
      std::cout << fmt::format("  {:<14} {:>4} / {:>4} {:>14}\n", ledger::name(journal.rule),
                               static_cast<int>(t.debit.code), static_cast<int>(t.credit.code),
                               amount(t.amount_minor));
    }
  }
  std::cout << "Nothing is stored: this is a preview. --post with --ref does it.\n";
}

int refuse(engine::Refusal refusal) {
  std::cerr << fmt::format("fenqi: {}: {}\n", code(refusal), sentence(refusal));
  return 1;
}

Exit run(const Options& options) {
  if (options.posts && options.ref.empty()) {
    throw CLI::ValidationError("--post", "needs --ref, the reference that makes it happen once");
  }
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  const auto catalog = engine::load_catalog(session);
  const base::Day today = today_in(*catalog);
  const std::string at =
      options.on.empty() ? base::to_string(today) + " 12:00:00" : options.on + " 12:00:00";
  try {
    LifecycleEvent event = read_event(event_line(options, at), *catalog);
    const auto& life = std::get<engine::LifeEvent>(event);
    engine::Engine engine(conninfo, catalog);
    const engine::BatchContext context{.today = today};
    if (!options.posts) {
      const auto preview = engine.preview(life, context);
      if (!preview) {
        refuse(preview.error());
        return Exit::Refused;
      }
      print_preview(*preview, options);
      return Exit::Done;
    }
    const engine::ItemResult result = engine.change(std::vector{life}, context)[0];
    if (result.status == engine::Status::Rejected || result.status == engine::Status::Declined) {
      refuse(result.refusal);
      return Exit::Refused;
    }
    std::cout << fmt::format(
        "{} {} of {}: {} with business date {}\n", options.type, options.ref, options.purchase,
        result.status == engine::Status::Repeated ? "was posted before" : "posted",
        base::to_string(result.business_date));
    return Exit::Done;
  } catch (const Problem& problem) {
    print_problem(problem);
    return Exit::BadData;
  }
}

/// What every change takes.
CLI::App* add_change(CLI::App& plan, const char* name, const char* type, const char* what,
                     const std::shared_ptr<Options>& options, Outcome& outcome) {
  CLI::App* command = plan.add_subcommand(name, what);
  command->add_option("purchase", options->purchase, "Reference of the purchase")->required();
  command->add_option("--on", options->on, "Value date, YYYY-MM-DD (left out: today)");
  command->add_flag("--post", options->posts, "Do it; without this only a preview is shown");
  command->add_option("--ref", options->ref,
                      "Reference of the change, unique: a repeat does nothing");
  command->add_option("--reason", options->reason, "Kept with the change");
  command->add_option("--requested-by", options->requested_by, "Who wants it");
  command->add_option("--approved-by", options->approved_by, "The second person");
  command->callback([options, type, &outcome] {
    options->type = type;
    outcome.exit = run(*options);
  });
  return command;
}

void text_flag(CLI::App* command, const std::shared_ptr<Options>& options, const char* flag,
               const char* field, const char* what) {
  command->add_option(flag, options->texts[field], what);
}

void number_flag(CLI::App* command, const std::shared_ptr<Options>& options, const char* flag,
                 const char* field, const char* what) {
  command->add_option(flag, options->numbers[field], what);
}

}  // namespace

void add_plan(CLI::App& app, Outcome& outcome) {
  CLI::App* plan = app.add_subcommand(
      "plan", "Preview a change of a stored plan, or post it with --post (docs/events.md)");
  plan->require_subcommand(1);
  auto options = std::make_shared<Options>();
  CLI::App* payoff =
      add_change(*plan, "payoff", "payoff", "Early payoff: the quote of a day, or the payment",
                 options, outcome);
  text_flag(payoff, options, "--amount", "amount", "What is paid; without it the quote is shown");
  text_flag(payoff, options, "--channel", "channel", "Through which channel");
  text_flag(payoff, options, "--method", "method",
            "waive_unbilled, prorata_days, charge_all, actuarial or rule_of_78");
  CLI::App* prepay =
      add_change(*plan, "prepay", "prepay", "Pay principal before it is billed", options, outcome);
  text_flag(prepay, options, "--amount", "amount", "What is paid");
  text_flag(prepay, options, "--channel", "channel", "Through which channel");
  text_flag(prepay, options, "--effect", "effect", "smaller_installments or fewer_installments");
  text_flag(prepay, options, "--fee", "fee", "keep_of_remaining, reduce or charge_all");
  CLI::App* extend = add_change(*plan, "extend", "extend", "Later due dates for some installments",
                                options, outcome);
  number_flag(extend, options, "--first", "first", "The first installment that moves");
  number_flag(extend, options, "--count", "count", "How many move (1)");
  number_flag(extend, options, "--months", "months", "By how many months");
  CLI::App* re_age = add_change(*plan, "re-age", "re_age",
                                "All that is unpaid over new installments", options, outcome);
  number_flag(re_age, options, "--count", "count", "How many");
  text_flag(re_age, options, "--first-due-on", "first_due_on", "Due date of the first of them");
  re_age->add_flag("--documented", options->is_documented,
                   "Willingness and ability to pay are documented");
  add_change(*plan, "re-amortize", "re_amortize",
             "What is overdue is added to the installments to come", options, outcome);
  CLI::App* pause = add_change(*plan, "pause-interest", "pause_interest",
                               "No interest for the days of a span", options, outcome);
  text_flag(pause, options, "--from", "from", "The first day without interest");
  text_flag(pause, options, "--to", "to", "The first day with interest again");
  CLI::App* rate = add_change(*plan, "change-rate", "change_rate",
                              "Another interest rate for what is to come", options, outcome);
  text_flag(rate, options, "--from", "from", "The first day at the new rate");
  text_flag(rate, options, "--rate", "rate_percent", "Percent");
  text_flag(rate, options, "--per", "rate_per", "period, day, month, year365 or year360");
}

}  // namespace cli
