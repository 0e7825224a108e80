#include "engine/report.h"

#include <algorithm>

#include "base/rounding.h"
#include "base/wide.h"
#include "engine/table_diff.h"
#include "sql/store/statement_store.h"

namespace engine {

ReportResult<PeriodReading> take_month_reading(store::Session& session,
                                               std::optional<base::Day> from,
                                               const ReadingRequest& request) {
  if (!from) {
    const auto reading = take_reading(session, request);
    if (!reading) return std::unexpected(reading.error());
    const base::Day last = reading->as_of;
    from = std::max(base::plus_days(last, 1 - static_cast<int>(unsigned(base::ymd(last).day()))),
                    store::find_book_dates(session)->opens_on);
  }
  return take_period_reading(session, from, request, FromDefault::LastDate);
}

Report diff_of(const Report& before, const Report& after) {
  return {diff_head(after.head), [before = before.open, after = after.open,
                                  key = after.key_columns](store::Session& snapshot) {
            return small_diff_of(before(snapshot), after(snapshot), key);
          }};
}

Row& Row::share(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return absent();
  const base::int128 hundredths =
      base::div_round(base::checked_mul(part, 100'00), whole, base::Rounding::HalfUp);
  return put([&] { out_.percent(base::narrow(hundredths)); });
}

}  // namespace engine
