// The principal is split; interest is what remains owed times the rate of the period.
//
// EqualPrincipal (等额本金): principal k = P / n, interest k = i_k * (P - principal before k), so
// the total is i * P * (n + 1) / 2 for equal rates (domain, table 2).
//
// DailyInterest (日利率, 万分之X): the same with a rate a day, interest k = balance * X / 10 000 *
// days of period k: 1 000.00 at 0.05 % for 30 days is 15.00 (domain, table 2).
//
// Grace, in both. Without principal: the other installments share it. Without interest: it arises
// and is added to the first installment after the grace. Interest-free: it does not arise.
// Source: Apache Fineract, cumulative schedules (graceOnPrincipalPayment, graceOnInterestPayment,
// graceOnInterestCharged).
#include "base/check.h"
#include "scheduling/methods.h"

namespace scheduling {
namespace {

/// What is owed when each row starts, by what was paid out before and paid back in it.
void walk_balances(const Draft& draft) {
  std::int64_t balance = 0;
  std::size_t next = 0;
  for (int k = 0; k < draft.count(); ++k) {
    for (; next < draft.advances.size() && draft.advances[next].row == k; ++next) {
      balance += draft.advances[next].amount_minor;
    }
    balance -= draft.row(k).principal_minor;
    draft.row(k).balance_minor = balance;
  }
}

}  // namespace

std::int64_t interest_in_parts(const Draft& draft, int index, std::int64_t balance_minor,
                               std::size_t known) {
  if (draft.is_interest_free(index)) return 0;
  const base::Day start = draft.start_of(index);
  const base::Day end = draft.row(index).due;
  const base::Rounding rounding = draft.terms.interest_rounding;
  std::int64_t interest = 0;
  base::Day from = start;
  for (const Advance& advance : draft.advances.first(known)) {
    if (advance.row != index) continue;
    if (advance.date > from) {
      interest +=
          draft.basis.interest_within(balance_minor, from, advance.date, start, end, rounding);
      from = advance.date;
    }
    balance_minor += advance.amount_minor;
  }
  if (from == start) {
    return interest_on(balance_minor, draft.rate_of(index).numerator, draft.basis.divider(),
                       rounding);
  }
  return interest + draft.basis.interest_within(balance_minor, from, end, start, end, rounding);
}

std::optional<TermsRefusal> fill_declining(const Draft& draft) {
  if (const auto refusal = split_principal(draft, false)) return refusal;
  walk_balances(draft);
  std::int64_t unpaid = 0;
  for (int k = 0; k < draft.count(); ++k) {
    const std::int64_t balance = k == 0 ? 0 : draft.row(k - 1).balance_minor;
    unpaid += row_interest(draft, k, balance, draft.advances.size());
    if (unpaid > base::kAmountMinorMax) return TermsRefusal::CostTooLarge;
    if (k < draft.terms.grace.interest) continue;
    draft.row(k).interest_minor = unpaid;
    unpaid = 0;
  }
  return std::nullopt;
}

}  // namespace scheduling
