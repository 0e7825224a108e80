// One customer in memory: what is stored, and what a batch adds. Decisions are made here, pure; the
// batch loads customers before and saves them after. A customer whose version has moved meanwhile
// is dropped whole.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "ledger/journal.h"
#include "sql/store/customer_rows.h"

namespace engine {

/// Hands out ids reserved in blocks from the database.
class IdSource {
 public:
  virtual ~IdSource() = default;
  virtual std::int64_t next() = 0;
};

/// Income recognized for plans on a date, to be summed per product.
struct Recognized {
  std::int16_t kind;  ///< 1 fee 2 subsidy 3 interest
  std::string product;
  base::Currency currency;
  std::int64_t amount;  ///< negative takes back
  base::Day business_date;
};

/// How much of a plan's row must be written: a night of a late plan moves its dates and sums only,
/// and the arrays, which are most of the row, stay as they are.
enum class PlanChange : char { None, Progress, Schedule };

inline constexpr std::size_t kPlanInstallmentsMax = 60;  ///< as the table plan says

struct Customer {
  store::CreditRow credit;
  bool is_new = false;                  ///< the credit row does not exist yet
  std::vector<store::PlanRow> plans;    ///< the open ones, by id; new ones at the end
  std::vector<char> plan_is_new;        ///< beside plans
  std::vector<PlanChange> plan_change;  ///< beside plans
  /// Earlier allocations of those plans whose late fee must be derived again; loaded where
  /// `needs_history` said so.
  std::vector<store::AllocationRow> history;
  /// Due dates of plans paid off, in the month whose cycle is judged; loaded by `load_for_close`
  /// for a customer whose limit was cut.
  std::vector<base::Day> settled_dues;

  /// Loaded for a re-age: the first purchase, and earlier re-ages of the account.
  std::optional<base::Day> first_purchase_on;
  std::vector<base::Day> re_aged_on;

  /// Loaded for events that pay out or take back: which were before, and what refunds owe.
  std::vector<base::EventId> undone;
  std::map<base::EventId, std::int64_t> refunds_due;

  std::vector<store::HoldRow> holds;  ///< those that the batch's items name, and new ones
  std::vector<char> hold_is_new;      ///< beside holds

  // What the batch adds.
  bool is_changed = false;
  std::vector<ledger::Journal> journals;
  std::vector<store::AllocationRow> allocations;
  std::vector<store::RepaymentRow> repayments;
  std::vector<store::RefundRow> refunds;
  std::vector<store::LifeEventRow> life_events;
  std::vector<store::RefundPayoutRow> refund_payouts;
  std::vector<store::SuspenseClearing> suspense_cleared;
  std::vector<store::PlanVersionRow> versions;
  std::vector<store::ItemRow> items;
  std::vector<store::LimitChangeRow> limit_changes;
  std::vector<Recognized> recognized;

  store::PlanRow* find_plan(base::PlanId id);
  void add_plan(store::PlanRow plan);
  store::HoldRow* find_hold(const std::string& ref);
  /// Marks a plan changed, which must be one of `plans`: all of it, or its dates and sums only.
  void touch(const store::PlanRow& plan, PlanChange change = PlanChange::Schedule);
};

}  // namespace engine
