// Intake: posts events in bulk, in batches and by several workers, in order for each customer.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/input/rows.h"

namespace engine {

struct IntakeSettings {
  int workers = 2;                ///< connections, each with its own share of the customers
  std::size_t batch_max = 5'000;  ///< items a transaction
};

/// What is posted depends only on the order in which each customer's events come, never on the
/// number of workers or on how events fall into batches: round r holds each customer's r-th run of
/// one kind of event, so a purchase, a repayment and a purchase again stay in that order.
///
/// A refund belongs to its purchase's customer. A reference that another customer's event in the
/// same call used before is posted after everything else, so that the first one always wins.
class Intake {
 public:
  Intake(const std::string& conninfo, std::shared_ptr<const Catalog> catalog,
         IntakeSettings settings = {});
  ~Intake();

  /// Results beside the events. Keep a call to some 20,000 events: they are in memory as a whole.
  std::vector<ItemResult> post(std::span<const input::Event> events, const BatchContext& context);

 private:
  struct Share;

  std::vector<std::string> customers_of(std::span<const input::Event> events);

  std::vector<Engine> engines_;
  IntakeSettings settings_;
};

}  // namespace engine
