// One customer's account as a statement needs it: plans with all their schedules, what paid them,
// and what was posted to what the customer owes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "ledger/journal.h"
#include "sql/store/reading_store.h"
#include "sql/store/session.h"

namespace store {

/// A schedule of a plan until it was replaced.
struct AccountSchedule {
  std::optional<base::Day> replaced_on;  ///< nothing: in force, or not known to be replaced
  base::EventId replaced_by = {};
  std::vector<base::Day> due;
  /// Amounts as long as `due`; what had been paid when it was replaced, or is paid now.
  std::vector<std::int64_t> principal, fee, interest, paid_principal, paid_fee, paid_interest;
};

struct AccountPlan {
  base::PlanId id;
  std::string purchase_ref;
  std::string merchant;
  std::string product;
  base::Currency currency;
  base::Day business_date;
  base::Day start_on;
  std::int64_t financed = 0;
  std::vector<AccountSchedule> schedules;  ///< the capture's first, the one in force last
};

/// What a journal moved of what the customer owes: 1101 to 1104 less 2201, debits positive.
struct AccountPosting {
  base::Day business_date;
  ledger::Rule rule{};
  base::EventId event;
  base::PlanId plan = {};  ///< {}: the account's
  base::Currency currency;
  std::string ref;              ///< the outside reference, or the purchase's
  std::int64_t receivable = 0;  ///< 1101, 1102
  std::int64_t late_fee = 0;    ///< 1103
  std::int64_t interest = 0;    ///< 1104
  std::int64_t credit = 0;      ///< 2201, less what the customer has there
};

/// What was paid of installments after a date, or is not known yet.
struct PaidLater {
  base::PlanId plan;
  base::Day business_date;  ///< of what is not known yet: after every date
  std::vector<std::int64_t> number, principal, fee, interest;
};

struct CustomerAccount {
  std::vector<AccountPlan> plans;        ///< by business date and purchase reference
  std::vector<AccountPosting> postings;  ///< in the order of vouchers, then as they were posted
  std::vector<PaidLater> paid_later;     ///< after `from` - 1
};

/// As a reading knows it. Nothing if it knows no such customer.
std::optional<CustomerAccount> load_customer_account(Session& session, std::string_view customer,
                                                     base::Day from, const Reading& reading);

}  // namespace store
