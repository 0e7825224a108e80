#include "scheduling/overdue.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/rounding.h"
#include "base/wide.h"

namespace scheduling {
namespace {

/// The unpaid part of an installment at some moment.
struct Unpaid {
  std::int64_t principal = 0;
  std::int64_t fee = 0;
  std::int64_t interest = 0;

  std::int64_t base() const { return principal + fee; }
  std::int64_t total() const { return principal + fee + interest; }
};

/// Calls `late(index, base)` for each installment that is late on `day`, oldest first, with the
/// base of its late fee. A tolerated rest is carried to the next installment.
template <class UnpaidOf, class OnLate>
void for_each_late(const PlanView& plan, const LateTerms& terms, base::Day day, UnpaidOf unpaid_of,
                   OnLate late) {
  std::int64_t carried = 0;
  std::int64_t carried_base = 0;
  for (std::size_t i = 0; i < plan.installments.size(); ++i) {
    if (plan.installments[i].due >= day) return;
    const Unpaid unpaid = unpaid_of(i);
    carried += unpaid.total();
    carried_base += unpaid.base();
    if (carried == 0) continue;
    if (carried <= tolerance_minor(plan.installments[i], terms)) continue;
    late(i, carried_base);
    carried = 0;
    carried_base = 0;
  }
}

std::int64_t fee_of_day(std::int64_t base_minor, const LateTerms& terms) {
  if (base_minor <= 0) return 0;
  const std::int64_t fee = base::narrow(base::div_round(
      base::checked_mul(base_minor, terms.fee_rate.e8), base::kRateScale, base::Rounding::HalfUp));
  return std::max(fee, terms.fee_minor_min);
}

/// The sum after a day: it stops growing at the unpaid principal, but never shrinks.
std::int64_t add_capped(std::int64_t before, std::int64_t fee, std::int64_t unpaid_principal) {
  return std::max(before, std::min(before + fee, unpaid_principal));
}

Unpaid now(const InstallmentView& installment) {
  return {installment.unpaid_principal(), installment.unpaid_fee(), installment.unpaid_interest()};
}

}  // namespace

std::int64_t tolerance_minor(const InstallmentView& installment, const LateTerms& terms) {
  const base::int128 share = base::checked_mul(installment.total(), terms.tolerance_share.e8);
  return std::min(terms.tolerance_minor_max,
                  base::narrow(base::floor_div(share, base::kRateScale)));
}

int days_past_due(const PlanView& plan, const LateTerms& terms, base::Day day) {
  int dpd = 0;
  for_each_late(
      plan, terms, day, [&](std::size_t i) { return now(plan.installments[i]); },
      [&](std::size_t i, std::int64_t) {
        if (dpd == 0) dpd = base::days_between(plan.installments[i].due, day);
      });
  return dpd;
}

Bucket bucket_of(int dpd) {
  CHECK(dpd >= 0, "{} days past due", dpd);
  constexpr int kDaysPerBucket = 30;
  const int months = (dpd + kDaysPerBucket - 1) / kDaysPerBucket;
  return static_cast<Bucket>(std::min(months, static_cast<int>(Bucket::M6Plus)));
}

std::string_view to_string(Bucket bucket) {
  switch (bucket) {
    case Bucket::M0:
      return "M0";
    case Bucket::M1:
      return "M1";
    case Bucket::M2:
      return "M2";
    case Bucket::M3:
      return "M3";
    case Bucket::M4:
      return "M4";
    case Bucket::M5:
      return "M5";
    case Bucket::M6:
      return "M6";
    case Bucket::M6Plus:
      return "M6+";
  }
  return "";
}

std::int64_t late_fee_through(const PlanView& plan, std::span<const PaidPart> paid,
                              const LateTerms& terms, base::Day day) {
  const std::size_t count = plan.installments.size();
  const auto& earlier = plan.late_fee_before;
  std::int64_t sum = earlier ? earlier->sum : 0;
  if (count == 0 || plan.installments.front().due >= day) return sum;
  if (earlier && day <= earlier->through) return sum;
  const base::Day first_day = base::plus_days(plan.installments.front().due, 1);

  // The plan as it was at the start of the first day: everything paid since is taken back, and
  // given again as the days go by.
  std::vector<Unpaid> unpaid(count);
  std::int64_t unpaid_principal = 0;
  for (std::size_t i = 0; i < count; ++i) unpaid[i] = now(plan.installments[i]);
  std::vector<PaidPart> later;
  auto apply = [&](const PaidPart& part, std::int64_t sign) {
    CHECK(part.number >= 1 && static_cast<std::size_t>(part.number) <= count,
          "a payment of installment {}", part.number);
    Unpaid& u = unpaid[static_cast<std::size_t>(part.number) - 1];
    u.principal += sign * part.principal;
    u.fee += sign * part.fee;
    u.interest += sign * part.interest;
  };
  for (const PaidPart& part : paid) {
    if (part.value_date < first_day) continue;
    apply(part, +1);
    later.push_back(part);
  }
  std::ranges::stable_sort(later, {}, &PaidPart::value_date);
  for (const Unpaid& u : unpaid) unpaid_principal += u.principal;

  // What is late on each day, and who has entered by the last: one pass over the days.
  struct LateOn {
    std::size_t index;
    std::int64_t base;
  };
  struct DayFacts {
    std::size_t first_late;  // into `lates`
    std::int64_t unpaid_principal;
  };
  std::vector<LateOn> lates;
  std::vector<DayFacts> days;
  std::vector<std::optional<base::Day>> entered(count);
  auto next = later.begin();
  for (base::Day d = first_day; d <= day; d = base::plus_days(d, 1)) {
    for (; next != later.end() && next->value_date < d; ++next) {
      apply(*next, -1);
      unpaid_principal -= next->principal;
    }
    days.push_back({lates.size(), unpaid_principal});
    for_each_late(
        plan, terms, d, [&](std::size_t i) { return unpaid[i]; },
        [&](std::size_t i, std::int64_t base_minor) {
          lates.push_back({i, base_minor});
          const bool enters = base::days_between(plan.installments[i].due, d) > terms.grace_days;
          if (enters && !entered[i]) entered[i] = d;
        });
  }

  auto counts = [&](std::size_t i, base::Day d) {
    if (!entered[i]) return false;
    return !earlier || d > earlier->through || *entered[i] > earlier->through;
  };
  for (std::size_t d = 0; d < days.size(); ++d) {
    const std::size_t end = d + 1 < days.size() ? days[d + 1].first_late : lates.size();
    std::int64_t base_minor = 0;
    for (std::size_t l = days[d].first_late; l < end; ++l) {
      const base::Day on = base::plus_days(first_day, static_cast<int>(d));
      if (counts(lates[l].index, on)) base_minor += lates[l].base;
    }
    sum = add_capped(sum, fee_of_day(base_minor, terms), days[d].unpaid_principal);
  }
  return sum;
}

std::optional<std::int64_t> late_fee_next_day(const PlanView& plan, std::int64_t before,
                                              const LateTerms& terms, base::Day day) {
  std::int64_t base_minor = 0;
  bool somebody_enters = false;
  for_each_late(
      plan, terms, day, [&](std::size_t i) { return now(plan.installments[i]); },
      [&](std::size_t i, std::int64_t base_of_one) {
        const int late_days = base::days_between(plan.installments[i].due, day);
        if (late_days <= terms.grace_days) return;
        base_minor += base_of_one;
        // Entering on its very first late day brings no earlier days with it.
        if (late_days == terms.grace_days + 1 && late_days > 1) somebody_enters = true;
      });
  if (somebody_enters) return std::nullopt;
  std::int64_t unpaid_principal = 0;
  for (const InstallmentView& i : plan.installments) unpaid_principal += i.unpaid_principal();
  return add_capped(before, fee_of_day(base_minor, terms), unpaid_principal);
}

}  // namespace scheduling
