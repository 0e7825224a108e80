// fenqi evidence public-key|new-key: the key that closed dates are signed with.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "base/hash.h"
#include "cli/commands.h"
#include "engine/evidence_key.h"

namespace cli {
namespace {

void print_key(const base::PublicKey& key) {
  std::cout << base::to_hex(key) << "\n";
  std::cerr << fmt::format("fingerprint {}\n", base::to_hex(base::fingerprint(key)));
}

Exit public_key(bool shows_all) {
  const auto file = engine::evidence_key_file();
  if (shows_all) {
    for (const base::PublicKey& key : engine::load_public_keys(engine::public_key_file(file))) {
      print_key(key);
    }
    return Exit::Done;
  }
  const auto seed = engine::load_evidence_key(file);
  if (!seed) {
    std::cerr << fmt::format(
        "fenqi: there is no key file {} yet: the first close makes it, or fenqi evidence new-key\n",
        file.string());
    return Exit::Refused;
  }
  print_key(base::public_key_of(*seed));
  return Exit::Done;
}

Exit new_key() {
  const auto file = engine::evidence_key_file();
  print_key(base::public_key_of(engine::make_evidence_key(file)));
  std::cerr << fmt::format("the key is in {}: keep a copy where the database is not\n",
                           file.string());
  return Exit::Done;
}

}  // namespace

void add_evidence(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("evidence", "The key that closed dates are signed with");
  command->require_subcommand(1);
  CLI::App* show = command->add_subcommand("public-key", "Print what others check signatures with");
  const auto shows_all = std::make_shared<bool>(false);
  show->add_flag("--all", *shows_all, "Those before it, too, the newest last");
  show->callback([shows_all, &outcome] { outcome.exit = public_key(*shows_all); });
  command->add_subcommand("new-key", "Make a key; one that is there is never overwritten")
      ->callback([&outcome] { outcome.exit = new_key(); });
  command->footer(
      "The key file is FENQI_EVIDENCE_KEY, or evidence.key in the data directory; its public keys\n"
      "are beside it in .pub. docs/operations.md says how to keep and how to change it.");
}

}  // namespace cli
