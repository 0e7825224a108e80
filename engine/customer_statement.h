// What a customer owed and was asked for, from one day to another (domain §1.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "engine/report.h"
#include "sql/store/session.h"

namespace engine {

enum class Language : std::int8_t { English, Chinese };

/// The lines of a statement, in their order.
enum class StatementEntry : std::int8_t {
  Opening,
  Repayment,
  Chargeback,   ///< a repayment taken back
  Purchase,     ///< for information: its installments are billed one by one
  Installment,  ///< principal of one that was billed
  Fee,          ///< its fee and interest
  Moved,        ///< billed ahead of its day by a payoff, or later by other due dates
  Penalty,
  Refund,  ///< of what was billed; what was not is no matter of this statement
  Waiver,
  Goodwill,
  CreditPaidOut,
  ChargeOff,
  Closing,
  Overdue,     ///< of the closing balance: due before the last day
  MinimumDue,  ///< plans are of fixed installments: all that is billed
  DueDate,
};
std::string_view code(StatementEntry entry);                      ///< "opening"
std::string_view label(StatementEntry entry, Language language);  ///< "Opening balance"

struct CustomerLine {
  StatementEntry entry = StatementEntry::Opening;
  std::optional<base::Day> date = {};
  std::string purchase = {};
  std::string ref = {};
  int installment = 0;  ///< from 1; 0: none
  int installments = 0;
  std::optional<std::int64_t> financed = {};
  std::optional<std::int64_t> annual_rate = {};  ///< nominal, in hundredths of a percent
  std::optional<std::int64_t> amount = {};       ///< what it adds to the balance
};

/// One currency. `opening`, the amounts and `closing` add up.
struct CustomerSection {
  base::Currency currency;
  std::int64_t opening = 0;
  std::vector<CustomerLine> lines = {};  ///< without opening and what follows closing
  std::int64_t closing = 0;  ///< billed and not paid, with late fees, less the credit balance
  std::int64_t overdue = 0;
  std::optional<base::Day> due_date = {};  ///< of the next installment that is billed and not paid
};

struct CustomerStatementRequest {
  std::string customer;
  base::Day from;
  base::Day to;
  std::optional<base::Instant> known_at = {};  ///< with it, dates may be open
};
/// Of closed dates, or as it was known at an instant. A purchase is not owed until it is billed:
/// installments of a statement product on their bill day, others on the due date of the one before,
/// the first at the purchase.
ReportResult<std::vector<CustomerSection>> customer_statement(
    store::Session& session, const CustomerStatementRequest& request);

/// The same as rows. For people the columns have names in the language, and fewer of them.
ReportAnswer report_customer_statement(store::Session& session,
                                       const CustomerStatementRequest& request, Language language,
                                       bool for_people);

}  // namespace engine
