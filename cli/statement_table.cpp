// The merchant statement for people.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/tables.h"

namespace cli {
namespace {

constexpr std::size_t kOrderWidth = 26;

std::int64_t size_of(std::int64_t minor) { return minor < 0 ? -minor : minor; }

// Column widths are known before the first line: a line's amount never exceeds the sum over its
// type, whose lines have one sign, and the balance never exceeds what all of them move.
struct Widths {
  std::size_t gross = 5;
  std::size_t fee = 3;
  std::size_t subsidy = 7;
  std::size_t net = 3;
  std::size_t balance = 7;
};

Widths widths_of(const engine::StatementSection& section) {
  const int exponent = section.currency.exponent();
  Widths widths;
  std::int64_t moved = size_of(section.opening);
  const auto widen = [&](std::size_t& width, std::int64_t minor) {
    width = std::max(width, base::to_decimal(-size_of(minor), exponent).size());
  };
  for (const store::ItemTotals& totals : section.by_type) {
    widen(widths.gross, totals.gross);
    widen(widths.fee, totals.discount);
    widen(widths.subsidy, totals.subsidy);
    widen(widths.net, size_of(totals.gross) + size_of(totals.discount) + size_of(totals.subsidy));
    moved += size_of(totals.net);
  }
  widen(widths.balance, moved);
  return widths;
}

void print_heading(std::ostream& out, const Widths& w) {
  const std::string line = fmt::format(
      "{:<10}  {:<5}  {:<7}  {:<26}  {:>2}  {:>{}}  {:>{}}  {:>{}}  {:>{}}  {:>{}}  {:<10}  {}",
      "date", "time", "item", "order", "n", "gross", w.gross, "fee", w.fee, "subsidy", w.subsidy,
      "net", w.net, "balance", w.balance, "settled", "payout");
  out << line << '\n';
  for (std::size_t i = 0; i < line.size() + 14; ++i) out << "─";
  out << '\n';
}

void print_line(std::ostream& out, const engine::StatementLine& line, const base::Zone& zone,
                const Widths& w) {
  const store::ItemRow& item = line.item;
  const auto local = zone.to_local(item.occurred_at);
  const auto minutes =
      std::chrono::duration_cast<std::chrono::minutes>(local - date::floor<date::days>(local))
          .count();
  const auto amount = [&](std::int64_t minor) {
    return base::to_decimal(minor, item.currency.exponent());
  };
  std::string order = shorten(item.order_ref, kOrderWidth);
  order.append(kOrderWidth - display_width(order), ' ');
  std::string text = fmt::format(
      "{}  {:02}:{:02}  {:<7}  {}  {:>2}  {:>{}}  {:>{}}  {:>{}}  {:>{}}  {:>{}}  {:<10}  {}",
      base::to_string(item.business_date), minutes / 60, minutes % 60, engine::name(item.type),
      order, item.periods > 0 ? std::to_string(item.periods) : "", amount(item.gross), w.gross,
      amount(item.discount), w.fee, amount(item.subsidy), w.subsidy, amount(line.net), w.net,
      amount(line.balance), w.balance, line.settled_on ? base::to_string(*line.settled_on) : "",
      shorten(line.payout_ref, 20));
  text.erase(text.find_last_not_of(' ') + 1);
  out << text << '\n';
}

void print_totals(std::ostream& out, const engine::StatementHeader& header,
                  const engine::StatementSection& section) {
  using enum TextTable::Align;
  const engine::StatementTotals& t = section.totals;
  const auto amount = [&](std::int64_t minor) {
    return base::to_decimal(minor, section.currency.exponent());
  };
  const auto count = [&](store::ItemType type) {
    return std::to_string(section.by_type[store::index_of(type)].count);
  };
  TextTable table;
  table.column("", Left).column(std::string(section.currency.code()), Right).column("lines", Right);
  table.row({fmt::format("opening balance, {}", base::to_string(header.from)),
             amount(section.opening), ""});
  const auto add = [&](const char* what, std::int64_t minor, const std::string& lines) {
    if (minor != 0 || (lines != "" && lines != "0")) table.row({what, amount(minor), lines});
  };
  add("sales", t.sales, count(store::ItemType::Sale));
  add("refunds", t.refunds, count(store::ItemType::Refund));
  add("merchant fee", t.discount, "");
  add("subsidy", t.subsidy, "");
  add("returned fee", t.returned_discount, "");
  add("returned subsidy", t.returned_subsidy, "");
  if (t.adjustments != 0) add("adjustments", t.adjustments, count(store::ItemType::Adjustment));
  add("reserve released", t.releases, count(store::ItemType::Release));
  add("reserve held", t.reserve, count(store::ItemType::Reserve));
  add("payouts", t.payouts, count(store::ItemType::Payout));
  table.rule();
  table.row({fmt::format("closing balance, {}", base::to_string(header.to)),
             amount(section.closing), std::to_string(t.lines)});
  table.print(out);
  out << fmt::format(
      "control: {} + {} ({} lines) = {}{}\n", amount(section.opening), amount(t.net), t.lines,
      amount(section.closing),
      header.is_final ? ", as in the ledger" : "; some of these dates are still open");
}

void print_payouts(std::ostream& out, const engine::StatementSection& section,
                   std::int64_t lines_max) {
  if (section.payouts.empty()) return;
  using enum TextTable::Align;
  TextTable table;
  table.column("payout", Left).column("settled", Left);
  table.column("amount", Right).column("status", Left).column("confirmed", Left);
  std::int64_t shown = 0;
  for (const store::PayoutLine& payout : section.payouts) {
    if (shown++ == lines_max) break;
    table.row({payout.ref, base::to_string(payout.settled_on),
               base::to_decimal(payout.amount, section.currency.exponent()),
               std::string(engine::name(payout.status)),
               payout.confirmed_on ? base::to_string(*payout.confirmed_on) : ""});
  }
  out << '\n';
  table.print(out);
  const auto all = static_cast<std::int64_t>(section.payouts.size());
  if (all > lines_max) out << fmt::format("… and {} more payouts\n", all - lines_max);
}

}  // namespace

void print_statement(std::ostream& out, engine::Statement& statement, std::int64_t lines_max) {
  const engine::StatementHeader& header = statement.header();
  out << fmt::format("Statement of merchant {}, {} to {} (times in {})\n",
                     shorten(header.merchant, 64), base::to_string(header.from),
                     base::to_string(header.to), header.zone.name());
  if (header.sections.empty()) out << "Nothing was owed and nothing happened.\n";
  for (std::size_t i = 0; i < header.sections.size(); ++i) {
    const engine::StatementSection& section = header.sections[i];
    const Widths widths = widths_of(section);
    out << '\n';
    print_heading(out, widths);
    std::int64_t shown = 0;
    for (auto lines = statement.next(i); !lines.empty(); lines = statement.next(i)) {
      for (const engine::StatementLine& line : lines) {
        if (shown < lines_max) print_line(out, line, header.zone, widths);
        ++shown;
      }
    }
    if (shown > lines_max) out << fmt::format("… and {} more lines\n", shown - lines_max);
    out << '\n';
    print_totals(out, header, section);
    print_payouts(out, section, lines_max);
  }
}

}  // namespace cli
