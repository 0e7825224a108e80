#include "cli/financial_exports.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "cli/instant_option.h"
#include "cli/output.h"
#include "cli/report_table.h"
#include "engine/financial_reports.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct Options {
  std::string as_of;
  std::string known_at;
  std::vector<std::string> diff;  // none or two times
  std::string from;
  std::string to;
  std::string format = "csv";
  std::string out;
  std::string account;
  std::string accounts = "own";
  std::optional<std::string> owner = {};
  std::optional<std::string> tag = {};
  std::string by;
  std::string from_month;
  std::string to_month;
  bool lists_all = false;  ///< --merchants, --differences, --matrix
};

std::optional<base::Day> day_of(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto day = base::parse_day(text);
  if (!day) throw CLI::ValidationError(option, fmt::format("\"{}\" is no date YYYY-MM-DD", text));
  return day;
}

std::optional<base::Day> month_of(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto first = base::parse_day(text + "-01");
  if (!first) throw CLI::ValidationError(option, fmt::format("\"{}\" is no month YYYY-MM", text));
  return first;
}

engine::MonthRequest months_of(store::Session& session, const Options& options) {
  return {month_of("--from-month", options.from_month), month_of("--to-month", options.to_month),
          instant_of(session, "--known-at", options.known_at)};
}

/// --to is --as-of by another name.
engine::ReadingRequest reading_of(store::Session& session, const Options& options) {
  engine::ReadingRequest request{.as_of = day_of("--as-of", options.as_of)};
  if (const auto to = day_of("--to", options.to)) request.as_of = to;
  request.known_at = instant_of(session, "--known-at", options.known_at);
  return request;
}

engine::AccountMap accounts_of(store::Session& session, const Options& options) {
  return options.accounts == "own" ? engine::load_account_map(session) : engine::AccountMap{};
}

/// A number of the user's, or a code of our chart.
engine::LedgerRequest account_of(const Options& options, const engine::AccountMap& accounts) {
  engine::LedgerRequest request{.owner = options.owner, .tag = options.tag};
  if (accounts.has_number(options.account)) {
    request.number = options.account;
    return request;
  }
  int number = 0;
  const char* end = options.account.data() + options.account.size();
  const auto parsed = std::from_chars(options.account.data(), end, number);
  const auto code =
      parsed.ec == std::errc() && parsed.ptr == end ? ledger::find_code(number) : std::nullopt;
  if (!code) {
    throw CLI::ValidationError(
        "--account",
        fmt::format("{} is not in the chart (docs/accounting.md), and no [[account]] of the "
                    "catalog gives it",
                    options.account));
  }
  request.code = *code;
  return request;
}

using Open = std::function<engine::ReportAnswer(store::Session&, const Options&)>;

engine::TableFormat table_format_of(const std::string& name) {
  if (name == "xlsx") return engine::TableFormat::Xlsx;
  if (name == "json") return engine::TableFormat::Json;
  return engine::TableFormat::Csv;
}

/// The same dates as they were known at two times.
engine::ReportAnswer open_diff(store::Session& session, const Options& options, const Open& open) {
  constexpr const char* kOption = "--diff-known-at";
  const auto pair = engine::take_reading_pair(
      session, {reading_of(session, options).as_of,
                instant_of(session, kOption, options.diff.at(0)).value_or(base::Instant{}),
                instant_of(session, kOption, options.diff.at(1)).value_or(base::Instant{})});
  if (!pair) return std::unexpected(pair.error());
  Options of_time = options;
  of_time.as_of = base::to_string(pair->after.as_of);
  of_time.to.clear();
  of_time.known_at = options.diff.at(0);
  const auto before = open(session, of_time);
  if (!before) return before;
  of_time.known_at = options.diff.at(1);
  const auto after = open(session, of_time);
  if (!after) return after;
  return engine::diff_of(*before, *after);
}

Exit run(const Options& options, const Open& open) {
  store::Session session(store::open_migrated_database());
  auto report = options.diff.empty() ? open(session, options) : open_diff(session, options, open);
  if (!report) {
    std::cerr << "fenqi: " << report.error().sentence << "\n";
    return Exit::Refused;
  }
  Output output(options.out);
  if (options.format == "table") {
    print_report(output.stream(), session, *report);
  } else {
    const auto file = engine::export_table(session, table_format_of(options.format),
                                           std::move(report->head), report->open);
    for (std::string piece; file->next(piece); piece.clear()) output.write(piece);
  }
  output.commit();
  return Exit::Done;
}

/// A subcommand with the options that all of them have; the answer's own are added to it.
class ReportCommand {
 public:
  ReportCommand(CLI::App& parent, Outcome& outcome, const char* name, const char* what, Open open)
      : command_(parent.add_subcommand(name, what)), options_(std::make_shared<Options>()) {
    command_->add_option("--format", options_->format, "See docs/exports.md")
        ->check(CLI::IsMember({"csv", "xlsx", "json", "table"}))
        ->capture_default_str();
    command_->add_option("--out", options_->out, "File to write; standard output if not given");
    command_->callback([options = options_, open = std::move(open), &outcome] {
      outcome.exit = run(*options, open);
    });
  }

  ReportCommand& as_of() {
    command_->add_option("--as-of", options_->as_of,
                         "Through this business date; the last closed one, or with --known-at the "
                         "one open then, if not given");
    return *this;
  }
  /// A period, and what was known of it.
  ReportCommand& period(const char* from_default) {
    command_->add_option("--from", options_->from,
                         fmt::format("First business date; {} if not given", from_default));
    command_->add_option("--to", options_->to,
                         "Last business date; the last closed one if not given");
    return *this;
  }
  ReportCommand& known_at() {
    command_->add_option("--known-at", options_->known_at,
                         "As it was known at this time (RFC 3339, or local to the book's zone)");
    return *this;
  }
  /// For reports whose rows have a key.
  ReportCommand& known_at_and_diff() {
    known_at();
    command_
        ->add_option("--diff-known-at", options_->diff,
                     "What changed between what was known at two times")
        ->expected(2)
        ->type_name("TIME")
        ->excludes("--known-at");
    return *this;
  }
  ReportCommand& account() {
    command_
        ->add_option("--account", options_->account,
                     "Its code in the chart, 1101 say, or your own number for it")
        ->required();
    command_->add_option("--owner", options_->owner,
                         "Of this merchant, channel, bank or sponsor only");
    command_->add_option("--tag", options_->tag, "With this tag only: an item type, a product");
    return *this;
  }
  ReportCommand& accounts() {
    command_
        ->add_option("--accounts", options_->accounts,
                     "own: the numbers that [[account]] of the catalog gives; ours: our chart")
        ->check(CLI::IsMember({"own", "ours"}))
        ->capture_default_str();
    return *this;
  }
  ReportCommand& months(const char* from_default) {
    command_->add_option("--from-month", options_->from_month,
                         fmt::format("First month, YYYY-MM; {} if not given", from_default));
    command_->add_option("--to-month", options_->to_month,
                         "Last month; the last one that is closed if not given");
    return *this;
  }
  ReportCommand& by_product() {
    command_->add_option("--by", options_->by, "product: each product by itself")
        ->check(CLI::IsMember({"product"}));
    return *this;
  }
  ReportCommand& flag(const char* name, const char* what) {
    command_->add_flag(name, options_->lists_all, what);
    return *this;
  }

 private:
  CLI::App* command_;
  std::shared_ptr<Options> options_;
};

}  // namespace

void add_financial_exports(CLI::App& command, Outcome& outcome) {
  ReportCommand(command, outcome, "ledger", "An account's lines with a running balance",
                [](store::Session& session, const Options& options) {
                  const auto accounts = accounts_of(session, options);
                  return engine::report_ledger(session, account_of(options, accounts),
                                               day_of("--from", options.from),
                                               reading_of(session, options), accounts);
                })
      .account()
      .period("the book's first")
      .known_at()
      .accounts();
  ReportCommand(command, outcome, "income-statement", "Income and expenses of a period",
                [](store::Session& session, const Options& options) {
                  return engine::report_income_statement(session, day_of("--from", options.from),
                                                         reading_of(session, options),
                                                         accounts_of(session, options));
                })
      .period("the first of its month")
      .known_at_and_diff()
      .accounts();
  ReportCommand(command, outcome, "balance-sheet", "Assets, liabilities and equity on a date",
                [](store::Session& session, const Options& options) {
                  return engine::report_balance_sheet(session, reading_of(session, options),
                                                      accounts_of(session, options));
                })
      .as_of()
      .known_at_and_diff()
      .accounts();
  ReportCommand(command, outcome, "roll-forward", "Opening balance, movements, closing balance",
                [](store::Session& session, const Options& options) {
                  return engine::report_roll_forward(
                      session, day_of("--from", options.from), reading_of(session, options),
                      options.by == "product", accounts_of(session, options));
                })
      .period("the first of its month")
      .known_at_and_diff()
      .accounts()
      .by_product();
  ReportCommand(command, outcome, "tie-out", "Control accounts beside the records they control",
                [](store::Session& session, const Options& options) {
                  return engine::report_tie_out(session, reading_of(session, options),
                                                options.lists_all, accounts_of(session, options));
                })
      .as_of()
      .known_at_and_diff()
      .accounts()
      .flag("--differences", "List the parts that don't agree, also where their sums do");
  ReportCommand(command, outcome, "merchant-ageing",
                "Merchants who owe us, by the days since their balance went negative",
                [](store::Session& session, const Options& options) {
                  return engine::report_merchant_ageing(session, reading_of(session, options),
                                                        options.lists_all);
                })
      .as_of()
      .known_at_and_diff()
      .flag("--merchants", "A row a merchant");
  ReportCommand(
      command, outcome, "roll-rates", "Which bucket plans went to from month end to month end",
      [](store::Session& session, const Options& options) {
        return engine::report_roll_rates(session, months_of(session, options), options.lists_all);
      })
      .months("the one before the last")
      .known_at()
      .flag("--matrix", "A row a bucket, with the percent of its principal that went to each");
  ReportCommand(command, outcome, "vintages",
                "What became of the purchases of each month, by months on book",
                [](store::Session& session, const Options& options) {
                  return engine::report_vintages(session, months_of(session, options));
                })
      .months("the book's first")
      .known_at();
}

}  // namespace cli
