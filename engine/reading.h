// Which books a report reads: through which business date, and what was known when. Whatever is
// asked for is answered alike for ever, or refused.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/day.h"
#include "base/result.h"
#include "sql/store/reading_store.h"
#include "sql/store/session.h"

namespace engine {

using store::Reading;

/// Why there is no report of a date.
enum class ReportRefusal {
  BookMissing,
  KnownAtInFuture,  ///< or this very moment: it can still change
  DateNotClosed,    ///< open or in the future: it can still change
  DateBeforeBook,
  DatesReversed,
  CustomerUnknown,
};
struct ReportRefused {
  ReportRefusal refusal;
  std::string sentence;  ///< with the dates in it
};
template <class T>
using ReportResult = base::Result<T, ReportRefused>;

std::string_view code(ReportRefusal refusal);
std::unexpected<ReportRefused> refused(ReportRefusal refusal, std::string sentence);

/// The last closed date if none is asked for; else `asked`, if it is closed.
ReportResult<base::Day> closed_date(store::Session& session, std::optional<base::Day> asked);

/// What a report may be asked.
struct ReadingRequest {
  /// Through this business date. Not given: the last closed date; with `known_at`, the date that
  /// was open then.
  std::optional<base::Day> as_of = {};
  /// As it was known at this instant: dates that are open may be asked for, too, because what was
  /// posted by then is history.
  std::optional<base::Instant> known_at = {};
};

/// Makes a question that has one answer of it. Without `known_at`, `as_of` has to be closed. With
/// it, waits once for whoever is posting, so the session must not be in a transaction; an instant
/// before the first posting is no error, nothing was known then. The answer is read in a
/// transaction that begins afterwards.
ReportResult<Reading> take_reading(store::Session& session, const ReadingRequest& request);

/// Both included.
struct DateRange {
  base::Day first;
  base::Day last;
};
/// Refuses dates whose end is before their start.
ReportResult<DateRange> in_order(base::Day first, base::Day last);

/// Business dates from `from` on of a reading.
struct PeriodReading {
  base::Day from;
  Reading reading;
};
/// `from` must be a date of the book; not given, it is what `fallback` says.
enum class FromDefault { LastDate, BookOpening };
ReportResult<PeriodReading> take_period_reading(store::Session& session,
                                                std::optional<base::Day> from,
                                                const ReadingRequest& request,
                                                FromDefault fallback);

/// What became known in between: the same dates, read at two instants.
struct DiffRequest {
  std::optional<base::Day> as_of = {};  ///< not given: the date that was open at `after`
  base::Instant before;
  base::Instant after;  ///< not earlier than `before`
};
struct ReadingPair {
  Reading before;
  Reading after;
};
ReportResult<ReadingPair> take_reading_pair(store::Session& session, const DiffRequest& request);

}  // namespace engine
