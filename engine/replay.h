// Replay: history, merged by time. Posts a date's events, closes the date, goes on to the next.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/book.h"
#include "engine/input/event_stream.h"
#include "engine/input/totals.h"
#include "engine/intake.h"

namespace engine {

inline constexpr std::size_t kInputKinds = 3;  // purchases, repayments, refunds

struct ReplayFiles {
  std::array<std::string, kInputKinds> paths;  ///< by input::Kind; "" where there is none
  std::array<input::ColumnMap, kInputKinds> maps;
};

struct ReplayProgress {
  base::Day date;
  std::int64_t dates_done = 0;
  std::int64_t dates_total = 0;
  std::int64_t events = 0;
};

struct ReplayReport {
  std::array<input::Totals, kInputKinds> totals;
  std::int64_t dates_closed = 0;
  std::int64_t out_of_order = 0;    ///< rows earlier than the row before them
  std::vector<std::string> faults;  ///< files that broke off, in words

  bool has_rejects() const;
};

/// Reads the files as streams, each sorted by time; one date's events are in memory at a time.
///
/// - A date's events are posted in the order of their time (purchases before repayments before
///   refunds at the same instant), then the date is closed; dates without events are closed too.
/// - A row earlier than the one before it is posted on the date that has been reached, with its own
///   value date, and counted as out of order.
/// - A row dated after `through` is rejected, not waited for.
/// - After a crash, run it again from the start: what is posted answers as repeated, what is closed
///   stays closed.
class Replay {
 public:
  /// Opens all files and reads their headers and first rows; throws InputError.
  Replay(const ReplayFiles& files, std::shared_ptr<const Catalog> catalog);
  ~Replay();

  /// The business date of the earliest first row, where a new book opens; nothing without rows.
  std::optional<base::Day> first_date() const;

  struct Settings {
    base::Day through;
    base::Day today;
    bool create_parties = true;
    IntakeSettings intake = {};
    std::size_t events_max = 20'000;  ///< of a date at once; more are posted in pieces
  };
  struct Hooks {
    std::function<void(base::Day)> close_date;  ///< closes this date, the open one
    std::function<void(input::Kind, const input::Reject&)> on_reject = {};
    std::function<void(const ReplayProgress&)> on_progress = {};
  };

  /// Once. The database has the book already.
  ReplayReport run(const std::string& conninfo, const Book& book, const Settings& settings,
                   const Hooks& hooks);

 private:
  struct Stream;
  struct Pending;

  void advance(Stream& stream);
  Stream* earliest_through(base::Day date);
  void post_through(base::Day date);
  void post(std::vector<Pending>& pending);
  void reject(Stream& stream, const input::Row& row, const input::Reject& reject);

  std::shared_ptr<const Catalog> catalog_;
  std::vector<std::unique_ptr<Stream>> streams_;
  ReplayReport report_;
  std::vector<std::pair<input::Kind, input::Reject>> early_rejects_;  // before `run`
  std::unique_ptr<Intake> intake_;
  Settings settings_ = {};
  Hooks hooks_;
  std::int64_t events_ = 0;
};

}  // namespace engine
