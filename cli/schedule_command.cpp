// fenqi schedule: terms to schedules, a line of JSON each. No database.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cli/commands.h"
#include "cli/intake_report.h"
#include "cli/line_batches.h"
#include "cli/output.h"
#include "cli/schedule_line.h"
#include "cli/workers.h"

namespace cli {
namespace {

constexpr std::size_t kLineBytesMax = 1 << 20;  // terms have some hundred bytes

struct Options {
  std::string in = "-";
  std::string out = "-";
  std::string catalog;
};

struct Count {
  std::size_t lines = 0;
  std::size_t failed = 0;
};

/// Lines on their way to answers. Its memory is used for the next lines again.
struct Batch {
  std::string lines;
  std::string answers;
  Count count;
  std::future<void> answered;
};

void answer(Batch& batch, const FindCalendar& find_calendar) {
  batch.answers.clear();
  batch.count = {};
  for (std::string_view rest = batch.lines; !rest.empty();) {
    std::string_view line = take_line(rest);
    bool done = false;
    if (line.size() > kLineBytesMax) {
      append_line_too_long(kLineBytesMax, batch.answers);
    } else {
      if (line.ends_with('\r')) line.remove_suffix(1);
      done = append_schedule_line(line, find_calendar, batch.answers);
    }
    batch.answers += '\n';
    ++batch.count.lines;
    if (!done) ++batch.count.failed;
  }
}

/// Batches are answered side by side and written in the order they were read. There are two a
/// worker, one in hand and one that waits to be answered or written, whatever the input's size.
Count answer_all(LineBatches& input, const FindCalendar& find_calendar, Output& output) {
  const std::size_t worker_count = std::max(1u, std::thread::hardware_concurrency());
  std::vector<Batch> batches(2 * worker_count);
  Workers workers(worker_count);
  std::size_t read = 0;
  std::size_t written = 0;
  Count total;
  const auto write_oldest = [&] {
    Batch& oldest = batches[written++ % batches.size()];
    oldest.answered.get();
    output.write(oldest.answers);
    total.lines += oldest.count.lines;
    total.failed += oldest.count.failed;
  };
  for (;;) {
    if (read - written == batches.size()) write_oldest();
    Batch& batch = batches[read % batches.size()];
    if (!input.next(batch.lines)) break;
    batch.answered = workers.give([&batch, &find_calendar] { answer(batch, find_calendar); });
    ++read;
  }
  while (written < read) write_oldest();
  return total;
}

void open_input(std::ifstream& file, const std::string& path) {
  file.open(path, std::ios::binary);
  if (file && file.peek() != std::char_traits<char>::eof()) return;
  // A directory opens, but can't be read.
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored) &&
      !std::filesystem::is_fifo(path, ignored)) {
    throw std::runtime_error(fmt::format("{} can't be read", path));
  }
  file.clear();
}

Exit run(const Options& options) {
  std::ifstream file;
  if (options.in != "-") open_input(file, options.in);
  std::optional<engine::Catalog> catalog;
  if (!options.catalog.empty()) catalog = read_catalog_file(options.catalog);
  const FindCalendar find_calendar = [&](std::string_view name) {
    return catalog ? catalog->find_calendar(name) : nullptr;
  };
  LineBatches input(options.in == "-" ? std::cin : file, kLineBytesMax);
  Output output(options.out);
  const Count total = answer_all(input, find_calendar, output);
  output.commit();
  if (total.failed == 0) return Exit::Done;
  std::cerr << fmt::format("fenqi schedule: {} of {} lines failed\n", total.failed, total.lines);
  return Exit::BadData;
}

constexpr const char* kFooter = R"(One JSON object a line in, one a line out, in the same order:
  {"id":"a","currency":"CNY","principal":"1000.00","disbursed_on":"2026-06-18",
   "first_due_on":"2026-07-10","installments":6,"every":{"count":1,"unit":"month"},
   "method":"flat_fee","rate":{"percent":"0.60","per":"period"},
   "rounding":{"mode":"DOWN","remainder":"LAST"}}
method: interest_free, flat_fee, upfront_fee, equal_principal, level_payment, daily_interest,
        flat_interest, balloon
every.unit: day, week, half_month, month (left out: 1 month)
rate.per: period, day, month, year365, year360
day_count: ACT/365F, ACT/360, ACT/ACT, ACT/ACT-31DEC, 30/360-US, 30/360-BB, 30E/360, 30E/360-ISDA,
           NL/365, SAME_AS_PERIOD
Also: end_of_month, business_day, disbursements, down_payment_percent, grace, balloon, fees,
      multiples_of, emi_adjust, last_due_on, subsidy_percent
first_due_on left out: one period after disbursed_on
A line with an error gives {"id":...,"error":{"code":...,"field":...,"detail":...}}, and the exit
code is 65; all other lines are answered. docs/schedule.md has every field and code.

Example:
  fenqi schedule --in terms.ndjson --out schedules.ndjson)";

}  // namespace

void add_schedule(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "schedule", "Turn terms into installments with dates and annual rates; needs no database");
  command->add_option("--in", options->in,
                      "File of terms, a JSON object a line (- or left out: standard input)");
  command->add_option("--out", options->out,
                      "File for the schedules (- or left out: standard output)");
  command->add_option("--catalog", options->catalog,
                      "A catalog file with the calendars that business_day names");
  command->footer(kFooter);
  command->callback([options, &outcome] { outcome.exit = run(*options); });
}

}  // namespace cli
