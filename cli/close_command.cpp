// fenqi close: closes business dates, in order, catching up over missed ones.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "cli/close_join_command.h"
#include "cli/commands.h"
#include "cli/tables.h"
#include "engine/book.h"
#include "engine/close.h"
#include "engine/close_plan.h"
#include "sql/store/database.h"
#include "sql/store/parked_store.h"

namespace cli {
namespace {

using base::Day;

struct Options {
  std::string date;
  std::string through;
  std::string today;
  int workers = 0;
  bool json = false;
  bool dry_run = false;
};

std::optional<Day> day_of(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto day = base::parse_day(text);
  if (!day) throw CLI::ValidationError(option, fmt::format("\"{}\" is no date YYYY-MM-DD", text));
  return day;
}

Day today_of(const engine::Catalog& catalog) {
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return catalog.zone.day_of(base::Instant(now.time_since_epoch()), catalog.cutoff);
}

/// What is going on, on standard error: one line that changes on a terminal, else one every few
/// seconds.
class ProgressLine {
 public:
  ProgressLine(Day first, Day last) : first_(first), last_(last) {}
  ~ProgressLine() {
    if (is_shown_) std::cerr << "\r\x1b[K" << std::flush;
  }

  void show(const engine::CloseProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_at_ < (is_terminal_ ? kBarEvery : kLineEvery)) return;
    shown_at_ = now;
    std::string line = fmt::format("closing {} ({} of {}): {}", base::to_string(progress.date),
                                   base::days_between(first_, progress.date) + 1,
                                   base::days_between(first_, last_) + 1, progress.step);
    if (progress.total > 0) {
      line += fmt::format(" {} of {}", progress.done, progress.total);
      line += pace(progress, now);
    }
    if (is_terminal_) {
      std::cerr << "\r" << line << "\x1b[K" << std::flush;
      is_shown_ = true;
    } else {
      std::cerr << line << "\n";
    }
  }

 private:
  static constexpr std::chrono::milliseconds kBarEvery{100};
  static constexpr std::chrono::milliseconds kLineEvery{5'000};

  /// How fast this step goes, and how long it still takes if it goes on like that.
  std::string pace(const engine::CloseProgress& progress,
                   std::chrono::steady_clock::time_point now) {
    if (progress.date != date_ || progress.step != step_ || progress.done < begun_with_) {
      date_ = progress.date;
      step_ = progress.step;
      begun_ = now;
      begun_with_ = progress.done;
    }
    const double seconds = std::chrono::duration<double>(now - begun_).count();
    const auto done = static_cast<double>(progress.done - begun_with_);
    if (seconds < 1 || done < 1) return "";
    const double rate = done / seconds;
    const auto left =
        static_cast<double>(std::max<std::int64_t>(progress.total - progress.done, 0));
    return fmt::format(", {:.0f}/s, {:.0f} s left", rate, left / rate);
  }

  Day date_ = {};  ///< with step_: what the pace is of
  std::string step_;
  std::chrono::steady_clock::time_point begun_;
  std::int64_t begun_with_ = 0;
  Day first_;
  Day last_;
  bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool is_shown_ = false;
  std::chrono::steady_clock::time_point shown_at_ = std::chrono::steady_clock::now();
};

const engine::CloseStep& step_of(const engine::ClosedDate& date, std::string_view name) {
  static const engine::CloseStep none;
  for (const engine::CloseStep& step : date.steps) {
    if (step.name == name) return step;
  }
  return none;
}

void print_report(std::ostream& out, const engine::CloseOutcome& outcome,
                  const engine::Catalog& catalog) {
  using enum TextTable::Align;
  TextTable table;
  table.column("Closed", Left)
      .column("customers", Right)
      .column("late fees", Right)
      .column("limits", Right)
      .column("channels", Right)
      .column("income", Right)
      .column("settlements", Right)
      .column("paid out", Right)
      .column("journals", Right)
      .column("seconds", Right);
  auto amount = [&](std::int64_t minor) {
    return base::to_decimal(minor, catalog.currency.exponent());
  };
  std::int64_t customers = 0, late_fees = 0, limits = 0, channels = 0, income = 0, settlements = 0,
               paid = 0, journals = 0;
  double seconds = 0;
  for (const engine::ClosedDate& date : outcome.dates) {
    table.row({base::to_string(date.date), fmt::to_string(step_of(date, "customers").units),
               amount(step_of(date, "late fees").amount),
               fmt::to_string(step_of(date, "limits").units),
               amount(step_of(date, "channels").amount), amount(step_of(date, "income").amount),
               fmt::to_string(step_of(date, "settlement").units),
               amount(step_of(date, "settlement").amount),
               fmt::to_string(step_of(date, "seal").units), fmt::format("{:.2f}", date.seconds)});
    customers += step_of(date, "customers").units;
    late_fees += step_of(date, "late fees").amount;
    limits += step_of(date, "limits").units;
    channels += step_of(date, "channels").amount;
    income += step_of(date, "income").amount;
    settlements += step_of(date, "settlement").units;
    paid += step_of(date, "settlement").amount;
    journals += step_of(date, "seal").units;
    seconds += date.seconds;
  }
  if (outcome.dates.size() > 1) {
    table.rule().row({fmt::format("{} dates", outcome.dates.size()), fmt::to_string(customers),
                      amount(late_fees), fmt::to_string(limits), amount(channels), amount(income),
                      fmt::to_string(settlements), amount(paid), fmt::to_string(journals),
                      fmt::format("{:.2f}", seconds)});
  }
  table.print(out);
  out << fmt::format("Amounts in {}.\n", catalog.currency.code());
}

nlohmann::ordered_json report_json(const engine::CloseOutcome& outcome, Day closed_through,
                                   const engine::Catalog& catalog) {
  nlohmann::ordered_json json;
  json["closed_through"] = base::to_string(closed_through);
  json["currency"] = catalog.currency.code();
  json["dates"] = nlohmann::ordered_json::array();
  for (const engine::ClosedDate& date : outcome.dates) {
    nlohmann::ordered_json of_date;
    of_date["date"] = base::to_string(date.date);
    of_date["seconds"] = date.seconds;
    for (const engine::CloseStep& step : date.steps) {
      of_date["steps"].push_back(
          {{"step", step.name},
           {"units", step.units},
           {"amount", base::to_decimal(step.amount, catalog.currency.exponent())},
           {"seconds", step.seconds}});
    }
    if (!date.warnings.empty()) of_date["warnings"] = date.warnings;
    json["dates"].push_back(std::move(of_date));
  }
  return json;
}

void print_warnings(std::ostream& out, const engine::CloseOutcome& outcome) {
  for (const engine::ClosedDate& date : outcome.dates) {
    for (const std::string& warning : date.warnings) {
      out << fmt::format("fenqi: {} was sealed with work undone: {}\n",
                         base::to_string(date.date).substr(0, 7), warning);
    }
  }
}

/// How much each step did and how long it took, over all dates.
void print_steps(std::ostream& out, const engine::CloseOutcome& outcome,
                 const engine::Catalog& catalog) {
  using enum TextTable::Align;
  TextTable table;
  table.column("Step", Left)
      .column("units", Right)
      .column("amount", Right)
      .column("seconds", Right);
  std::vector<engine::CloseStep> sums;
  double seconds = 0;
  for (const engine::ClosedDate& date : outcome.dates) {
    seconds += date.seconds;
    for (const engine::CloseStep& step : date.steps) {
      auto sum = std::ranges::find(sums, step.name, &engine::CloseStep::name);
      if (sum == sums.end()) sum = sums.insert(sum, {.name = step.name});
      sum->units += step.units;
      sum->amount += step.amount;
      sum->seconds += step.seconds;
    }
  }
  for (const engine::CloseStep& step : sums) {
    table.row({step.name, fmt::to_string(step.units),
               base::to_decimal(step.amount, catalog.currency.exponent()),
               fmt::format("{:.2f}", step.seconds)});
  }
  table.rule().row({"all", "", "", fmt::format("{:.2f}", seconds)});
  out << "\n";
  table.print(out);
}

nlohmann::ordered_json plan_json(const std::vector<engine::PlannedDate>& dates) {
  nlohmann::ordered_json json;
  json["dry_run"] = true;
  json["dates"] = nlohmann::ordered_json::array();
  for (const engine::PlannedDate& date : dates) {
    nlohmann::ordered_json of_date = {{"date", base::to_string(date.date)},
                                      {"month_end", date.is_month_end},
                                      {"year_end", date.is_year_end},
                                      {"over", date.is_over}};
    if (date.work) {
      of_date["work"] = {
          {"holds", date.work->holds},         {"customers", *date.customers},
          {"plans_due", date.work->plans_due}, {"plans_late", date.work->plans_late},
          {"parked", date.work->parked},       {"merchant_items", date.work->merchant_items},
          {"journals", date.work->journals},   {"steps_done", date.work->steps_done}};
    }
    json["dates"].push_back(std::move(of_date));
  }
  return json;
}

/// What would be done: the dates, and of the first one how much.
Exit print_plan(const std::vector<engine::PlannedDate>& dates, bool as_json) {
  if (as_json) {
    std::cout << plan_json(dates).dump(2) << "\n";
    return Exit::Done;
  }
  for (const engine::PlannedDate& date : dates) {
    std::cout << base::to_string(date.date);
    if (date.is_month_end) {
      std::cout << "  month end: allowances measured anew, debts shown as claims, all proved";
    }
    if (date.is_year_end) std::cout << "; year end: income and expenses to retained earnings";
    if (!date.is_over) std::cout << "  not over yet";
    std::cout << "\n";
  }
  if (dates.empty() || !dates.front().work) return Exit::Done;
  const store::CloseWork& work = *dates.front().work;
  std::cout << fmt::format("\nNow there are, for {}:\n", base::to_string(dates.front().date));
  using enum TextTable::Align;
  TextTable table;
  table.column("", Left).column("", Right);
  table.row({"holds that expire", fmt::to_string(work.holds)})
      .row({"customers to close", fmt::to_string(*dates.front().customers)})
      .row({"plans due", fmt::to_string(work.plans_due)})
      .row({"plans late", fmt::to_string(work.plans_late)})
      .row({"customers parked", fmt::to_string(work.parked)})
      .row({"merchants' items to settle", fmt::to_string(work.merchant_items)})
      .row({"journals", fmt::to_string(work.journals)});
  if (work.steps_done > 0) {
    table.row({"steps that are done", fmt::to_string(work.steps_done)});
  }
  table.print(std::cout);
  std::cout << "Nothing was changed.\n";
  return Exit::Done;
}

/// A close can't be undone, so a clock that jumped must not decide on one.
std::optional<std::string> refusal_of_clock(store::Session& session, const Options& options,
                                            Day last, Day closed_through) {
  if (options.today.empty()) {
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    if (auto trouble = engine::clock_trouble(store::read_clock(session),
                                             base::Instant(now.time_since_epoch()))) {
      return trouble;
    }
  }
  const int dates = base::days_between(closed_through, last);
  if (options.date.empty() && options.through.empty() && dates > engine::kDatesByClockMax) {
    return fmt::format(
        "TOO_MANY_DATES: {} dates would be closed for ever because today is {}: if that is right, "
        "say --through {}",
        dates, base::to_string(base::plus_days(last, 1)), base::to_string(last));
  }
  return std::nullopt;
}

Exit run(const Options& options) {
  const auto date = day_of("--date", options.date);
  const auto through = day_of("--through", options.through);
  const auto given_today = day_of("--today", options.today);
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  const auto catalog = engine::load_catalog(session);
  const Day today = given_today.value_or(today_of(*catalog));
  const Day last = date.value_or(through.value_or(base::plus_days(today, -1)));
  const engine::Book book = engine::find_book(session).value();
  if (last <= book.closed_through) {
    std::cerr << fmt::format("fenqi: {} is closed already; the book is closed through {}\n",
                             base::to_string(last), base::to_string(book.closed_through));
    if (options.json) {
      std::cout << report_json({}, book.closed_through, *catalog).dump(2) << "\n";
    }
    return Exit::Done;
  }
  if (options.dry_run) {
    return print_plan(engine::plan_close(session, *catalog, last, today), options.json);
  }
  if (const auto refusal = refusal_of_clock(session, options, last, book.closed_through)) {
    std::cerr << "fenqi: " << *refusal << "\n";
    return Exit::Refused;
  }
  engine::CloseOutcome outcome;
  {
    ProgressLine line(base::plus_days(book.closed_through, 1), last);
    engine::CloseOptions close_options;
    close_options.workers = options.workers;
    close_options.progress = [&](const engine::CloseProgress& p) { line.show(p); };
    outcome = engine::close_through(conninfo, catalog, last, today, std::move(close_options));
  }
  print_warnings(std::cerr, outcome);
  if (options.json) {
    std::cout << report_json(outcome, last, *catalog).dump(2) << "\n";
  } else {
    print_report(std::cout, outcome, *catalog);
    print_steps(std::cout, outcome, *catalog);
  }
  return Exit::Done;
}

const char* state_name(store::ParkedState state) {
  switch (state) {
    case store::ParkedState::Parked:
      return "parked";
    case store::ParkedState::Retry:
      return "to be tried again";
    case store::ParkedState::Done:
      return "done";
    case store::ParkedState::Waived:
      return "waived";
  }
  return "?";
}

struct ParkedOptions {
  std::int64_t unit = 0;
  std::string by;
  std::string approved_by;
  bool all = false;
};

Exit print_parked(const ParkedOptions& options) {
  store::Session session(store::open_migrated_database());
  const auto units = store::list_parked(session, options.all);
  if (units.empty()) {
    std::cout << (options.all ? "no customer was ever parked\n" : "no customer is parked\n");
    return Exit::Done;
  }
  using enum TextTable::Align;
  TextTable table;
  table.column("unit", Right)
      .column("date", Left)
      .column("customer", Left)
      .column("currency", Left)
      .column("tries", Right)
      .column("state", Left)
      .column("reason", Left);
  for (const store::ParkedUnit& unit : units) {
    std::string state = state_name(unit.state);
    if (unit.state == store::ParkedState::Waived) {
      state +=
          fmt::format(" by {}, {}", shorten(unit.waived_by, 24), shorten(unit.approved_by, 24));
    }
    table.row({std::to_string(unit.id), base::to_string(unit.business_date),
               shorten(unit.customer, 32), std::string(unit.currency.code()),
               std::to_string(unit.tries), state, shorten(unit.reason, 100)});
  }
  table.print(std::cout);
  return Exit::Done;
}

Exit retry(const ParkedOptions& options) {
  store::Session session(store::open_migrated_database());
  const auto count =
      store::retry_parked(session, options.unit == 0 ? std::nullopt : std::optional(options.unit));
  if (count == 0) {
    std::cerr << (options.unit == 0
                      ? std::string("fenqi: UNIT_UNKNOWN: no customer is parked\n")
                      : fmt::format("fenqi: UNIT_UNKNOWN: unit {} is not parked\n", options.unit));
    return Exit::Refused;
  }
  std::cout << fmt::format("{} to be tried again by the next `fenqi close`\n", count);
  return Exit::Done;
}

Exit waive(const ParkedOptions& options) {
  if (options.by == options.approved_by) {
    std::cerr << "fenqi: SECOND_PERSON_MISSING: a unit is waived by one and approved by another\n";
    return Exit::Refused;
  }
  store::Session session(store::open_migrated_database());
  if (!store::waive_parked(session, options.unit, options.by, options.approved_by)) {
    std::cerr << fmt::format("fenqi: UNIT_UNKNOWN: unit {} is not parked\n", options.unit);
    return Exit::Refused;
  }
  std::cout << fmt::format(
      "unit {} is waived: the date goes on without it, and a later close tries the customer "
      "again\n",
      options.unit);
  return Exit::Done;
}

void add_parked(CLI::App& close, Outcome& outcome) {
  const auto options = std::make_shared<ParkedOptions>();
  CLI::App* parked =
      close.add_subcommand("parked", "Customers who could not be closed and hold a date up");
  parked->add_flag("--all", options->all, "Those that are done or waived, too");
  parked->callback([options, &outcome] { outcome.exit = print_parked(*options); });
  CLI::App* again = close.add_subcommand("retry", "Have the next close try them again");
  again->add_option("unit", options->unit, "Only this one, by its number in `fenqi close parked`")
      ->check(CLI::PositiveNumber);
  again->callback([options, &outcome] { outcome.exit = retry(*options); });
  CLI::App* waived = close.add_subcommand(
      "waive", "Let a date go on without a customer; a later close tries again");
  waived->add_option("unit", options->unit, "Its number in `fenqi close parked`")
      ->required()
      ->check(CLI::PositiveNumber);
  const auto name = [](const std::string& text) {
    return text.empty() || text.size() > 200 ? std::string("a name of 1 to 200 bytes")
                                             : std::string();
  };
  waived->add_option("--by", options->by, "Who asks for it")->required()->check(name);
  waived->add_option("--approved-by", options->approved_by, "Who approves: somebody else")
      ->required()
      ->check(name);
  waived->callback([options, &outcome] { outcome.exit = waive(*options); });
}

Exit run_or_say_why(const Options& options) {
  try {
    return run(options);
  } catch (const engine::CloseLeased& leased) {
    std::cerr << "fenqi: " << leased.what() << "\n";
    return Exit::TryAgain;
  } catch (const engine::CloseWaits& waits) {
    std::cerr << "fenqi: SIGN_OFF_MISSING: " << waits.what() << "\n";
    return Exit::TryAgain;
  } catch (const engine::CloseParked& parked) {
    std::cerr << "fenqi: CLOSE_PARKED: " << parked.what() << "\n";
    return Exit::Refused;
  } catch (const engine::CloseRefused& refused) {
    std::cerr << "fenqi: " << refused.what() << "\n";
    return Exit::Refused;
  }
}

}  // namespace

void add_close(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  options->workers = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 8U));
  CLI::App* command = app.add_subcommand(
      "close",
      "Close business dates in order: due and late, fees, limits, income, settlement, seal");
  CLI::Option* date = command->add_option(
      "--date", options->date, "The date to close, after those before it; yesterday if not given");
  command->add_option("--through", options->through, "The same: the last date to close")
      ->excludes(date);
  command->add_option("--workers", options->workers, "Connections that close customers")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--today", options->today, "The present date; the clock's if not given");
  command->add_flag("--json", options->json, "The report as JSON");
  command->add_flag("--dry-run", options->dry_run,
                    "Only say what would be done: the dates, and how much the first one has");
  command->require_subcommand(0, 1);
  add_parked(*command, outcome);
  add_close_join(*command, outcome);
  command->callback([options, command, &outcome] {
    if (command->get_subcommands().empty()) outcome.exit = run_or_say_why(*options);
  });
}

}  // namespace cli
