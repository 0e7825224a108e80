#include "cli/event_import.h"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/clock.h"
#include "cli/file_lines.h"
#include "cli/progress.h"
#include "cli/tables.h"
#include "engine/input/rejects_file.h"

namespace cli {
namespace {

constexpr int kShownRejects = 10;

using engine::ItemResult;
using engine::Status;

template <class T>
std::vector<ItemResult> post_as(engine::Engine& engine,
                                std::vector<ItemResult> (engine::Engine::*operation)(
                                    std::span<const T>, const engine::BatchContext&),
                                std::span<const LifecycleEvent> events,
                                const engine::BatchContext& context) {
  std::vector<T> batch;
  batch.reserve(events.size());
  for (const LifecycleEvent& event : events) batch.push_back(std::get<T>(event));
  return (engine.*operation)(batch, context);
}

std::vector<ItemResult> post_alike(engine::Engine& engine, std::span<const LifecycleEvent> events,
                                   const engine::BatchContext& context) {
  using engine::Engine;
  switch (events.front().index()) {
    case 0:
      return post_as<engine::Purchase>(engine, &Engine::capture, events, context);
    case 1:
      return post_as<engine::Repayment>(engine, &Engine::repay, events, context);
    case 2:
      return post_as<engine::RefundRequest>(engine, &Engine::refund, events, context);
    case 3:
      return post_as<engine::HoldRequest>(engine, &Engine::authorize, events, context);
    case 4:
      return post_as<engine::HoldRelease>(engine, &Engine::release, events, context);
    case 6:
      return post_as<engine::BookEvent>(engine, &Engine::record, events, context);
    default:
      return post_as<engine::LifeEvent>(engine, &Engine::change, events, context);
  }
}

struct Count {
  std::int64_t read = 0;
  std::int64_t posted = 0;
  std::int64_t repeated = 0;
  std::int64_t declined = 0;
  std::int64_t rejected = 0;

  void add(Status status) {
    ++read;
    ++(status == Status::Posted     ? posted
       : status == Status::Repeated ? repeated
       : status == Status::Declined ? declined
                                    : rejected);
  }
};

/// One import on its way.
class EventImport {
 public:
  EventImport(const EventImportOptions& options, const std::string& conninfo,
              std::shared_ptr<const engine::Catalog> catalog)
      : options_(options),
        catalog_(std::move(catalog)),
        lines_(options.file),
        rejects_(options.rejects),
        progress_("import events") {
    if (!options.is_dry_run) engine_.emplace(conninfo, catalog_);
  }

  void run() {
    FileLine line;
    while (lines_.next(line)) {
      const bool is_blank = line.text.find_first_not_of(" \t") == std::string::npos;
      if (is_blank && !line.is_too_long) continue;
      take(line);
      if (events_.size() == options_.batch) post();
    }
    post();
    rejects_.commit();
    progress_.end(total_.read);
  }

  Exit report() const {
    if (options_.is_json) {
      print_json();
    } else {
      print_table();
    }
    if (lines_.source().fault()) {
      std::cerr << "fenqi: " << *lines_.source().fault() << "; the lines before it were taken\n";
    }
    return total_.rejected > 0 || lines_.source().fault() ? Exit::BadData : Exit::Done;
  }

 private:
  void take(const FileLine& line) {
    try {
      if (line.is_too_long) {
        throw Problem{"line_too_long", "",
                      fmt::format("a line has at most {} bytes", kLineBytesMax)};
      }
      events_.push_back(read_event(line.text, *catalog_));
      numbers_.push_back(lines_.number());
    } catch (const Problem& problem) {
      // What stands before it is posted first, so that the rejects are in the file's order.
      post();
      count("unreadable", Status::Rejected);
      reject({lines_.number(), problem.code, problem.field, input::cut(line.text), problem.detail});
    }
  }

  void post() {
    if (events_.empty()) return;
    std::vector<ItemResult> results(events_.size(), ItemResult{.status = Status::Posted});
    if (engine_) {
      results = post_events(*engine_, events_, {today_in(*catalog_), options_.creates_parties});
    }
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const ItemResult& result = results[i];
      count(std::string(type_of(events_[i])), result.status);
      if (result.status != Status::Declined && result.status != Status::Rejected) continue;
      reject({numbers_[i], std::string(code(result.refusal)), std::string(field(result.refusal)),
              std::string(ref_of(events_[i])), std::string(sentence(result.refusal))});
    }
    events_.clear();
    numbers_.clear();
    progress_.show(lines_.source().bytes_taken(), lines_.source().bytes_total(), total_.read);
  }

  void count(const std::string& type, Status status) {
    counts_[type].add(status);
    total_.add(status);
  }

  void reject(const input::Reject& reject) {
    rejects_.add(reject);
    if (++shown_ > kShownRejects) return;
    std::cerr << fmt::format("fenqi: line {}: {}{}{}: {}\n", reject.line, reject.code,
                             reject.field.empty() ? "" : " ", reject.field, reject.detail);
    if (shown_ == kShownRejects) std::cerr << "fenqi: further lines are in the rejects file only\n";
  }

  void print_table() const {
    TextTable table;
    table.column("event", TextTable::Align::Left);
    for (const char* heading : {"read", "posted", "repeated", "declined", "rejected"}) {
      table.column(heading, TextTable::Align::Right);
    }
    const auto row = [&](const std::string& name, const Count& count) {
      table.row({name, std::to_string(count.read), std::to_string(count.posted),
                 std::to_string(count.repeated), std::to_string(count.declined),
                 std::to_string(count.rejected)});
    };
    for (const auto& [type, count] : counts_) row(type, count);
    table.rule();
    row("all", total_);
    table.print(std::cout);
    if (options_.is_dry_run) {
      std::cout << "dry run: \"posted\" means readable; nothing was posted\n";
    }
  }

  void print_json() const {
    nlohmann::ordered_json json;
    for (const auto& [type, count] : counts_) {
      json[type] = {{"read", count.read},
                    {"posted", count.posted},
                    {"repeated", count.repeated},
                    {"declined", count.declined},
                    {"rejected", count.rejected}};
    }
    std::cout << json.dump(2) << "\n";
  }

  const EventImportOptions& options_;
  std::shared_ptr<const engine::Catalog> catalog_;
  std::optional<engine::Engine> engine_;
  FileLines lines_;
  input::RejectsFile rejects_;
  Progress progress_;
  std::vector<LifecycleEvent> events_;
  std::vector<std::int64_t> numbers_;
  std::map<std::string, Count> counts_;
  Count total_;
  int shown_ = 0;
};

}  // namespace

std::vector<ItemResult> post_events(engine::Engine& engine, std::span<const LifecycleEvent> events,
                                    const engine::BatchContext& context) {
  std::vector<ItemResult> results;
  results.reserve(events.size());
  for (std::size_t from = 0; from < events.size();) {
    std::size_t to = from + 1;
    while (to < events.size() && to - from < engine::kBatchMax &&
           events[to].index() == events[from].index()) {
      ++to;
    }
    const auto answers = post_alike(engine, events.subspan(from, to - from), context);
    results.insert(results.end(), answers.begin(), answers.end());
    from = to;
  }
  return results;
}

Exit import_events(const EventImportOptions& options, const std::string& conninfo,
                   std::shared_ptr<const engine::Catalog> catalog) {
  EventImport import(options, conninfo, std::move(catalog));
  import.run();
  return import.report();
}

}  // namespace cli
