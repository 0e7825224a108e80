// The engine: one function per business operation, each over a batch. In one transaction it takes
// the book's shared lock, claims the commands, loads the customers (closing them inline where the
// nightly job has not come by yet), decides, saves the winners and commits. Each item gets its own
// result; a refused one never hurts its neighbours.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "engine/book_event.h"
#include "engine/catalog.h"
#include "engine/item.h"
#include "engine/life_event.h"
#include "ledger/journal.h"
#include "sql/store/customer_rows.h"
#include "sql/store/session.h"

namespace engine {

/// What the whole batch shares.
struct BatchContext {
  base::Day today;              ///< in the book's zone; events after it are refused
  bool create_parties = false;  ///< unknown customers and merchants get the catalog's terms
};

/// A plan before and after an event, and what the event would post.
struct LifePreview {
  store::PlanRow before;
  store::PlanRow after;
  std::vector<ledger::Journal> journals;
  std::int64_t amount_minor = 0;  ///< what the customer pays; of a payoff the quote
  std::int64_t credit_minor = 0;  ///< of it what becomes credit balance
  base::Day value_date;
};

/// Largest batch a caller may pass; 500 keeps latency low, 5,000 suits bulk.
inline constexpr std::size_t kBatchMax = 10'000;

/// One connection and its caches; one thread at a time.
class Engine {
 public:
  /// `conninfo` names a migrated database with a book in it, `catalog` is that book's.
  Engine(const std::string& conninfo, std::shared_ptr<const Catalog> catalog);
  ~Engine();
  Engine(Engine&&) noexcept;

  std::vector<ItemResult> capture(std::span<const Purchase> batch, const BatchContext& context);
  std::vector<ItemResult> repay(std::span<const Repayment> batch, const BatchContext& context);
  std::vector<ItemResult> refund(std::span<const RefundRequest> batch, const BatchContext& context);

  std::vector<ItemResult> authorize(std::span<const HoldRequest> batch,
                                    const BatchContext& context);
  std::vector<ItemResult> release(std::span<const HoldRelease> batch, const BatchContext& context);

  /// Events in the life of a plan: payoff, prepayment, other dates and prices.
  std::vector<ItemResult> change(std::span<const LifeEvent> batch, const BatchContext& context);
  /// What one of them would do if it happened now. Nothing is stored.
  base::Result<LifePreview, Refusal> preview(const LifeEvent& event, const BatchContext& context);

  /// Events of banks, channels, sponsors, merchants and suspense, and manual journals.
  std::vector<ItemResult> record(std::span<const BookEvent> batch, const BatchContext& context);

  const Catalog& catalog() const;
  store::Session& session();

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace engine
