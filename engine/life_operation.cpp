#include "engine/life_operation.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/check.h"
#include "engine/change.h"
#include "engine/close_load.h"
#include "engine/customer_close.h"
#include "engine/lookup.h"
#include "engine/views.h"
#include "sql/store/account_age.h"
#include "sql/store/suspense_store.h"

namespace engine {
namespace {

/// The fields of one kind of change, for the hash that tells a repeat from a conflict.
struct FieldsOf {
  using Fields = std::vector<std::string>;

  static std::string money(base::Money amount) {
    return fmt::format("{} {}", base::to_decimal(amount), amount.currency().code());
  }

  Fields operator()(const PayOff& c) const {
    return {money(c.amount), c.channel,
            std::string(
                scheduling::to_string(c.method.value_or(scheduling::PayoffMethod::WaiveUnbilled))),
            c.suspense};
  }
  Fields operator()(const PrepayPart& c) const {
    return {money(c.amount), c.channel, std::to_string(static_cast<int>(c.effect)),
            std::to_string(static_cast<int>(c.fee))};
  }
  Fields operator()(const Extend& c) const {
    return {std::to_string(c.first), std::to_string(c.count), std::to_string(c.months)};
  }
  Fields operator()(const ReAge& c) const {
    return {std::to_string(c.count), base::to_string(c.first_due),
            c.is_documented ? "documented" : ""};
  }
  Fields operator()(const ReAmortize&) const { return {}; }
  Fields operator()(const PauseInterest& c) const {
    return {base::to_string(c.from), base::to_string(c.to)};
  }
  Fields operator()(const ChangeRate& c) const {
    return {base::to_string(c.from), std::to_string(c.rate.e8),
            std::to_string(static_cast<int>(c.rate.basis))};
  }
  Fields operator()(const AllocateSuspense& c) const { return {money(c.amount), c.suspense}; }
  Fields operator()(const Goodwill& c) const { return {money(c.amount)}; }
  Fields operator()(const RefundCredit& c) const { return {money(c.amount)}; }
  Fields operator()(const PayRefund& c) const { return {c.refund, c.channel}; }
  Fields operator()(const Waive& c) const {
    return {money(c.amount), std::to_string(static_cast<int>(c.component))};
  }
  Fields operator()(const OpenDispute& c) const { return {money(c.fee)}; }
  Fields operator()(const LoseDispute&) const { return {}; }
  Fields operator()(const WinDispute&) const { return {}; }
  Fields operator()(const ChargeBack& c) const { return {c.repayment, c.shortage}; }
  Fields operator()(const Recover& c) const { return {money(c.amount), money(c.fee), c.collector}; }
};

bool is_re_age(const LifeEvent& event) { return std::holds_alternative<ReAge>(event.change); }

/// Ids for journals that nobody will store.
class NoIds : public IdSource {
 public:
  std::int64_t next() override { return ++last_; }

 private:
  std::int64_t last_ = 0;
};

void load_re_age_facts(store::Session& session, std::span<Customer* const> customers) {
  std::vector<std::int64_t> parties;
  for (const Customer* customer : customers) parties.push_back(customer->credit.party.value);
  std::unordered_map<std::int64_t, Customer*> of_party;
  for (Customer* customer : customers) of_party.emplace(customer->credit.party.value, customer);
  for (const store::AccountAge& age : store::load_account_ages(session, parties)) {
    Customer& customer = *of_party.at(age.party.value);
    customer.first_purchase_on = age.first_purchase_on;
    customer.re_aged_on = age.re_aged_on;
  }
}

/// Which events were undone or paid out before, and what refunds owe in cash.
void load_undone(store::Session& session, std::span<Customer> customers) {
  if (customers.empty()) return;
  std::vector<std::int64_t> parties;
  std::unordered_map<std::int64_t, Customer*> of_party;
  for (Customer& customer : customers) {
    parties.push_back(customer.credit.party.value);
    of_party.emplace(customer.credit.party.value, &customer);
  }
  for (const store::UndoneEvent& undone : store::load_undone(session, parties)) {
    of_party.at(undone.party.value)->undone.push_back(undone.event);
  }
  for (const store::RefundDue& due :
       store::load_refunds_due(session, parties, customers.front().credit.currency)) {
    of_party.at(due.party.value)->refunds_due.emplace(due.event, due.cash);
  }
}

/// A payoff without an amount takes what its quote asks for.
base::Result<LifeEvent, Refusal> with_quoted_amount(LifeEvent event, const Customer& customer,
                                                    const store::PlanRow& plan,
                                                    const Catalog& catalog, base::Day on) {
  auto* payoff = std::get_if<PayOff>(&event.change);
  if (payoff == nullptr || payoff->amount.minor() != 0) return event;
  Customer until = customer;
  NoIds ids;
  store::PlanRow& late = *until.find_plan(plan.id);
  post_late_fee(until, late, on, on, catalog, ids, {1});
  const std::vector<scheduling::InstallmentView> installments = installment_views(late);
  const auto quote =
      scheduling::quote_payoff(plan_view(late, installments, catalog), change_terms(late, catalog),
                               {.on = on, .method = method_of(*payoff, late, catalog)});
  if (!quote) return base::Refused(refusal_of(quote.error()));
  payoff->amount = {std::max<std::int64_t>(quote->payable_minor(), 0), plan.currency};
  return event;
}

}  // namespace

std::string LifeOperation::canonical(std::size_t i) const {
  const LifeEvent& event = batch_[i];
  std::vector<std::string> fields = std::visit(FieldsOf{}, event.change);
  fields.insert(fields.begin(), {std::string(name_of(event.change)), event.purchase_ref,
                                 base::to_string(event.at), std::string(event.currency.code()),
                                 event.reason, event.requested_by, event.approved_by});
  return join_fields(fields);
}

std::vector<Refusal> LifeOperation::resolve(Engine::Impl& engine, std::span<Work> items,
                                            const BatchContext&) {
  std::set<std::string> purchases, customers, refunds, repayments, suspense;
  for (const Work& work : items) {
    const LifeEvent& event = batch_[work.index];
    if (!event.purchase_ref.empty()) purchases.insert(event.purchase_ref);
    if (!event.customer.empty()) customers.insert(event.customer);
    if (const auto* c = std::get_if<PayRefund>(&event.change)) refunds.insert(c->refund);
    if (const auto* c = std::get_if<ChargeBack>(&event.change)) {
      repayments.insert(c->repayment);
      if (!c->shortage.empty()) suspense.insert(c->shortage);
    }
    if (const std::string ref = suspense_of(event.change); !ref.empty()) suspense.insert(ref);
  }
  purchases_ = find_commands(engine, store::CommandKind::Purchase, purchases);
  refunds_ = find_commands(engine, store::CommandKind::Refund, refunds);
  for (auto& [key, row] : find_commands(engine, store::CommandKind::Life, refunds)) {
    refunds_.emplace(key, row);  // a lost dispute owes cash as a refund does
  }
  repayments_ = find_commands(engine, store::CommandKind::Repayment, repayments);
  for (auto& [key, row] : find_commands(engine, store::CommandKind::Life, repayments)) {
    repayments_.emplace(key, row);  // a payoff, a prepayment, a receipt out of suspense
  }
  customers_ = find_or_make_parties(engine, store::PartyKind::Customer, customers, "");
  const std::vector<std::string> suspense_refs(suspense.begin(), suspense.end());
  for (store::SuspenseRow& row : store::load_suspense(engine.session, suspense_refs)) {
    suspense_.emplace(row.ref, row);
  }
  load_repayment_sources(engine);
  const auto banks = store::find_parties(engine.session, store::PartyKind::Bank,
                                         std::vector{engine.catalog->bank});
  CHECK(banks.size() == 1, "the book has no bank {}", engine.catalog->bank);
  bank_ = banks.front().id;
  std::vector<Refusal> refusals;
  for (Work& work : items) refusals.push_back(place(work));
  return refusals;
}

void LifeOperation::load_repayment_sources(Engine::Impl& engine) {
  std::vector<std::int64_t> parties, events;
  for (const auto& [ref, row] : repayments_) {
    parties.push_back(row.party);
    events.push_back(row.event);
  }
  for (const store::RepaymentSource& source :
       store::load_repayment_sources(engine.session, parties, events)) {
    sources_.emplace(source.event.value, source);
  }
}

/// Whose event it is: the purchase's, the refund's or repayment's, or the customer's named.
Refusal LifeOperation::place(Work& work) {
  const LifeEvent& event = batch_[work.index];
  const auto belongs = [&](const auto& commands, const std::string& ref, Refusal unknown) {
    const auto found = commands.find(ref);
    if (found == commands.end()) return unknown;
    work.command.party = found->second.party;
    return Refusal::None;
  };
  if (const auto* refund = std::get_if<PayRefund>(&event.change)) {
    const Refusal refusal = belongs(refunds_, refund->refund, Refusal::EventUnknown);
    if (refusal != Refusal::None) return refusal;
  } else if (const auto* back = std::get_if<ChargeBack>(&event.change)) {
    const Refusal refusal = belongs(repayments_, back->repayment, Refusal::EventUnknown);
    if (refusal != Refusal::None) return refusal;
  } else if (!event.purchase_ref.empty() || event.customer.empty()) {
    const Refusal refusal = belongs(purchases_, event.purchase_ref, Refusal::PurchaseUnknown);
    if (refusal != Refusal::None) return refusal;
    work.command.subject = purchases_.at(event.purchase_ref).subject;
  } else {
    const auto customer = customers_.find(event.customer);
    if (customer == customers_.end()) return Refusal::CustomerUnknown;
    work.command.party = customer->second.id.value;
  }
  const std::string channel = channel_of(event.change);
  if (!channel.empty() && !find_channel(engine_, channel)) return Refusal::ChannelUnknown;
  return check_suspense(event);
}

Refusal LifeOperation::check_suspense(const LifeEvent& event) const {
  const auto* back = std::get_if<ChargeBack>(&event.change);
  const std::string ref = back != nullptr ? back->shortage : suspense_of(event.change);
  if (ref.empty()) return Refusal::None;
  const auto item = suspense_.find(ref);
  const int code = back != nullptr ? store::kShortage : store::kReceipt;
  if (item == suspense_.end() || item->second.code != code) return Refusal::SuspenseUnknown;
  if (item->second.currency != event.currency) return Refusal::CurrencyMismatch;
  const auto amount = amount_of(event.change);
  if (amount && amount->minor() > item->second.amount - item->second.cleared) {
    return Refusal::SuspenseTooLow;
  }
  return Refusal::None;
}

std::vector<base::PlanId> LifeOperation::named_plans(const Work& work) const {
  std::vector<base::PlanId> plans = Operation::named_plans(work);
  const auto* back = std::get_if<ChargeBack>(&batch_[work.index].change);
  if (back == nullptr) return plans;
  const auto source = sources_.find(repayments_.at(back->repayment).event);
  if (source == sources_.end()) return plans;
  plans.insert(plans.end(), source->second.plans.begin(), source->second.plans.end());
  return plans;
}

LifeParties LifeOperation::parties_of(const LifeEvent& event, base::PlanId plan) const {
  LifeParties parties{
      .plan = plan, .channel = find_channel(engine_, channel_of(event.change)), .bank = bank_};
  if (const auto* refund = std::get_if<PayRefund>(&event.change)) {
    parties.subject = {refunds_.at(refund->refund).event};
  }
  if (const auto* back = std::get_if<ChargeBack>(&event.change)) {
    parties.subject = {repayments_.at(back->repayment).event};
    const auto source = sources_.find(parties.subject.value);
    parties.is_subject_found = source != sources_.end();
    if (parties.is_subject_found) parties.channel = source->second.channel;
  }
  return parties;
}

bool LifeOperation::needs_history(const Customer& customer, const Work& work,
                                  const Catalog& catalog) const {
  if (is_re_age(batch_[work.index]) ||
      std::holds_alternative<ChargeBack>(batch_[work.index].change)) {
    return true;
  }
  return std::ranges::any_of(customer.plans, [&](const store::PlanRow& plan) {
    return needs_late_fee_history(plan, work.value_date, catalog);
  });
}

void LifeOperation::prepare(Engine::Impl& engine, std::span<Customer> customers) {
  if (!refunds_.empty() || !repayments_.empty()) load_undone(engine.session, customers);
  if (!std::ranges::any_of(batch_, is_re_age)) return;
  std::vector<Customer*> all;
  for (Customer& customer : customers) all.push_back(&customer);
  load_re_age_facts(engine.session, all);
}

Refusal LifeOperation::decide(Customer& customer, const Work& work, const EventContext& context) {
  const LifeEvent& event = batch_[work.index];
  return apply_life_event(customer, event, parties_of(event, {work.command.subject}), context);
}

base::Result<LifePreview, Refusal> preview_life_event(Engine::Impl& engine, const LifeEvent& event,
                                                      const BatchContext& context) {
  const Catalog& catalog = *engine.catalog;
  const base::Day value_date = catalog.zone.day_of(event.at, catalog.cutoff);
  if (value_date < engine.opens_on) return base::Refused(Refusal::BeforeBookOpened);
  if (value_date > context.today) return base::Refused(Refusal::AfterToday);
  const auto commands = find_commands(engine, store::CommandKind::Purchase, {event.purchase_ref});
  if (commands.empty()) return base::Refused(Refusal::PurchaseUnknown);
  const store::CommandRow& command = commands.begin()->second;

  store::Transaction transaction(engine.session);  // rolled back: nothing below writes
  const store::BookRow book = store::load_book(engine.session).value();
  const base::Day business_date = std::max(value_date, book.open_date);
  const std::vector<base::PartyId> party{{command.party}};
  const std::vector<base::PlanId> named{{command.subject}};
  std::vector<Customer> customers =
      load_customers(engine.session, party, event.currency, {.named_plans = named});
  if (customers.empty()) return base::Refused(Refusal::CurrencyMismatch);
  Customer& customer = customers.front();
  std::vector<Customer*> one{&customer};
  load_history(engine.session, one);
  load_settled_dues(engine.session, one, business_date, catalog);
  load_re_age_facts(engine.session, one);
  NoIds ids;
  close_customer(customer, base::plus_days(business_date, -1), catalog, ids);
  const store::PlanRow* plan = customer.find_plan(named.front());
  if (plan == nullptr) return base::Refused(Refusal::CurrencyMismatch);

  const auto asked = with_quoted_amount(event, customer, *plan, catalog, value_date);
  if (!asked) return base::Refused(asked.error());
  LifePreview preview;
  preview.before = *plan;
  preview.value_date = value_date;
  const std::size_t journals_before = customer.journals.size();
  const std::int64_t credit_before = customer.credit.credit_balance;
  const Refusal refusal =
      apply_life_event(customer, *asked,
                       {.plan = named.front(),
                        .channel = find_channel(engine, channel_of(asked->change)),
                        .bank = {}},
                       {catalog, ids, {ids.next()}, business_date, value_date, book.open_date});
  if (refusal != Refusal::None) return base::Refused(refusal);
  preview.after = *customer.find_plan(named.front());
  preview.journals.assign(customer.journals.begin() + static_cast<std::ptrdiff_t>(journals_before),
                          customer.journals.end());
  if (const auto amount = amount_of(asked->change)) preview.amount_minor = amount->minor();
  preview.credit_minor = customer.credit.credit_balance - credit_before;
  return preview;
}

}  // namespace engine
