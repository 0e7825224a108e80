// fenqi explain balance, payout, limit: which journals, items and decisions make an amount, with
// the reference under which each came in.
#include "cli/explain_amounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/tables.h"
#include "engine/book.h"
#include "engine/exports.h"
#include "engine/statement.h"
#include "ledger/chart.h"
#include "sql/store/database.h"
#include "sql/store/explain_store.h"

namespace cli {
namespace {

using Align = TextTable::Align;

struct Options {
  std::string what;
  std::string owner;
  std::string tag;
  std::string party;
  std::string purchase;
  std::string currency;
  std::string as_of;
  int lines = 40;
};

Exit refuse(std::string_view code, const std::string& sentence) {
  std::cerr << fmt::format("fenqi: {}: {}\n", code, sentence);
  return Exit::Refused;
}

std::string money(std::int64_t minor, base::Currency currency) {
  return base::to_decimal(minor, currency.exponent());
}

base::Currency currency_of(const std::string& code, store::Session& session) {
  if (code.empty()) return engine::load_catalog(session)->currency;
  const auto currency = base::Currency::find(code);
  if (!currency) {
    throw CLI::ValidationError("--currency",
                               fmt::format("\"{}\" is no currency of ISO 4217", code));
  }
  return *currency;
}

/// The sides of what each posting rule did, and their difference.
void print_parts(const std::vector<store::BalancePart>& parts, base::Currency currency) {
  TextTable table;
  table.column("posting rule", Align::Left)
      .column("journals", Align::Right)
      .column("debit", Align::Right)
      .column("credit", Align::Right)
      .column("balance", Align::Right);
  store::BalancePart all;
  for (const store::BalancePart& part : parts) {
    table.row({std::string(ledger::name(part.rule)), std::to_string(part.journals),
               money(part.debit, currency), money(part.credit, currency),
               money(part.debit - part.credit, currency)});
    all.journals += part.journals;
    all.debit += part.debit;
    all.credit += part.credit;
  }
  table.rule().row({"", std::to_string(all.journals), money(all.debit, currency),
                    money(all.credit, currency), money(all.debit - all.credit, currency)});
  table.print(std::cout);
}

void print_lines(const std::vector<store::BalanceLine>& lines, std::int64_t balance,
                 base::Currency currency) {
  TextTable table;
  table.column("date", Align::Left)
      .column("voucher", Align::Right)
      .column("rule", Align::Left)
      .column("of", Align::Left)
      .column("purchase", Align::Left)
      .column("input", Align::Left)
      .column("amount", Align::Right)
      .column("balance", Align::Right);
  for (const store::BalanceLine& line : lines) {
    const bool is_back_valued = line.value_date != line.business_date;
    table.row({base::to_string(line.business_date) +
                   (is_back_valued ? " (value " + base::to_string(line.value_date) + ")" : ""),
               line.voucher ? std::to_string(*line.voucher) : "open",
               std::string(ledger::name(line.rule)), shorten(line.party, 24),
               shorten(line.purchase_ref, 32),
               shorten(line.source_ref.empty() ? line.purchase_ref : line.source_ref, 32),
               money(line.amount, currency), money(balance, currency)});
    balance -= line.amount;
  }
  table.print(std::cout);
}

Exit explain_balance(const Options& options) {
  store::Session session(store::open_migrated_database());
  const auto book = store::find_book_dates(session);
  if (!book) return refuse("BOOK_MISSING", "the database has no book yet");
  store::BalanceQuestion question;
  const std::optional<ledger::Code> code =
      options.what.size() == 4 && options.what.find_first_not_of("0123456789") == std::string::npos
          ? ledger::find_code(std::stoi(options.what))
          : std::nullopt;
  if (!code) {
    return refuse("ACCOUNT_UNKNOWN",
                  fmt::format("\"{}\" is no account of the chart (docs/accounting.md)",
                              shorten(options.what, 40)));
  }
  question.code = static_cast<std::int32_t>(*code);
  question.owner = options.owner;
  if (!options.tag.empty()) question.tag = options.tag;
  question.party = options.party;
  question.purchase_ref = options.purchase;
  question.currency = currency_of(options.currency, session);
  question.as_of = book->open_date;
  if (!options.as_of.empty()) {
    const auto day = base::parse_day(options.as_of);
    if (!day) {
      throw CLI::ValidationError("--as-of",
                                 fmt::format("\"{}\" is no date YYYY-MM-DD", options.as_of));
    }
    question.as_of = *day;
  }
  const store::Transaction snapshot(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const auto parts = store::sum_balance_parts(session, question);
  std::int64_t balance = 0;
  for (const store::BalancePart& part : parts) balance += part.debit - part.credit;
  std::cout << fmt::format("{} {} in {} as of {}: {}\n", question.code, ledger::entry(*code).name,
                           question.currency.code(), base::to_string(question.as_of),
                           money(balance, question.currency));
  if (parts.empty()) {
    std::cout << "no journal has moved it\n";
    return Exit::Done;
  }
  std::cout << "\n";
  print_parts(parts, question.currency);
  if (options.lines == 0) return Exit::Done;
  const auto lines = store::list_balance_lines(session, question, options.lines);
  std::cout << fmt::format(
      "\nthe last {} journals, newest first; \"input\" is the reference of the "
      "line that caused it\n",
      lines.size());
  print_lines(lines, balance, question.currency);
  return Exit::Done;
}

Exit explain_payout(const Options& options) {
  store::Session session(store::open_migrated_database());
  const store::Transaction snapshot(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const auto payout = store::find_payout(session, options.what);
  if (!payout) {
    return refuse("PAYOUT_UNKNOWN",
                  fmt::format("there is no payout \"{}\"", shorten(options.what, 40)));
  }
  const base::Currency currency = payout->currency;
  constexpr const char* kStatus[] = {"instructed", "confirmed", "returned"};
  std::cout << fmt::format(
      "payout {} of merchant {}: {} {}, {}{}\n", options.what, payout->merchant,
      money(payout->amount, currency), currency.code(),
      kStatus[std::clamp<int>(payout->status, 1, 3) - 1],
      payout->confirmed_on ? " on " + base::to_string(*payout->confirmed_on) : "");
  const auto settlement = store::find_settlement(session, *payout);
  if (!settlement) {
    std::cout << fmt::format(
        "it was not made by a settlement but by an event of {}; its journals:\n"
        "  fenqi explain balance 2104 --owner {}\n",
        base::to_string(payout->settled_on), payout->merchant);
    return Exit::Done;
  }
  std::cout << fmt::format("settlement of {}: items available from {} to {}\n\n",
                           base::to_string(settlement->settled_on),
                           base::to_string(settlement->window_from),
                           base::to_string(settlement->settled_on));
  TextTable totals;
  totals.column("", Align::Left).column(std::string(currency.code()), Align::Right);
  const std::pair<const char*, std::int64_t> rows[] = {
      {"carried from the settlement before", settlement->opening},
      {"+ sales", settlement->sales},
      {"- refunds", settlement->refunds},
      {"- merchant discount", settlement->discount},
      {"- subsidies", settlement->subsidy},
      {"+ discount returned", settlement->returned_discount},
      {"+ subsidies returned", settlement->returned_subsidy},
      {"+/- disputes, fees, advances, debts", settlement->adjustments},
      {"+ reserve released", settlement->releases},
      {"- reserve held", settlement->reserve}};
  for (const auto& [name, minor] : rows) {
    if (minor != 0 || name == rows[0].first) totals.row({name, money(minor, currency)});
  }
  totals.rule().row({"= paid out", money(settlement->payout, currency)});
  if (settlement->carried != 0) totals.row({"  carried on", money(settlement->carried, currency)});
  totals.print(std::cout);
  if (options.lines == 0) return Exit::Done;
  const auto items = store::list_settled_items(session, *payout, *settlement, options.lines);
  std::cout << "\n";
  TextTable table;
  table.column("item", Align::Left)
      .column("date", Align::Left)
      .column("order", Align::Left)
      .column("customer", Align::Left)
      .column("gross", Align::Right)
      .column("discount", Align::Right)
      .column("subsidy", Align::Right)
      .column("net", Align::Right);
  for (const store::ExplainedItem& item : items) {
    table.row({std::string(engine::name(static_cast<store::ItemType>(item.type))),
               base::to_string(item.business_date), shorten(item.order_ref, 32),
               shorten(item.customer, 24), money(item.gross, currency),
               money(item.discount, currency), money(item.subsidy, currency),
               money(item.net, currency)});
  }
  table.print(std::cout);
  if (static_cast<int>(items.size()) == options.lines) {
    std::cout << fmt::format("the first {}; --lines shows more\n", options.lines);
  }
  return Exit::Done;
}

const char* block_name(std::int16_t block) {
  constexpr const char* kNames[] = {"none", "until paid", "closed"};
  return kNames[std::clamp<int>(block, 0, 2)];
}

void print_limit(store::Session& session, const store::ExplainedLimit& limit,
                 const std::string& customer, int lines) {
  const base::Currency currency = limit.currency;
  const std::int64_t left = limit.base - limit.outstanding - limit.held;
  const bool is_blocked = limit.block != 0;
  std::cout << fmt::format("limit of customer {} in {}, closed through {}\n\n", customer,
                           currency.code(), base::to_string(limit.closed_through));
  TextTable sums;
  sums.column("", Align::Left).column(std::string(currency.code()), Align::Right);
  sums.row({"base limit", money(limit.base, currency)});
  sums.row({"- outstanding principal", money(-limit.outstanding, currency)});
  sums.row({"- held by authorizations", money(-limit.held, currency)});
  sums.rule().row({"= general limit left", money(left, currency)});
  sums.row({is_blocked ? "available (blocked)" : "available",
            money(is_blocked ? 0 : std::max<std::int64_t>(left, 0), currency)});
  sums.print(std::cout);
  std::cout << fmt::format("block: {}; {} days past due{}\n", block_name(limit.block), limit.dpd,
                           limit.former_base ? fmt::format("; the limit was {} before it was cut",
                                                           money(*limit.former_base, currency))
                                             : "");
  if (lines == 0) return;
  const auto uses = store::list_limit_uses(session, limit, lines);
  if (!uses.empty()) {
    std::cout << "\nused by\n";
    TextTable table;
    table.column("", Align::Left)
        .column("reference", Align::Left)
        .column("merchant", Align::Left)
        .column("date", Align::Left)
        .column("amount", Align::Right)
        .column("days past due", Align::Right);
    for (const store::LimitUse& use : uses) {
      table.row({use.is_hold ? "hold" : "purchase", shorten(use.ref, 32), shorten(use.merchant, 24),
                 base::to_string(use.on), money(use.amount, currency),
                 use.is_hold ? "" : std::to_string(use.dpd)});
    }
    table.print(std::cout);
  }
  const auto decisions = store::list_limit_decisions(session, limit, lines);
  std::cout << (decisions.empty() ? "\nno decision has changed it\n" : "\ndecisions\n");
  if (decisions.empty()) return;
  TextTable table;
  table.column("date", Align::Left)
      .column("reason", Align::Left)
      .column("action", Align::Left)
      .column("limit", Align::Left)
      .column("block", Align::Left)
      .column("days past due", Align::Right)
      .column("because of", Align::Left);
  for (const store::LimitDecision& d : decisions) {
    std::string refs;
    for (const std::string& ref : d.purchase_refs) refs += (refs.empty() ? "" : " ") + ref;
    table.row({base::to_string(d.business_date), d.reason,
               std::string(engine::name(static_cast<store::LimitAction>(d.action))),
               d.old_base == d.new_base
                   ? money(d.new_base, currency)
                   : money(d.old_base, currency) + " -> " + money(d.new_base, currency),
               d.old_block == d.new_block
                   ? block_name(d.new_block)
                   : fmt::format("{} -> {}", block_name(d.old_block), block_name(d.new_block)),
               std::to_string(d.dpd), shorten(refs, 48)});
  }
  table.print(std::cout);
}

Exit explain_limit(const Options& options) {
  store::Session session(store::open_migrated_database());
  const store::Transaction snapshot(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const auto limits = store::find_limits(session, options.what);
  if (limits.empty()) {
    return refuse("CUSTOMER_UNKNOWN", fmt::format("there is no customer \"{}\" with a limit",
                                                  shorten(options.what, 40)));
  }
  bool is_first = true;
  for (const store::ExplainedLimit& limit : limits) {
    if (!is_first) std::cout << "\n";
    is_first = false;
    print_limit(session, limit, options.what, options.lines);
  }
  return Exit::Done;
}

CLI::App* add(CLI::App& explain, Outcome& outcome, const char* name, const char* what,
              const char* argument, const std::shared_ptr<Options>& options,
              Exit (*run)(const Options&)) {
  CLI::App* command = explain.add_subcommand(name, what);
  command->add_option(name, options->what, argument)->required();
  command
      ->add_option("--lines", options->lines, "How many lines of each list at most; 0: sums only")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  command->callback([options, run, &outcome] { outcome.exit = run(*options); });
  return command;
}

}  // namespace

void add_explain_amounts(CLI::App& explain, Outcome& outcome) {
  const auto balance = std::make_shared<Options>();
  CLI::App* command = add(explain, outcome, "balance",
                          "Which journals make the balance of an account, by posting rule and one "
                          "by one",
                          "The account's code in the chart, 2101", balance, explain_balance);
  command->add_option("--owner", balance->owner, "Only the account of this merchant, channel, ...");
  command->add_option("--tag", balance->tag,
                      "Only the account with this tag: sale, a product, ...");
  command->add_option("--party", balance->party, "Only journals of this customer, merchant, ...");
  command->add_option("--purchase", balance->purchase, "Only journals of this purchase's plan");
  command->add_option("--currency", balance->currency, "The book's if not given");
  command->add_option("--as-of", balance->as_of, "Through this business date; all if not given");
  command->footer(
      "  fenqi explain balance 2101 --owner M1\n"
      "  fenqi explain balance 1101 --party C1 --purchase O1\n"
      "Exit code 1: there is no such account in the chart.");
  add(explain, outcome, "payout", "What a payout was made of, item by item",
      "The payout's reference, as statements have it", std::make_shared<Options>(), explain_payout);
  add(explain, outcome, "limit",
      "A customer's limit: what it is used by, and every decision that changed it",
      "The customer's reference", std::make_shared<Options>(), explain_limit);
}

}  // namespace cli
