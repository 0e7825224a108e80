// The close of one customer for one date, pure: credit balance applied, due and late determined,
// late fee, limits, income recognized. The nightly job and the inline close both call it.
#pragma once

#include "base/day.h"
#include "engine/catalog.h"
#include "engine/customer.h"

namespace engine {

/// Whether closing this customer through `day` needs Customer::history (an installment enters the
/// late fee while another is late).
bool needs_history(const Customer& customer, base::Day day, const Catalog& catalog);

/// Brings the customer from `closed_through` to `day`, date by date. Reads events with business
/// date <= day only, which is all there are in memory when the caller holds the book's lock.
/// Postings for dates before `first_open` get that date: a date that was waived for the customer
/// accepts nothing any more.
void close_customer(Customer& customer, base::Day day, const Catalog& catalog, IdSource& ids,
                    base::Day first_open = {});

/// Posts the late fee of `plan` through `value_date` as if that day's close ran (the day of payment
/// counts); the journal carries `business_date`. A back-dated value date yields a difference,
/// posted with sides swapped. History must be loaded where `needs_late_fee_history` says so.
bool needs_late_fee_history(const store::PlanRow& plan, base::Day value_date,
                            const Catalog& catalog);
void post_late_fee(Customer& customer, store::PlanRow& plan, base::Day value_date,
                   base::Day business_date, const Catalog& catalog, IdSource& ids,
                   base::EventId event);

/// Sets dpd, next_due and status from the installments as of the end of `day`. next_due is the due
/// date of the oldest late installment, else of the first one to come that is not paid, else
/// nothing. A plan is settled when every installment and its late fee are paid.
void refresh_plan(store::PlanRow& plan, base::Day day, const Catalog& catalog);

/// After a payment or refund on the open date `day`, its plans refreshed: if no plan is late any
/// more, the delinquency ends and its block is lifted at once, where the policy lifts it.
void cure_if_current(Customer& customer, base::Day day, const Catalog& catalog, IdSource& ids);

/// The longest grace of any product: with it the last installments of a month are judged.
int grace_days_max(const Catalog& catalog);

}  // namespace engine
