#include "engine/reading.h"

#include <fmt/format.h>

#include "base/check.h"
#include "sql/store/statement_store.h"

namespace engine {
namespace {

ReportResult<store::BookDates> book_dates(store::Session& session) {
  const auto book = store::find_book_dates(session);
  if (!book) return refused(ReportRefusal::BookMissing, "the database has no book yet");
  return *book;
}

std::unexpected<ReportRefused> before_book(base::Day asked, const store::BookDates& book) {
  return refused(ReportRefusal::DateBeforeBook,
                 fmt::format("{} is before the book opened, on {}", base::to_string(asked),
                             base::to_string(book.opens_on)));
}

}  // namespace

std::unexpected<ReportRefused> refused(ReportRefusal refusal, std::string sentence) {
  return std::unexpected(ReportRefused{refusal, std::move(sentence)});
}

std::string_view code(ReportRefusal refusal) {
  switch (refusal) {
    case ReportRefusal::BookMissing:
      return "BOOK_MISSING";
    case ReportRefusal::KnownAtInFuture:
      return "KNOWN_AT_IN_FUTURE";
    case ReportRefusal::DateNotClosed:
      return "DATE_NOT_CLOSED";
    case ReportRefusal::DateBeforeBook:
      return "DATE_BEFORE_BOOK";
    case ReportRefusal::DatesReversed:
      return "DATES_REVERSED";
    case ReportRefusal::CustomerUnknown:
      return "CUSTOMER_UNKNOWN";
  }
  std::unreachable();
}

ReportResult<base::Day> closed_date(store::Session& session, std::optional<base::Day> asked) {
  const auto book = book_dates(session);
  if (!book) return std::unexpected(book.error());
  if (book->closed_through < book->opens_on) {
    return refused(ReportRefusal::DateNotClosed,
                   fmt::format("no date of the book is closed yet; it opened on {}",
                               base::to_string(book->opens_on)));
  }
  if (!asked) return book->closed_through;
  if (*asked > book->closed_through) {
    return refused(ReportRefusal::DateNotClosed,
                   fmt::format("{} is not closed: the book is closed through {}",
                               base::to_string(*asked), base::to_string(book->closed_through)));
  }
  if (*asked < book->opens_on) return before_book(*asked, *book);
  return *asked;
}

ReportResult<Reading> take_reading(store::Session& session, const ReadingRequest& request) {
  if (!request.known_at) {
    const auto day = closed_date(session, request.as_of);
    if (!day) return std::unexpected(day.error());
    return Reading{.as_of = *day, .sealed_through = *day};
  }
  const auto book = book_dates(session);
  if (!book) return std::unexpected(book.error());
  if (!store::wait_for_postings(session, *request.known_at)) {
    return refused(ReportRefusal::KnownAtInFuture,
                   fmt::format("what is known at {} is not certain yet: that instant is not over",
                               base::to_string(*request.known_at)));
  }
  const store::BookStanding standing = store::find_standing(session, *request.known_at);
  const base::Day as_of = request.as_of.value_or(standing.open_date);
  if (as_of < book->opens_on) return before_book(as_of, *book);
  return Reading{as_of, request.known_at, std::min(standing.sealed_through, as_of)};
}

ReportResult<DateRange> in_order(base::Day first, base::Day last) {
  if (first > last) {
    return refused(ReportRefusal::DatesReversed,
                   fmt::format("the dates start on {}, after their end on {}",
                               base::to_string(first), base::to_string(last)));
  }
  return DateRange{first, last};
}

ReportResult<PeriodReading> take_period_reading(store::Session& session,
                                                std::optional<base::Day> from,
                                                const ReadingRequest& request,
                                                FromDefault fallback) {
  const auto reading = take_reading(session, request);
  if (!reading) return std::unexpected(reading.error());
  const auto book = book_dates(session);
  if (!book) return std::unexpected(book.error());
  if (from && *from < book->opens_on) return before_book(*from, *book);
  const base::Day first =
      from.value_or(fallback == FromDefault::LastDate ? reading->as_of : book->opens_on);
  const auto dates = in_order(first, reading->as_of);
  if (!dates) return std::unexpected(dates.error());
  return PeriodReading{first, *reading};
}

ReportResult<ReadingPair> take_reading_pair(store::Session& session, const DiffRequest& request) {
  if (request.before > request.after) {
    return refused(ReportRefusal::DatesReversed,
                   fmt::format("what changed is asked for from {} on, after its end at {}",
                               base::to_string(request.before), base::to_string(request.after)));
  }
  const auto after = take_reading(session, {request.as_of, request.after});
  if (!after) return std::unexpected(after.error());
  const auto before = take_reading(session, {after->as_of, request.before});
  if (!before) return std::unexpected(before.error());
  return ReadingPair{*before, *after};
}

}  // namespace engine
