// fenqi: one program, one subcommand for each thing a user does.
#include <exception>
#include <iostream>

#include "cli/command.h"
#include "cli/commands.h"
#include "engine/input/byte_source.h"
#include "sql/store/database.h"
#include "sql/store/session.h"

int main(int argc, char** argv) {
  CLI::App app{"fenqi (分期): installment ledger and receivables engine for merchants"};
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Show the help of every command");
  app.set_version_flag("--version", "fenqi " FENQI_VERSION);
  cli::Outcome outcome;
  for (const cli::AddCommand add : {
           cli::add_quote,       cli::add_explain,   cli::add_schedule, cli::add_db,
           cli::add_migrate,     cli::add_close,     cli::add_catalog,  cli::add_import,
           cli::add_reconcile,   cli::add_plan,      cli::add_replay,   cli::add_generate,
           cli::add_demo,        cli::add_statement, cli::add_payouts,  cli::add_export,
           cli::add_collections, cli::add_debits,    cli::add_verify,   cli::add_proofs,
           cli::add_evidence,    cli::add_key,       cli::add_serve,    cli::add_webhook,
           cli::add_bench,
       }) {
    add(app, outcome);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(cli::Exit::Usage);
  } catch (const input::InputError& error) {
    std::cerr << "fenqi: " << error.what() << "\n";
    return static_cast<int>(cli::Exit::BadData);
  } catch (const store::Unavailable& error) {
    std::cerr << "fenqi: " << error.what() << "\n";
    return static_cast<int>(cli::Exit::Unavailable);
  } catch (const store::Fault& fault) {
    std::cerr << "fenqi: " << fault.what() << "\n";
    return static_cast<int>(fault.is_connection() || fault.is_out_of_resources()
                                ? cli::Exit::Unavailable
                                : cli::Exit::Refused);
  } catch (const std::exception& error) {
    std::cerr << "fenqi: " << error.what() << "\n";
    return static_cast<int>(cli::Exit::Refused);
  }
  return static_cast<int>(outcome.exit);
}
