#include "cli/financial_exports.h"

#include <fmt/format.h>

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
  std::string from;
  std::string to;
  std::string format = "csv";
  std::string out;
  std::int32_t account = 0;
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

engine::MonthRequest months_of(const Options& options) {
  return {month_of("--from-month", options.from_month), month_of("--to-month", options.to_month)};
}

/// --to is --as-of by another name.
engine::ReadingRequest reading_of(store::Session& session, const Options& options) {
  engine::ReadingRequest request{.as_of = day_of("--as-of", options.as_of)};
  if (const auto to = day_of("--to", options.to)) request.as_of = to;
  request.known_at = instant_of(session, "--known-at", options.known_at);
  return request;
}

ledger::Code code_of(std::int32_t number) {
  const auto code = ledger::find_code(number);
  if (!code) {
    throw CLI::ValidationError("--account",
                               fmt::format("{} is not in the chart (docs/accounting.md)", number));
  }
  return *code;
}

using Open = std::function<engine::ReportAnswer(store::Session&, const Options&)>;

engine::TableFormat table_format_of(const std::string& name) {
  if (name == "xlsx") return engine::TableFormat::Xlsx;
  if (name == "json") return engine::TableFormat::Json;
  return engine::TableFormat::Csv;
}

Exit run(const Options& options, const Open& open) {
  store::Session session(store::open_migrated_database());
  auto report = open(session, options);
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
    command_->add_option("--as-of", options_->as_of, "A closed date; the last one if not given");
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
  ReportCommand& account() {
    command_->add_option("--account", options_->account, "Its code in the chart, 1101 say")
        ->required();
    command_->add_option("--owner", options_->owner,
                         "Of this merchant, channel, bank or sponsor only");
    command_->add_option("--tag", options_->tag, "With this tag only: an item type, a product");
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
                  return engine::report_ledger(
                      session, {code_of(options.account), options.owner, options.tag},
                      day_of("--from", options.from), reading_of(session, options));
                })
      .account()
      .period("the book's first")
      .known_at();
  ReportCommand(command, outcome, "income-statement", "Income and expenses of a period",
                [](store::Session& session, const Options& options) {
                  return engine::report_income_statement(session, day_of("--from", options.from),
                                                         reading_of(session, options));
                })
      .period("the first of its month")
      .known_at();
  ReportCommand(command, outcome, "balance-sheet", "Assets, liabilities and equity on a date",
                [](store::Session& session, const Options& options) {
                  return engine::report_balance_sheet(session, reading_of(session, options));
                })
      .as_of()
      .known_at();
  ReportCommand(command, outcome, "roll-forward", "Opening balance, movements, closing balance",
                [](store::Session& session, const Options& options) {
                  return engine::report_roll_forward(session, day_of("--from", options.from),
                                                     reading_of(session, options),
                                                     options.by == "product");
                })
      .period("the first of its month")
      .known_at()
      .by_product();
  ReportCommand(command, outcome, "tie-out", "Control accounts beside the records they control",
                [](store::Session& session, const Options& options) {
                  return engine::report_tie_out(session, day_of("--as-of", options.as_of),
                                                options.lists_all);
                })
      .as_of()
      .flag("--differences", "List the parts that don't agree, also where their sums do");
  ReportCommand(command, outcome, "merchant-ageing",
                "Merchants who owe us, by the days since their balance went negative",
                [](store::Session& session, const Options& options) {
                  return engine::report_merchant_ageing(session, day_of("--as-of", options.as_of),
                                                        options.lists_all);
                })
      .as_of()
      .flag("--merchants", "A row a merchant");
  ReportCommand(command, outcome, "roll-rates",
                "Which bucket plans went to from month end to month end",
                [](store::Session& session, const Options& options) {
                  return engine::report_roll_rates(session, months_of(options), options.lists_all);
                })
      .months("the one before the last")
      .flag("--matrix", "A row a bucket, with the percent of its principal that went to each");
  ReportCommand(command, outcome, "vintages",
                "What became of the purchases of each month, by months on book",
                [](store::Session& session, const Options& options) {
                  return engine::report_vintages(session, months_of(options));
                })
      .months("the book's first");
}

}  // namespace cli
