// fenqi schedule: terms to schedules, a line of JSON each. No database.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "cli/commands.h"
#include "cli/intake_report.h"
#include "cli/output.h"
#include "cli/schedule_line.h"

namespace cli {
namespace {

constexpr std::size_t kLineBytesMax = 1 << 20;  // terms have some hundred bytes
constexpr std::size_t kBatchBytes = 256 << 10;  // what a worker gets at a time
constexpr std::size_t kReadBytes = 64 << 10;

struct Options {
  std::string in = "-";
  std::string out = "-";
  std::string catalog;
};

/// A line, or nothing where it was too long to keep.
using Line = std::optional<std::string>;

/// Lines of a stream in constant memory: what a line has beyond the limit is read and forgotten.
class LineReader {
 public:
  explicit LineReader(std::istream& in) : in_(in), block_(kReadBytes) {}

  /// False at the end of the input. The last line needs no newline.
  bool next(Line& line) {
    std::string kept;
    bool any = false;
    bool too_long = false;
    for (;;) {
      if (at_ == size_ && !refill()) break;
      any = true;
      const std::string_view block(block_.data() + at_, size_ - at_);
      const std::size_t end = block.find('\n');
      const std::string_view piece = block.substr(0, end);
      if (kept.size() + piece.size() > kLineBytesMax) too_long = true;
      if (!too_long) kept += piece;
      at_ += piece.size();
      if (end == std::string_view::npos) continue;
      ++at_;
      break;
    }
    if (!any) return false;
    if (kept.ends_with('\r')) kept.pop_back();
    line = too_long ? Line{} : Line{std::move(kept)};
    return true;
  }

 private:
  bool refill() {
    in_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
    at_ = 0;
    size_ = static_cast<std::size_t>(in_.gcount());
    if (in_.bad()) throw std::runtime_error("the input can't be read");
    return size_ > 0;
  }

  std::istream& in_;
  std::vector<char> block_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
};

struct Answers {
  std::string text;
  std::size_t lines = 0;
  std::size_t failed = 0;
};

Answers answer(const std::vector<Line>& lines, const FindCalendar& find_calendar) {
  Answers answers;
  for (const Line& line : lines) {
    bool done = false;
    if (line) {
      done = append_schedule_line(*line, find_calendar, answers.text);
    } else {
      append_line_too_long(kLineBytesMax, answers.text);
    }
    answers.text += '\n';
    ++answers.lines;
    if (!done) ++answers.failed;
  }
  return answers;
}

std::vector<Line> read_batch(LineReader& reader) {
  std::vector<Line> batch;
  std::size_t bytes = 0;
  Line line;
  while (bytes < kBatchBytes && reader.next(line)) {
    bytes += line ? line->size() + 1 : 1;
    batch.push_back(std::move(line));
  }
  return batch;
}

Exit run(const Options& options) {
  std::ifstream file;
  if (options.in != "-") {
    file.open(options.in, std::ios::binary);
    if (!file || file.peek() == std::char_traits<char>::eof()) {
      // A directory opens, but can't be read.
      std::error_code ignored;
      if (!std::filesystem::is_regular_file(options.in, ignored) &&
          !std::filesystem::is_fifo(options.in, ignored)) {
        throw std::runtime_error(fmt::format("{} can't be read", options.in));
      }
      file.clear();
    }
  }
  std::optional<engine::Catalog> catalog;
  if (!options.catalog.empty()) catalog = read_catalog_file(options.catalog);
  const FindCalendar find_calendar = [&](std::string_view name) {
    return catalog ? catalog->find_calendar(name) : nullptr;
  };
  LineReader reader(options.in == "-" ? std::cin : file);
  Output output(options.out);

  // Batches are answered side by side and written in the order they were read. At most this many
  // are in memory, whatever the input's size.
  const std::size_t workers = std::max(1u, std::thread::hardware_concurrency());
  std::deque<std::future<Answers>> running;
  Answers total;
  const auto write_oldest = [&] {
    const Answers done = running.front().get();
    running.pop_front();
    total.lines += done.lines;
    total.failed += done.failed;
    output.write(done.text);
  };
  for (std::vector<Line> batch = read_batch(reader); !batch.empty(); batch = read_batch(reader)) {
    running.push_back(std::async(std::launch::async, [&find_calendar, lines = std::move(batch)] {
      return answer(lines, find_calendar);
    }));
    if (running.size() > workers) write_oldest();
  }
  while (!running.empty()) write_oldest();
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
