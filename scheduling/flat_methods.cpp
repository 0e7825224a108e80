// The cost follows from the original principal, whatever has been paid back since, and is known as
// one total: it is rounded once and then split like the principal, so the parts sum to what was
// disclosed (domain, tables 2 and 2.3).
//
// InterestFree (免息): P / n each, no cost.
// FlatFee (每期手续费率): P / n + P * f, in all n * P * f; at least 0.01 a period unless f is 0.
// UpfrontFee (首期一次性): n * P * f with the first installment; or on day 0, before all of them.
// FlatInterest: P / n + I / n with I = P * (i_1 + ... + i_n), as Apache Fineract's interest method
// FLAT.
//
// Several disbursements: each bears the cost of the periods from the one it falls in.
//
// Grace. Without principal: the others share it. Without interest: the total stays, the other
// installments share it (Fineract averages it so). Interest-free: the period costs nothing.
#include "base/check.h"
#include "scheduling/methods.h"

namespace scheduling {
namespace {

/// Rounded once; half up for fees, whose total is what the customer was shown.
std::optional<TermsRefusal> total_cost(const Draft& draft, const Advance& advance, bool is_interest,
                                       std::int64_t& total_minor) {
  base::int128 rates = 0;
  int periods = 0;
  for (int k = advance.row; k < draft.count(); ++k) {
    rates += draft.rate_of(k).numerator;
    if (!draft.is_interest_free(k)) ++periods;
  }
  const base::Rounding rounding =
      is_interest ? draft.terms.interest_rounding : base::Rounding::HalfUp;
  base::int128 total = base::div_round(base::checked_mul(rates, advance.amount_minor),
                                       draft.basis.denominator(), rounding);
  if (!is_interest && rates > 0) {
    total = std::max(total, base::int128{draft.terms.fee_minor_min} * periods);
  }
  if (total > base::kAmountMinorMax) return TermsRefusal::CostTooLarge;
  total_minor = base::narrow(total);
  return std::nullopt;
}

std::optional<TermsRefusal> spread(const Draft& draft, const Advance& advance,
                                   std::int64_t total_minor, std::int64_t Installment::* part) {
  int first = std::max(advance.row, draft.terms.grace.interest);
  if (draft.terms.grace.interest_free < draft.count()) {
    first = std::max(first, draft.terms.grace.interest_free);
  }
  const auto splitter = Splitter::make(total_minor, draft.count() - first, draft.terms.split_rule);
  if (!splitter) return TermsRefusal::RoundingLeavesNegativeRest;
  for (int k = first; k < draft.count(); ++k) draft.row(k).*part += splitter->part(k - first);
  return std::nullopt;
}

/// What is owed is split anew from each row in which money is paid out.
std::optional<TermsRefusal> split_balance(const Draft& draft) {
  std::int64_t balance = 0;
  std::optional<Splitter> splitter;
  int splits_from = 0;
  std::size_t next = 0;
  for (int k = 0; k < draft.count(); ++k) {
    if (next < draft.advances.size() && draft.advances[next].row == k) {
      for (; next < draft.advances.size() && draft.advances[next].row == k; ++next) {
        balance += draft.advances[next].amount_minor;
      }
      splits_from = std::max(k, draft.terms.grace.principal);
      splitter = Splitter::make(balance, draft.count() - splits_from, draft.terms.split_rule);
      if (!splitter) return TermsRefusal::RoundingLeavesNegativeRest;
    }
    if (k >= splits_from) draft.row(k).principal_minor = splitter->part(k - splits_from);
    balance -= draft.row(k).principal_minor;
  }
  return std::nullopt;
}

/// Each row gets the rounded share of all that was paid out by then, or the multiple; the last one
/// takes the rest. With Reamortize the share is of what is owed and of the rows that are left.
std::optional<TermsRefusal> share_to_last(const Draft& draft, bool counts_cost) {
  const bool spreads_over_all = draft.terms.later_disbursement == LaterDisbursement::SpreadOverAll;
  const int last = draft.count() - 1;
  std::int64_t balance = 0;
  std::int64_t shared = 0;  // the amount that is shared, over the rows of `over`
  int over = 1;
  std::size_t next = 0;
  for (int k = 0; k <= last; ++k) {
    const bool is_paid_out = next < draft.advances.size() && draft.advances[next].row == k;
    for (; next < draft.advances.size() && draft.advances[next].row == k; ++next) {
      balance += draft.advances[next].amount_minor;
      shared += draft.advances[next].amount_minor;
    }
    if (is_paid_out) {
      if (!spreads_over_all) shared = balance;
      const int from = spreads_over_all ? 0 : k;
      over = draft.count() - std::max(from, draft.terms.grace.principal);
    }
    if (k < draft.terms.grace.principal) continue;
    Installment& row = draft.row(k);
    std::int64_t part = base::narrow(base::div_round(shared, over, draft.terms.split_rule.mode));
    if (draft.terms.multiples_of_minor > part) return TermsRefusal::MultipleOutOfRange;
    part = to_multiple(draft.terms, part);
    if (counts_cost) {
      const std::int64_t cost = row.interest_minor + row.fee_minor;
      part += to_multiple(draft.terms, cost) - cost;
    }
    // A share of all may exceed what is left of it by a rounding; that is no reason to refuse.
    if (k == last || (spreads_over_all && part > balance)) part = balance;
    if (part < 0 || part > balance) return TermsRefusal::RoundingLeavesNegativeRest;
    row.principal_minor = part;
    balance -= part;
  }
  return std::nullopt;
}

/// Each advance is split over the rows after it, on top of what they carry; the last one takes the
/// rest of the advance.
std::optional<TermsRefusal> add_on_top(const Draft& draft) {
  const int last = draft.count() - 1;
  for (const Advance& advance : draft.advances) {
    const int from = std::max(advance.row, draft.terms.grace.principal);
    const std::int64_t share = base::narrow(
        base::div_round(advance.amount_minor, last - from + 1, draft.terms.split_rule.mode));
    std::int64_t rest = advance.amount_minor;
    for (int k = from; k <= last; ++k) {
      std::int64_t& principal = draft.row(k).principal_minor;
      if (k < last && draft.terms.multiples_of_minor > principal + share) {
        return TermsRefusal::MultipleOutOfRange;
      }
      const std::int64_t raised = to_multiple(draft.terms, principal + share);
      rest -= raised - principal;
      principal = raised;
    }
    draft.row(last).principal_minor += rest;
  }
  if (draft.row(last).principal_minor < 0) return TermsRefusal::RoundingLeavesNegativeRest;
  return std::nullopt;
}

}  // namespace

std::int64_t to_multiple(const Terms& terms, std::int64_t amount_minor) {
  if (terms.multiples_of_minor <= 0) return amount_minor;
  const base::int128 multiples =
      base::div_round(amount_minor, terms.multiples_of_minor, terms.interest_rounding);
  return base::narrow(multiples * terms.multiples_of_minor);
}

std::optional<TermsRefusal> split_principal(const Draft& draft, bool counts_cost) {
  std::optional<TermsRefusal> refusal;
  if (draft.terms.later_disbursement == LaterDisbursement::AddedOnTop) {
    refusal = add_on_top(draft);
  } else if (draft.terms.multiples_of_minor > 0 ||
             draft.terms.later_disbursement == LaterDisbursement::SpreadOverAll) {
    refusal = share_to_last(draft, counts_cost);
  } else {
    refusal = split_balance(draft);
  }
  if (refusal) return refusal;
  for (int k = draft.terms.grace.principal; k < draft.count(); ++k) {
    if (draft.row(k).principal_minor < draft.terms.principal_minor_min) {
      return TermsRefusal::PrincipalTooSmallToSplit;
    }
  }
  return std::nullopt;
}

std::optional<TermsRefusal> fill_flat(const Draft& draft, std::int64_t& day_0_fee_minor) {
  const bool is_interest = draft.terms.method == Method::FlatInterest;
  const auto part = is_interest ? &Installment::interest_minor : &Installment::fee_minor;
  // The principal is refused before the cost.
  if (draft.terms.method == Method::InterestFree) return split_principal(draft, false);
  base::int128 upfront = 0;
  for (const Advance& advance : draft.advances) {
    std::int64_t total = 0;
    if (const auto refusal = total_cost(draft, advance, is_interest, total)) return refusal;
    upfront += total;
    if (draft.terms.method == Method::UpfrontFee) continue;
    if (const auto refusal = spread(draft, advance, total, part)) return refusal;
  }
  if (upfront > base::kAmountMinorMax) return TermsRefusal::CostTooLarge;
  if (draft.terms.method == Method::UpfrontFee) {
    if (draft.terms.upfront_on_day_0) {
      day_0_fee_minor = base::narrow(upfront);
    } else {
      draft.row(0).fee_minor = base::narrow(upfront);
    }
  }
  return split_principal(draft, draft.terms.method != Method::UpfrontFee);
}

}  // namespace scheduling
