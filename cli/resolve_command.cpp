// fenqi reconcile resolve: proposed by one person, approved by another.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/clock.h"
#include "cli/instant_option.h"
#include "cli/reconcile_options.h"
#include "engine/book.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct Options {
  BreakFlags flags;
  std::string action;
  std::string reason;
  std::string by;
  std::string at;
  bool approve = false;
  bool reject = false;
};

Exit propose(const Options& options, store::Session& session, const store::BreakFilter& filter) {
  const auto sums = engine::propose(session, filter, options.action, options.by, options.reason);
  if (!sums) return say({sums.error()});
  print_break_sums("proposed", *sums);
  std::cerr << "another person approves: the same filter with --approve --by\n";
  return Exit::Done;
}

Exit reject(const Options& options, store::Session& session, const store::BreakFilter& filter) {
  const auto sums = store::reject_proposals(session, filter, options.by, options.reason);
  if (sums.empty()) return say({{"BREAK_UNKNOWN", "no proposal is selected"}});
  print_break_sums("rejected", sums);
  return Exit::Done;
}

Exit approve(const Options& options, const std::string& conninfo, store::Session& session,
             const store::BreakFilter& filter) {
  const auto catalog = engine::load_catalog(session);
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const base::Instant at =
      instant_of(session, "--at", options.at).value_or(base::Instant(now.time_since_epoch()));
  engine::Engine engine(conninfo, catalog);
  const auto approval =
      engine::approve(engine, filter, options.by, at, {.today = today_in(*catalog)});
  if (!approval) return say({approval.error()});
  print_break_sums("approved", approval->approved);
  if (approval->posted > 0) std::cerr << fmt::format("posted for {} breaks\n", approval->posted);
  if (approval->refused == 0) return Exit::Done;
  std::cerr << fmt::format("not posted, and open again: {} breaks\n", approval->refused);
  for (const std::string& one : approval->not_posted) std::cerr << fmt::format("  {}\n", one);
  return Exit::Refused;
}

Exit resolve(const Options& options) {
  const int asked =
      (options.action.empty() ? 0 : 1) + (options.approve ? 1 : 0) + (options.reject ? 1 : 0);
  if (asked != 1) {
    throw CLI::ValidationError("--as", "one of --as ACTION, --approve and --reject");
  }
  if (options.flags.is_empty()) {
    throw CLI::ValidationError("--break", "name a break, or which ones by a filter");
  }
  if (!options.approve && options.reason.empty()) {
    throw CLI::ValidationError("--reason", "say why: it is kept");
  }
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  const store::BreakFilter filter = options.flags.filter(session);
  if (options.approve) return approve(options, conninfo, session, filter);
  return options.reject ? reject(options, session, filter) : propose(options, session, filter);
}

std::string footer() {
  std::string text = "Actions, and what they post (docs/reconciliation.md):\n";
  for (const engine::ResolveAction& action : engine::resolve_actions()) {
    text += fmt::format("  {:<21} {}{}\n", action.name, action.says,
                        action.posts.empty() ? "" : fmt::format("; posts {}", action.posts));
  }
  text +=
      "Examples:\n"
      "  fenqi reconcile resolve --channel WX --type MISSING_LEDGER --as suspense --reason 'no "
      "order' "
      "--by li\n"
      "  fenqi reconcile resolve --channel WX --type MISSING_LEDGER --approve --by wang";
  return text;
}

}  // namespace

void add_reconcile_resolve(CLI::App& reconcile, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      reconcile.add_subcommand("resolve", "End breaks: one person proposes how, another approves");
  options->flags.add_to(*command);
  const auto name = [](const std::string& text) {
    return text.empty() || text.size() > 200 ? std::string("a name of 1 to 200 bytes")
                                             : std::string();
  };
  command->add_option("--as", options->action, "Propose this action for all that are selected");
  command->add_option("--reason", options->reason, "Why")->check([](const std::string& text) {
    return text.size() > 2'000 ? std::string("at most 2,000 bytes") : std::string();
  });
  command->add_option("--by", options->by, "Who proposes, approves or rejects")
      ->required()
      ->check(name);
  command->add_flag("--approve", options->approve, "Approve the proposals that are selected");
  command->add_flag("--reject", options->reject, "Take proposals back");
  command->add_option("--at", options->at, "When it is approved, and posted; now if not given");
  command->footer(footer());
  command->callback([options, &outcome] {
    try {
      outcome.exit = resolve(*options);
    } catch (const ReconcileRefused& refused) {
      outcome.exit = say(refused);
    }
  });
}

}  // namespace cli
