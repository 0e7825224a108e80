#include "base/check.h"
#include "engine/decide.h"
#include "engine/standing.h"
#include "ledger/posting.h"

namespace engine {
namespace {

ledger::Journal hold_journal(const Customer& customer, ledger::Rule rule, std::int64_t amount,
                             const std::string& source_ref, const EventContext& context) {
  return {.party = customer.credit.party,
          .id = {context.ids.next()},
          .event = context.event,
          .rule = rule,
          .currency = customer.credit.currency,
          .business_date = context.business_date,
          .value_date = context.value_date,
          .source_ref = source_ref,
          .transfers = rule == ledger::Rule::AuthHold ? ledger::auth_hold(amount)
                                                      : ledger::hold_release(amount)};
}

}  // namespace

Refusal authorize_hold(Customer& customer, const HoldRequest& request, std::int64_t hold_id,
                       base::PartyId merchant, const EventContext& context) {
  const std::int64_t amount = request.amount.minor();
  const Refusal refusal = check_standing(customer.credit, amount, 0, context.catalog);
  if (refusal != Refusal::None) return refusal;
  customer.holds.push_back({.party = customer.credit.party,
                            .id = hold_id,
                            .event = context.event,
                            .ref = request.ref,
                            .merchant = merchant,
                            .currency = customer.credit.currency,
                            .amount = amount,
                            .business_date = context.business_date,
                            .expires_on = base::plus_days(context.business_date, kHoldDays)});
  customer.hold_is_new.push_back(1);
  customer.credit.held += amount;
  customer.is_changed = true;
  customer.journals.push_back(
      hold_journal(customer, ledger::Rule::AuthHold, amount, request.ref, context));
  return Refusal::None;
}

Refusal release_hold(Customer& customer, const std::string& hold_ref, store::HoldStatus status,
                     const std::string& source_ref, const EventContext& context) {
  store::HoldRow* hold = customer.find_hold(hold_ref);
  if (!hold) return Refusal::HoldUnknown;
  if (hold->status != store::HoldStatus::Held) return Refusal::HoldNotOpen;
  hold->status = status;
  customer.credit.held -= hold->amount;
  CHECK(customer.credit.held >= 0, "more was held than stored");
  customer.is_changed = true;
  customer.journals.push_back(
      hold_journal(customer, ledger::Rule::HoldRelease, hold->amount, source_ref, context));
  return Refusal::None;
}

}  // namespace engine
