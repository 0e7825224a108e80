#include "engine/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace engine {
namespace {

std::size_t index_of(input::Kind kind) { return static_cast<std::size_t>(kind); }

}  // namespace

/// A file, and the next row of it that could be read.
struct Replay::Stream {
  input::EventStream rows;
  std::optional<input::Row> head;
  base::Day date = {};      // of the head
  base::Instant time = {};  // of the head
  std::optional<base::Instant> last_time;
};

/// A row on its way to the engine.
struct Replay::Pending {
  input::Kind kind;
  input::Row row;
};

bool ReplayReport::has_rejects() const {
  return std::ranges::any_of(totals, [](const auto& t) { return t.rejected.count > 0; });
}

Replay::Replay(const ReplayFiles& files, std::shared_ptr<const Catalog> catalog)
    : catalog_(std::move(catalog)) {
  for (std::size_t i = 0; i < kInputKinds; ++i) {
    if (files.paths[i].empty()) continue;
    streams_.push_back(std::make_unique<Stream>(
        Stream{.rows = input::EventStream(static_cast<input::Kind>(i), files.paths[i],
                                          files.maps[i], catalog_),
               .head = {},
               .last_time = {}}));
  }
  for (const auto& stream : streams_) advance(*stream);
}

Replay::~Replay() = default;

std::optional<base::Day> Replay::first_date() const {
  std::optional<base::Day> first;
  for (const auto& stream : streams_) {
    if (stream->head && (!first || stream->date < *first)) first = stream->date;
  }
  return first;
}

void Replay::reject(Stream& stream, const input::Row& row, const input::Reject& reject) {
  report_.totals[index_of(stream.rows.kind())].add(row.amount, Status::Rejected);
  if (intake_ == nullptr) {
    early_rejects_.emplace_back(stream.rows.kind(), reject);
  } else if (hooks_.on_reject) {
    hooks_.on_reject(stream.rows.kind(), reject);
  }
}

/// To the next row that could be read; the others are rejected on the way.
void Replay::advance(Stream& stream) {
  stream.head.reset();
  input::Row row;
  while (stream.rows.next(row)) {
    if (!row.event) {
      reject(stream, row, row.reject);
      continue;
    }
    stream.time = input::time_of(*row.event);
    stream.date = catalog_->zone.day_of(stream.time, catalog_->cutoff);
    if (stream.last_time && stream.time < *stream.last_time) ++report_.out_of_order;
    stream.last_time = stream.time;
    stream.head = std::move(row);
    return;
  }
  if (const auto fault = stream.rows.source().fault()) report_.faults.push_back(*fault);
}

/// The stream whose head comes first, of those whose head is not after `date`. What lies after the
/// last date is rejected here: waiting for it would hold back every row behind it.
Replay::Stream* Replay::earliest_through(base::Day date) {
  Stream* earliest = nullptr;
  for (const auto& stream : streams_) {
    while (stream->head && stream->date > settings_.through) {
      const input::Row row = std::move(*stream->head);
      input::Reject why = input::reject_of(row.line, *row.event, Refusal::AfterToday, *catalog_);
      if (stream->date <= settings_.today) {
        why.code = "AFTER_THROUGH";
        why.detail = fmt::format("the replay ends on {}", base::to_string(settings_.through));
      }
      reject(*stream, row, why);
      advance(*stream);
    }
    if (!stream->head || stream->date > date) continue;
    if (earliest == nullptr || stream->time < earliest->time) earliest = stream.get();
  }
  return earliest;
}

void Replay::post(std::vector<Pending>& pending) {
  std::vector<input::Event> events;
  events.reserve(pending.size());
  for (Pending& one : pending) events.push_back(std::move(*one.row.event));
  const std::vector<ItemResult> results =
      intake_->post(events, {settings_.today, settings_.create_parties});
  for (std::size_t i = 0; i < pending.size(); ++i) {
    const Pending& one = pending[i];
    report_.totals[index_of(one.kind)].add(one.row.amount, results[i].status);
    const bool refused =
        results[i].status == Status::Declined || results[i].status == Status::Rejected;
    if (refused && hooks_.on_reject) {
      hooks_.on_reject(one.kind,
                       input::reject_of(one.row.line, events[i], results[i].refusal, *catalog_));
    }
  }
  events_ += static_cast<std::int64_t>(pending.size());
  pending.clear();
}

void Replay::post_through(base::Day date) {
  std::vector<Pending> pending;
  while (Stream* stream = earliest_through(date)) {
    pending.push_back({stream->rows.kind(), std::move(*stream->head)});
    advance(*stream);
    if (pending.size() == settings_.events_max) post(pending);
  }
  if (!pending.empty()) post(pending);
}

ReplayReport Replay::run(const std::string& conninfo, const Book& book, const Settings& settings,
                         const Hooks& hooks) {
  CHECK(intake_ == nullptr, "a replay runs once");
  settings_ = settings;
  hooks_ = hooks;
  intake_ = std::make_unique<Intake>(conninfo, catalog_, settings.intake);
  for (const auto& [kind, why] : early_rejects_) {
    if (hooks_.on_reject) hooks_.on_reject(kind, why);
  }
  early_rejects_.clear();
  const base::Day first = base::plus_days(book.closed_through, 1);
  ReplayProgress progress;
  progress.dates_total = std::max(0, base::days_between(first, settings.through) + 1);
  for (base::Day date = first; date <= settings.through; date = base::plus_days(date, 1)) {
    post_through(date);
    hooks_.close_date(date);
    ++report_.dates_closed;
    progress.date = date;
    ++progress.dates_done;
    progress.events = events_;
    if (hooks_.on_progress) hooks_.on_progress(progress);
  }
  post_through(settings.through);  // where everything was closed before, and late rejects
  return report_;
}

}  // namespace engine
