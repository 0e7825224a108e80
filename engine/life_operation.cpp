#include "engine/life_operation.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/change.h"
#include "engine/close_load.h"
#include "engine/customer_close.h"
#include "engine/lookup.h"
#include "engine/views.h"
#include "sql/store/account_age.h"

namespace engine {
namespace {

/// The fields of one kind of change, for the hash that tells a repeat from a conflict.
struct FieldsOf {
  using Fields = std::vector<std::string>;

  static std::string money(base::Money amount) {
    return fmt::format("{} {}", base::to_decimal(amount), amount.currency().code());
  }

  Fields operator()(const PayOff& c) const {
    return {money(c.amount), c.channel, std::string(scheduling::to_string(c.method))};
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
                               {.on = on, .method = payoff->method});
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
  std::set<std::string> purchases;
  for (const Work& work : items) purchases.insert(batch_[work.index].purchase_ref);
  const auto plans = find_commands(engine, store::CommandKind::Purchase, purchases);
  std::vector<Refusal> refusals;
  for (Work& work : items) {
    const LifeEvent& event = batch_[work.index];
    const auto plan = plans.find(event.purchase_ref);
    if (plan == plans.end()) {
      refusals.push_back(Refusal::PurchaseUnknown);
      continue;
    }
    work.command.party = plan->second.party;
    work.command.subject = plan->second.subject;
    const bool has_channel =
        !amount_of(event.change) || find_channel(engine, channel_of(event.change));
    refusals.push_back(has_channel ? Refusal::None : Refusal::ChannelUnknown);
  }
  return refusals;
}

bool LifeOperation::needs_history(const Customer& customer, const Work& work,
                                  const Catalog& catalog) const {
  if (is_re_age(batch_[work.index])) return true;
  return std::ranges::any_of(customer.plans, [&](const store::PlanRow& plan) {
    return needs_late_fee_history(plan, work.value_date, catalog);
  });
}

void LifeOperation::prepare(Engine::Impl& engine, std::span<Customer> customers) {
  if (!std::ranges::any_of(batch_, is_re_age)) return;
  std::vector<Customer*> all;
  for (Customer& customer : customers) all.push_back(&customer);
  load_re_age_facts(engine.session, all);
}

Refusal LifeOperation::decide(Customer& customer, const Work& work, const EventContext& context) {
  const LifeEvent& event = batch_[work.index];
  return apply_life_event(customer, event, {work.command.subject},
                          find_channel(engine_, channel_of(event.change)), context);
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
  const Refusal refusal = apply_life_event(
      customer, *asked, named.front(), find_channel(engine, channel_of(asked->change)),
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
