// fenqi serve: the HTTP API, until it is asked to stop.
#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>

#include <iostream>
#include <memory>
#include <thread>

#include "api/service.h"
#include "cli/commands.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct Options {
  std::string listen = "127.0.0.1:8080";
  std::size_t workers = 8;
};

Exit run(const Options& options) {
  const auto address = api::parse_listen_address(options.listen);
  if (!address) {
    throw CLI::ValidationError("--listen", fmt::format("\"{}\" is no HOST:PORT", options.listen));
  }
  // Blocked here, so that every thread made below leaves them to the one that waits for them.
  sigset_t asked_to_stop;
  sigemptyset(&asked_to_stop);
  sigaddset(&asked_to_stop, SIGINT);
  sigaddset(&asked_to_stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &asked_to_stop, nullptr);

  api::Service service({.host = address->host,
                        .port = address->port,
                        .workers = options.workers,
                        .conninfo = store::open_migrated_database()});
  const int port = service.bind();
  const bool is_v6 = address->host.find(':') != std::string::npos;
  std::cerr << fmt::format("fenqi serves http://{}{}{}:{}/ (Ctrl-C stops it)\n", is_v6 ? "[" : "",
                           address->host, is_v6 ? "]" : "", port);
  std::jthread waiter([&] {
    int signal = 0;
    sigwait(&asked_to_stop, &signal);
    service.stop();
  });
  service.run();
  pthread_kill(waiter.native_handle(), SIGTERM);  // if it wasn't a signal that ended it
  std::cerr << "fenqi has stopped\n";
  return Exit::Done;
}

}  // namespace

void add_serve(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("serve", "Serve the HTTP API");
  command->add_option("--listen", options->listen, "HOST:PORT; port 0 takes any free one")
      ->capture_default_str();
  command->add_option("--workers", options->workers, "Statements at once: database connections")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->callback([options, &outcome] { outcome.exit = run(*options); });
}

}  // namespace cli
