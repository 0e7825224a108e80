// Goodwill, money paid back or taken back, waivers, disputes, recoveries: what is no change of a
// schedule by agreement.
#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "engine/allocate.h"
#include "engine/change.h"
#include "engine/customer_close.h"
#include "engine/recognition.h"
#include "engine/views.h"
#include "ledger/posting.h"
#include "scheduling/reschedule.h"

namespace engine {
namespace {

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

class AccountEvent {
 public:
  AccountEvent(Customer& customer, const LifeEvent& event, const LifeParties& parties,
               const EventContext& context)
      : customer_(customer),
        event_(event),
        parties_(parties),
        context_(context),
        plan_(customer.find_plan(parties.plan)) {}

  template <class T>
  Refusal operator()(const T&) {
    CHECK(false, "{} is a change of a schedule", name_of(event_.change));
  }

  Refusal operator()(const AllocateSuspense& receipt) {
    return apply_repayment(customer_,
                           {.ref = event_.ref,
                            .customer = event_.customer,
                            .paid_at = event_.at,
                            .amount = receipt.amount},
                           source_of({}, receipt.suspense), parties_.plan, context_);
  }

  Refusal operator()(const Goodwill& goodwill) {
    customer_.credit.credit_balance += goodwill.amount.minor();
    post(ledger::Rule::Goodwill, {}, ledger::goodwill(tag(), goodwill.amount.minor()));
    return Refusal::None;
  }

  Refusal operator()(const RefundCredit& refund) {
    if (refund.amount.minor() > customer_.credit.credit_balance) return Refusal::CreditTooLow;
    customer_.credit.credit_balance -= refund.amount.minor();
    post(ledger::Rule::CreditRefund, {}, ledger::credit_refund(bank(), refund.amount.minor()));
    return Refusal::None;
  }

  Refusal operator()(const PayRefund& request) {
    const auto due = customer_.refunds_due.find(parties_.subject);
    if (due == customer_.refunds_due.end()) return Refusal::NoCashOwed;
    if (is_undone()) return Refusal::EventUndone;
    customer_.undone.push_back(parties_.subject);
    const base::PartyId channel = request.channel.empty() ? base::PartyId{} : parties_.channel;
    post(ledger::Rule::RefundPayout, {},
         ledger::refund_payout(
             channel ? ledger::AccountKey{ledger::Code::ChannelClearing, channel} : bank(),
             due->second));
    customer_.refund_payouts.push_back({.party = customer_.credit.party,
                                        .event = context_.event,
                                        .refund = parties_.subject,
                                        .channel = channel,
                                        .currency = customer_.credit.currency,
                                        .amount = due->second,
                                        .business_date = context_.business_date});
    return Refusal::None;
  }

  Refusal operator()(const Waive& waiver) {
    if (plan_ == nullptr) return Refusal::PurchaseUnknown;
    const bool is_late_fee = waiver.component == Waive::Component::LateFee;
    const std::int64_t amount = waiver.amount.minor();
    if (is_late_fee) post_fees_of_day();
    const std::vector<scheduling::AllocationPart> parts =
        is_late_fee ? waive_late_fee(amount) : waive_fee(amount);
    if (parts.empty()) return Refusal::WaiverExceedsOwed;
    apply_parts(customer_, *plan_, parts, store::AllocationKind::Waiver, context_.event,
                context_.business_date, context_.value_date);
    post(ledger::Rule::Waive, plan_->id,
         ledger::waive(tag(), is_late_fee ? amount : 0, is_late_fee ? 0 : amount));
    refresh_plan(*plan_, context_.business_date, context_.catalog);
    return Refusal::None;
  }

  Refusal operator()(const OpenDispute& dispute) {
    if (plan_ == nullptr) return Refusal::PurchaseUnknown;
    if (plan_->status != store::PlanStatus::Active && plan_->status != store::PlanStatus::Settled) {
      return Refusal::PlanNotActive;
    }
    post_fees_of_day();
    plan_->status = store::PlanStatus::Disputed;
    plan_->disputed_on = context_.value_date;
    plan_->dispute_fee = dispute.fee.minor();
    refresh_plan(*plan_, context_.business_date, context_.catalog);
    customer_.touch(*plan_);
    post(ledger::Rule::DisputeHold, plan_->id, ledger::dispute_hold(plan_->merchant, disputed()));
    add_item("dispute", -disputed());
    if (plan_->dispute_fee > 0) {
      post(ledger::Rule::DisputeFee, plan_->id,
           ledger::dispute_fee(plan_->merchant, plan_->dispute_fee));
      add_item("dispute fee", -plan_->dispute_fee);
    }
    return Refusal::None;
  }

  Refusal operator()(const LoseDispute&) {
    if (plan_ == nullptr) return Refusal::PurchaseUnknown;
    if (plan_->status != store::PlanStatus::Disputed) return Refusal::PlanNotDisputed;
    const store::PlanRow before = *plan_;
    const scheduling::NewVersion version = version_of_nothing(*plan_, context_.value_date);
    const std::int64_t held = disputed();
    const std::int64_t principal = version.refunded.principal;
    post(ledger::Rule::DisputeLost, plan_->id,
         ledger::dispute_lost(plan_->merchant, principal, held - principal, version.rebated.fee));
    customer_.refunds.push_back({.party = plan_->party,
                                 .event = context_.event,
                                 .ref = event_.ref,
                                 .plan = plan_->id,
                                 .currency = plan_->currency,
                                 .amount = held,
                                 .principal = principal,
                                 .cash = held - principal,
                                 .refunded_at = event_.at,
                                 .business_date = context_.business_date,
                                 .value_date = context_.value_date,
                                 .reason = "dispute lost"});
    replace_schedule(customer_, *plan_, version, store::ScheduleCause::Refund, context_);
    customer_.allocations.push_back(cancelled(before, *plan_, context_));
    plan_->status = store::PlanStatus::Refunded;
    plan_->disputed_on.reset();
    plan_->next_due.reset();
    plan_->dpd = 0;
    finish_earning(customer_, *plan_, context_.business_date);
    return Refusal::None;
  }

  Refusal operator()(const WinDispute&) {
    if (plan_ == nullptr) return Refusal::PurchaseUnknown;
    if (plan_->status != store::PlanStatus::Disputed) return Refusal::PlanNotDisputed;
    post(ledger::Rule::DisputeWon, plan_->id,
         ledger::dispute_won(plan_->merchant, disputed(), plan_->dispute_fee));
    add_item("dispute", disputed() + plan_->dispute_fee);
    plan_->status = store::PlanStatus::Active;
    move_missed_dues();
    plan_->disputed_on.reset();
    refresh_plan(*plan_, context_.business_date, context_.catalog);
    customer_.touch(*plan_);
    return Refusal::None;
  }

  Refusal operator()(const ChargeBack& request) {
    if (is_undone()) return Refusal::EventUndone;
    const ledger::AccountKey to =
        request.shortage.empty()
            ? ledger::AccountKey{ledger::Code::ChannelClearing, parties_.channel}
            : ledger::AccountKey{ledger::Code::Shortage};
    std::vector<store::AllocationRow> taken;
    for (const store::AllocationRow& row : customer_.history) {
      if (row.event == parties_.subject) taken.push_back(row);
    }
    std::int64_t all = 0;
    for (const store::AllocationRow& row : taken) {
      if (row.credit > customer_.credit.credit_balance) return Refusal::CreditTooLow;
      all += take_back(row, to);
    }
    if (all == 0) return Refusal::EventUnknown;
    customer_.undone.push_back(parties_.subject);
    if (!request.shortage.empty()) customer_.suspense_cleared.push_back({request.shortage, all});
    return Refusal::None;
  }

  Refusal operator()(const Recover& recovery) {
    if (plan_ == nullptr) return Refusal::PurchaseUnknown;
    if (plan_->status != store::PlanStatus::ChargedOff) return Refusal::PlanNotChargedOff;
    const std::int64_t amount = recovery.amount.minor();
    if (amount > plan_->claim || recovery.fee.minor() > amount) return Refusal::ClaimTooLow;
    plan_->claim -= amount;
    customer_.touch(*plan_);
    post(ledger::Rule::Recovery, plan_->id,
         ledger::recovery(parties_.bank, plan_->product, recovery.collector, amount,
                          recovery.fee.minor()));
    return Refusal::None;
  }

 private:
  ledger::AccountKey bank() const { return {ledger::Code::Bank, parties_.bank}; }
  /// What 6404 is told apart by.
  std::string tag() const { return event_.reason.empty() ? "goodwill" : event_.reason; }
  /// The customer's part of what was bought and not given back.
  std::int64_t disputed() const { return plan_->financed - plan_->returned.customer(); }

  bool is_undone() const {
    return std::ranges::find(customer_.undone, parties_.subject) != customer_.undone.end();
  }

  void post(ledger::Rule rule, base::PlanId plan, ledger::Transfers transfers) {
    if (transfers.empty()) return;
    customer_.journals.push_back({.party = customer_.credit.party,
                                  .id = {context_.ids.next()},
                                  .event = context_.event,
                                  .rule = rule,
                                  .plan = plan,
                                  .currency = customer_.credit.currency,
                                  .business_date = context_.business_date,
                                  .value_date = context_.value_date,
                                  .source_ref = event_.ref,
                                  .transfers = std::move(transfers)});
  }

  void post_fees_of_day() {
    post_late_fee(customer_, *plan_, context_.value_date, context_.business_date, context_.catalog,
                  context_.ids, context_.event);
  }

  void add_item(const char* what, std::int64_t amount) {
    store::ItemRow item;
    item.party = plan_->party;
    item.id = {context_.ids.next()};
    item.merchant = plan_->merchant;
    item.type = store::ItemType::Adjustment;
    item.event = context_.event;
    item.plan = plan_->id;
    item.order_ref = std::string(what) + " " + plan_->purchase_ref;
    item.currency = plan_->currency;
    item.occurred_at = event_.at;
    item.business_date = context_.business_date;
    item.available_on = base::plus_days(context_.open_date, 1);
    item.gross = amount;
    customer_.items.push_back(std::move(item));
  }

  std::vector<scheduling::AllocationPart> waive_late_fee(std::int64_t amount) const {
    if (amount > plan_->late_fee - plan_->late_fee_paid) return {};
    return {{.number = 0, .penalty = amount}};
  }

  /// From the oldest installment on; what is not due is not earned, and is no waiver's matter.
  std::vector<scheduling::AllocationPart> waive_fee(std::int64_t amount) const {
    std::vector<scheduling::AllocationPart> parts;
    for (std::size_t i = 0; i < plan_->due.size() && amount > 0; ++i) {
      if (plan_->due[i] > context_.value_date) break;
      const std::int64_t part = std::min(amount, plan_->fee[i] - plan_->paid_fee[i]);
      if (part == 0) continue;
      parts.push_back({.number = static_cast<int>(i) + 1, .fee = part});
      amount -= part;
    }
    if (amount > 0) parts.clear();
    return parts;
  }

  /// The due dates that passed during the dispute move to the next one, and so on (domain §1.7).
  void move_missed_dues() {
    int first = 0;
    int missed = 0;
    for (std::size_t i = 0; i < plan_->due.size(); ++i) {
      const bool is_unpaid =
          plan_->principal[i] > plan_->paid_principal[i] || plan_->fee[i] > plan_->paid_fee[i];
      if (!is_unpaid || plan_->due[i] < *plan_->disputed_on) continue;
      if (plan_->due[i] > context_.value_date) break;
      if (first == 0) first = static_cast<int>(i) + 1;
      ++missed;
    }
    if (missed == 0) return;
    const auto views = installment_views(*plan_);
    const auto version = scheduling::extend(
        plan_view(*plan_, views, context_.catalog), change_terms(*plan_, context_.catalog),
        {.on = context_.value_date,
         .first = first,
         .count = static_cast<int>(plan_->due.size()) - first + 1,
         .months = missed,
         .dues = scheduling::dues_from(plan_->due[static_cast<std::size_t>(first) - 1], {})});
    if (version) {
      replace_schedule(customer_, *plan_, *version, store::ScheduleCause::Extension, context_);
    }
  }

  /// Takes one plan's part of a repayment back; its value date is the repayment's, so that days
  /// past due and late fee come out as if it had never been paid. The answer is its amount.
  std::int64_t take_back(const store::AllocationRow& row, const ledger::AccountKey& to) {
    ledger::Paid paid{.penalty = row.penalty,
                      .fee = sum(row.fee),
                      .interest = sum(row.interest),
                      .principal = sum(row.principal),
                      .credit = row.credit};
    customer_.credit.credit_balance -= row.credit;
    store::AllocationRow back = row;
    back.kind = store::AllocationKind::Chargeback;
    back.event = context_.event;
    back.business_date = context_.business_date;
    back.penalty = -row.penalty;
    back.credit = -row.credit;
    for (auto* column : {&back.principal, &back.fee, &back.interest}) {
      for (std::int64_t& part : *column) part = -part;
    }
    if (row.plan) reopen(row);
    customer_.allocations.push_back(std::move(back));
    post(ledger::Rule::RepayChargeback, row.plan, ledger::repay_chargeback(to, paid));
    return paid.penalty + paid.fee + paid.interest + paid.principal + paid.credit;
  }

  void reopen(const store::AllocationRow& row) {
    store::PlanRow* plan = customer_.find_plan(row.plan);
    CHECK(plan != nullptr, "plan {} was not loaded", row.plan.value);
    for (std::size_t i = 0; i < row.installment.size(); ++i) {
      pay_installment(*plan,
                      {row.installment[i], -row.principal[i], -row.fee[i], -row.interest[i]});
      customer_.credit.outstanding += row.principal[i];
    }
    plan->late_fee_paid -= row.penalty;
    plan->late_through.reset();
    if (plan->status == store::PlanStatus::Settled) plan->status = store::PlanStatus::Active;
    refresh_plan(*plan, context_.business_date, context_.catalog);
    customer_.touch(*plan);
  }

  Customer& customer_;
  const LifeEvent& event_;
  const LifeParties& parties_;
  const EventContext& context_;
  store::PlanRow* plan_;
};

}  // namespace

Refusal apply_account_event(Customer& customer, const LifeEvent& event, const LifeParties& parties,
                            const EventContext& context) {
  if (!parties.is_subject_found) return Refusal::EventUnknown;
  return std::visit(AccountEvent(customer, event, parties, context), event.change);
}

}  // namespace engine
