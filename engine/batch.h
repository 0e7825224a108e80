// How every batch runs: one transaction, commands claimed, customers loaded, decided, winners
// saved; losers again in the next pass. The operations differ only in what they validate and
// decide.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/customers.h"
#include "engine/decide.h"
#include "engine/engine.h"
#include "engine/item.h"
#include "sql/store/command_store.h"
#include "sql/store/party_store.h"

namespace engine {

/// What an engine keeps between batches.
struct Engine::Impl {
  Impl(const std::string& conninfo, std::shared_ptr<const Catalog> catalog);

  store::Session session;
  std::shared_ptr<const Catalog> catalog;
  BlockIds ids;
  AccountBook accounts;
  base::Day opens_on;
  std::map<std::string, store::PartyRow, std::less<>> merchants;  // reference data: all in memory
  std::map<base::PartyId, std::string> merchant_terms;            // beside it, by id
  std::map<std::string, base::PartyId, std::less<>> channels;
};

/// One item of a batch on its way.
struct Work {
  std::size_t index = 0;  ///< in the batch
  store::CommandRow command;
  base::Currency currency;
  base::Day value_date;
  base::Day business_date;
  int losses = 0;
};

/// One kind of operation over one batch.
class Operation {
 public:
  virtual ~Operation() = default;

  virtual store::CommandKind kind() const = 0;
  virtual std::size_t size() const = 0;
  virtual const std::string& key(std::size_t i) const = 0;
  virtual base::Instant instant(std::size_t i) const = 0;
  /// What the item is over, if it is over an amount at all.
  virtual std::optional<base::Money> amount(std::size_t i) const = 0;
  virtual base::Currency currency(std::size_t i) const { return amount(i)->currency(); }
  /// The fields that make the request what it is, in an unambiguous form.
  virtual std::string canonical(std::size_t i) const = 0;
  /// Decides all plans of the customer, not only a new one.
  virtual bool needs_plans() const = 0;

  /// Finds whose items these are, in sets, outside the transaction: sets `command.party` and
  /// `command.subject`. The refusal of those it can't place, else None, beside `items`.
  virtual std::vector<Refusal> resolve(Engine::Impl& engine, std::span<Work> items,
                                       const BatchContext& context) = 0;
  /// Plans to load whatever they owe.
  virtual std::vector<base::PlanId> named_plans(const Work& work) const {
    if (work.command.subject == 0) return {};
    return {{work.command.subject}};
  }
  /// Whether deciding this item needs Customer::history.
  virtual bool needs_history(const Customer&, const Work&, const Catalog&) const { return false; }
  /// Called with the customers of a pass when they are loaded: what `decide` needs beside them.
  virtual void prepare(Engine::Impl&, std::span<Customer>) {}
  /// A new credit account for this item's party, or nothing if only existing ones will do.
  virtual std::optional<store::CreditRow> new_credit(const Work& work, const Catalog& catalog) = 0;
  virtual Refusal decide(Customer& customer, const Work& work, const EventContext& context) = 0;
};

std::vector<ItemResult> run_batch(Engine::Impl& engine, Operation& operation,
                                  const BatchContext& context);

/// Joins fields so that no two lists of fields give the same text.
std::string join_fields(std::span<const std::string> fields);

}  // namespace engine
