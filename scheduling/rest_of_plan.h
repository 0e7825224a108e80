// What is to come of a plan, spread or priced anew. Internal to the changes.
//
// Interest of a period is the principal owed in it times the rate of the period, exactly as
// make_schedule has it: a new spread is a schedule of its own, from the period it starts in. Where
// a change comes in the middle of a period, what the period has cost until then stays (its agreed
// interest * days gone / days of the period), and what is owed from then on bears interest for the
// days that are left; each part is rounded once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "scheduling/change.h"

namespace scheduling {

/// Installments `first` to `first + count - 1`, their periods one after the other.
struct Rest {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// From the first installment that is not billed on `on` and not paid to the last not paid.
Rest unbilled_rest(const PlanView& plan, base::Day on);

/// From the first installment due on `day` or later and not paid to the last not paid.
Rest rest_due_from(const PlanView& plan, base::Day day);

/// True for methods whose interest falls with the principal owed.
bool is_on_balance(Method method);
bool is_annuity(Method method);

/// The periods of a rest, when a change counts and what the first of them costs so far.
struct Periods {
  base::Day start;  ///< of the first
  std::vector<base::Day> due;
  base::Day on;                      ///< when the change counts
  std::int64_t stated_interest = 0;  ///< of the first, whole
};
Periods periods_of(std::span<const InstallmentView> installments, base::Day plan_start, Rest rest,
                   base::Day on);

std::vector<std::int64_t> unpaid_principals(std::span<const InstallmentView> installments,
                                            Rest rest);

/// What an installment asks for: principal not paid yet, and the whole interest of its period.
struct RestPart {
  std::int64_t principal = 0;
  std::int64_t interest = 0;
};

/// Interest on given principals, of which those of later periods are owed too.
base::Result<std::vector<RestPart>, ChangeRefusal> price_rest(
    const Terms& agreed, const Periods& periods, std::span<const std::int64_t> principals);

/// `principal` over the periods with its interest: level payments by their method, and so are
/// principals that are even by `weights`; others stay in proportion to the weights.
base::Result<std::vector<RestPart>, ChangeRefusal> spread_rest(
    const ChangeTerms& terms, const Periods& periods, std::int64_t principal,
    std::span<const std::int64_t> weights, std::size_t parts_at_first);

/// Writes the parts into the installments of the rest; interest paid stays owed.
void set_rest(std::vector<InstallmentView>& installments, Rest rest,
              std::span<const RestPart> parts, bool sets_interest);

}  // namespace scheduling
