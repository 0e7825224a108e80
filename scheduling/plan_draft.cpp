#include "scheduling/plan_draft.h"

#include <algorithm>

#include "base/check.h"
#include "base/money.h"
#include "base/wide.h"

namespace scheduling {

base::Day period_start(std::span<const InstallmentView> installments, base::Day start,
                       std::size_t index) {
  return index == 0 ? start : installments[index - 1].due;
}

Amounts sum_of(std::span<const InstallmentView> installments) {
  Amounts sum;
  for (const InstallmentView& i : installments) {
    sum.principal += i.principal;
    sum.fee += i.fee;
    sum.interest += i.interest;
  }
  return sum;
}

Amounts unpaid_of(std::span<const InstallmentView> installments) {
  Amounts sum;
  for (const InstallmentView& i : installments) {
    sum.principal += i.unpaid_principal();
    sum.fee += i.unpaid_fee();
    sum.interest += i.unpaid_interest();
  }
  return sum;
}

Fraction elapsed(base::Day from, base::Day to, base::Day day) {
  if (day <= from) return {0, 1};
  if (day >= to) return {1, 1};
  return {base::days_between(from, day), base::days_between(from, to)};
}

std::int64_t share_of(std::int64_t amount_minor, Fraction fraction, base::Rounding rounding) {
  return base::narrow(base::div_round(base::checked_mul(amount_minor, fraction.numerator),
                                      fraction.denominator, rounding));
}

bool is_even(std::span<const std::int64_t> parts, std::size_t parts_at_first) {
  if (parts.empty()) return true;
  const auto [low, high] = std::ranges::minmax(parts);
  return high - low < static_cast<std::int64_t>(parts_at_first);
}

std::optional<std::vector<std::int64_t>> spread(std::int64_t total,
                                                std::span<const std::int64_t> weights,
                                                std::size_t parts_at_first, SplitBy rule) {
  std::vector<std::int64_t> parts(weights.size());
  if (weights.empty()) {
    CHECK(total == 0, "{} and nobody to take it", total);
    return parts;
  }
  const bool no_weight = std::ranges::all_of(weights, [](std::int64_t w) { return w == 0; });
  if (no_weight || is_even(weights, parts_at_first)) {
    const auto splitter = Splitter::make(total, static_cast<int>(weights.size()), rule);
    if (!splitter) return std::nullopt;
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = splitter->part(static_cast<int>(i));
    return parts;
  }
  const std::vector<base::Money> shares =
      base::allocate({total, base::Currency()}, {weights.begin(), weights.end()});
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = shares[i].minor();
  return parts;
}

void drop_empty_tail(std::vector<InstallmentView>& installments, std::size_t keep) {
  while (installments.size() > keep && installments.back().total() == 0) installments.pop_back();
}

namespace {

void check_parts(std::int64_t owed, std::int64_t paid, std::size_t index) {
  CHECK(paid >= 0 && owed >= paid, "installment {}: {} owed, {} paid", index + 1, owed, paid);
}

/// Of one component: what is to be explained by rebates (positive) or additions (negative).
std::int64_t gone(std::int64_t before, std::int64_t after, std::int64_t refunded) {
  CHECK(refunded >= 0, "{} refunded", refunded);
  return before - after - refunded;
}

}  // namespace

NewVersion make_version(ChangeCause cause, base::Day on, const PlanView& plan,
                        std::vector<InstallmentView> installments, Amounts refunded,
                        Amounts returned) {
  CHECK(!installments.empty(), "a version without installments");
  for (std::size_t i = 0; i < std::max(installments.size(), plan.installments.size()); ++i) {
    const InstallmentView now = i < installments.size() ? installments[i] : InstallmentView{};
    const InstallmentView before =
        i < plan.installments.size() ? plan.installments[i] : InstallmentView{};
    check_parts(now.principal, now.paid_principal, i);
    check_parts(now.fee, now.paid_fee, i);
    check_parts(now.interest, now.paid_interest, i);
    CHECK(now.paid_principal == before.paid_principal && now.paid_fee == before.paid_fee &&
              now.paid_interest == before.paid_interest,
          "what was paid on installment {} has moved", i + 1);
    CHECK(i == 0 || i >= installments.size() || installments[i - 1].due <= now.due,
          "installment {} is due before the one before it", i + 1);
  }
  const Amounts before = sum_of(plan.installments);
  const Amounts after = sum_of(installments);
  CHECK(gone(before.principal, after.principal, refunded.principal) == 0,
        "principal {} becomes {}, {} refunded", before.principal, after.principal,
        refunded.principal);
  const std::int64_t fee = gone(before.fee, after.fee, refunded.fee);
  const std::int64_t interest = gone(before.interest, after.interest, refunded.interest);
  return {.cause = cause,
          .on = on,
          .installments = std::move(installments),
          .rebated = {0, std::max<std::int64_t>(fee, 0), std::max<std::int64_t>(interest, 0)},
          .added = {0, std::max<std::int64_t>(-fee, 0), std::max<std::int64_t>(-interest, 0)},
          .refunded = refunded,
          .returned = returned};
}

}  // namespace scheduling
