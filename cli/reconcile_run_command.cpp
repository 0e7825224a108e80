// fenqi reconcile run: brings the breaks that are kept up to date.
#include <fmt/format.h>

#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/reconcile_options.h"
#include "cli/tables.h"
#include "sql/store/database.h"

namespace cli {
namespace {

constexpr int kShown = 50;
constexpr std::size_t kRefWidth = 24;
constexpr std::size_t kDetailWidth = 80;

struct Options {
  ReconcileScope scope;
  bool dry_run = false;
  bool json = false;
};

struct Sum {
  std::int64_t count = 0;
  std::int64_t amount = 0;
  std::int64_t difference = 0;
};
using Key = std::tuple<std::string, std::string, base::Currency>;  // what happened, type

/// What a run did: all of it in sums, the first changes one by one.
class Changes {
 public:
  void take(store::BreakChange change) {
    Sum& sum = sums_[{change.happened, change.type, change.currency}];
    ++sum.count;
    sum.amount += change.amount;
    sum.difference += change.difference;
    ++count_;
    if (shown_.size() < kShown) shown_.push_back(std::move(change));
  }

  std::int64_t count() const { return count_; }

  void print_list(std::ostream& out) const {
    using enum TextTable::Align;
    TextTable table;
    table.column("", Left).column("break", Right).column("type", Left).column("date", Left);
    table.column("ours", Left).column("theirs", Left).column("amount", Right);
    table.column("difference", Right).column("", Left);
    for (const store::BreakChange& c : shown_) {
      table.row({c.happened, std::to_string(c.id), c.type, base::to_string(c.day),
                 shorten(c.our_ref, kRefWidth), shorten(c.their_ref, kRefWidth),
                 amount_text(c.amount, c.currency),
                 difference_text(c.type, c.difference, c.currency),
                 shorten(c.detail, kDetailWidth)});
    }
    if (!shown_.empty()) table.print(out);
    const auto more = count_ - static_cast<std::int64_t>(shown_.size());
    if (more > 0) out << fmt::format("and {} more\n", more);
  }

  void print_sums(std::ostream& out) const {
    for (const auto& [key, sum] : sums_) {
      const auto& [happened, type, currency] = key;
      out << fmt::format("{} {} {}, {} {}, difference {}\n", happened, sum.count, type,
                         amount_text(sum.amount, currency), currency.code(),
                         difference_text(type, sum.difference, currency));
    }
  }

  nlohmann::ordered_json json() const {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto& [key, sum] : sums_) {
      const auto& [happened, type, currency] = key;
      list.push_back({{"happened", happened},
                      {"type", type},
                      {"currency", currency.code()},
                      {"count", sum.count},
                      {"amount", amount_text(sum.amount, currency)},
                      {"difference", difference_text(type, sum.difference, currency)}});
    }
    return list;
  }

 private:
  std::map<Key, Sum> sums_;
  std::vector<store::BreakChange> shown_;
  std::int64_t count_ = 0;
};

std::map<base::Currency, Sum> by_currency(const std::vector<engine::MatchedSum>& sums) {
  std::map<base::Currency, Sum> totals;
  for (const engine::MatchedSum& sum : sums) {
    totals[sum.currency].count += sum.count;
    totals[sum.currency].amount += sum.amount;
  }
  return totals;
}

nlohmann::ordered_json matched_json(const std::vector<engine::MatchedSum>& sums) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& [currency, sum] : by_currency(sums)) {
    list.push_back({{"currency", currency.code()},
                    {"count", sum.count},
                    {"amount", amount_text(sum.amount, currency)}});
  }
  return list;
}

void print(const Options& options, const engine::Reconciliation& found, const Changes& changes) {
  if (options.dry_run) changes.print_list(std::cout);
  if (found.late) {
    std::cout << fmt::format("looked back to {}: records of {} and later came late\n",
                             base::to_string(found.from), base::to_string(*found.late));
  }
  for (const auto& [currency, sum] : by_currency(found.matched)) {
    std::cout << fmt::format("matched {} rows, {} {}\n", sum.count,
                             amount_text(sum.amount, currency), currency.code());
  }
  for (const auto& [currency, sum] : by_currency(found.paid)) {
    std::cout << fmt::format("paid into the bank: {} batches, {} {}\n", sum.count,
                             amount_text(sum.amount, currency), currency.code());
  }
  std::cout << fmt::format("breaks {}\n", found.breaks);
  changes.print_sums(std::cout);
  if (changes.count() == 0) std::cout << "nothing changed\n";
  if (options.dry_run) std::cout << "dry run: nothing is stored\n";
}

Exit run(const Options& options) {
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  const store::Comparison comparison = comparison_option(conninfo, session, options.scope);
  Changes changes;
  const auto found = engine::run_reconciliation(
      session, comparison, options.dry_run, [&](auto change) { changes.take(std::move(change)); });
  if (!found) return say({found.error()});
  if (options.json) {
    std::cout << nlohmann::ordered_json{{"channel", options.scope.channel},
                                        {"date", options.scope.date},
                                        {"dry_run", options.dry_run},
                                        {"from", base::to_string(found->from)},
                                        {"matched", matched_json(found->matched)},
                                        {"batches_paid", matched_json(found->paid)},
                                        {"breaks", found->breaks},
                                        {"changes", changes.json()}}
                     .dump(2)
              << "\n";
  } else {
    print(options, *found, changes);
  }
  return Exit::Done;
}

}  // namespace

void add_reconcile_run(CLI::App& reconcile, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command = reconcile.add_subcommand(
      "run", "Compare ledger, bills and bank, and keep what does not match");
  options->scope.add_to(*command);
  command->add_flag("--dry-run", options->dry_run,
                    "Say what would change, by the same code in a transaction that is rolled back");
  command->add_flag("--json", options->json, "The result as JSON");
  command->footer(
      "New breaks open, those whose other side came close, and the same records twice change\n"
      "nothing. Example:\n  fenqi reconcile run --channel WX --date 2026-07-10");
  command->callback([options, &outcome] {
    try {
      outcome.exit = run(*options);
    } catch (const ReconcileRefused& refused) {
      outcome.exit = say(refused);
    }
  });
}

}  // namespace cli
