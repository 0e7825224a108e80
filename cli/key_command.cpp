// fenqi key create|list|revoke: who may use the HTTP API.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/tables.h"
#include "engine/api_keys.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct Options {
  std::string merchant;
  bool all = false;
  bool limits = false;
  std::string name;
  std::string id;
};

store::Session open() { return store::Session(store::open_migrated_database()); }

Exit create(const Options& options) {
  if (options.all + options.limits + !options.merchant.empty() != 1) {
    throw CLI::ValidationError("key create", "give one of --merchant, --all and --limits");
  }
  store::Session session = open();
  const auto merchant = options.all ? std::nullopt : std::optional<std::string>(options.merchant);
  const auto key = options.limits ? engine::create_limits_key(session, options.name)
                                  : engine::create_api_key(session, merchant, options.name);
  if (!key) {
    std::cerr << fmt::format("fenqi: there is no merchant \"{}\"\n", options.merchant);
    return Exit::Refused;
  }
  std::cout << key->key << "\n";
  std::cerr << fmt::format("key {}: keep it now, it can't be shown again\n", key->id);
  return Exit::Done;
}

Exit list() {
  store::Session session = open();
  using enum TextTable::Align;
  TextTable table;
  table.column("key", Left).column("merchant", Left).column("may", Left).column("name", Left);
  table.column("created", Left).column("revoked", Left);
  for (const store::ApiKeyRow& key : store::list_api_keys(session)) {
    table.row({key.id, key.merchant ? shorten(key.merchant_ref, 40) : "(all)",
               fmt::format("{}", fmt::join(key.scopes, " ")), shorten(key.name, 40),
               base::to_string(key.created_at).substr(0, 19) + "Z",
               key.revoked_at ? base::to_string(*key.revoked_at).substr(0, 19) + "Z" : ""});
  }
  table.print(std::cout);
  return Exit::Done;
}

Exit revoke(const Options& options) {
  store::Session session = open();
  if (!store::revoke_api_key(session, options.id)) {
    std::cerr << fmt::format("fenqi: there is no key \"{}\"\n", options.id);
    return Exit::Refused;
  }
  std::cerr << fmt::format("key {} is revoked\n", options.id);
  return Exit::Done;
}

}  // namespace

void add_key(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("key", "Keys of the HTTP API");
  command->require_subcommand(1);
  CLI::App* make = command->add_subcommand("create", "Make a key and print it, this once");
  make->add_option("--merchant", options->merchant, "For this merchant's statements only");
  make->add_flag("--all", options->all, "For every merchant's statements");
  make->add_flag("--limits", options->limits, "For the feed of limit changes, and nothing else");
  make->add_option("--name", options->name, "What it is for, for people");
  make->callback([options, &outcome] { outcome.exit = create(*options); });
  command->add_subcommand("list", "All keys, without their secrets")->callback([&outcome] {
    outcome.exit = list();
  });
  CLI::App* stop = command->add_subcommand("revoke", "Refuse a key from now on");
  stop->add_option("key", options->id, "The id shown by list")->required();
  stop->callback([options, &outcome] { outcome.exit = revoke(*options); });
}

}  // namespace cli
