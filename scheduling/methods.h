// How the methods fill the installments of a schedule; internal to make_schedule.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "scheduling/interest_basis.h"
#include "scheduling/schedule.h"

namespace scheduling {

/// Money that is to be paid back in the installments: a disbursement without its down payment.
struct Advance {
  base::Day date;
  std::int64_t amount_minor = 0;
  int row = 0;  ///< index of the first installment after it
};

/// A schedule in the making. The rows have their numbers and due dates; the methods fill the rest.
struct Draft {
  const Terms& terms;
  const InterestBasis& basis;
  std::span<Installment> rows;        ///< without down payments
  std::span<const Advance> advances;  ///< in order of date; the first is in row 0
  std::span<const std::int64_t>
      rates;  ///< of each row where they differ, over the basis' denominator

  int count() const { return static_cast<int>(rows.size()); }
  Installment& row(int index) const { return rows[static_cast<std::size_t>(index)]; }
  base::Day start_of(int index) const {
    return index == 0 ? terms.disbursed_on : row(index - 1).due;
  }
  bool is_interest_free(int index) const { return index < terms.grace.interest_free; }

  /// Rate of a row; 0 where it is interest-free.
  PeriodicRate rate_of(int index) const {
    if (is_interest_free(index)) return {0, basis.denominator()};
    return {rates.empty() ? basis.numerator() : rates[static_cast<std::size_t>(index)],
            basis.denominator()};
  }
};

/// InterestFree, FlatFee, UpfrontFee, FlatInterest. For UpfrontFee on day 0 `day_0_fee_minor` gets
/// what the rows don't.
std::optional<TermsRefusal> fill_flat(const Draft& draft, std::int64_t& day_0_fee_minor);

/// EqualPrincipal, DailyInterest.
std::optional<TermsRefusal> fill_declining(const Draft& draft);

/// LevelPayment, Balloon.
std::optional<TermsRefusal> fill_annuity(const Draft& draft);

/// Principal for every row by `terms.split_rule`; with `terms.multiples_of_minor` the principal
/// that makes principal and `cost` of the row (already there, 0 if not counted) multiples of it.
std::optional<TermsRefusal> split_principal(const Draft& draft, bool counts_cost);

/// Interest of a row in which money is paid out: from its date, each part rounded.
std::int64_t interest_in_parts(const Draft& draft, int index, std::int64_t balance_minor,
                               std::size_t known);

/// Interest of a row on what is owed in it, where `balance_minor` is owed when it starts and the
/// first `known` advances are looked at.
inline std::int64_t row_interest(const Draft& draft, int index, std::int64_t balance_minor,
                                 std::size_t known) {
  const bool has_advance = known > 0 && index <= draft.advances[known - 1].row &&
                           (known > 1 || index == draft.advances[0].row);
  if (has_advance) return interest_in_parts(draft, index, balance_minor, known);
  return interest_on(balance_minor, draft.rate_of(index).numerator, draft.basis.divider(),
                     draft.terms.interest_rounding);
}

/// A multiple of `terms.multiples_of_minor`, or the amount itself where there is none.
std::int64_t to_multiple(const Terms& terms, std::int64_t amount_minor);

}  // namespace scheduling
