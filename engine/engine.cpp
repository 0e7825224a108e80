#include "engine/engine.h"

#include <sodium.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/check.h"
#include "engine/batch.h"
#include "engine/book.h"
#include "engine/book_events.h"
#include "engine/customer_close.h"
#include "engine/life_operation.h"
#include "engine/lookup.h"

namespace engine {
namespace {

/// A credit account as the customer's terms open it, if they know the currency.
std::optional<store::CreditRow> credit_of_terms(const store::PartyRow& customer,
                                                base::Currency currency, const Catalog& catalog) {
  const CustomerTerms* terms = catalog.find_customer_terms(customer.terms);
  if (!terms) return std::nullopt;
  const auto limit = terms->limit_minor.find(std::string(currency.code()));
  if (limit == terms->limit_minor.end()) return std::nullopt;
  store::CreditRow credit;
  credit.party = customer.id;
  credit.currency = currency;
  credit.base_limit = limit->second;
  return credit;
}

class CaptureOperation : public Operation {
 public:
  CaptureOperation(Engine::Impl& engine, std::span<const Purchase> batch)
      : engine_(engine), batch_(batch) {}

  store::CommandKind kind() const override { return store::CommandKind::Purchase; }
  std::size_t size() const override { return batch_.size(); }
  const std::string& key(std::size_t i) const override { return batch_[i].ref; }
  base::Instant instant(std::size_t i) const override { return batch_[i].purchased_at; }
  std::optional<base::Money> amount(std::size_t i) const override { return batch_[i].amount; }
  bool needs_plans() const override { return false; }

  std::string canonical(std::size_t i) const override {
    const Purchase& p = batch_[i];
    return join_fields(std::vector<std::string>{
        p.customer, p.merchant, base::to_string(p.purchased_at), base::to_decimal(p.amount),
        std::string(p.amount.currency().code()), p.product, std::to_string(p.installments),
        p.channel, p.category, std::to_string(p.coupon_platform), std::to_string(p.coupon_merchant),
        std::to_string(p.coupon_sponsor), p.sponsor});
  }

  std::vector<Refusal> resolve(Engine::Impl& engine, std::span<Work> items,
                               const BatchContext& context) override {
    const Catalog& catalog = *engine.catalog;
    std::set<std::string> customers, merchants, sponsors;
    for (const Work& work : items) {
      const Purchase& p = batch_[work.index];
      if (!catalog.find_product(p.product)) continue;
      customers.insert(p.customer);
      merchants.insert(p.merchant);
      if (!p.sponsor.empty()) sponsors.insert(p.sponsor);
    }
    know_merchants(engine, merchants, context.create_parties ? catalog.created_merchant_terms : "");
    customers_ = find_or_make_parties(engine, store::PartyKind::Customer, customers,
                                      context.create_parties ? catalog.created_customer_terms : "");
    sponsors_ = find_or_make_parties(engine, store::PartyKind::Sponsor, sponsors,
                                     context.create_parties ? "sponsor" : "");
    std::set<std::string> holds;
    for (const Work& work : items) {
      const std::string& hold = batch_[work.index].hold_ref;
      if (!hold.empty()) holds.insert(hold);
    }
    holds_ = find_commands(engine, store::CommandKind::Hold, holds);
    std::vector<Refusal> refusals;
    refusals.reserve(items.size());
    for (Work& work : items) refusals.push_back(place(work));
    return refusals;
  }

  void prepare(Engine::Impl& engine, std::span<Customer> customers) override {
    load_holds(engine.session, customers, subjects(holds_));
  }

  std::optional<store::CreditRow> new_credit(const Work& work, const Catalog& catalog) override {
    return credit_of_terms(customers_.at(batch_[work.index].customer), work.currency, catalog);
  }

  Refusal decide(Customer& customer, const Work& work, const EventContext& context) override {
    const Purchase& p = batch_[work.index];
    const store::PartyRow& merchant = engine_.merchants.find(p.merchant)->second;
    const PurchaseParties parties{
        .plan = {work.command.subject},
        .merchant = merchant.id,
        .merchant_terms = context.catalog.find_merchant_terms(merchant.terms),
        .sponsor = p.sponsor.empty() ? base::PartyId{} : sponsors_.at(p.sponsor).id};
    return capture_purchase(customer, p, parties, context);
  }

 private:
  Refusal place(Work& work) {
    const Purchase& p = batch_[work.index];
    if (!engine_.catalog->find_product(p.product)) return Refusal::ProductUnknown;
    if (!p.channel.empty() && !engine_.catalog->find_channel(p.channel)) {
      return Refusal::ChannelUnknown;
    }
    const auto customer = customers_.find(p.customer);
    if (customer == customers_.end()) return Refusal::CustomerUnknown;
    const auto merchant = engine_.merchants.find(p.merchant);
    if (merchant == engine_.merchants.end() ||
        !engine_.catalog->find_merchant_terms(merchant->second.terms)) {
      return Refusal::MerchantUnknown;
    }
    if (!p.sponsor.empty() && !sponsors_.contains(p.sponsor)) return Refusal::CouponsUnbalanced;
    if (!p.hold_ref.empty() && !holds_.contains(p.hold_ref)) return Refusal::HoldUnknown;
    work.command.party = customer->second.id.value;
    work.command.subject = engine_.ids.next();
    return Refusal::None;
  }

  Engine::Impl& engine_;
  std::span<const Purchase> batch_;
  std::unordered_map<std::string, store::PartyRow> customers_;
  std::unordered_map<std::string, store::PartyRow> sponsors_;
  std::unordered_map<std::string, store::CommandRow> holds_;
};

class RepayOperation : public Operation {
 public:
  RepayOperation(Engine::Impl& engine, std::span<const Repayment> batch)
      : engine_(engine), batch_(batch) {}

  store::CommandKind kind() const override { return store::CommandKind::Repayment; }
  std::size_t size() const override { return batch_.size(); }
  const std::string& key(std::size_t i) const override { return batch_[i].ref; }
  base::Instant instant(std::size_t i) const override { return batch_[i].paid_at; }
  std::optional<base::Money> amount(std::size_t i) const override { return batch_[i].amount; }
  bool needs_plans() const override { return true; }

  std::string canonical(std::size_t i) const override {
    const Repayment& r = batch_[i];
    return join_fields(std::vector<std::string>{
        r.customer, base::to_string(r.paid_at), base::to_decimal(r.amount),
        std::string(r.amount.currency().code()), r.channel, r.purchase_ref});
  }

  std::vector<Refusal> resolve(Engine::Impl& engine, std::span<Work> items,
                               const BatchContext&) override {
    std::set<std::string> customers, purchases;
    for (const Work& work : items) {
      customers.insert(batch_[work.index].customer);
      const std::string& purchase = batch_[work.index].purchase_ref;
      if (!purchase.empty()) purchases.insert(purchase);
    }
    const auto parties = find_or_make_parties(engine, store::PartyKind::Customer, customers, "");
    const auto plans = find_commands(engine, store::CommandKind::Purchase, purchases);
    std::vector<Refusal> refusals;
    for (Work& work : items) {
      const Repayment& r = batch_[work.index];
      const auto customer = parties.find(r.customer);
      if (customer == parties.end()) {
        refusals.push_back(Refusal::CustomerUnknown);
        continue;
      }
      work.command.party = customer->second.id.value;
      if (!find_channel(engine, r.channel)) {
        refusals.push_back(Refusal::ChannelUnknown);
        continue;
      }
      Refusal refusal = Refusal::None;
      if (!r.purchase_ref.empty()) {
        const auto plan = plans.find(r.purchase_ref);
        if (plan == plans.end()) {
          refusal = Refusal::PurchaseUnknown;
        } else if (plan->second.party != work.command.party) {
          refusal = Refusal::PurchaseOfAnotherCustomer;
        } else {
          work.command.subject = plan->second.subject;
        }
      }
      refusals.push_back(refusal);
    }
    return refusals;
  }

  std::optional<store::CreditRow> new_credit(const Work&, const Catalog&) override {
    return std::nullopt;
  }

  bool needs_history(const Customer& customer, const Work& work,
                     const Catalog& catalog) const override {
    for (const store::PlanRow& plan : customer.plans) {
      if (needs_late_fee_history(plan, work.value_date, catalog)) return true;
    }
    return false;
  }

  Refusal decide(Customer& customer, const Work& work, const EventContext& context) override {
    const Repayment& r = batch_[work.index];
    return apply_repayment(customer, r, source_of(find_channel(engine_, r.channel), ""),
                           {work.command.subject}, context);
  }

 private:
  Engine::Impl& engine_;
  std::span<const Repayment> batch_;
};

class RefundOperation : public Operation {
 public:
  explicit RefundOperation(Engine::Impl& engine, std::span<const RefundRequest> batch)
      : engine_(engine), batch_(batch) {}

  store::CommandKind kind() const override { return store::CommandKind::Refund; }
  std::size_t size() const override { return batch_.size(); }
  const std::string& key(std::size_t i) const override { return batch_[i].ref; }
  base::Instant instant(std::size_t i) const override { return batch_[i].refunded_at; }
  std::optional<base::Money> amount(std::size_t i) const override { return batch_[i].amount; }
  bool needs_plans() const override { return true; }

  std::string canonical(std::size_t i) const override {
    const RefundRequest& r = batch_[i];
    std::vector<std::string> fields{r.purchase_ref, base::to_string(r.refunded_at),
                                    base::to_decimal(r.amount),
                                    std::string(r.amount.currency().code()), r.reason};
    if (r.is_merchants_fault) fields.emplace_back("merchant's fault");
    return join_fields(fields);
  }

  std::vector<Refusal> resolve(Engine::Impl& engine, std::span<Work> items,
                               const BatchContext&) override {
    std::set<std::string> purchases;
    for (const Work& work : items) purchases.insert(batch_[work.index].purchase_ref);
    const auto plans = find_commands(engine, store::CommandKind::Purchase, purchases);
    std::vector<Refusal> refusals;
    for (Work& work : items) {
      const auto plan = plans.find(batch_[work.index].purchase_ref);
      if (plan == plans.end()) {
        refusals.push_back(Refusal::PurchaseUnknown);
        continue;
      }
      work.command.party = plan->second.party;
      work.command.subject = plan->second.subject;
      refusals.push_back(Refusal::None);
    }
    return refusals;
  }

  std::optional<store::CreditRow> new_credit(const Work&, const Catalog&) override {
    return std::nullopt;
  }

  void prepare(Engine::Impl& engine, std::span<Customer> customers) override {
    std::set<std::int64_t> unknown;
    for (const Customer& customer : customers) {
      for (const store::PlanRow& plan : customer.plans) {
        if (!engine.merchant_terms.contains(plan.merchant)) unknown.insert(plan.merchant.value);
      }
    }
    if (unknown.empty()) return;
    const std::vector<std::int64_t> ids(unknown.begin(), unknown.end());
    for (const store::PartyRow& row : store::load_parties(engine.session, ids)) {
      engine.merchant_terms.emplace(row.id, row.terms);
    }
  }

  /// A refund of a part charges the late fee of the days before it.
  bool needs_history(const Customer& customer, const Work& work,
                     const Catalog& catalog) const override {
    return std::ranges::any_of(customer.plans, [&](const store::PlanRow& plan) {
      return plan.id.value == work.command.subject &&
             needs_late_fee_history(plan, work.value_date, catalog);
    });
  }

  Refusal decide(Customer& customer, const Work& work, const EventContext& context) override {
    const base::PlanId id{work.command.subject};
    const store::PlanRow* plan = customer.find_plan(id);
    if (!plan) return Refusal::CurrencyMismatch;  // loaded by currency: it is in another one
    return apply_refund(customer, batch_[work.index], id, merchant_terms(plan->merchant), context);
  }

 private:
  /// The terms the catalog gives this merchant today; a refund returns what they say.
  const MerchantTerms& merchant_terms(base::PartyId merchant) const {
    const auto name = engine_.merchant_terms.find(merchant);
    CHECK(name != engine_.merchant_terms.end(), "merchant {} was not loaded", merchant.value);
    const MerchantTerms* terms = engine_.catalog->find_merchant_terms(name->second);
    CHECK(terms != nullptr, "the catalog has no merchant terms {}", name->second);
    return *terms;
  }

  Engine::Impl& engine_;
  std::span<const RefundRequest> batch_;
};

class HoldOperation : public Operation {
 public:
  HoldOperation(Engine::Impl& engine, std::span<const HoldRequest> batch)
      : engine_(engine), batch_(batch) {}

  store::CommandKind kind() const override { return store::CommandKind::Hold; }
  std::size_t size() const override { return batch_.size(); }
  const std::string& key(std::size_t i) const override { return batch_[i].ref; }
  base::Instant instant(std::size_t i) const override { return batch_[i].authorized_at; }
  std::optional<base::Money> amount(std::size_t i) const override { return batch_[i].amount; }
  bool needs_plans() const override { return false; }

  std::string canonical(std::size_t i) const override {
    const HoldRequest& r = batch_[i];
    return join_fields(std::vector<std::string>{
        r.customer, r.merchant, base::to_string(r.authorized_at), base::to_decimal(r.amount),
        std::string(r.amount.currency().code())});
  }

  std::vector<Refusal> resolve(Engine::Impl& engine, std::span<Work> items,
                               const BatchContext& context) override {
    const Catalog& catalog = *engine.catalog;
    std::set<std::string> customers, merchants;
    for (const Work& work : items) {
      customers.insert(batch_[work.index].customer);
      merchants.insert(batch_[work.index].merchant);
    }
    know_merchants(engine, merchants, context.create_parties ? catalog.created_merchant_terms : "");
    customers_ = find_or_make_parties(engine, store::PartyKind::Customer, customers,
                                      context.create_parties ? catalog.created_customer_terms : "");
    std::vector<Refusal> refusals;
    for (Work& work : items) {
      const HoldRequest& r = batch_[work.index];
      const auto customer = customers_.find(r.customer);
      if (customer == customers_.end()) {
        refusals.push_back(Refusal::CustomerUnknown);
      } else if (!engine.merchants.contains(r.merchant)) {
        refusals.push_back(Refusal::MerchantUnknown);
      } else {
        work.command.party = customer->second.id.value;
        work.command.subject = engine.ids.next();
        refusals.push_back(Refusal::None);
      }
    }
    return refusals;
  }

  std::optional<store::CreditRow> new_credit(const Work& work, const Catalog& catalog) override {
    return credit_of_terms(customers_.at(batch_[work.index].customer), work.currency, catalog);
  }

  Refusal decide(Customer& customer, const Work& work, const EventContext& context) override {
    const HoldRequest& r = batch_[work.index];
    return authorize_hold(customer, r, work.command.subject,
                          engine_.merchants.find(r.merchant)->second.id, context);
  }

 private:
  Engine::Impl& engine_;
  std::span<const HoldRequest> batch_;
  std::unordered_map<std::string, store::PartyRow> customers_;
};

class ReleaseOperation : public Operation {
 public:
  explicit ReleaseOperation(std::span<const HoldRelease> batch) : batch_(batch) {}

  store::CommandKind kind() const override { return store::CommandKind::Release; }
  std::size_t size() const override { return batch_.size(); }
  const std::string& key(std::size_t i) const override { return batch_[i].ref; }
  base::Instant instant(std::size_t i) const override { return batch_[i].released_at; }
  std::optional<base::Money> amount(std::size_t i) const override { return batch_[i].amount; }
  bool needs_plans() const override { return false; }

  std::string canonical(std::size_t i) const override {
    const HoldRelease& r = batch_[i];
    return join_fields(std::vector<std::string>{r.hold_ref, base::to_string(r.released_at),
                                                base::to_decimal(r.amount),
                                                std::string(r.amount.currency().code())});
  }

  std::vector<Refusal> resolve(Engine::Impl& engine, std::span<Work> items,
                               const BatchContext&) override {
    std::set<std::string> refs;
    for (const Work& work : items) refs.insert(batch_[work.index].hold_ref);
    holds_ = find_commands(engine, store::CommandKind::Hold, refs);
    std::vector<Refusal> refusals;
    for (Work& work : items) {
      const auto hold = holds_.find(batch_[work.index].hold_ref);
      if (hold == holds_.end()) {
        refusals.push_back(Refusal::HoldUnknown);
        continue;
      }
      work.command.party = hold->second.party;
      work.command.subject = hold->second.subject;
      refusals.push_back(Refusal::None);
    }
    return refusals;
  }

  void prepare(Engine::Impl& engine, std::span<Customer> customers) override {
    load_holds(engine.session, customers, subjects(holds_));
  }

  std::optional<store::CreditRow> new_credit(const Work&, const Catalog&) override {
    return std::nullopt;
  }

  Refusal decide(Customer& customer, const Work& work, const EventContext& context) override {
    const HoldRelease& r = batch_[work.index];
    const store::HoldRow* hold = customer.find_hold(r.hold_ref);
    if (hold != nullptr && hold->amount != r.amount.minor()) return Refusal::ReleaseNotWhole;
    return release_hold(customer, r.hold_ref, store::HoldStatus::Voided, r.ref, context);
  }

 private:
  std::span<const HoldRelease> batch_;
  std::unordered_map<std::string, store::CommandRow> holds_;
};

}  // namespace

Engine::Impl::Impl(const std::string& conninfo, std::shared_ptr<const Catalog> book_catalog)
    : session(conninfo), catalog(std::move(book_catalog)), ids(session), accounts(conninfo) {
  CHECK(sodium_init() >= 0, "libsodium can't be initialized");
  const std::optional<store::BookRow> book = store::load_book(session);
  if (!book) {
    throw CatalogMismatch("this database has no book yet: run fenqi catalog apply FILE first");
  }
  opens_on = book->opens_on;
  std::vector<std::string> names;
  for (const Channel& channel : catalog->channels) names.push_back(channel.name);
  for (const store::PartyRow& row :
       store::find_parties(session, store::PartyKind::Channel, names)) {
    channels.emplace(row.ref, row.id);
  }
}

Engine::Engine(const std::string& conninfo, std::shared_ptr<const Catalog> catalog)
    : impl_(std::make_unique<Impl>(conninfo, std::move(catalog))) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;

std::vector<ItemResult> Engine::capture(std::span<const Purchase> batch,
                                        const BatchContext& context) {
  CaptureOperation operation(*impl_, batch);
  return run_batch(*impl_, operation, context);
}

std::vector<ItemResult> Engine::repay(std::span<const Repayment> batch,
                                      const BatchContext& context) {
  RepayOperation operation(*impl_, batch);
  return run_batch(*impl_, operation, context);
}

std::vector<ItemResult> Engine::refund(std::span<const RefundRequest> batch,
                                       const BatchContext& context) {
  RefundOperation operation(*impl_, batch);
  return run_batch(*impl_, operation, context);
}

std::vector<ItemResult> Engine::authorize(std::span<const HoldRequest> batch,
                                          const BatchContext& context) {
  HoldOperation operation(*impl_, batch);
  return run_batch(*impl_, operation, context);
}

std::vector<ItemResult> Engine::release(std::span<const HoldRelease> batch,
                                        const BatchContext& context) {
  ReleaseOperation operation(batch);
  return run_batch(*impl_, operation, context);
}

std::vector<ItemResult> Engine::change(std::span<const LifeEvent> batch,
                                       const BatchContext& context) {
  LifeOperation operation(*impl_, batch);
  return run_batch(*impl_, operation, context);
}

base::Result<LifePreview, Refusal> Engine::preview(const LifeEvent& event,
                                                   const BatchContext& context) {
  return preview_life_event(*impl_, event, context);
}

std::vector<ItemResult> Engine::record(std::span<const BookEvent> batch,
                                       const BatchContext& context) {
  return post_book_events(*impl_, batch, context);
}

const Catalog& Engine::catalog() const { return *impl_->catalog; }
store::Session& Engine::session() { return impl_->session; }

}  // namespace engine
