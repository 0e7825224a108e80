// fenqi reconcile list and assign: the breaks that are kept, and who looks after them.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/reconcile_options.h"
#include "cli/tables.h"
#include "engine/book.h"
#include "sql/store/database.h"

namespace cli {
namespace {

constexpr int kTableRows = 500;
constexpr std::size_t kRefWidth = 24;
constexpr std::size_t kWhyWidth = 70;

struct ListOptions {
  BreakFlags flags;
  std::string as_of;
  std::string format = "table";
  std::string out;
  bool all = false;
};

int age_of(const store::BreakRow& b, const std::optional<base::Day>& as_of) {
  return std::max(0, base::days_between(b.day, as_of.value_or(b.as_of)));
}

std::string escalation(int age) { return std::string(name(reconciliation::escalation_of(age))); }

std::string outcome_of(const store::BreakRow& b) {
  if (b.state == "proposed") {
    return fmt::format("proposed: {} by {}", b.proposed_action, shorten(b.proposed_by, kRefWidth));
  }
  if (b.state == "resolved") {
    return b.action + (b.present ? "" : ", and its other side came");
  }
  return b.state;
}

class TableOfBreaks {
 public:
  TableOfBreaks() {
    using enum TextTable::Align;
    table_.column("break", Right).column("channel", Left).column("type", Left);
    table_.column("date", Left).column("age", Right).column("for", Left).column("owner", Left);
    table_.column("status", Left).column("ours", Left).column("theirs", Left);
    table_.column("amount", Right).column("difference", Right).column("why", Left);
  }

  void add(const store::BreakRow& b, int age) {
    if (++count_ > kTableRows) return;
    table_.row({std::to_string(b.id), b.channel, b.type, base::to_string(b.day),
                std::to_string(age), escalation(age), shorten(b.owner, kRefWidth), outcome_of(b),
                shorten(b.our_ref, kRefWidth), shorten(b.their_ref, kRefWidth),
                amount_text(b.amount, b.currency),
                difference_text(b.type, b.difference, b.currency), shorten(b.why, kWhyWidth)});
  }

  void print(std::ostream& out) const {
    if (count_ > 0) table_.print(out);
    if (count_ > kTableRows) {
      out << fmt::format("and {} more: --format csv has all\n", count_ - kTableRows);
    }
  }

 private:
  TextTable table_;
  std::int64_t count_ = 0;
};

std::vector<std::string> csv_fields(const store::BreakRow& b, int age) {
  return {std::to_string(b.id),
          b.channel,
          b.stage == store::BreakStage::LedgerBill ? "ledger-bill" : "bill-bank",
          b.type,
          b.state,
          base::to_string(b.day),
          std::to_string(age),
          escalation(age),
          b.owner,
          b.our_ref,
          b.their_ref,
          std::string(b.currency.code()),
          amount_text(b.amount, b.currency),
          difference_text(b.type, b.difference, b.currency),
          b.field,
          b.ours,
          b.theirs,
          b.nearest,
          b.why,
          base::to_string(b.opened_on),
          b.state == "proposed" ? b.proposed_action : b.action,
          b.proposed_by,
          b.approved_by,
          b.reason};
}

constexpr std::array kColumns = {
    "break",    "channel",    "stage",  "type",        "status",      "date",
    "age_days", "escalation", "owner",  "our_ref",     "their_ref",   "currency",
    "amount",   "difference", "field",  "ours",        "theirs",      "nearest",
    "why",      "opened_on",  "action", "proposed_by", "approved_by", "reason"};

nlohmann::ordered_json json_of(const store::BreakRow& b, int age) {
  nlohmann::ordered_json json;
  const std::vector<std::string> fields = csv_fields(b, age);
  for (std::size_t i = 0; i < kColumns.size(); ++i) json[kColumns.at(i)] = fields.at(i);
  json["break"] = b.id;
  json["age_days"] = age;
  return json;
}

void print_history(store::Session& session, std::int64_t id, const engine::Catalog& catalog) {
  using enum TextTable::Align;
  TextTable table;
  table.column("when", Left).column("what", Left).column("by", Left).column("", Left);
  const auto history = store::list_history(session, id);
  for (const store::HistoryRow& row : history) {
    table.row({base::to_string(catalog.zone.day_of(row.at, catalog.cutoff)), row.happened,
               shorten(row.by, kRefWidth), shorten(row.detail, kWhyWidth + kRefWidth)});
  }
  if (!history.empty()) table.print(std::cout);
}

Exit list(const ListOptions& options) {
  store::Session session(store::open_migrated_database());
  const auto catalog = engine::load_catalog(session);
  store::BreakFilter filter = options.flags.filter(session);
  filter.all = options.all;
  std::optional<base::Day> as_of;
  if (!options.as_of.empty()) as_of = day_option("--as-of", options.as_of);
  Output output(options.out);
  if (options.format == "csv") {
    write_csv_line(output, {kColumns.begin(), kColumns.end()});
    store::list_breaks(session, filter, [&](const store::BreakRow& b) {
      write_csv_line(output, csv_fields(b, age_of(b, as_of)));
    });
  } else if (options.format == "json") {
    const char* before = "[";
    store::list_breaks(session, filter, [&](const store::BreakRow& b) {
      output.write(fmt::format("{}\n{}", before, json_of(b, age_of(b, as_of)).dump()));
      before = ",";
    });
    output.write(*before == '[' ? "[]\n" : "\n]\n");
  } else {
    TableOfBreaks table;
    std::int64_t count = 0;
    store::list_breaks(session, filter, [&](const store::BreakRow& b) {
      table.add(b, age_of(b, as_of));
      ++count;
    });
    table.print(output.stream());
    if (count == 0) output.stream() << "no such break\n";
    if (filter.id && count > 0) print_history(session, *filter.id, *catalog);
  }
  output.commit();
  return Exit::Done;
}

struct AssignOptions {
  BreakFlags flags;
  std::string owner;
  std::string note;
  std::string by;
};

Exit assign(const AssignOptions& options) {
  if (options.flags.is_empty()) {
    throw CLI::ValidationError("--break", "name a break, or which ones by a filter");
  }
  store::Session session(store::open_migrated_database());
  const store::BreakFilter filter = options.flags.filter(session);
  const auto sums = store::assign_breaks(session, filter, options.owner, options.by, options.note);
  if (sums.empty()) {
    std::int64_t count = 0;
    store::list_breaks(session, filter, [&](const auto&) { ++count; });
    if (count == 0) return say({{"BREAK_UNKNOWN", "no break is selected"}});
    std::cerr << fmt::format("all {} are {}'s already\n", count, options.owner);
  }
  print_break_sums("assigned", sums);
  return Exit::Done;
}

void add_list(CLI::App& reconcile, Outcome& outcome) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = reconcile.add_subcommand(
      "list", "The breaks that are kept: age, who has to act, what became of them");
  options->flags.add_to(*command);
  command->add_option("--as-of", options->as_of,
                      "Count ages to this date, not to that of the last run");
  command->add_flag("--all", options->all, "Closed ones, too");
  command->add_option("--format", options->format, "")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  command->add_option("--out", options->out, "File to write; standard output if not given");
  command->footer(
      "With --break N the table is followed by what happened to it. Examples:\n"
      "  fenqi reconcile list --channel WX --type MISSING_BILL\n"
      "  fenqi reconcile list --owner - --format csv --out unowned.csv");
  command->callback([options, &outcome] {
    try {
      outcome.exit = list(*options);
    } catch (const ReconcileRefused& refused) {
      outcome.exit = say(refused);
    }
  });
}

void add_assign(CLI::App& reconcile, Outcome& outcome) {
  auto options = std::make_shared<AssignOptions>();
  CLI::App* command = reconcile.add_subcommand("assign", "Give breaks an owner");
  options->flags.add_to(*command);
  command->add_option("--to-owner", options->owner, "Who looks after them")->required();
  command->add_option("--by", options->by, "Who says so");
  command->add_option("--note", options->note, "For the history");
  command->footer(
      "Example:\n  fenqi reconcile assign --channel WX --type AMOUNT --to-owner li --note 'asked "
      "WX'");
  command->callback([options, &outcome] {
    try {
      outcome.exit = assign(*options);
    } catch (const ReconcileRefused& refused) {
      outcome.exit = say(refused);
    }
  });
}

}  // namespace

void add_reconcile_breaks(CLI::App& reconcile, Outcome& outcome) {
  add_list(reconcile, outcome);
  add_assign(reconcile, outcome);
}

}  // namespace cli
