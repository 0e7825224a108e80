#include "cli/takeover_import.h"

#include <fmt/format.h>

#include <iostream>
#include <map>
#include <optional>
#include <vector>

#include "cli/file_lines.h"
#include "cli/progress.h"
#include "cli/tables.h"
#include "cli/takeover_line.h"
#include "cli/trial_balance_file.h"
#include "engine/input/rejects_file.h"
#include "engine/takeover.h"

namespace cli {
namespace {

constexpr int kShownRejects = 10;

ledger::Code code_of(const char* option, int number) {
  const auto code = ledger::find_code(number);
  if (!code) {
    throw CLI::ValidationError(option, fmt::format("{} is no account of our chart", number));
  }
  return *code;
}

engine::TakeoverOptions options_of(const TakeoverImportOptions& options) {
  engine::TakeoverOptions out;
  if (!options.date.empty()) {
    out.date = base::parse_day(options.date);
    if (!out.date) {
      throw CLI::ValidationError("--date",
                                 fmt::format("\"{}\" is no date YYYY-MM-DD", options.date));
    }
  }
  out.control = code_of("--control-account", options.control_account);
  out.creates_parties = options.creates_parties;
  return out;
}

std::string decimal(std::int64_t minor, base::Currency currency) {
  return base::to_decimal(minor, currency.exponent());
}

struct Count {
  std::int64_t read = 0;
  std::int64_t taken = 0;
  std::int64_t repeated = 0;
  std::int64_t rejected = 0;
};

class PlanImport {
 public:
  PlanImport(const TakeoverImportOptions& options, const std::string& conninfo,
             std::shared_ptr<const engine::Catalog> catalog)
      : options_(options),
        catalog_(std::move(catalog)),
        takeover_(conninfo, catalog_, options_of(options)),
        lines_(options.file),
        rejects_(options.rejects),
        progress_("import plans") {
    if (options.difference_account != 0) {
      difference_account_ = code_of("--difference-account", options.difference_account);
    }
    if (!options.balances.empty()) given_ = read_trial_balance(options.balances);
  }

  Exit run() {
    FileLine line;
    while (lines_.next(line)) {
      const bool is_blank = line.text.find_first_not_of(" \t") == std::string::npos;
      if (is_blank && !line.is_too_long) continue;
      take(line);
      if (batch_.size() == options_.batch) add();
    }
    add();
    rejects_.commit();
    progress_.end(total_.read);
    print_counts();
    if (lines_.source().fault()) {
      std::cerr << "fenqi: " << *lines_.source().fault() << "; nothing was posted\n";
      return Exit::BadData;
    }
    if (total_.rejected > 0) {
      std::cerr << fmt::format("fenqi: {} of {} lines can't be taken over; nothing was posted\n",
                               total_.rejected, total_.read);
      return Exit::BadData;
    }
    if (total_.repeated > 0) return report_repeated();
    return finish();
  }

 private:
  void take(const FileLine& line) {
    try {
      if (line.is_too_long) {
        throw Problem{"line_too_long", "",
                      fmt::format("a line has at most {} bytes", kLineBytesMax)};
      }
      batch_.push_back({line.text, read_taken_record(line.text, *catalog_)});
      numbers_.push_back(lines_.number());
    } catch (const Problem& problem) {
      add();  // so that the rejects are in the file's order
      ++counts_["unreadable"].read;
      ++counts_["unreadable"].rejected;
      ++total_.read;
      ++total_.rejected;
      reject({lines_.number(), problem.code, problem.field, input::cut(line.text), problem.detail});
    }
  }

  void add() {
    if (batch_.empty()) return;
    const auto results = takeover_.add(batch_);
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      for (Count* count : {&counts_[std::string(type_of(batch_[i].record))], &total_}) {
        ++count->read;
        ++(results[i].status == engine::TakenStatus::Taken      ? count->taken
           : results[i].status == engine::TakenStatus::Repeated ? count->repeated
                                                                : count->rejected);
      }
      if (results[i].status != engine::TakenStatus::Rejected) continue;
      const engine::TakeoverProblem& problem = results[i].problem;
      reject({numbers_[i], problem.code, problem.field, input::cut(problem.value),
              fmt::format("{} {}: {}{}", type_of(batch_[i].record), ref_of(batch_[i].record),
                          problem.field.empty() ? "it " : problem.field + " ", problem.rule)});
    }
    batch_.clear();
    numbers_.clear();
    progress_.show(lines_.source().bytes_taken(), lines_.source().bytes_total(), total_.read);
  }

  void reject(const input::Reject& reject) {
    rejects_.add(reject);
    if (++shown_ > kShownRejects) return;
    std::cerr << fmt::format("fenqi: line {}: {} {}\"{}\": {}\n", reject.line, reject.code,
                             reject.field.empty() ? "" : reject.field + " ",
                             shorten(reject.value, 60), reject.detail);
    if (shown_ == kShownRejects) std::cerr << "fenqi: further lines are in the rejects file only\n";
  }

  Exit report_repeated() const {
    if (total_.taken == 0) {
      std::cout << "taken over before: nothing was posted\n";
      return Exit::Done;
    }
    std::cerr << fmt::format(
        "fenqi: {} of {} lines were taken over before, {} were not: take over what is new in a "
        "file "
        "of its own; nothing was posted\n",
        total_.repeated, total_.read, total_.taken);
    return Exit::Refused;
  }

  Exit finish() {
    if (given_) {
      const auto differences = takeover_.reconcile(*given_, difference_account_);
      if (!differences.empty()) print_differences(differences);
      if (!differences.empty() && !difference_account_) {
        std::cerr << "fenqi: the portfolio does not give the trial balance; nothing was posted\n"
                     "fenqi: put right what differs, or name an account that takes the difference: "
                     "--difference-account CODE\n";
        return Exit::Refused;
      }
    }
    print_balances();
    if (options_.is_dry_run) {
      std::cout << "dry run: nothing was posted\n";
      return Exit::Done;
    }
    takeover_.commit();
    std::cout << "taken over on " << base::to_string(takeover_.date()) << "\n";
    return Exit::Done;
  }

  void print_counts() const {
    TextTable table;
    table.column("record", TextTable::Align::Left);
    for (const char* heading : {"read", "taken", "repeated", "rejected"}) {
      table.column(heading, TextTable::Align::Right);
    }
    const auto row = [&](const std::string& name, const Count& count) {
      table.row({name, std::to_string(count.read), std::to_string(count.taken),
                 std::to_string(count.repeated), std::to_string(count.rejected)});
    };
    for (const auto& [type, count] : counts_) row(type, count);
    table.rule();
    row("all", total_);
    table.print(std::cout);
  }

  void print_differences(const std::vector<engine::BalanceDifference>& differences) const {
    TextTable table;
    table.column("account", TextTable::Align::Left)
        .column("name", TextTable::Align::Left)
        .column("owner", TextTable::Align::Left)
        .column("tag", TextTable::Align::Left)
        .column("currency", TextTable::Align::Left)
        .column("given", TextTable::Align::Right)
        .column("portfolio", TextTable::Align::Right)
        .column("difference", TextTable::Align::Right);
    for (const engine::BalanceDifference& d : differences) {
      table.row({std::to_string(static_cast<int>(d.code)), std::string(ledger::entry(d.code).name),
                 d.owner, d.tag, std::string(d.currency.code()), decimal(d.given, d.currency),
                 decimal(d.portfolio, d.currency), decimal(d.given - d.portfolio, d.currency)});
    }
    std::cout << (difference_account_ ? fmt::format("\ndifferences, booked to {}\n",
                                                    static_cast<int>(*difference_account_))
                                      : std::string("\ndifferences\n"));
    table.print(std::cout);
  }

  /// By code and currency: short however many merchants there are.
  void print_balances() {
    std::map<std::pair<ledger::Code, base::Currency>, std::int64_t> sums;
    for (const auto& [account, minor] : takeover_.balances()) {
      sums[{account.code, account.currency}] += minor;
    }
    TextTable table;
    table.column("account", TextTable::Align::Left)
        .column("name", TextTable::Align::Left)
        .column("currency", TextTable::Align::Left)
        .column("debit", TextTable::Align::Right)
        .column("credit", TextTable::Align::Right);
    for (const auto& [key, minor] : sums) {
      const auto& [code, currency] = key;
      if (minor == 0) continue;
      table.row({std::to_string(static_cast<int>(code)), std::string(ledger::entry(code).name),
                 std::string(currency.code()), minor > 0 ? decimal(minor, currency) : "",
                 minor < 0 ? decimal(-minor, currency) : ""});
    }
    std::cout << "\nopening balances\n";
    table.print(std::cout);
  }

  const TakeoverImportOptions& options_;
  std::shared_ptr<const engine::Catalog> catalog_;
  engine::Takeover takeover_;
  FileLines lines_;
  input::RejectsFile rejects_;
  Progress progress_;
  std::optional<ledger::Code> difference_account_;
  std::optional<std::vector<engine::GivenBalance>> given_;
  std::vector<engine::TakenLine> batch_;
  std::vector<std::int64_t> numbers_;
  std::map<std::string, Count> counts_;
  Count total_;
  int shown_ = 0;
};

}  // namespace

void add_takeover_options(CLI::App& command, TakeoverImportOptions& options) {
  constexpr const char* kGroup = "Options of plans";
  command
      .add_option("--balances", options.balances,
                  "A trial balance that the opening entries have to tie to, as CSV")
      ->group(kGroup);
  command
      .add_option("--date", options.date,
                  "plans: the book's open date; bill, bank: the date the file must be of")
      ->group(kGroup);
  command
      .add_option("--control-account", options.control_account,
                  "The other side of the opening entries")
      ->capture_default_str()
      ->group(kGroup);
  command
      .add_option("--difference-account", options.difference_account,
                  "Book differences from the trial balance to this account")
      ->group(kGroup);
}

Exit import_plans(const TakeoverImportOptions& options, const std::string& conninfo,
                  std::shared_ptr<const engine::Catalog> catalog) {
  try {
    return PlanImport(options, conninfo, std::move(catalog)).run();
  } catch (const engine::TakeoverRefused& refused) {
    std::cerr << "fenqi: " << refused.what() << "; nothing was posted\n";
    return Exit::Refused;
  }
}

}  // namespace cli
