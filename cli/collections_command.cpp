// fenqi collections due|late|show|promise|contact: the view of those who collect.
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <memory>

#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/instant_option.h"
#include "cli/output.h"
#include "cli/report_table.h"
#include "cli/tables.h"
#include "engine/ageing.h"
#include "engine/book.h"
#include "engine/collections.h"
#include "engine/report_text.h"
#include "sql/store/database.h"
#include "sql/store/statement_store.h"

namespace cli {
namespace {

constexpr int kContactsShown = 20;

struct Options {
  std::string as_of;
  std::string bucket;
  int days = 3;
  std::string format = "table";
  std::string out;
  std::string customer;
  std::string amount;
  std::string currency;
  std::string by_date;
  std::string by;
  std::string channel;
  std::string outcome;
  std::string note;
  std::string at;
};

base::Instant now() {
  const auto time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return base::Instant(time.time_since_epoch());
}

base::Day day_of(const char* option, const std::string& text) {
  const auto day = base::parse_day(text);
  if (!day) throw CLI::ValidationError(option, fmt::format("\"{}\" is no date YYYY-MM-DD", text));
  return *day;
}

/// A session on a book, and its catalog; nothing if there is none, and then it was said.
struct Opened {
  store::Session session;
  std::shared_ptr<const engine::Catalog> catalog;
};
std::optional<Opened> open_book() {
  store::Session session(store::open_migrated_database());
  auto catalog = engine::load_catalog(session);
  if (!catalog) {
    std::cerr << "fenqi: no catalog is applied: fenqi catalog apply F\n";
    return std::nullopt;
  }
  return Opened{std::move(session), std::move(catalog)};
}

Exit refuse(engine::CollectionsRefusal refusal) {
  std::cerr << fmt::format("fenqi: {}: {}\n", engine::code(refusal), engine::sentence(refusal));
  return Exit::Refused;
}

std::optional<std::size_t> bucket_of(const std::string& name) {
  if (name.empty()) return std::nullopt;
  for (std::size_t i = 1; i < engine::kBuckets; ++i) {
    if (engine::bucket_range(i).name == name) return i;
  }
  throw CLI::ValidationError("--bucket", "is one of M1, M2, M3, M4, M5, M6, M6+");
}

Exit run_list(const Options& options, engine::CollectionsList list) {
  auto opened = open_book();
  if (!opened) return Exit::Refused;
  const auto book = store::find_book_dates(opened->session);
  engine::CollectionsRequest request{
      .list = list,
      .as_of = options.as_of.empty() ? book->open_date : day_of("--as-of", options.as_of),
      .days = options.days,
      .bucket = bucket_of(options.bucket)};
  if (request.as_of < book->open_date) {
    std::cerr << fmt::format(
        "fenqi: DATE_CLOSED: these lists are of what is owed now, so of {} or a day to come; of a "
        "closed date fenqi export installments --as-of {}\n",
        base::to_string(book->open_date), base::to_string(request.as_of));
    return Exit::Refused;
  }
  const engine::Report report = engine::collections_report(opened->catalog, request);
  if (options.format == "table") {
    print_report(std::cout, opened->session, report);
    return Exit::Done;
  }
  const auto text = engine::export_table(
      opened->session,
      options.format == "json" ? engine::TableFormat::Json : engine::TableFormat::Csv, report.head,
      report.open);
  Output output(options.out);
  for (std::string piece; text->next(piece); piece.clear()) output.write(piece);
  output.commit();
  return Exit::Done;
}

Exit promise(const Options& options) {
  auto opened = open_book();
  if (!opened) return Exit::Refused;
  const auto currency =
      base::Currency::find(options.currency.empty() ? opened->catalog->currency.code()
                                                    : std::string_view(options.currency));
  if (!currency) {
    throw CLI::ValidationError("--currency", fmt::format("\"{}\" is none", options.currency));
  }
  const auto amount = base::parse_money(options.amount, *currency);
  if (!amount) {
    throw CLI::ValidationError("--amount", fmt::format("\"{}\" is no amount", options.amount));
  }
  const auto refusal =
      engine::take_promise(opened->session, *opened->catalog,
                           {.customer = options.customer,
                            .amount = *amount,
                            .by_date = day_of("--by-date", options.by_date),
                            .taken_by = options.by},
                           instant_of(opened->session, "--at", options.at).value_or(now()));
  if (refusal) return refuse(*refusal);
  std::cerr << fmt::format("{} promised {} {} by {}\n", options.customer, base::to_decimal(*amount),
                           currency->code(), options.by_date);
  return Exit::Done;
}

Exit contact(const Options& options) {
  auto opened = open_book();
  if (!opened) return Exit::Refused;
  const base::Instant present = now();
  const auto warnings =
      engine::log_contact(opened->session, *opened->catalog,
                          {.customer = options.customer,
                           .channel = options.channel,
                           .outcome = options.outcome,
                           .note = options.note,
                           .taken_by = options.by,
                           .at = instant_of(opened->session, "--at", options.at).value_or(present)},
                          present);
  if (!warnings) return refuse(warnings.error());
  std::cerr << "the contact is in the log\n";
  if (warnings->is_outside_hours) {
    std::cerr << "fenqi: note: it was outside the hours from 08:00 to 21:00\n";
  }
  if (warnings->of_day > engine::kContactsADayMax) {
    std::cerr << fmt::format("fenqi: note: it was contact {} of that day, and {} are the most\n",
                             warnings->of_day, engine::kContactsADayMax);
  }
  return Exit::Done;
}

Exit show(const Options& options) {
  auto opened = open_book();
  if (!opened) return Exit::Refused;
  const auto party = engine::find_customer(opened->session, options.customer);
  if (!party) return refuse(engine::CollectionsRefusal::CustomerUnknown);
  const base::Zone& zone = opened->catalog->zone;
  const base::Day today = today_in(*opened->catalog);
  using enum TextTable::Align;
  TextTable promises;
  promises.column("promised on", Left).column("amount", Right).column("by", Left);
  promises.column("paid", Right).column("state", Left).column("taken by", Left);
  for (const store::PromiseRow& row : store::list_promises(opened->session, *party)) {
    const int exponent = row.currency.exponent();
    promises.row({base::to_string(row.made_on),
                  fmt::format("{} {}", base::to_decimal(row.amount, exponent), row.currency.code()),
                  base::to_string(row.by_date), base::to_decimal(row.paid, exponent),
                  std::string(engine::name(engine::state_of(row, today))),
                  shorten(row.taken_by, 30)});
  }
  promises.print(std::cout);
  std::cout << "\n";
  TextTable contacts;
  contacts.column("contacted", Left).column("channel", Left).column("outcome", Left);
  contacts.column("by", Left).column("note", Left);
  for (const store::ContactRow& row :
       store::list_contacts(opened->session, *party, kContactsShown)) {
    contacts.row({engine::to_rfc3339(row.at, zone), shorten(row.channel, 20),
                  shorten(row.outcome, 30), shorten(row.taken_by, 20), shorten(row.note, 60)});
  }
  contacts.print(std::cout);
  return Exit::Done;
}

CLI::App* add_list(CLI::App& parent, const char* name, const char* what,
                   engine::CollectionsList list, const std::shared_ptr<Options>& options,
                   Outcome& outcome) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->add_option("--as-of", options->as_of, "This day or later; the book's open date");
  command->add_option("--format", options->format, "table, csv or json (an object a line)")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  command->add_option("--out", options->out, "File to write; standard output if not given");
  command->callback([options, &outcome, list] { outcome.exit = run_list(*options, list); });
  return command;
}

}  // namespace

void add_collections(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* collections =
      app.add_subcommand("collections", "Who is due or late, what was promised, who was reached");
  collections->require_subcommand(1);
  collections->footer(
      "Example:\n"
      "  fenqi collections late --bucket M2 --format csv --out m2.csv\n"
      "  fenqi collections promise --customer C1 --amount 172.66 --by-date 2026-07-20 --by anna\n"
      "  fenqi collections contact --customer C1 --channel phone --outcome reached --by anna");
  using engine::CollectionsList;
  add_list(*collections, "due", "Customers with something due soon who are not late",
           CollectionsList::Due, options, outcome)
      ->add_option("--days", options->days, "On the day, or within so many days after it")
      ->check(CLI::Range(0, 366))
      ->capture_default_str();
  add_list(*collections, "late", "Customers past due", CollectionsList::Late, options, outcome)
      ->add_option("--bucket", options->bucket, "M1 to M6 or M6+ only");

  CLI::App* one = collections->add_subcommand("show", "A customer's promises and contacts");
  CLI::App* promised = collections->add_subcommand("promise", "Take down a promise to pay");
  CLI::App* made = collections->add_subcommand("contact", "Log an attempt to reach a customer");
  for (CLI::App* command : {one, promised, made}) {
    command->add_option("--customer", options->customer, "Its reference")->required();
  }
  one->callback([options, &outcome] { outcome.exit = show(*options); });
  promised->add_option("--amount", options->amount, "What was promised")->required();
  promised->add_option("--currency", options->currency, "The book's, if not given");
  promised->add_option("--by-date", options->by_date, "The last day to pay")->required();
  promised->callback([options, &outcome] { outcome.exit = promise(*options); });
  made->add_option("--channel", options->channel, "phone, sms, letter, ...")->required();
  made->add_option("--outcome", options->outcome, "reached, no answer, refused, ...")->required();
  made->add_option("--note", options->note, "At most 2000 bytes");
  made->callback([options, &outcome] { outcome.exit = contact(*options); });
  for (CLI::App* command : {promised, made}) {
    command->add_option("--by", options->by, "Who it was")->required();
    command->add_option("--at", options->at, "When it was (RFC 3339, or local); now");
  }
}

}  // namespace cli
