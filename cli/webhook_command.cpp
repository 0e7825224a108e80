// fenqi webhook add|list|remove|send|replay|dead: who is told of limit changes, and telling them.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>

#include "api/webhook_sender.h"
#include "cli/commands.h"
#include "cli/tables.h"
#include "engine/limit_feed.h"
#include "engine/webhook_signature.h"
#include "engine/webhooks.h"
#include "sql/store/database.h"
#include "sql/store/webhook_store.h"

namespace cli {
namespace {

struct Options {
  std::string url;
  std::string secret_file;
  bool make_secret = false;
  bool allow_http = false;
  std::string endpoint;
  std::int64_t from = -1;  // not given
  bool dead = false;
  bool once = false;
  int connections = 4;
  int poll_seconds = 1;
};

base::Instant now() {
  const auto time = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return base::Instant(time.time_since_epoch());
}

std::string when(const std::optional<base::Instant>& instant) {
  return instant ? base::to_string(*instant).substr(0, 19) + "Z" : "";
}

Exit refuse(engine::WebhookRefusal refusal) {
  std::cerr << fmt::format("fenqi: {}: {}\n", engine::code(refusal), engine::sentence(refusal));
  return Exit::Refused;
}

std::string read_secret(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  if (!file || !(file >> text)) {
    throw CLI::ValidationError("--secret-file",
                               fmt::format("{} can't be read; --make-secret makes it", path));
  }
  return text;
}

/// Only its owner may read it, and what is there is not written over.
std::string make_secret(const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    throw CLI::ValidationError("--make-secret", fmt::format("{} is there already, or can't be "
                                                            "made",
                                                            path));
  }
  const std::string secret = engine::make_webhook_secret();
  const std::string line = fmt::format("{}\n", secret);
  const bool is_written = write(file, line.data(), line.size()) == std::ssize(line);
  if (close(file) != 0 || !is_written) throw std::runtime_error(path + " can't be written");
  return secret;
}

Exit add(const Options& options) {
  // Before a secret is made for it.
  const engine::NewEndpoint wanted{
      .url = options.url, .secret = {}, .allows_plain_http = options.allow_http};
  if (const auto refusal = engine::refuse_url(wanted)) return refuse(*refusal);
  store::Session session(store::open_migrated_database());
  const std::string secret =
      options.make_secret ? make_secret(options.secret_file) : read_secret(options.secret_file);
  const auto id =
      engine::add_endpoint(session,
                           {.url = options.url,
                            .secret = secret,
                            .after = options.from < 0 ? std::nullopt : std::optional(options.from),
                            .allows_plain_http = options.allow_http},
                           now());
  if (!id) return refuse(id.error());
  std::cout << *id << "\n";
  return Exit::Done;
}

Exit list() {
  store::Session session(store::open_migrated_database());
  engine::list_limit_changes(session);
  const auto counts = store::count_deliveries(session);
  using enum TextTable::Align;
  TextTable table;
  table.column("endpoint", Left).column("url", Left).column("waiting", Right);
  table.column("delivered", Right).column("dead", Right).column("state", Left);
  table.column("next attempt", Left);
  for (const store::EndpointRow& endpoint : store::list_endpoints(session)) {
    const auto count = std::ranges::find(counts, endpoint.id, &store::DeliveryCounts::endpoint);
    if (count == counts.end()) continue;  // added meanwhile
    table.row({endpoint.id, shorten(endpoint.url, 50), std::to_string(count->waiting),
               std::to_string(count->delivered), std::to_string(count->dead),
               endpoint.stopped_at     ? "stopped: it answered 410"
               : endpoint.failures > 0 ? "can't be reached"
                                       : "active",
               when(endpoint.resume_at ? endpoint.resume_at : count->next_attempt_at)});
  }
  table.print(std::cout);
  return Exit::Done;
}

Exit remove(const Options& options) {
  store::Session session(store::open_migrated_database());
  if (!store::remove_endpoint(session, options.endpoint, now())) {
    return refuse(engine::WebhookRefusal::EndpointUnknown);
  }
  std::cerr << fmt::format("{} is removed\n", options.endpoint);
  return Exit::Done;
}

Exit replay(const Options& options) {
  if (options.dead == (options.from >= 0)) {
    throw CLI::ValidationError("webhook replay", "give either --from or --dead");
  }
  store::Session session(store::open_migrated_database());
  const auto count = options.dead
                         ? engine::revive_webhooks(session, options.endpoint, now())
                         : engine::replay_webhooks(session, options.endpoint, options.from, now());
  if (!count) return refuse(count.error());
  std::cerr << fmt::format("{} limit {} will be sent again\n", *count,
                           *count == 1 ? "change" : "changes");
  return Exit::Done;
}

Exit dead(const Options& options) {
  store::Session session(store::open_migrated_database());
  store::Transaction transaction(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  store::DeadDeliveryCursor cursor(session, options.endpoint);
  std::cout << fmt::format("{:<15}  {:>10}  {:<20}  {:>8}  {:<20}  {:>6}  {}\n", "endpoint",
                           "position", "customer", "attempts", "last attempt", "status", "answer");
  std::int64_t count = 0;
  for (auto rows = cursor.next(); !rows.empty(); rows = cursor.next()) {
    for (const store::DeadDelivery& row : rows) {
      ++count;
      std::string customer = shorten(row.customer, 20);
      customer.append(20 - display_width(customer), ' ');
      std::cout << fmt::format("{:<15}  {:>10}  {}  {:>8}  {:<20}  {:>6}  {}\n", row.endpoint,
                               row.position, customer, row.attempts, when(row.tried_at),
                               row.status == 0 ? "none" : std::to_string(row.status),
                               shorten(row.answer, 60));
    }
  }
  std::cerr << fmt::format("{} dead\n", count);
  return Exit::Done;
}

void print_run(std::ostream& out, const engine::WebhookRun& run) {
  out << fmt::format("delivered {}, failed {}, dead {}\n", run.delivered, run.failed, run.dead);
}

Exit send(const Options& options) {
  // Blocked, so that they wait until they are looked at and nothing is broken off halfway.
  sigset_t asked_to_stop;
  sigemptyset(&asked_to_stop);
  sigaddset(&asked_to_stop, SIGINT);
  sigaddset(&asked_to_stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &asked_to_stop, nullptr);
  const auto is_stopping = [] {
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
  };
  engine::WebhookRunner runner(store::open_migrated_database(),
                               {.make_sender = [] { return api::make_webhook_sender(); },
                                .now = now,
                                .is_stopping = is_stopping,
                                .connections = options.connections});
  if (options.once) {
    print_run(std::cout, runner.run_once());
    return Exit::Done;
  }
  std::cerr << "fenqi sends limit changes to webhooks (Ctrl-C stops it)\n";
  const timespec pause{options.poll_seconds, 0};
  while (!is_stopping()) {
    const engine::WebhookRun run = runner.run_once();
    if (run.delivered + run.failed + run.dead > 0) print_run(std::cerr, run);
    if (sigtimedwait(&asked_to_stop, nullptr, &pause) > 0) break;
  }
  std::cerr << "fenqi has stopped\n";
  return Exit::Done;
}

void add_sending(CLI::App& webhook, const std::shared_ptr<Options>& options, Outcome& outcome) {
  CLI::App* run = webhook.add_subcommand(
      "send", "Send what is due, until Ctrl-C or SIGTERM; any number may run at once");
  run->add_flag("--once", options->once, "End when nothing is due");
  run->add_option("--connections", options->connections, "To a receiver at once")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  run->add_option("--poll", options->poll_seconds, "Seconds between two looks")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  run->callback([options, &outcome] { outcome.exit = send(*options); });

  CLI::App* again = webhook.add_subcommand("replay", "Send again what was sent, in order");
  again->add_option("endpoint", options->endpoint, "The id shown by list")->required();
  again->add_option("--from", options->from, "All behind this position; 0: from the beginning")
      ->check(CLI::NonNegativeNumber);
  again->add_flag("--dead", options->dead, "What was given up");
  again->callback([options, &outcome] { outcome.exit = replay(*options); });

  CLI::App* given_up = webhook.add_subcommand("dead", "What was given up, and the last answers");
  given_up->add_option("endpoint", options->endpoint, "Of this endpoint only");
  given_up->callback([options, &outcome] { outcome.exit = dead(*options); });
}

}  // namespace

void add_webhook(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* webhook = app.add_subcommand("webhook", "Tell other systems of limit changes");
  webhook->require_subcommand(1);
  webhook->footer(
      "Example:\n"
      "  fenqi webhook add https://risk.example/hooks --secret-file hook.secret --make-secret\n"
      "  fenqi webhook send\n"
      "docs/webhooks.md says what a receiver does.");

  CLI::App* make = webhook->add_subcommand("add", "Tell this URL from now on; prints its id");
  make->add_option("url", options->url, "https://HOST/PATH, or http to this machine")->required();
  make->add_option("--secret-file", options->secret_file, "File with the secret, whsec_...")
      ->required();
  make->add_flag("--make-secret", options->make_secret, "Make that file with a new secret");
  make->add_option("--from", options->from, "Start behind this position; 0: with the first change")
      ->check(CLI::NonNegativeNumber);
  make->add_flag("--allow-http", options->allow_http, "Plain http to another machine too");
  make->callback([options, &outcome] { outcome.exit = add(*options); });

  webhook->add_subcommand("list", "Endpoints, and how far each of them has been told")
      ->callback([&outcome] { outcome.exit = list(); });

  CLI::App* stop = webhook->add_subcommand("remove", "Tell it no more");
  stop->add_option("endpoint", options->endpoint, "The id shown by list")->required();
  stop->callback([options, &outcome] { outcome.exit = remove(*options); });

  add_sending(*webhook, options, outcome);
}

}  // namespace cli
