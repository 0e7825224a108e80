// What customers owe now, for those who collect it: due plans, promises to pay, the contact log.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/cursor.h"
#include "sql/store/customer_rows.h"
#include "sql/store/session.h"

namespace store {

/// An active plan with an installment that is due by a day, and its customer.
struct DuePlan {
  PlanRow plan;  ///< schedule, paid amounts, late fee, product, currency, dates; the rest is empty
  std::string customer;
  std::int64_t credit_balance = 0;  ///< of the customer in this currency
  std::int64_t outstanding = 0;     ///< unpaid principal of all its plans
};

/// By party, currency and plan, as they are now.
class DuePlanCursor {
 public:
  DuePlanCursor(Session& session, base::Day through);
  std::vector<DuePlan> next();  ///< none when all have been read

 private:
  Cursor cursor_;
};

struct PromiseRow {
  base::PartyId party;
  base::Currency currency;
  std::int64_t amount = 0;
  base::Instant made_at;
  base::Day made_on;
  base::Day by_date;
  std::string taken_by;
  std::int64_t paid = 0;  ///< repayments with a value date from made_on through by_date; read only
};
void insert_promise(Session& session, const PromiseRow& promise);
/// The last promise of each of these parties that has one, made on or before the day.
std::vector<PromiseRow> load_last_promises(Session& session, std::span<const std::int64_t> parties,
                                           base::Day made_through);
/// All of one party, the latest first.
std::vector<PromiseRow> list_promises(Session& session, base::PartyId party);

struct ContactRow {
  base::PartyId party;
  base::Instant at;
  std::string channel;
  std::string outcome;
  std::string note;
  std::string taken_by;
};
void insert_contact(Session& session, const ContactRow& contact);
/// The last contact of each of these parties that has one.
std::vector<ContactRow> load_last_contacts(Session& session, std::span<const std::int64_t> parties);
/// The last `count` of one party, the latest first.
std::vector<ContactRow> list_contacts(Session& session, base::PartyId party, int count);
/// How many there are from one instant to before another.
std::int64_t count_contacts(Session& session, base::PartyId party, base::Instant from,
                            base::Instant to);

}  // namespace store
