// The commands of the program, one function each, in the order the help shows them.
#pragma once

#include "cli/command.h"

namespace cli {

void add_bench(CLI::App& app, Outcome& outcome);      // bench_command.cpp
void add_close(CLI::App& app, Outcome& outcome);      // close_command.cpp
void add_catalog(CLI::App& app, Outcome& outcome);    // catalog_command.cpp
void add_db(CLI::App& app, Outcome& outcome);         // db_command.cpp
void add_migrate(CLI::App& app, Outcome& outcome);    // db_command.cpp
void add_import(CLI::App& app, Outcome& outcome);     // import_command.cpp
void add_demo(CLI::App& app, Outcome& outcome);       // demo_command.cpp
void add_generate(CLI::App& app, Outcome& outcome);   // generate_command.cpp
void add_evidence(CLI::App& app, Outcome& outcome);   // evidence_command.cpp
void add_explain(CLI::App& app, Outcome& outcome);    // explain_command.cpp
void add_export(CLI::App& app, Outcome& outcome);     // export_command.cpp
void add_key(CLI::App& app, Outcome& outcome);        // key_command.cpp
void add_payouts(CLI::App& app, Outcome& outcome);    // payouts_command.cpp
void add_plan(CLI::App& app, Outcome& outcome);       // plan_command.cpp
void add_proofs(CLI::App& app, Outcome& outcome);     // proof_command.cpp, check-proof too
void add_quote(CLI::App& app, Outcome& outcome);      // quote_command.cpp
void add_schedule(CLI::App& app, Outcome& outcome);   // schedule_command.cpp
void add_serve(CLI::App& app, Outcome& outcome);      // serve_command.cpp
void add_reconcile(CLI::App& app, Outcome& outcome);  // reconcile_command.cpp
void add_replay(CLI::App& app, Outcome& outcome);     // replay_command.cpp
void add_statement(CLI::App& app, Outcome& outcome);  // statement_command.cpp
void add_verify(CLI::App& app, Outcome& outcome);     // verify_command.cpp
void add_webhook(CLI::App& app, Outcome& outcome);    // webhook_command.cpp

void add_collections(CLI::App& app, Outcome& outcome);  // collections_command.cpp
void add_debits(CLI::App& app, Outcome& outcome);       // debits_command.cpp

}  // namespace cli
