// fenqi statement: what a merchant was owed, or a customer owed, for people and for programs.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/customer_statement_command.h"
#include "cli/instant_option.h"
#include "cli/output.h"
#include "cli/tables.h"
#include "engine/input/byte_source.h"
#include "engine/profile_report.h"
#include "engine/statement.h"
#include "engine/statement_camt.h"
#include "engine/statement_html.h"
#include "engine/statement_profile.h"
#include "engine/statement_text.h"
#include "engine/statement_xlsx.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct Options {
  std::string merchant;
  std::string customer;
  std::string language = "en";
  std::string from;
  std::string to;
  std::string month;
  std::string known_at;
  std::string format = "table";
  std::string profile;
  std::string out;
};

struct Period {
  base::Day from;
  base::Day to;
};

base::Day day_of(const char* option, const std::string& text) {
  const auto day = base::parse_day(text);
  if (!day) throw CLI::ValidationError(option, fmt::format("\"{}\" is no date YYYY-MM-DD", text));
  return *day;
}

Period month_of(const std::string& text) {
  const auto first = base::parse_day(text + "-01");
  if (!first)
    throw CLI::ValidationError("--month", fmt::format("\"{}\" is no month YYYY-MM", text));
  return {*first, base::end_of_month(*first)};
}

// Nothing said: the month of the last closed date, up to it.
Period last_month(store::Session& session) {
  const auto book = store::find_book_dates(session);
  const base::Day last = book ? std::max(book->closed_through, book->opens_on) : base::Day{};
  return {month_of(base::to_string(last).substr(0, 7)).from, last};
}

void print_control(const engine::StatementHeader& header) {
  for (const engine::StatementSection& section : header.sections) {
    const auto amount = [&](std::int64_t minor) {
      return base::to_decimal(minor, section.currency.exponent());
    };
    std::cerr << fmt::format("{}: lines {}, opening {} + net {} = closing {}\n",
                             section.currency.code(), section.totals.lines, amount(section.opening),
                             amount(section.totals.net), amount(section.closing));
  }
}

template <class Pieces>
void write(Output& output, Pieces&& pieces) {
  for (std::string piece; pieces.next(piece); piece.clear()) output.write(piece);
}

/// Of the program, or a file: what has a dot or a slash.
engine::StatementProfile profile_of(const std::string& name) {
  std::string body;
  std::string known;
  for (const engine::BuiltInProfile& profile : engine::built_in_profiles()) {
    if (profile.name == name) body = profile.body;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", profile.name);
  }
  if (body.empty()) {
    if (name.find_first_of("./") == std::string::npos) {
      throw CLI::ValidationError("--profile",
                                 fmt::format("\"{}\" is no file and none of: {}", name, known));
    }
    std::ifstream file(name);
    if (!file) throw input::InputError(fmt::format("{}: can't be read", name));
    body.assign(std::istreambuf_iterator<char>(file), {});
  }
  auto profile = engine::parse_profile(body);
  if (!profile) {
    const engine::CatalogError& error = profile.error();
    throw input::InputError(fmt::format("{}: {}{} {}", name, error.field,
                                        error.value.empty() ? "" : " \"" + error.value + "\"",
                                        error.rule));
  }
  return *std::move(profile);
}

Exit run_profile(store::Session& session, const engine::StatementRequest& request,
                 const Options& options) {
  const engine::StatementProfile profile = profile_of(options.profile);
  const auto report = engine::ProfileReport::open(session, request, profile);
  if (!report) {
    std::cerr << "fenqi: " << engine::sentence(report.error(), request) << "\n";
    return Exit::Refused;
  }
  Output output(options.out);
  write(output, **report);
  output.commit();
  std::cerr << fmt::format("{} version {}: {} rows, paid out {}\n", profile.name, profile.version,
                           (*report)->rows(), (*report)->paid());
  return Exit::Done;
}

Exit run(const Options& options) {
  if (options.merchant.empty() && options.customer.empty()) {
    throw CLI::RequiredError("--merchant or --customer");
  }
  std::optional<Period> period;
  if (!options.month.empty()) period = month_of(options.month);
  if (!options.from.empty()) {
    period = Period{day_of("--from", options.from), day_of("--to", options.to)};
    if (period->from > period->to) throw CLI::ValidationError("--to", "is before --from");
  }
  store::Session session(store::open_migrated_database());
  if (!period) period = last_month(session);
  if (!options.customer.empty()) {
    if (options.format == "camt053" || options.format == "html") {
      throw CLI::ValidationError("--format", options.format + " is for merchants");
    }
    return print_customer_statement(
        session, {options.customer, period->from, period->to, options.format, options.language,
                  options.out, instant_of(session, "--known-at", options.known_at)});
  }
  const engine::StatementRequest request{options.merchant, period->from, period->to,
                                         instant_of(session, "--known-at", options.known_at)};
  if (!options.profile.empty()) return run_profile(session, request, options);
  const auto statement = engine::Statement::open(session, request);
  if (!statement) {
    std::cerr << "fenqi: " << engine::sentence(statement.error(), request) << "\n";
    return Exit::Refused;
  }
  if (options.format == "camt053" && (*statement)->header().sections.empty()) {
    std::cerr << "nothing was owed and nothing happened: a camt.053 needs a balance\n";
    return Exit::Done;
  }
  Output output(options.out);
  if (options.format == "table") {
    print_statement(output.stream(), **statement);
  } else {
    if (options.format == "xlsx") {
      write(output, engine::StatementXlsx(**statement));
    } else if (options.format == "camt053") {
      write(output, engine::StatementCamt(**statement));
    } else if (options.format == "html") {
      write(output, engine::StatementHtml(**statement, options.language == "zh"
                                                           ? engine::PageLanguage::Chinese
                                                           : engine::PageLanguage::English));
    } else {
      write(output, engine::StatementText(**statement, options.format == "csv"
                                                           ? engine::StatementFormat::Csv
                                                           : engine::StatementFormat::Json));
    }
    print_control((*statement)->header());
  }
  output.commit();
  return Exit::Done;
}

}  // namespace

void add_statement(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "statement", "What a merchant was owed and paid, or a customer owed and paid");
  auto* merchant = command->add_option("--merchant", options->merchant, "The merchant's reference");
  auto* customer = command->add_option("--customer", options->customer, "The customer's reference")
                       ->excludes(merchant);
  command
      ->add_option("--language", options->language,
                   "Of a customer's statement, and of the page (html): en or zh")
      ->check(CLI::IsMember({"en", "zh"}));
  auto* from = command->add_option("--from", options->from, "First business date, YYYY-MM-DD");
  auto* to = command->add_option("--to", options->to, "Last business date, YYYY-MM-DD");
  from->needs(to);
  to->needs(from);
  command->add_option("--month", options->month, "A whole month, YYYY-MM")->excludes(from);
  command->add_option("--known-at", options->known_at,
                      "As it was known at this time (RFC 3339, or local to the book's zone); of a "
                      "merchant's statement only");
  auto* format = command->add_option("--format", options->format,
                                     "table, csv, json, xlsx, camt053 or html (docs/exports.md)");
  format->check(CLI::IsMember({"table", "csv", "json", "xlsx", "camt053", "html"}))
      ->capture_default_str();
  command
      ->add_option("--profile", options->profile,
                   "The settlements of the dates as CSV in the columns of another program: "
                   "stripe_payout_reconciliation, adyen_settlement_detail, klarna, "
                   "wechat_fund_bill, xero, quickbooks, or a file of your own")
      ->excludes(format)
      ->excludes(customer)
      ->excludes("--known-at");
  command->add_option("--out", options->out, "File to write; standard output if not given");
  command->callback([options, &outcome] { outcome.exit = run(*options); });
}

}  // namespace cli
