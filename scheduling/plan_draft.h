// What the changes of a plan share: reading the plan on a day, spreading amounts, and checking the
// version at the end. Internal to the changes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "scheduling/change.h"

namespace scheduling {

/// The day period `index` starts: the due date before, or the plan's start.
base::Day period_start(std::span<const InstallmentView> installments, base::Day start,
                       std::size_t index);

Amounts sum_of(std::span<const InstallmentView> installments);
Amounts unpaid_of(std::span<const InstallmentView> installments);

/// One component of what a plan costs.
struct Cost {
  std::int64_t InstallmentView::* owed;
  std::int64_t InstallmentView::* paid;
  std::int64_t Amounts::* sum;
};
inline constexpr std::array kCosts = {
    Cost{&InstallmentView::fee, &InstallmentView::paid_fee, &Amounts::fee},
    Cost{&InstallmentView::interest, &InstallmentView::paid_interest, &Amounts::interest}};
inline constexpr const Cost& kInterestCost = kCosts[1];

/// The costs that do not arise on the balance: fees, and interest unless the terms say how.
inline std::span<const Cost> fixed_costs(const ChangeTerms& terms) {
  return std::span<const Cost>(kCosts).first(terms.interest ? 1 : 2);
}

/// numerator / denominator, from 0 to 1.
struct Fraction {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;
};

/// The part of the period [from, to) that has gone by at the start of `day`, by actual days: the
/// start counts, the end does not.
Fraction elapsed(base::Day from, base::Day to, base::Day day);

/// amount * fraction, rounded once.
std::int64_t share_of(std::int64_t amount_minor, Fraction fraction, base::Rounding rounding);

/// True for what an even split leaves: parts that differ by less than `parts_at_first` minor units,
/// as many as the split was made into.
bool is_even(std::span<const std::int64_t> parts, std::size_t parts_at_first);

/// `total` in the proportion of the weights, summing to it exactly: of even weights by the split
/// rule, of others by largest remainder. Nothing where the rule would leave a negative rest. With
/// weights of 0 alone `total` is split as if they were even.
std::optional<std::vector<std::int64_t>> spread(std::int64_t total,
                                                std::span<const std::int64_t> weights,
                                                std::size_t parts_at_first, SplitBy rule);

/// Removes installments of 0 from the end, but not those of the first `keep`.
void drop_empty_tail(std::vector<InstallmentView>& installments, std::size_t keep = 1);

/// The version, once all that is promised of one is checked: nothing negative, nothing paid lost or
/// moved, due dates in order, and each component accounted for.
NewVersion make_version(ChangeCause cause, base::Day on, const PlanView& plan,
                        std::vector<InstallmentView> installments, Amounts refunded = {},
                        Amounts returned = {});

}  // namespace scheduling
