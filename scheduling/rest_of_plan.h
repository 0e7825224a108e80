// What is to come of a plan, spread or priced anew. Internal to the changes.
//
// What is spread anew is a schedule of its own, by the method agreed on, from the period the change
// comes in; see make_schedule for the principals. Interest of a period is the principal owed in it
// times the rate of the period, rounded once.
//
// A change moves interest by a difference: what the period costs from the day of the change on,
// after it less before it. So what a period has cost until then stays, as does what an installment
// carries besides (interest that a re-age spread, days that a pause made free). In the middle of a
// period only the days that are left differ, and each of the two amounts is rounded once.
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

/// A rest before the change, and the day the change counts from. One element an installment.
struct Periods {
  base::Day start;  ///< of the first
  base::Day on;
  std::vector<base::Day> due;
  std::vector<std::int64_t> principal;  ///< unpaid
  std::vector<std::int64_t> interest;   ///< whole

  std::int64_t principal_sum() const;
};
Periods periods_of(std::span<const InstallmentView> installments, base::Day plan_start, Rest rest,
                   base::Day on);

/// What an installment asks for: principal not paid yet, and the whole interest of its period.
struct RestPart {
  std::int64_t principal = 0;
  std::int64_t interest =
      0;  ///< may be negative before `set_rest`, where free days were worth more
};

/// Interest once the principals are those, and the agreement is `agreed` instead of `before`.
base::Result<std::vector<RestPart>, ChangeRefusal> price_rest(
    const Terms& before, const Terms& agreed, const Periods& periods,
    std::span<const std::int64_t> principals);

/// `principal` over the first `count` periods, none for those after: level payments by their
/// method, and so are principals that were even; others stay in the proportion they had.
base::Result<std::vector<std::int64_t>, ChangeRefusal> spread_principal(const ChangeTerms& terms,
                                                                        const Periods& periods,
                                                                        std::int64_t principal,
                                                                        std::size_t count,
                                                                        std::size_t parts_at_first);

/// Interest on a balance for the principals; fixed interest stays as it is.
base::Result<std::vector<RestPart>, ChangeRefusal> price_if_on_balance(
    const ChangeTerms& terms, const Periods& periods, std::span<const std::int64_t> principals);

/// The interest of each installment of the plan if nothing is owed from the day on: that of a
/// balance without what is to come of it; fixed interest of the running period by days (rounded as
/// the terms say), and none of later ones.
base::Result<std::vector<std::int64_t>, ChangeRefusal> interest_arisen(const PlanView& plan,
                                                                       const ChangeTerms& terms,
                                                                       base::Day on);

/// Writes the parts into the installments of the rest; interest paid stays owed.
void set_rest(std::vector<InstallmentView>& installments, Rest rest,
              std::span<const RestPart> parts);

}  // namespace scheduling
