// fenqi debits export|list|import-response: taking what is due from customers' accounts.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/instant_option.h"
#include "cli/output.h"
#include "cli/tables.h"
#include "engine/book.h"
#include "engine/debit_answers.h"
#include "engine/debits.h"
#include "engine/input/rejects_file.h"
#include "engine/report_text.h"
#include "sql/store/database.h"

namespace cli {
namespace {

using engine::DebitAnswer;
using engine::DebitOutcome;

constexpr std::size_t kBatch = 5'000;
constexpr int kShownRejects = 10;

struct Options {
  std::string date;
  std::string from;
  std::string message;
  std::string channel;
  std::string out;
  std::string at;
  std::string file;
  std::string rejects;
};

base::Day day_of(const char* option, const std::string& text, base::Day fallback) {
  if (text.empty()) return fallback;
  const auto day = base::parse_day(text);
  if (!day) throw CLI::ValidationError(option, fmt::format("\"{}\" is no date YYYY-MM-DD", text));
  return *day;
}

base::Instant time_of(store::Session& session, const Options& options) {
  const auto time = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return instant_of(session, "--at", options.at).value_or(base::Instant(time.time_since_epoch()));
}

std::shared_ptr<const engine::Catalog> catalog_of(store::Session& session) {
  auto catalog = engine::load_catalog(session);
  if (!catalog) std::cerr << "fenqi: no catalog is applied: fenqi catalog apply F\n";
  return catalog;
}

std::string debits(std::int64_t count) {
  return fmt::format("{} {}", count, count == 1 ? "debit" : "debits");
}

void print_summary(const engine::DebitFileHeader& header, base::Day debit_on) {
  if (header.is_empty()) {
    std::cerr << fmt::format(
        "{}: nothing{} to debit{}\n", base::to_string(debit_on),
        header.last_message.empty() ? "" : " new",
        header.last_message.empty()
            ? ""
            : fmt::format("; --message {} writes the last file again", header.last_message));
  }
  for (const store::DebitSum& sum : header.sums) {
    std::cerr << fmt::format("{}, {}: {}, {} {}{}\n", header.file.message_id,
                             base::to_string(header.file.debit_on), debits(sum.count),
                             base::to_decimal(sum.minor, sum.currency.exponent()),
                             sum.currency.code(), header.is_new ? "" : " (made before)");
  }
  if (header.waiting > 0) {
    std::cerr << fmt::format("not tried again, the last answer is out or unknown: {}\n",
                             header.waiting);
  }
  if (header.given_up > 0) {
    std::cerr << fmt::format("more than {} days past due, for fenqi collections: {}\n",
                             engine::kDebitDpdMax, header.given_up);
  }
}

Exit run_export(const Options& options) {
  store::Session session(store::open_migrated_database());
  const auto catalog = catalog_of(session);
  if (!catalog) return Exit::Refused;
  const base::Instant now = time_of(session, options);
  const engine::DebitFileRequest request{
      .debit_on = day_of("--date", options.date, catalog->zone.day_of(now, std::chrono::hours{24})),
      .now = now,
      .channel = options.channel,
      .message_id = options.message};
  const auto file = engine::DebitFile::open(session, *catalog, request);
  if (!file) {
    std::cerr << fmt::format("fenqi: {}: {}\n", engine::code(file.error()),
                             engine::sentence(file.error(), request));
    return Exit::Refused;
  }
  if (!(*file)->header().is_empty()) {
    Output output(options.out);
    for (std::string piece; (*file)->next(piece); piece.clear()) output.write(piece);
    output.commit();
  }
  print_summary((*file)->header(), request.debit_on);
  return Exit::Done;
}

std::string_view standing_of(store::DebitStatus status) {
  switch (status) {
    case store::DebitStatus::Instructed:
      return "instructed";
    case store::DebitStatus::Paid:
      return "paid";
    case store::DebitStatus::Failed:
      return "failed";
    case store::DebitStatus::Unknown:
      return "unknown";
  }
  return "";
}

Exit run_list(const Options& options) {
  store::Session session(store::open_migrated_database());
  const auto catalog = catalog_of(session);
  if (!catalog) return Exit::Refused;
  const base::Day to = day_of("--date", options.date, today_in(*catalog));
  const base::Day from = day_of("--from", options.from, to);
  if (from > to) throw CLI::ValidationError("--from", "is after --date");
  store::Transaction transaction(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  store::DebitCursor cursor(session, from, to);
  std::cout << fmt::format("{:<28}  {:<10}  {:<20}  {:>14} {:3}  {:>7}  {:<10}  {:<20}  {}\n",
                           "debit", "date", "customer", "amount", "", "attempt", "standing", "pays",
                           "reason");
  std::int64_t count = 0;
  for (auto rows = cursor.next(); !rows.empty(); rows = cursor.next()) {
    for (const store::DebitStanding& debit : rows) {
      ++count;
      std::string customer = shorten(debit.customer, 20), pays = shorten(debit.purchase_refs, 20);
      customer.append(20 - display_width(customer), ' ');
      pays.append(20 - display_width(pays), ' ');
      std::string line = fmt::format("{:<28}  {}  {}  {:>14} {}  {:>7}  {:<10}  {}  {}",
                                     debit.debit_ref, base::to_string(debit.debit_on), customer,
                                     base::to_decimal(debit.amount, debit.currency.exponent()),
                                     debit.currency.code(), debit.attempt,
                                     standing_of(debit.status), pays, shorten(debit.reason, 40));
      line.erase(line.find_last_not_of(' ') + 1);
      std::cout << line << '\n';
    }
  }
  std::cerr << debits(count) << "\n";
  return Exit::Done;
}

constexpr std::array kOutcomes = std::to_array<std::pair<DebitOutcome, const char*>>({
    {DebitOutcome::Paid, "paid"},
    {DebitOutcome::Failed, "failed"},
    {DebitOutcome::Unknown, "unknown"},
    {DebitOutcome::Pending, "pending"},
    {DebitOutcome::Repeated, "as before"},
});

/// Takes answers in batches in which each instruction is named once, in the order of the file.
class ResponseImport {
 public:
  ResponseImport(const Options& options, const std::string& conninfo,
                 std::shared_ptr<const engine::Catalog> catalog, base::Instant at)
      : engine_(conninfo, catalog),
        rejects_(options.rejects),
        at_(at),
        context_{.today = today_in(*catalog)} {}

  void run(engine::DebitAnswers& answers) {
    DebitAnswer answer;
    while (answers.next(answer)) {
      if (batch_.size() == kBatch ||
          (answer.fault.empty() && !refs_.insert(answer.debit_ref).second)) {
        post();
        refs_.insert(answer.debit_ref);
      }
      batch_.push_back(answer);
    }
    post();
    rejects_.commit();
  }

  Exit report(const engine::DebitAnswers& answers) const {
    TextTable table;
    table.column("debits", TextTable::Align::Left).column("", TextTable::Align::Left);
    table.column("count", TextTable::Align::Right).column("amount", TextTable::Align::Right);
    for (const auto& [outcome, word] : kOutcomes) {
      for (const auto& [key, sum] : sums_) {
        if (key.first != outcome) continue;
        table.row({word, std::string(key.second.code()), std::to_string(sum.first),
                   base::to_decimal(sum.second, key.second.exponent())});
      }
    }
    table.rule().row({"refused", "", std::to_string(rejects_.count()), ""});
    table.print(std::cout);
    if (answers.source().fault()) {
      std::cerr << "fenqi: " << *answers.source().fault() << "; what came before it was taken\n";
    }
    return rejects_.count() > 0 || answers.source().fault() ? Exit::BadData : Exit::Done;
  }

 private:
  void post() {
    const auto results = engine::answer_debits(engine_, batch_, at_, context_);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const engine::AnsweredDebit& result = results[i];
      if (result.outcome == DebitOutcome::Refused) {
        reject({batch_[i].line, result.code, result.field, result.value, result.detail});
        continue;
      }
      auto& [count, minor] = sums_[{result.outcome, result.currency}];
      ++count;
      minor += result.amount;
    }
    batch_.clear();
    refs_.clear();
  }

  void reject(const input::Reject& reject) {
    rejects_.add(reject);
    if (++shown_ > kShownRejects) return;
    std::cerr << fmt::format("fenqi: line {}: {}{}{}: {}\n", reject.line, reject.code,
                             reject.value.empty() ? "" : " ", reject.value, reject.detail);
    if (shown_ == kShownRejects) std::cerr << "fenqi: further ones are in the rejects file only\n";
  }

  engine::Engine engine_;
  input::RejectsFile rejects_;
  base::Instant at_;
  engine::BatchContext context_;
  std::vector<DebitAnswer> batch_;
  std::set<std::string> refs_;  // in the batch
  std::map<std::pair<DebitOutcome, base::Currency>, std::pair<std::int64_t, std::int64_t>> sums_;
  int shown_ = 0;
};

Exit run_import(const Options& options) {
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  const auto catalog = catalog_of(session);
  if (!catalog) return Exit::Refused;
  engine::DebitAnswers answers(options.file);
  ResponseImport import(options, conninfo, catalog, time_of(session, options));
  import.run(answers);
  return import.report(answers);
}

}  // namespace

void add_debits(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* debits = app.add_subcommand("debits", "Take what is due from customers' accounts");
  debits->require_subcommand(1);
  debits->footer(
      "Example:\n"
      "  fenqi debits export --date 2026-07-10 --out debits.csv     to the channel\n"
      "  fenqi debits import-response answers.csv                   what it says\n"
      "docs/collections.md has the columns of both files.");

  CLI::App* out = debits->add_subcommand("export", "Write the instructions for what is due");
  out->add_option("--date", options->date, "Due on this date or before; today");
  out->add_option("--channel", options->channel, "Through this one; the catalog's first");
  out->add_option("--message", options->message,
                  "Write this earlier file again, by its message id");
  out->add_option("--out", options->out, "File to write; standard output if not given");
  out->add_option("--at", options->at, "As at this time (RFC 3339, or local); now");
  out->callback([options, &outcome] { outcome.exit = run_export(*options); });

  CLI::App* list = debits->add_subcommand("list", "Where instructions stand");
  list->add_option("--date", options->date, "Of this date, and open ones of before; today");
  list->add_option("--from", options->from, "Of the dates from this one on");
  list->callback([options, &outcome] { outcome.exit = run_list(*options); });

  CLI::App* in = debits->add_subcommand("import-response", "Read the channel's answer, a CSV file");
  in->add_option("file", options->file, "The answer, plain or gzip; - is standard input")
      ->required();
  in->add_option("--rejects", options->rejects, "File for what can't be taken");
  in->add_option("--at", options->at,
                 "When it was paid, where the file doesn't say (RFC 3339, or local); now");
  in->callback([options, &outcome] { outcome.exit = run_import(*options); });
}

}  // namespace cli
