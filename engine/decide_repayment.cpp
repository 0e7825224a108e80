#include <algorithm>

#include "base/check.h"
#include "engine/allocate.h"
#include "engine/customer_close.h"
#include "engine/decide.h"
#include "ledger/posting.h"

namespace engine {
namespace {

ledger::Journal repay_journal(const Customer& customer, const Repayment& repayment,
                              const ledger::AccountKey& from, const EventContext& context) {
  const bool is_channel = from.code == ledger::Code::ChannelClearing;
  return {.party = customer.credit.party,
          .id = {context.ids.next()},
          .event = context.event,
          .rule = is_channel ? ledger::Rule::Repay : ledger::Rule::RepayFromSuspense,
          .currency = customer.credit.currency,
          .business_date = context.business_date,
          .value_date = context.value_date,
          .source_ref = repayment.ref};
}

/// One journal a plan; what is left over goes with the last one, or alone.
void post(Customer& customer, const Repayment& repayment, const ledger::AccountKey& from,
          const AppliedPayment& applied, const EventContext& context) {
  for (std::size_t i = 0; i < applied.plans.size(); ++i) {
    const PlanPayment& payment = applied.plans[i];
    const bool is_last = i + 1 == applied.plans.size();
    ledger::Journal journal = repay_journal(customer, repayment, from, context);
    journal.plan = customer.plans[payment.plan].id;
    journal.transfers = ledger::repay(from, {.penalty = payment.penalty,
                                             .fee = payment.fee,
                                             .interest = payment.interest,
                                             .principal = payment.principal,
                                             .credit = is_last ? applied.credit : 0});
    customer.journals.push_back(std::move(journal));
  }
  if (applied.plans.empty()) {
    ledger::Journal journal = repay_journal(customer, repayment, from, context);
    journal.transfers = ledger::repay(from, {.credit = applied.credit});
    customer.journals.push_back(std::move(journal));
  }
}

/// The late fee through the payment's own day, before the payment. One that counts from an earlier
/// day than the fee covers takes the days after it back; the next close charges them on what is
/// left.
void post_late_fees(Customer& customer, const EventContext& context) {
  for (store::PlanRow& plan : customer.plans) {
    post_late_fee(customer, plan, context.value_date, context.business_date, context.catalog,
                  context.ids, context.event);
  }
}

}  // namespace

ledger::AccountKey source_of(base::PartyId channel, const std::string& suspense) {
  if (!suspense.empty()) return {ledger::Code::Suspense};
  return {ledger::Code::ChannelClearing, channel};
}

Refusal apply_repayment(Customer& customer, const Repayment& repayment,
                        const ledger::AccountKey& from, base::PlanId directed,
                        const EventContext& told) {
  if (repayment.amount.currency() != customer.credit.currency) return Refusal::CurrencyMismatch;
  const store::PlanRow* const meant = directed ? customer.find_plan(directed) : nullptr;
  const EventContext context = meant == nullptr ? told : of_plan(told, *meant);
  post_late_fees(customer, context);
  scheduling::AllocationRequest request;
  request.amount_minor = repayment.amount.minor();
  request.value_date = context.value_date;
  const auto named = std::ranges::find(customer.plans, directed, &store::PlanRow::id);
  if (directed && named != customer.plans.end()) {
    request.directed = static_cast<std::size_t>(named - customer.plans.begin());
  }
  const AppliedPayment applied = apply_money(customer, request, store::AllocationKind::Repayment,
                                             context.event, context.business_date, context.catalog);
  customer.is_changed = true;
  keep_credit(customer, applied.credit, context);
  post(customer, repayment, from, applied, context);
  customer.repayments.push_back({.party = customer.credit.party,
                                 .event = context.event,
                                 .ref = repayment.ref,
                                 .channel = from.owner,
                                 .currency = customer.credit.currency,
                                 .amount = repayment.amount.minor(),
                                 .paid_at = repayment.paid_at,
                                 .business_date = context.business_date,
                                 .value_date = context.value_date});
  for (const PlanPayment& payment : applied.plans) {
    store::PlanRow& plan = customer.plans[payment.plan];
    refresh_plan(plan, context.business_date, context.catalog);
  }
  cure_if_current(customer, context.business_date, context.catalog, context.ids);
  return Refusal::None;
}

}  // namespace engine
