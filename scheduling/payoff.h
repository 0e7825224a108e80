// Early payoff (提前还款): what ends a plan on a day, and the payment that does.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "scheduling/allocation.h"
#include "scheduling/change.h"

namespace scheduling {

/// What becomes of cost (fee and interest) that is not billed yet. The rules stand in payoff.cpp.
enum class PayoffMethod {
  WaiveUnbilled,  ///< waived; the default
  ProrataDays,    ///< of the running period by days, of later ones waived
  ChargeAll,      ///< stays owed; to be shown before consent
  Actuarial,      ///< interest through the day, and no more
  RuleOf78,       ///< a rebate by the sum of the digits
};

/// "waive_unbilled", "prorata_days", "charge_all", "actuarial", "rule_of_78".
std::string_view to_string(PayoffMethod method);

struct PayoffRequest {
  base::Day on;
  PayoffMethod method = PayoffMethod::WaiveUnbilled;
  bool rule_of_78_is_lawful = false;  ///< where the customer lives, for the term of the plan
};

/// What a payoff on the day takes. The same plan, terms and request give the same quote, whenever
/// it is asked for: none but these enter it.
struct PayoffQuote {
  base::Day valid_through;  ///< the day quoted, to its end
  PayoffMethod method = PayoffMethod::WaiveUnbilled;
  Amounts billed;            ///< unpaid, of what is billed by then
  Amounts unbilled;          ///< unpaid, of the rest, after the rebate
  std::int64_t penalty = 0;  ///< late fee unpaid
  NewVersion version;        ///< rebated: what needs not be paid; returned: what was paid too much

  std::int64_t owed_minor() const { return billed.total() + unbilled.total() + penalty; }
  /// What the customer pays, less what is returned. Negative: the customer gets it.
  std::int64_t payable_minor() const { return owed_minor() - version.returned.total(); }
};

/// Refused as NothingOwed, NotLawful, RateOutOfRange.
base::Result<PayoffQuote, ChangeRefusal> quote_payoff(const PlanView& plan,
                                                      const ChangeTerms& terms,
                                                      const PayoffRequest& request);

struct Payoff {
  PayoffQuote quote;
  std::vector<AllocationPart> parts;  ///< over the quote's version; they pay all of it
  std::int64_t credit_minor = 0;      ///< what was paid beyond the quote
};

/// Pays off a plan with `amount_minor`, and what the quote returns, on the day of the request. The
/// parts and the credit sum to the two. Refused like a quote, and as AmountBelowPayoff.
base::Result<Payoff, ChangeRefusal> pay_off(const PlanView& plan, const ChangeTerms& terms,
                                            const PayoffRequest& request,
                                            std::int64_t amount_minor);

}  // namespace scheduling
