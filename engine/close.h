// The nightly close: brings the book from one business date to the next, in steps that can be run
// again. docs/architecture.md says what each step does and why in this order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "engine/catalog.h"
#include "engine/evidence_key.h"

namespace engine {

/// Somebody else is closing; the text says who. A command ends with exit code 75.
struct CloseLeased : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The date can't be closed: it is not over yet, or the book has no such date.
struct CloseRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A unit of the close failed; the date stays open and nothing of the unit is stored. The text
/// names the date, the step and the unit.
struct CloseFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Customers of the date can't be closed and are parked; the others are. The date goes on once each
/// of them succeeds or is waived.
struct CloseParked : CloseFailed {
  using CloseFailed::CloseFailed;
};

/// A month can't be sealed before people have done their part. All is posted to its last date, and
/// the next close goes on from there. A command ends with exit code 75.
struct CloseWaits : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct CloseProgress {
  base::Day date;
  std::string_view step;
  std::int64_t done = 0;
  std::int64_t total = 0;  ///< 0: not known
};

struct CloseOptions {
  int workers = 1;
  std::size_t chunk = 2'000;                                 ///< customers a transaction, at most
  std::filesystem::path evidence_key = evidence_key_file();  ///< what seals are signed with
  /// A month is sealed only if everything in the book is proved first (verify.h), and signed where
  /// the catalog says so (month_sign_offs.h). Off where history is loaded date by date and proved
  /// at its end.
  bool proves_months = true;
  /// Whether the rules are run ahead for who is late, so that nights without a decision are one
  /// statement (quiet.h). The books are the same either way.
  bool looks_ahead = true;
  std::function<void(const CloseProgress&)> progress = {};
  /// Called before a step commits, for the proof of a date on another thread; a test throws here to
  /// see that the close can be run again.
  std::function<void(base::Day, std::string_view step)> before_commit = {};
};

/// One step of a date: how much it did, and the sum it is about in the book's default currency.
struct CloseStep {
  std::string name;
  std::int64_t units = 0;
  std::int64_t amount = 0;
  double seconds = 0;
};

struct ClosedDate {
  base::Day date;
  std::vector<CloseStep> steps;
  double seconds = 0;
  /// What the proof of a month found that is no error of the books, a sentence each.
  std::vector<std::string> warnings = {};
};

struct CloseOutcome {
  bool is_already_closed = false;  ///< then nothing was changed
  std::vector<ClosedDate> dates;   ///< in order
};

/// Keeps the lease and its connections from one date to the next. One thread.
class Closer {
 public:
  /// Takes the lease; throws CloseLeased if somebody has it.
  Closer(const std::string& conninfo, std::shared_ptr<const Catalog> catalog,
         CloseOptions options = {});
  ~Closer();
  Closer(Closer&&) noexcept;

  /// Closes every date not yet closed through `day`, one after the other. `today` is the present
  /// date in the book's zone: later dates are not over and refused, `today` itself is closed on
  /// request. A date that was begun and broken off is taken up where it stopped. Of several dates
  /// one is proved and sealed while the next is posted.
  ///
  /// Of several dates one is proved and sealed while the next is posted, on a connection of its
  /// own.
  CloseOutcome close_through(base::Day day, base::Day today);

  /// The same, but comes back while the last date is still being proved and sealed: nothing posts
  /// to it any more, and the next one is open. What fails then is thrown by the next call.
  void close_ahead(base::Day day, base::Day today);

  /// Waits for what `close_ahead` left; throws what failed.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One call for all of it: takes the lease, closes through `day`, lets go.
CloseOutcome close_through(const std::string& conninfo, std::shared_ptr<const Catalog> catalog,
                           base::Day day, base::Day today, CloseOptions options = {});

}  // namespace engine
