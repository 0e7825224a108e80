// Customers' rows in sets: loaded by party, updated on their version, added by COPY.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "ledger/journal.h"
#include "sql/store/customer_rows.h"
#include "sql/store/session.h"

namespace store {

enum class RowLock { None, ForUpdate };

/// The credit accounts of these parties in that currency, by party.
std::vector<CreditRow> load_credit(Session& session, std::span<const std::int64_t> parties,
                                   base::Currency currency, RowLock lock);

/// Which of these parties have a plan a close through `day` must look at.
std::vector<std::int64_t> parties_to_act_on(Session& session, std::span<const std::int64_t> parties,
                                            base::Currency currency, base::Day day);

/// The plans of these parties that still owe something, and those named in `plans` whatever they
/// owe, by party and plan.
std::vector<PlanRow> load_plans(Session& session, std::span<const std::int64_t> parties,
                                std::span<const std::int64_t> plans, base::Currency currency);

/// Every allocation of these parties in that currency, by party and event.
std::vector<AllocationRow> load_allocations(Session& session, std::span<const std::int64_t> parties,
                                            base::Currency currency);

/// Updates each row whose stored version is still `row->version`, in the order given (by party, so
/// that two batches don't deadlock), and returns the parties that were updated.
std::vector<std::int64_t> update_credit(Session& session, std::span<const CreditRow* const> rows);

/// Inserts new credit accounts; returns the parties that did not exist before.
std::vector<std::int64_t> insert_credit(Session& session, std::span<const CreditRow* const> rows);

/// Writes all that can change of a plan.
void update_plans(Session& session, std::span<const PlanRow* const> rows);
/// Writes what a night moves: status, late fee, dates and what was recognized; no array.
void update_plan_progress(Session& session, std::span<const PlanRow* const> rows);

/// The holds of these ids, by party.
std::vector<HoldRow> load_holds(Session& session, std::span<const std::int64_t> parties,
                                std::span<const std::int64_t> ids);
/// Open holds that expire on or before `day`: at most `limit` of them, by party.
std::vector<HoldRow> load_expired_holds(Session& session, base::Day day, int limit);
void copy_holds(Session& session, std::span<const HoldRow* const> rows);
void update_holds(Session& session, std::span<const HoldRow* const> rows);

/// Sums of income recognized for plans, to be posted by the close of their date.
struct AccrualPart {
  base::Day business_date;
  std::int64_t id;
  std::int16_t kind;
  std::string product;
  base::Currency currency;
  std::int64_t amount;
  std::int32_t plans;
};

void copy_plans(Session& session, std::span<const PlanRow* const> rows);
void copy_versions(Session& session, std::span<const PlanVersionRow* const> rows);
void copy_allocations(Session& session, std::span<const AllocationRow* const> rows);
void copy_repayments(Session& session, std::span<const RepaymentRow* const> rows);
void copy_refunds(Session& session, std::span<const RefundRow* const> rows);
void copy_life_events(Session& session, std::span<const LifeEventRow* const> rows);
void copy_refund_payouts(Session& session, std::span<const RefundPayoutRow* const> rows);
void copy_limit_changes(Session& session, std::span<const LimitChangeRow* const> rows);
void copy_items(Session& session, std::span<const ItemRow* const> rows);
void copy_accrual_parts(Session& session, std::span<const AccrualPart> rows);

/// A journal with its accounts resolved to ids.
struct StoredJournal {
  const ledger::Journal* journal;
  std::vector<std::int32_t> debit;
  std::vector<std::int32_t> credit;
  std::vector<std::int64_t> amount;
};
void copy_journals(Session& session, std::span<const StoredJournal> rows);

}  // namespace store
