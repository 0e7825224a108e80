// Plans as they were at a reading: the schedule in force then, and what had been paid by then.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "sql/store/cursor.h"
#include "sql/store/customer_rows.h"
#include "sql/store/reading_store.h"
#include "sql/store/session.h"

namespace store {

/// Plans that owed something at a reading, by party and id. Only what such a picture needs is
/// filled in: party, id, business date, financed, product, currency, due, the amounts of the
/// installments, and their unpaid principal.
class OwingPlanCursor {
 public:
  OwingPlanCursor(Session& session, const Reading& reading);
  std::vector<PlanRow> next();

 private:
  Session& session_;
  Reading reading_;
  Cursor cursor_;
};

struct ReportedPlan {
  std::string purchase_ref;
  std::string customer;
  std::string merchant;
  std::string product;
  PlanStatus status{};
  base::Currency currency;
  std::vector<base::Day> due;
  /// All as long as `due`.
  std::vector<std::int64_t> principal, fee, interest, paid_principal, paid_fee, paid_interest;
};

/// All plans of a reading, by purchase reference, merchant and customer.
class PlanCursor {
 public:
  PlanCursor(Session& session, const Reading& reading);
  std::vector<ReportedPlan> next();

 private:
  Session& session_;
  Reading reading_;
  Cursor cursor_;
};

}  // namespace store
