// fenqi payouts export|list|import-response: what goes to the bank, and what it answers.
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <memory>

#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/payout_responses.h"
#include "cli/tables.h"
#include "engine/book.h"
#include "engine/payout_file.h"
#include "engine/report_text.h"
#include "sql/store/database.h"
#include "sql/store/statement_store.h"

namespace cli {
namespace {

struct Options {
  std::string date;
  std::string from;
  std::string message;
  std::string format = "pain001";
  std::string out;
  PayoutResponseOptions response;
};

base::Day day_of(const char* option, const std::string& text, base::Day fallback) {
  if (text.empty()) return fallback;
  const auto day = base::parse_day(text);
  if (!day) throw CLI::ValidationError(option, fmt::format("\"{}\" is no date YYYY-MM-DD", text));
  return *day;
}

base::Instant now() {
  const auto time = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return base::Instant(time.time_since_epoch());
}

std::string amount_of(const store::PayoutSum& sum) {
  return fmt::format("{} {}", base::to_decimal(sum.minor, sum.currency.exponent()),
                     sum.currency.code());
}

std::string payouts(std::int64_t count) {
  return fmt::format("{} {}", count, count == 1 ? "payout" : "payouts");
}

void print_summary(const engine::PayoutFileHeader& header, base::Day pay_on) {
  if (header.is_empty()) {
    std::cerr << fmt::format("{}: nothing to pay\n", base::to_string(pay_on));
  }
  for (const store::PayoutSum& sum : header.sums) {
    std::cerr << fmt::format("{}, {}: {}, {}{}\n", header.file.message_id,
                             base::to_string(header.file.pay_on), payouts(sum.count),
                             amount_of(sum), header.is_new ? "" : " (made before, written again)");
  }
  for (const store::PayoutSum& sum : header.held) {
    std::cerr << fmt::format("held: {}, {}: {}\n", payouts(sum.count), amount_of(sum),
                             engine::sentence(sum.hold));
  }
}

Exit run_export(const Options& options) {
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  const auto catalog = engine::load_catalog(session);
  if (!catalog) {
    std::cerr << "fenqi: no catalog is applied: fenqi catalog apply F\n";
    return Exit::Refused;
  }
  const engine::PayoutFileRequest request{
      .pay_on = day_of("--date", options.date, today_in(*catalog)),
      .now = now(),
      .message_id = options.message};
  const auto file = engine::PayoutFile::open(session, *catalog, request);
  if (!file) {
    std::cerr << "fenqi: " << engine::sentence(file.error(), request) << "\n";
    return Exit::Refused;
  }
  const auto format =
      options.format == "csv" ? engine::PayoutFileFormat::Csv : engine::PayoutFileFormat::Pain001;
  if (!(*file)->header().is_empty()) {
    Output output(options.out);
    for (std::string piece; (*file)->next(format, piece); piece.clear()) output.write(piece);
    output.commit();
  }
  print_summary((*file)->header(), request.pay_on);
  return Exit::Done;
}

std::string_view standing_of(const store::PayoutStanding& payout) {
  switch (static_cast<store::PayoutStatus>(payout.status)) {
    case store::PayoutStatus::Confirmed:
      return "confirmed";
    case store::PayoutStatus::Returned:
      return payout.rejected_on ? "rejected" : "returned";
    case store::PayoutStatus::Instructed:
      break;
  }
  if (!payout.message_id.empty()) return "at the bank";
  return payout.hold == store::PayoutHold::None ? "to be paid" : "held";
}

std::string note_of(const store::PayoutStanding& payout, const base::Zone& zone) {
  if (payout.hold == store::PayoutHold::Cooling && payout.changed_at) {
    const auto until =
        std::chrono::ceil<std::chrono::seconds>(*payout.changed_at) + engine::kAccountCooling;
    return fmt::format("account changed, until {}", engine::to_rfc3339(until, zone));
  }
  if (payout.hold == store::PayoutHold::NoAccount) return "no payout account";
  if (payout.rejected_on) return base::to_string(*payout.rejected_on);
  return payout.confirmed_on ? base::to_string(*payout.confirmed_on) : "";
}

Exit run_list(const Options& options) {
  store::Session session(store::open_migrated_database());
  const auto catalog = engine::load_catalog(session);
  if (!catalog) {
    std::cerr << "fenqi: no catalog is applied: fenqi catalog apply F\n";
    return Exit::Refused;
  }
  const base::Day to = day_of("--date", options.date, today_in(*catalog));
  const base::Day from = day_of("--from", options.from, to);
  if (from > to) throw CLI::ValidationError("--from", "is after --date");
  store::Transaction transaction(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  store::PayoutStandingCursor cursor(session, from, to, now() - engine::kAccountCooling);
  std::cout << fmt::format("{:<20}  {:<10}  {:<20}  {:>18} {:3}  {:<11}  {:<20}  {}\n", "payout",
                           "instructed", "merchant", "amount", "", "standing", "file", "since");
  std::int64_t count = 0;
  for (auto rows = cursor.next(); !rows.empty(); rows = cursor.next()) {
    for (const store::PayoutStanding& payout : rows) {
      ++count;
      std::string merchant = shorten(payout.merchant, 20);
      merchant.append(20 - display_width(merchant), ' ');
      std::string line = fmt::format(
          "{:<20}  {}  {}  {:>18} {}  {:<11}  {:<20}  {}", payout.payout_ref,
          base::to_string(payout.instructed_on), merchant,
          base::to_decimal(payout.amount, payout.currency.exponent()), payout.currency.code(),
          standing_of(payout), payout.message_id, note_of(payout, catalog->zone));
      line.erase(line.find_last_not_of(' ') + 1);
      std::cout << line << '\n';
    }
  }
  std::cerr << payouts(count) << "\n";
  return Exit::Done;
}

}  // namespace

void add_payouts(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* payouts = app.add_subcommand("payouts", "Payouts: files for the bank, and its answers");
  payouts->require_subcommand(1);

  CLI::App* out = payouts->add_subcommand("export", "Write the file that pays a date's payouts");
  out->add_option("--date", options->date, "Pay what is instructed through this date; today");
  out->add_option("--message", options->message,
                  "Write this earlier file again, by its message id");
  out->add_option("--format", options->format, "pain001 (ISO 20022 pain.001.001.09) or csv")
      ->check(CLI::IsMember({"pain001", "csv"}))
      ->capture_default_str();
  out->add_option("--out", options->out, "File to write; standard output if not given");
  out->callback([options, &outcome] { outcome.exit = run_export(*options); });

  CLI::App* list = payouts->add_subcommand("list", "Where payouts stand, and why some are held");
  list->add_option("--date", options->date, "Instructed on this date; today");
  list->add_option("--from", options->from, "Instructed from this date on");
  list->callback([options, &outcome] { outcome.exit = run_list(*options); });

  CLI::App* in = payouts->add_subcommand("import-response",
                                         "Read the bank's answer: pain.002 (ISO 20022) or CSV");
  in->add_option("file", options->response.file, "The answer, plain or gzip; - is standard input")
      ->required();
  in->add_option("--format", options->response.format, "pain002 or csv; told by the file itself")
      ->check(CLI::IsMember({"pain002", "csv"}));
  in->add_option("--rejects", options->response.rejects, "File for what can't be taken");
  in->add_option("--at", options->response.at,
                 "When it happened, where the file doesn't say (RFC 3339, or local); now");
  in->add_flag("--dry-run", options->response.is_dry_run, "Say what would be posted, post nothing");
  in->callback([options, &outcome] { outcome.exit = import_payout_response(options->response); });
}

}  // namespace cli
