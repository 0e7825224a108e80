// fenqi quote: one schedule for a person, with its cost, its annual rates and the caps it passes.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/intake_report.h"
#include "cli/schedule_terms.h"
#include "cli/tables.h"
#include "cli/term_flags.h"
#include "scheduling/annual_rate.h"
#include "scheduling/price_cap.h"
#include "scheduling/schedule.h"

namespace cli {
namespace {

using scheduling::AnnualRates;
using scheduling::Schedule;
using scheduling::Terms;

constexpr int kPlotWidth = 32;

struct Options {
  TermFlags terms;
  std::string caps;
  std::string jurisdiction;
  std::string lender;
  std::string language = "en";
};

/// The words of a quote; customers read it in English or Chinese.
struct Words {
  const char *number, *due, *principal, *interest, *fee, *total, *balance, *cost, *of_principal,
      *rates, *nominal, *irr_effective, *reg_z, *eu, *uk, *act365, *none, *caps, *at_most;
};
constexpr Words kEnglish = {"no",
                            "due",
                            "principal",
                            "interest",
                            "fee",
                            "total",
                            "balance",
                            "Cost",
                            "of the principal",
                            "Annual rates",
                            "nominal (China, simple)",
                            "effective (IRR)",
                            "APR (US, Regulation Z)",
                            "APRC (EU)",
                            "APR (UK)",
                            "effective, actual days / 365",
                            "no solution",
                            "Price caps of",
                            "at most"};
constexpr Words kChinese = {"期数",
                            "还款日",
                            "本金",
                            "利息",
                            "手续费",
                            "应还",
                            "剩余本金",
                            "总成本",
                            "占本金",
                            "年化利率",
                            "单利(中国)",
                            "复利(内部收益率)",
                            "美国 Regulation Z",
                            "欧盟 APRC",
                            "英国 APR",
                            "实际天数 / 365 复利",
                            "无解",
                            "利率上限",
                            "不高于"};

std::string plot(const scheduling::Installment& installment, std::int64_t largest) {
  const auto cells = [&](std::int64_t minor) {
    return static_cast<int>(static_cast<base::int128>(minor) * kPlotWidth /
                            std::max<std::int64_t>(largest, 1));
  };
  const int all = cells(installment.total_minor());
  const int principal = cells(installment.principal_minor);
  std::string bar;
  for (int i = 0; i < all; ++i) bar += i < principal ? "█" : "░";
  return bar;
}

void print_schedule(const Schedule& schedule, const Words& words) {
  const int exponent = schedule.currency.exponent();
  const auto amount = [&](std::int64_t minor) { return base::to_decimal(minor, exponent); };
  std::int64_t largest = 0;
  for (const auto& i : schedule.installments) largest = std::max(largest, i.total_minor());
  TextTable table;
  table.column(words.number, TextTable::Align::Right)
      .column(words.due, TextTable::Align::Left)
      .column(words.principal, TextTable::Align::Right)
      .column(words.interest, TextTable::Align::Right)
      .column(words.fee, TextTable::Align::Right)
      .column(words.total, TextTable::Align::Right)
      .column(words.balance, TextTable::Align::Right)
      .column("", TextTable::Align::Left);
  for (const scheduling::Installment& i : schedule.installments) {
    table.row({std::to_string(i.number), base::to_string(i.due), amount(i.principal_minor),
               amount(i.interest_minor), amount(i.fee_minor), amount(i.total_minor()),
               amount(i.balance_minor), plot(i, largest)});
  }
  const std::int64_t cost = schedule.interest_minor() + schedule.fee_minor();
  table.rule().row({"", "", amount(schedule.principal_minor()), amount(schedule.interest_minor()),
                    amount(schedule.fee_minor()), amount(schedule.principal_minor() + cost), "",
                    ""});
  table.print(std::cout);
  std::cout << fmt::format(
      "\n{} {} {}, {} % {}\n", words.cost, amount(cost), schedule.currency.code(),
      scheduling::disclosed(
          100.0 * static_cast<double>(cost) / static_cast<double>(schedule.principal_minor()), 2),
      words.of_principal);
}

void print_rates(const AnnualRates& rates, std::optional<double> uk, const Words& words) {
  TextTable table;
  table.column(words.rates, TextTable::Align::Left).column("%", TextTable::Align::Right);
  const auto row = [&](const char* name, std::optional<double> percent, int decimals) {
    table.row({name, percent ? scheduling::disclosed(*percent, decimals) : words.none});
  };
  row(words.nominal, rates.nominal, 2);
  row(words.irr_effective, rates.irr_effective, 2);
  row(words.reg_z, rates.reg_z, 2);
  row(words.eu, rates.eu, 1);
  row(words.uk, uk, 1);
  row(words.act365, rates.act365_effective, 2);
  std::cout << "\n";
  table.print(std::cout);
}

/// What the customer receives and pays.
std::vector<scheduling::CashFlow> flows_of(const Schedule& schedule, const Terms& terms) {
  std::vector<scheduling::CashFlow> flows;
  if (terms.disbursements.empty()) {
    flows.push_back({terms.disbursed_on, terms.principal.minor()});
  }
  for (const auto& one : terms.disbursements) flows.push_back({one.date, one.amount_minor});
  for (const auto& one : schedule.installments) flows.push_back({one.due, -one.total_minor()});
  return flows;
}

std::string limit_text(std::int64_t limit_e8) {
  return scheduling::disclosed(static_cast<double>(limit_e8) * 100 / base::kRateScale, 2);
}

std::string figure_text(const scheduling::CapCheck& check, const Words& words) {
  return check.figure_percent ? scheduling::disclosed(*check.figure_percent, 2) + " %" : words.none;
}

/// Refused if the price is above a cap.
Exit check_caps(const Options& options, const Terms& terms, const Schedule& schedule,
                const AnnualRates& rates, const Words& words) {
  const scheduling::PriceCapTable table = read_price_caps_file(options.caps);
  const auto passed = scheduling::check_price(
      table, {.jurisdiction = options.jurisdiction,
              .lender_type = options.lender,
              .date = terms.disbursed_on,
              .rates = rates,
              .principal_minor = schedule.principal_minor(),
              .cost_minor = schedule.interest_minor() + schedule.fee_minor()});
  if (!passed) {
    const scheduling::CapCheck& check = passed.error().check;
    switch (passed.error().refusal) {
      case scheduling::PriceCapRefusal::JurisdictionUnknown:
        std::cerr << fmt::format("fenqi: {} says nothing of jurisdiction \"{}\"\n", options.caps,
                                 options.jurisdiction);
        break;
      case scheduling::PriceCapRefusal::ReferenceRateMissing:
        std::cerr << fmt::format("fenqi: {} has no reference rate for the cap \"{}\" on {}\n",
                                 options.caps, check.cap, base::to_string(terms.disbursed_on));
        break;
      case scheduling::PriceCapRefusal::PriceCap:
        std::cerr << fmt::format("fenqi: PRICE_CAP: {}\n", scheduling::excess_sentence(check));
        break;
    }
    return Exit::Refused;
  }
  std::cout << fmt::format("\n{} {}\n", words.caps, options.jurisdiction);
  for (const scheduling::CapCheck& check : *passed) {
    std::cout << fmt::format("  {}: {} {}, {} {} %\n", check.cap,
                             scheduling::to_string(check.measure), figure_text(check, words),
                             words.at_most, limit_text(check.limit_e8));
  }
  return Exit::Done;
}

Exit run(const Options& options) {
  if (!options.jurisdiction.empty() && options.caps.empty()) {
    throw CLI::ValidationError("--jurisdiction", "needs --caps, the file with its price caps");
  }
  try {
    const Terms terms = read_term_flags(options.terms);
    const auto schedule = scheduling::make_schedule(terms);
    if (!schedule) throw problem_of(schedule.error(), terms);
    const Words& words = options.language == "zh" ? kChinese : kEnglish;
    const AnnualRates rates = scheduling::annual_rates(*schedule, terms);
    print_schedule(*schedule, words);
    print_rates(rates, scheduling::uk_rate(flows_of(*schedule, terms), terms.dues.every), words);
    if (options.jurisdiction.empty()) return Exit::Done;
    return check_caps(options, terms, *schedule, rates, words);
  } catch (const Problem& problem) {
    print_problem(problem);
    return Exit::BadData;
  }
}

constexpr const char* kFooter = R"(Every other field of docs/schedule.md is given as JSON:
  fenqi quote --principal 1000.00 --rate 0.60 --installments 6 --disbursed-on 2026-06-18
              --first-due-on 2026-07-10 --set 'fees=[{"date":"2026-08-01","amount":"2.50"}]'
Exit code 1: the price is above a cap (PRICE_CAP). 65: the terms can't be scheduled.)";

}  // namespace

void add_quote(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "quote", "Show what an installment plan costs: its schedule, annual rates and price caps");
  add_term_flags(*command, options->terms);
  command->add_option("--caps", options->caps, "A file of price caps, catalog/price_caps.toml");
  command->add_option("--jurisdiction", options->jurisdiction, "Whose price caps count, CN");
  command->add_option("--lender", options->lender, "The kind of lender that some caps are for");
  command->add_option("--language", options->language, "en or zh")
      ->check(CLI::IsMember({"en", "zh"}))
      ->capture_default_str();
  command->footer(kFooter);
  command->callback([options, &outcome] { outcome.exit = run(*options); });
}

}  // namespace cli
