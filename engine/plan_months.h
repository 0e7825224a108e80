// Plans from month end to month end, as they stood at each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "engine/catalog.h"
#include "engine/financial_reports.h"
#include "engine/reading.h"
#include "sql/store/plan_reading.h"
#include "sql/store/session.h"

namespace engine {

/// What a plan owed at the close of a month.
struct PlanStanding {
  int dpd = 0;
  std::int64_t outstanding = 0;  ///< unpaid principal
};

struct PlanHistoryRow {
  base::PartyId party;
  base::PlanId plan;
  base::Currency currency;
  base::Day bought_on;
  std::int64_t financed = 0;
  /// One a month end; nothing where it owed nothing, or was not bought yet.
  std::vector<std::optional<PlanStanding>> at;
};

/// Every plan that owed something at one of the month ends, by party and id. One picture a month
/// end is read beside the others, so the memory is that of some pages a month, whatever the book
/// has.
class PlanMonths {
 public:
  PlanMonths(store::Session& session, const std::vector<base::Day>& month_ends,
             std::shared_ptr<const Catalog> catalog);

  /// The next plan; nothing after the last.
  std::optional<PlanHistoryRow> next();

 private:
  struct Stream {
    base::Day day;
    store::OwingPlanCursor cursor;
    std::vector<store::PlanRow> rows = {};
    std::size_t at = 0;
  };
  /// The plan a stream is at, refreshed; nullptr at its end.
  const store::PlanRow* peek(Stream& stream) const;

  std::shared_ptr<const Catalog> catalog_;
  std::vector<Stream> streams_;
};

/// The catalog in force when the date was sealed: it says when a plan is past due.
std::shared_ptr<const Catalog> catalog_of(store::Session& session, base::Day day);

/// The last days of the months from `first` to `last`, which are any days of them.
std::vector<base::Day> month_ends(base::Day first, base::Day last);

/// The month ends asked for, the first and the last closed. What is not given: the last one that is
/// closed, and `months_before` months before it, from the book's first on.
ReportResult<std::vector<base::Day>> take_months(store::Session& session,
                                                 const MonthRequest& request, int months_before);

}  // namespace engine
