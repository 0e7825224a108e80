// What each customer has to pay by a day: their due plans put together, customer by customer, in
// constant memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "engine/catalog.h"
#include "sql/store/collections_store.h"

namespace engine {

/// An installment with something unpaid.
struct DueInstallment {
  base::PlanId plan;
  std::string purchase_ref;
  int number = 0;
  base::Day due;
  std::int64_t unpaid = 0;
};

/// A customer in one currency, as of the end of a day. Amounts are minor units.
struct DueCustomer {
  base::PartyId party;
  std::string customer;
  base::Currency currency;
  int dpd = 0;                               ///< the largest over the plans; 0: not late
  std::optional<base::Day> oldest_due = {};  ///< that makes it late; else the first one to come
  std::int64_t past_due = 0;                 ///< unpaid of installments due before the day
  std::int64_t due_today = 0;
  std::int64_t due_soon = 0;  ///< after the day, through the last day that was asked for
  std::int64_t late_fee = 0;  ///< posted and unpaid
  std::int64_t credit_balance = 0;
  std::int64_t outstanding = 0;              ///< unpaid principal of all plans
  std::vector<DueInstallment> installments;  ///< past due and due today, oldest first

  /// What is to be paid on the day: due and past due with late fee, less the credit balance.
  std::int64_t owed() const {
    return std::max<std::int64_t>(0, past_due + due_today + late_fee - credit_balance);
  }
};

/// Customers who are late on `day` or have installments due from then through `through`, by party
/// and currency. The session must be in a transaction, and stays in it.
class DueCustomers {
 public:
  DueCustomers(store::Session& session, const Catalog& catalog, base::Day day, base::Day through);

  /// Some of them; none when all have been read.
  std::vector<DueCustomer> next();

 private:
  void add(store::DuePlan due, std::vector<DueCustomer>& done);

  const Catalog& catalog_;
  base::Day day_;
  base::Day through_;
  store::DuePlanCursor cursor_;
  std::optional<DueCustomer> open_;  // the next plan may be of the same one
  bool is_over_ = false;
};

}  // namespace engine
