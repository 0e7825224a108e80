// Payoff amount on day d = all that is billed and unpaid + unbilled principal + what of the
// unbilled cost stays owed + late fee (domain §1.5). Principal is never rebated.
//
// WaiveUnbilled: none stays. 1 000.00 in 6 with a fee of 0.60 %, a quarter refunded, paid off in
// period 3: billed 108.67 + unbilled principal 312.51 = 421.18 (domain §4.3, J30).
//
// ProrataDays: of the running period cost * days / days of the period, rounded once; the day of the
// payoff does not count, as a period [s, e) has e - s days (domain §3). None of later periods. In
// order mode the running period is billed on its first day, so there it is the same as
// WaiveUnbilled: what is billed stands.
//
// ChargeAll: all stays (legacy contracts with a flat fee).
//
// Actuarial: outstanding principal + interest accrued to d. Billed or not, interest on the
// principal that is paid off does not arise for the days from d on (rest_of_plan.h); fixed interest
// counts by days as above. What was paid beyond that is returned. Unbilled fees are waived.
// Table 2.4 of the domain after six payments and 10 of the 30 days of period 7: 6 179.02 + 61.79
// - 41.19, which is 6 179.02 * 1 % * 20 / 30.
//
// RuleOf78: rebate = total * k(k + 1) / (n(n + 1)), n periods of which k have not begun by d: a
// period that has begun counts as used. Fee and interest each. n 12, fee 86.40, k 6: 23.26, where
// the straight line gives 43.20 (domain §1.5). The rebate comes off the last installment first;
// what exceeds the unpaid cost is returned.
#include "scheduling/payoff.h"

#include <algorithm>

#include "base/check.h"
#include "scheduling/plan_draft.h"
#include "scheduling/rest_of_plan.h"

namespace scheduling {
namespace {

using base::Refused;

/// Lowers the cost to `stays`, or to what is paid already; the difference to that is the answer.
std::int64_t lower(InstallmentView& installment, const Cost& cost, std::int64_t stays) {
  const std::int64_t paid = installment.*cost.paid;
  installment.*cost.owed = std::min(installment.*cost.owed, std::max(stays, paid));
  return std::max<std::int64_t>(paid - stays, 0);
}

/// The rebate of the rule of 78, taken from the end; what nobody owed is the answer.
Amounts rebate_by_digits(std::vector<InstallmentView>& installments, const ChangeTerms& terms,
                         base::Day on) {
  std::int64_t periods = 0;
  std::int64_t to_come = 0;
  for (std::size_t i = 0; i < installments.size(); ++i) {
    if (installments[i].total() == 0) continue;
    ++periods;
    if (period_start(installments, terms.start, i) >= on) ++to_come;
  }
  const Fraction digits{to_come * (to_come + 1), periods * (periods + 1)};
  const Amounts total = sum_of(installments);
  Amounts beyond;
  for (const Cost& cost : kCosts) {
    std::int64_t left = share_of(total.*cost.sum, digits, terms.rounding);
    for (std::size_t i = installments.size(); i-- > 0;) {
      InstallmentView& installment = installments[i];
      const std::int64_t part = std::min(left, installment.*cost.owed - installment.*cost.paid);
      installment.*cost.owed -= part;
      left -= part;
    }
    beyond.*cost.sum = left;
  }
  return beyond;
}

/// What the method leaves of the cost of one installment that is not due; the answer is what was
/// paid beyond it.
Amounts reduce_one(InstallmentView& installment, const PayoffRequest& request, bool is_billed,
                   Fraction gone, std::int64_t interest_arisen, base::Rounding rounding) {
  Amounts returned;
  switch (request.method) {
    case PayoffMethod::WaiveUnbilled:
    case PayoffMethod::ProrataDays:
      if (is_billed) break;
      for (const Cost& cost : kCosts) {
        const bool by_days = request.method == PayoffMethod::ProrataDays;
        const std::int64_t stays = by_days ? share_of(installment.*cost.owed, gone, rounding) : 0;
        lower(installment, cost, stays);
      }
      break;
    case PayoffMethod::Actuarial:
      returned.interest = lower(installment, kInterestCost, interest_arisen);
      if (!is_billed) installment.fee = installment.paid_fee;
      break;
    case PayoffMethod::ChargeAll:
    case PayoffMethod::RuleOf78:
      break;
  }
  return returned;
}

}  // namespace

std::string_view to_string(PayoffMethod method) {
  switch (method) {
    case PayoffMethod::WaiveUnbilled:
      return "waive_unbilled";
    case PayoffMethod::ProrataDays:
      return "prorata_days";
    case PayoffMethod::ChargeAll:
      return "charge_all";
    case PayoffMethod::Actuarial:
      return "actuarial";
    case PayoffMethod::RuleOf78:
      return "rule_of_78";
  }
  CHECK(false, "payoff method {}", static_cast<int>(method));
}

base::Result<PayoffQuote, ChangeRefusal> quote_payoff(const PlanView& plan,
                                                      const ChangeTerms& terms,
                                                      const PayoffRequest& request) {
  if (unpaid_of(plan.installments).total() + plan.penalty_unpaid == 0) {
    return Refused(ChangeRefusal::NothingOwed);
  }
  if (request.method == PayoffMethod::RuleOf78 && !request.rule_of_78_is_lawful) {
    return Refused(ChangeRefusal::NotLawful);
  }
  std::vector<std::int64_t> arisen(plan.installments.size());
  if (request.method == PayoffMethod::Actuarial) {
    auto interest = interest_arisen(plan, terms, request.on);
    if (!interest) return Refused(interest.error());
    arisen = std::move(*interest);
  }
  std::vector<InstallmentView> installments(plan.installments.begin(), plan.installments.end());
  Amounts returned;
  for (std::size_t i = 0; i < installments.size(); ++i) {
    if (installments[i].due <= request.on) continue;
    const base::Day from = period_start(installments, terms.start, i);
    const Fraction gone = elapsed(from, installments[i].due, request.on);
    const Amounts beyond = reduce_one(installments[i], request, is_billed(plan, i, request.on),
                                      gone, arisen[i], terms.rounding);
    returned.interest += beyond.interest;
  }
  if (request.method == PayoffMethod::RuleOf78) {
    returned = rebate_by_digits(installments, terms, request.on);
  }

  PayoffQuote quote{.valid_through = request.on,
                    .method = request.method,
                    .billed = {},
                    .unbilled = {},
                    .penalty = plan.penalty_unpaid,
                    .version = {}};
  for (std::size_t i = 0; i < installments.size(); ++i) {
    Amounts& to = is_billed(plan, i, request.on) ? quote.billed : quote.unbilled;
    to.principal += installments[i].unpaid_principal();
    to.fee += installments[i].unpaid_fee();
    to.interest += installments[i].unpaid_interest();
  }
  quote.version =
      make_version(ChangeCause::Payoff, request.on, plan, std::move(installments), {}, returned);
  return quote;
}

base::Result<Payoff, ChangeRefusal> pay_off(const PlanView& plan, const ChangeTerms& terms,
                                            const PayoffRequest& request,
                                            std::int64_t amount_minor) {
  CHECK(amount_minor >= 0, "a payment of {}", amount_minor);
  auto quote = quote_payoff(plan, terms, request);
  if (!quote) return Refused(quote.error());
  if (amount_minor < quote->payable_minor()) return Refused(ChangeRefusal::AmountBelowPayoff);
  PlanView ending = plan;
  ending.installments = quote->version.installments;
  const std::int64_t available = amount_minor + quote->version.returned.total();
  Allocation allocation = allocate_payment(
      {&ending, 1}, {.amount_minor = available, .value_date = request.on, .reach = Reach::Prepay});
  CHECK(allocation.credit_minor == available - quote->owed_minor(), "{} owed, {} paid of it",
        quote->owed_minor(), available - allocation.credit_minor);
  return Payoff{std::move(*quote), std::move(allocation.parts), allocation.credit_minor};
}

}  // namespace scheduling
