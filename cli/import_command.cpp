// fenqi import: purchases, repayments and refunds from CSV, events of every kind from JSON lines.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/bill_import.h"
#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/event_import.h"
#include "cli/intake_report.h"
#include "cli/progress.h"
#include "cli/takeover_import.h"
#include "engine/book.h"
#include "engine/input/event_stream.h"
#include "engine/input/rejects_file.h"
#include "engine/intake.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct Options {
  std::string kind;
  std::string file;
  std::string map;
  std::string rejects;
  std::string create_parties;  // "": no; "catalog": its terms; else CUSTOMER,MERCHANT
  std::size_t batch = 5'000;
  int workers = 2;
  bool is_dry_run = false;
  bool is_json = false;
  TakeoverImportOptions takeover;
  BillImportOptions bill;
};

input::Kind kind_of(const std::string& name) {
  for (const input::Kind kind :
       {input::Kind::Purchases, input::Kind::Repayments, input::Kind::Refunds}) {
    if (input::name(kind) == name) return kind;
  }
  throw CLI::ValidationError("kind", name + " is not purchases, repayments or refunds");
}

/// The catalog with the terms that created parties get, if any are to be created.
std::shared_ptr<const engine::Catalog> with_created_terms(
    std::shared_ptr<const engine::Catalog> stored, const std::string& choice) {
  if (choice.empty()) return stored;
  auto catalog = std::make_shared<engine::Catalog>(*stored);
  if (choice != "catalog") {
    const std::size_t comma = choice.find(',');
    if (comma == std::string::npos) {
      throw CLI::ValidationError("--create-parties", "takes CUSTOMER_TERMS,MERCHANT_TERMS");
    }
    catalog->created_customer_terms = choice.substr(0, comma);
    catalog->created_merchant_terms = choice.substr(comma + 1);
  }
  auto check = [](bool is_known, std::string_view kind, const std::string& name) {
    if (is_known) return;
    throw CLI::ValidationError(
        "--create-parties", name.empty()
                                ? fmt::format("the catalog has no [created] terms for a {}", kind)
                                : fmt::format("the catalog has no {} terms \"{}\"", kind, name));
  };
  check(catalog->find_customer_terms(catalog->created_customer_terms) != nullptr, "customer",
        catalog->created_customer_terms);
  check(catalog->find_merchant_terms(catalog->created_merchant_terms) != nullptr, "merchant",
        catalog->created_merchant_terms);
  return catalog;
}

/// One import: reads pieces of the file and posts them, or with --dry-run only reads.
class Import {
 public:
  Import(const Options& options, std::shared_ptr<const engine::Catalog> catalog)
      : options_(options),
        catalog_(std::move(catalog)),
        kind_(kind_of(options.kind)),
        rows_(kind_, options.file, input::parse_map(options.map, kind_), catalog_),
        rejects_(options.rejects),
        progress_("import " + options.kind) {}

  void run(const std::string& conninfo) {
    if (!options_.is_dry_run) {
      intake_ = std::make_unique<engine::Intake>(
          conninfo, catalog_,
          engine::IntakeSettings{.workers = options_.workers, .batch_max = options_.batch});
    }
    const std::size_t piece_max = options_.batch * static_cast<std::size_t>(options_.workers);
    std::vector<input::Row> piece;
    input::Row row;
    while (rows_.next(row)) {
      piece.push_back(std::move(row));
      if (piece.size() == piece_max) take(piece);
    }
    take(piece);
    rejects_.commit();
    progress_.end(totals_.read.count);
  }

  Exit report() const {
    const KindTotals kind{kind_, totals_};
    if (options_.is_json) {
      nlohmann::ordered_json json;
      json[options_.kind] = totals_json(totals_, catalog_->currency);
      if (rows_.source().fault()) json["fault"] = *rows_.source().fault();
      std::cout << json.dump(2) << "\n";
    } else {
      print_totals(std::cout, {&kind, 1}, catalog_->currency);
      if (options_.is_dry_run)
        std::cout << "dry run: \"posted\" means readable; nothing was posted\n";
    }
    if (rejects_.count() > 0 && !options_.rejects.empty()) {
      std::cerr << "fenqi: " << rejects_.count() << " rows are in " << options_.rejects << "\n";
    }
    if (rows_.source().fault()) {
      std::cerr << "fenqi: " << *rows_.source().fault() << "; the rows before it were taken\n";
    }
    return totals_.rejected.count > 0 || rows_.source().fault() ? Exit::BadData : Exit::Done;
  }

 private:
  void take(std::vector<input::Row>& piece) {
    std::vector<input::Event> events;
    std::vector<std::size_t> of_event;
    std::vector<input::Reject> why(piece.size());
    std::vector<engine::Status> status(piece.size(), engine::Status::Rejected);
    for (std::size_t i = 0; i < piece.size(); ++i) {
      if (!piece[i].event) {
        why[i] = std::move(piece[i].reject);
      } else if (options_.is_dry_run) {
        status[i] = engine::Status::Posted;
      } else {
        events.push_back(*std::move(piece[i].event));
        of_event.push_back(i);
      }
    }
    if (!events.empty()) {
      const auto results =
          intake_->post(events, {today_in(*catalog_), !options_.create_parties.empty()});
      for (std::size_t k = 0; k < events.size(); ++k) {
        const std::size_t i = of_event[k];
        status[i] = results[k].status;
        if (results[k].refusal == engine::Refusal::None) continue;
        why[i] = input::reject_of(piece[i].line, events[k], results[k].refusal, *catalog_);
      }
    }
    for (std::size_t i = 0; i < piece.size(); ++i) {
      totals_.add(piece[i].amount, status[i]);
      if (status[i] != engine::Status::Declined && status[i] != engine::Status::Rejected) continue;
      rejects_.add(why[i]);
      lines_.add(kind_, why[i].line, why[i].code, why[i].field, why[i].value, why[i].detail);
    }
    piece.clear();
    progress_.show(rows_.source().bytes_taken(), rows_.source().bytes_total(), totals_.read.count);
  }

  const Options& options_;
  std::shared_ptr<const engine::Catalog> catalog_;
  input::Kind kind_;
  input::EventStream rows_;
  input::RejectsFile rejects_;
  Progress progress_;
  RejectLines lines_;
  std::unique_ptr<engine::Intake> intake_;
  input::Totals totals_;
};

Exit run(const Options& options) {
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  const auto catalog = with_created_terms(engine::load_catalog(session), options.create_parties);
  if (options.kind == "events") {
    if (!options.map.empty()) {
      throw CLI::ValidationError("--map", "is for CSV; events are JSON with fixed names");
    }
    return import_events({.file = options.file,
                          .rejects = options.rejects,
                          .batch = options.batch,
                          .creates_parties = !options.create_parties.empty(),
                          .is_dry_run = options.is_dry_run,
                          .is_json = options.is_json},
                         conninfo, catalog);
  }
  if (options.kind == "bill" || options.kind == "bank") {
    BillImportOptions bill = options.bill;
    bill.file = options.file;
    bill.date = options.takeover.date;
    bill.columns = options.map;
    bill.rejects = options.rejects;
    bill.is_bank = options.kind == "bank";
    bill.is_dry_run = options.is_dry_run;
    bill.is_json = options.is_json;
    return import_bill(bill, conninfo, catalog);
  }
  if (options.kind == "plans") {
    TakeoverImportOptions takeover = options.takeover;
    takeover.file = options.file;
    takeover.rejects = options.rejects;
    takeover.batch = options.batch;
    takeover.creates_parties = !options.create_parties.empty();
    takeover.is_dry_run = options.is_dry_run;
    return import_plans(takeover, conninfo, catalog);
  }
  Import import(options, catalog);
  import.run(conninfo);
  return import.report();
}

}  // namespace

void add_import(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "import",
      "Post purchases, repayments or refunds from CSV (docs/import.md), or events of every kind "
      "from JSON lines (docs/events.md); take over the plans of another system (docs/import.md); "
      "take a channel's bill or a bank's statement (docs/reconciliation.md)");
  command
      ->add_option("kind", options->kind,
                   "purchases, repayments, refunds, events, plans, bill or bank")
      ->required()
      ->check(
          CLI::IsMember({"purchases", "repayments", "refunds", "events", "plans", "bill", "bank"}));
  command->add_option("file", options->file, "The file, plain or gzip; - is standard input")
      ->required();
  command->add_option("--map", options->map,
                      "Where columns come from: purchase_ref=order_id:seller_id,amount=price");
  command->add_option("--rejects", options->rejects, "Where rows that were not taken go, as CSV");
  command->add_flag("--create-parties{catalog}", options->create_parties,
                    "Create unknown parties under the catalog's [created] terms, or with "
                    "--create-parties=CUSTOMER_TERMS,MERCHANT_TERMS under these");
  command->add_option("--batch", options->batch, "Rows a transaction")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_option("--workers", options->workers, "Database connections")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  command->add_flag("--dry-run", options->is_dry_run, "Read and check the rows, post nothing");
  command->add_flag("--json", options->is_json, "Control totals as JSON");
  add_takeover_options(*command, options->takeover);
  add_bill_options(*command, options->bill);
  command->callback([options, &outcome] { outcome.exit = run(*options); });
}

}  // namespace cli
