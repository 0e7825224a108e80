// Life events as a batch, and the preview of one.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "engine/batch.h"
#include "engine/change.h"
#include "engine/life_event.h"
#include "sql/store/suspense_store.h"

namespace engine {

class LifeOperation : public Operation {
 public:
  LifeOperation(Engine::Impl& engine, std::span<const LifeEvent> batch)
      : engine_(engine), batch_(batch) {}

  store::CommandKind kind() const override { return store::CommandKind::Life; }
  std::size_t size() const override { return batch_.size(); }
  const std::string& key(std::size_t i) const override { return batch_[i].ref; }
  base::Instant instant(std::size_t i) const override { return batch_[i].at; }
  base::Currency currency(std::size_t i) const override { return batch_[i].currency; }
  std::optional<base::Money> amount(std::size_t i) const override {
    return amount_of(batch_[i].change);
  }
  std::string canonical(std::size_t i) const override;
  bool needs_plans() const override { return true; }

  std::vector<Refusal> resolve(Engine::Impl& engine, std::span<Work> items,
                               const BatchContext& context) override;
  std::vector<base::PlanId> named_plans(const Work& work) const override;
  bool needs_history(const Customer& customer, const Work& work,
                     const Catalog& catalog) const override;
  void prepare(Engine::Impl& engine, std::span<Customer> customers) override;
  std::optional<store::CreditRow> new_credit(const Work&, const Catalog&) override {
    return std::nullopt;
  }
  Refusal decide(Customer& customer, const Work& work, const EventContext& context) override;

 private:
  using Commands = std::unordered_map<std::string, store::CommandRow>;

  Refusal place(Work& work);
  Refusal check_suspense(const LifeEvent& event) const;
  void load_repayment_sources(Engine::Impl& engine);
  LifeParties parties_of(const LifeEvent& event, base::PlanId plan) const;

  Engine::Impl& engine_;
  std::span<const LifeEvent> batch_;
  Commands purchases_, refunds_, repayments_;
  std::unordered_map<std::string, store::PartyRow> customers_;
  std::unordered_map<std::int64_t, store::RepaymentSource> sources_;  // by event
  std::unordered_map<std::string, store::SuspenseRow> suspense_;
  base::PartyId bank_;
};

/// Decides the event on what is stored now, in a transaction that is rolled back.
base::Result<LifePreview, Refusal> preview_life_event(Engine::Impl& engine, const LifeEvent& event,
                                                      const BatchContext& context);

}  // namespace engine
