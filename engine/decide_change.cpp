// Payoff, prepayment, other dates and other prices of one plan.
#include <algorithm>
#include <array>

#include "base/check.h"
#include "engine/allocate.h"
#include "engine/change.h"
#include "engine/customer_close.h"
#include "engine/recognition.h"
#include "engine/views.h"
#include "ledger/posting.h"
#include "scheduling/due_dates.h"
#include "scheduling/reprice.h"
#include "scheduling/reschedule.h"

namespace engine {
namespace {

using scheduling::NewVersion;

store::ScheduleCause cause_of(scheduling::ChangeCause cause) {
  switch (cause) {
    case scheduling::ChangeCause::Payoff:
      return store::ScheduleCause::Payoff;
    case scheduling::ChangeCause::Prepayment:
      return store::ScheduleCause::Prepayment;
    case scheduling::ChangeCause::Refund:
      return store::ScheduleCause::Refund;
    case scheduling::ChangeCause::Extension:
      return store::ScheduleCause::Extension;
    case scheduling::ChangeCause::ReAge:
      return store::ScheduleCause::ReAge;
    case scheduling::ChangeCause::ReAmortize:
      return store::ScheduleCause::ReAmortize;
    case scheduling::ChangeCause::InterestPause:
      return store::ScheduleCause::InterestPause;
    case scheduling::ChangeCause::RateChange:
      return store::ScheduleCause::RateChange;
  }
  CHECK(false, "cause {}", static_cast<int>(cause));
}

/// The rule the plan's dates came from, while they are still those of the capture; else one that
/// goes on from `number`'s own date.
scheduling::DueRule dues_of(const store::PlanRow& plan, int number, const Catalog& catalog) {
  const Product* product = catalog.find_product(plan.product);
  CHECK(product != nullptr, "plan {} has an unknown product", plan.id.value);
  const scheduling::DueRule rule =
      product->due_mode == DueMode::Order
          ? scheduling::order_mode(plan.start_on)
          : scheduling::statement_mode(plan.start_on, product->statement);
  const auto index = static_cast<std::size_t>(std::max(number, 1)) - 1;
  if (index >= plan.due.size() || scheduling::due_date(rule, number) == plan.due[index]) {
    return rule;
  }
  return scheduling::dues_from(plan.due[index], {});
}

/// What the guard of a re-age wants to know, from the plan and its history. A payment counts for
/// the month before `on` it falls into; in a row means month after month.
scheduling::ReAgeFacts re_age_facts(const Customer& customer, const store::PlanRow& plan,
                                    const ReAge& request, base::Day on) {
  scheduling::ReAgeFacts facts;
  facts.opened_on = plan.start_on;
  for (const store::PlanRow& other : customer.plans) {
    facts.opened_on = std::min(facts.opened_on, other.start_on);
  }
  facts.opened_on = std::min(facts.opened_on, customer.first_purchase_on.value_or(on));
  facts.minimum_due_minor = plan.principal.front() + plan.fee.front() + plan.interest.front();
  facts.is_documented = request.is_documented;
  facts.earlier = customer.re_aged_on;
  auto paid_between = [&](base::Day after, base::Day through) {
    std::int64_t paid = 0;
    for (const store::AllocationRow& row : customer.history) {
      const bool is_payment = row.kind == store::AllocationKind::Repayment ||
                              row.kind == store::AllocationKind::FromCredit;
      if (row.plan != plan.id || !is_payment) continue;
      if (row.value_date <= after || row.value_date > through) continue;
      paid += row.penalty;
      for (std::size_t i = 0; i < row.installment.size(); ++i) {
        paid += row.principal[i] + row.fee[i] + row.interest[i];
      }
    }
    return paid;
  };
  facts.lump_paid_minor = paid_between(base::add_months(on, -1), on);
  const int months_max = static_cast<int>(plan.due.size());
  while (facts.consecutive_payments < months_max &&
         paid_between(base::add_months(on, -facts.consecutive_payments - 1),
                      base::add_months(on, -facts.consecutive_payments)) >=
             facts.minimum_due_minor) {
    ++facts.consecutive_payments;
  }
  return facts;
}

/// One event on its way.
class Change {
 public:
  Change(Customer& customer, const LifeEvent& event, store::PlanRow& plan,
         const LifeParties& parties, const EventContext& context)
      : customer_(customer),
        event_(event),
        plan_(plan),
        from_(source_of(parties.channel, suspense_of(event.change))),
        context_(context) {}

  /// Those of decide_account.cpp.
  template <class T>
  Refusal operator()(const T&) {
    CHECK(false, "{} changes no schedule", name_of(event_.change));
  }

  Refusal operator()(const PayOff& request) {
    const auto payoff = scheduling::pay_off(
        view(), terms(),
        {.on = context_.value_date, .method = method_of(request, plan_, context_.catalog)},
        request.amount.minor());
    if (!payoff) return refusal_of(payoff.error());
    const NewVersion& version = payoff->quote.version;
    plan_.returned.fee += version.returned.total();
    start(version);
    post_rebate(version.rebated.fee);
    receive(payoff->parts, request.amount, payoff->credit_minor, version.returned.total());
    finish_earning(customer_, plan_, context_.business_date);
    return Refusal::None;
  }

  Refusal operator()(const PrepayPart& request) {
    const auto prepayment = scheduling::prepay(view(), terms(),
                                               {.on = context_.value_date,
                                                .amount_minor = request.amount.minor(),
                                                .effect = request.effect,
                                                .fee = request.fee});
    if (!prepayment) return refusal_of(prepayment.error());
    start(prepayment->version);
    post_rebate(prepayment->version.rebated.fee);
    receive({prepayment->part}, request.amount);
    return Refusal::None;
  }

  Refusal operator()(const Extend& request) {
    return replace(scheduling::extend(view(), terms(),
                                      {.on = context_.value_date,
                                       .first = request.first,
                                       .count = request.count,
                                       .months = request.months,
                                       .dues = dues_of(plan_, request.first, context_.catalog)}));
  }

  Refusal operator()(const ReAge& request) {
    return replace(
        scheduling::re_age(view(), terms(),
                           {.on = context_.value_date,
                            .count = request.count,
                            .dues = scheduling::dues_from(request.first_due, {})},
                           {}, re_age_facts(customer_, plan_, request, context_.value_date)));
  }

  Refusal operator()(const ReAmortize&) {
    return replace(scheduling::re_amortize(view(), terms(), context_.value_date));
  }

  Refusal operator()(const PauseInterest& request) {
    return replace(scheduling::pause_interest(
        view(), terms(), {.on = context_.value_date, .from = request.from, .to = request.to}));
  }

  Refusal operator()(const ChangeRate& request) {
    const Product* product = context_.catalog.find_product(plan_.product);
    if (product != nullptr && request.rate.basis != product->rate.basis) {
      return refusal_of(scheduling::ChangeRefusal::RateOutOfRange);
    }
    const Refusal refusal = replace(scheduling::change_rate(
        view(), terms(), {.on = context_.value_date, .from = request.from, .rate = request.rate}));
    if (refusal == Refusal::None) plan_.rate_e8 = request.rate.e8;
    return refusal;
  }

 private:
  const scheduling::PlanView& view() {
    installments_ = installment_views(plan_);
    view_ = plan_view(plan_, installments_, context_.catalog);
    return view_;
  }
  scheduling::ChangeTerms terms() const { return change_terms(plan_, context_.catalog); }

  void start(const NewVersion& version) {
    replace_schedule(customer_, plan_, version, cause_of(version.cause), context_);
  }

  Refusal replace(const base::Result<NewVersion, scheduling::ChangeRefusal>& version) {
    if (!version) return refusal_of(version.error());
    if (version->installments.size() > kPlanInstallmentsMax) {
      return refusal_of(scheduling::ChangeRefusal::CountOutOfRange);
    }
    start(*version);
    post_rebate(version->rebated.fee);
    return Refusal::None;
  }

  ledger::Journal journal(ledger::Rule rule) {
    return {.party = plan_.party,
            .id = {context_.ids.next()},
            .event = context_.event,
            .rule = rule,
            .plan = plan_.id,
            .currency = plan_.currency,
            .business_date = context_.business_date,
            .value_date = context_.value_date,
            .source_ref = event_.ref};
  }

  void post_rebate(std::int64_t fee) {
    if (fee == 0) return;
    ledger::Journal rebate = journal(ledger::Rule::PayoffRebate);
    rebate.transfers = ledger::payoff_rebate(fee);
    customer_.journals.push_back(std::move(rebate));
  }

  /// Books the customer's money, and what the change returns of cost that was paid: the parts over
  /// the version, the rest as credit balance.
  void receive(const std::vector<scheduling::AllocationPart>& parts, base::Money amount,
               std::int64_t credit = 0, std::int64_t returned = 0) {
    const PlanPayment paid =
        apply_parts(customer_, plan_, parts, store::AllocationKind::Repayment, context_.event,
                    context_.business_date, context_.value_date);
    keep_credit(customer_, credit, context_);
    const bool is_channel = from_.code == ledger::Code::ChannelClearing;
    ledger::Journal repayment =
        journal(is_channel ? ledger::Rule::Repay : ledger::Rule::RepayFromSuspense);
    repayment.transfers = ledger::repay(from_,
                                        {.penalty = paid.penalty,
                                         .fee = paid.fee,
                                         .interest = paid.interest,
                                         .principal = paid.principal,
                                         .credit = credit},
                                        returned);
    customer_.journals.push_back(std::move(repayment));
    customer_.repayments.push_back({.party = plan_.party,
                                    .event = context_.event,
                                    .ref = event_.ref,
                                    .channel = from_.owner,
                                    .currency = plan_.currency,
                                    .amount = amount.minor(),
                                    .paid_at = event_.at,
                                    .business_date = context_.business_date,
                                    .value_date = context_.value_date});
    refresh_plan(plan_, context_.business_date, context_.catalog);
  }

  Customer& customer_;
  const LifeEvent& event_;
  store::PlanRow& plan_;
  ledger::AccountKey from_;
  const EventContext& context_;
  std::vector<scheduling::InstallmentView> installments_;
  scheduling::PlanView view_;
};

bool is_account_event(const LifeChange& change) {
  return change.index() >= LifeChange(AllocateSuspense{}).index();
}

}  // namespace

Refusal apply_life_event(Customer& customer, const LifeEvent& event, const LifeParties& parties,
                         const EventContext& told) {
  const store::PlanRow* const subject = customer.find_plan(parties.plan);
  const EventContext context = subject == nullptr ? told : of_plan(told, *subject);
  if (needs_second_person(event.change) &&
      (event.requested_by.empty() || event.approved_by.empty() ||
       event.requested_by == event.approved_by)) {
    return Refusal::SecondPersonMissing;
  }
  if (const auto amount = amount_of(event.change);
      amount && amount->currency() != customer.credit.currency) {
    return Refusal::CurrencyMismatch;
  }
  // The late fee through the day comes before the change, and goes if the change is refused.
  Customer before = customer;
  Refusal refusal = Refusal::None;
  if (is_account_event(event.change)) {
    refusal = apply_account_event(customer, event, parties, context);
  } else {
    store::PlanRow* plan = customer.find_plan(parties.plan);
    if (plan == nullptr) return Refusal::CurrencyMismatch;  // loaded by currency
    post_late_fee(customer, *plan, context.value_date, context.business_date, context.catalog,
                  context.ids, context.event);
    refusal = std::visit(Change(customer, event, *plan, parties, context), event.change);
  }
  if (refusal != Refusal::None) {
    customer = std::move(before);
    return refusal;
  }
  customer.is_changed = true;
  const auto amount = amount_of(event.change);
  const std::int64_t minor = amount ? amount->minor() : 0;
  if (const std::string suspense = suspense_of(event.change); !suspense.empty()) {
    customer.suspense_cleared.push_back({suspense, minor});
  }
  customer.life_events.push_back({.party = customer.credit.party,
                                  .event = context.event,
                                  .ref = event.ref,
                                  .kind = std::string(name_of(event.change)),
                                  .plan = parties.plan,
                                  .currency = event.currency,
                                  .happened_at = event.at,
                                  .business_date = context.business_date,
                                  .value_date = context.value_date,
                                  .reason = event.reason,
                                  .requested_by = event.requested_by,
                                  .approved_by = event.approved_by,
                                  .subject = parties.subject,
                                  .amount = minor});
  cure_if_current(customer, context.business_date, context.catalog, context.ids);
  return Refusal::None;
}

}  // namespace engine
