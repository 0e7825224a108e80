#include "engine/close_plan.h"

#include <fmt/format.h>

#include <chrono>
#include <limits>

#include "credit/limit_policy.h"
#include "engine/book.h"
#include "engine/customer_close.h"
#include "engine/year_end.h"
#include "sql/store/close_store.h"

namespace engine {

std::vector<PlannedDate> plan_close(store::Session& session, const Catalog& catalog,
                                    base::Day through, base::Day today) {
  const auto book = find_book(session);
  std::vector<PlannedDate> dates;
  if (!book) return dates;
  for (base::Day day = base::plus_days(book->closed_through, 1); day <= through;
       day = base::plus_days(day, 1)) {
    dates.push_back({.date = day,
                     .is_month_end = day == base::end_of_month(day),
                     .is_year_end = is_year_end(day, catalog),
                     .is_over = day < today});
  }
  if (dates.empty()) return dates;
  const base::Day first = dates.front().date;
  const bool judge_cut =
      catalog.limit_policy && credit::month_judged_on(first, grace_days_max(catalog)).has_value();
  dates.front().customers = std::ssize(
      store::list_customers_to_close(session, first, judge_cut, std::numeric_limits<int>::max()));
  dates.front().work = store::count_close_work(session, first);
  return dates;
}

std::optional<std::string> clock_trouble(const store::ClockReading& database, base::Instant now) {
  constexpr std::chrono::hours kApartMax{1};
  const auto apart = now > database.now ? now - database.now : database.now - now;
  if (apart > kApartMax) {
    return fmt::format(
        "CLOCKS_DIFFER: this machine's clock says {}, the database's {}: put them right, or say "
        "--today",
        base::to_string(now), base::to_string(database.now));
  }
  if (database.last_close_at && *database.last_close_at > database.now) {
    return fmt::format(
        "CLOCK_SET_BACK: the database's clock says {}, but the last close was at {}: what is "
        "posted now would carry a time that is over",
        base::to_string(database.now), base::to_string(*database.last_close_at));
  }
  return std::nullopt;
}

}  // namespace engine
