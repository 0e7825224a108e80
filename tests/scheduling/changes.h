// Plans of domain.md for the tests of what changes them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "base/money.h"
#include "scheduling/change.h"
#include "scheduling/schedule.h"
#include "tests/scheduling/plans.h"

namespace scheduling {

/// A plan that owns its installments.
struct LivePlan {
  std::vector<InstallmentView> installments;
  ChangeTerms terms;
  std::optional<int> billed_days_before_due = {};
  std::int64_t penalty = 0;

  PlanView view() const {
    return {.plan_id = 1,
            .installments = installments,
            .penalty_unpaid = penalty,
            .dpd = 0,
            .billed_days_before_due = billed_days_before_due};
  }
  /// Pays the first `count` installments.
  LivePlan& pay_first(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) pay_one(i);
    return *this;
  }
  void pay_one(std::size_t index) {
    InstallmentView& one = installments[index];
    one.paid_principal = one.principal;
    one.paid_fee = one.fee;
    one.paid_interest = one.interest;
  }
};

/// O1 of domain.md §4.3 with periods 1 and 2 paid: billed on the 1st, due on the 10th.
inline LivePlan order_1() {
  LivePlan plan;
  plan.installments = monthly(base::make_day(2026, 7, 10), 6, 166'66, 6'00);
  plan.installments[5].principal = 166'70;
  plan.terms.start = base::make_day(2026, 6, 18);
  plan.billed_days_before_due = 9;
  return plan.pay_first(2);
}

/// The plan of agreed terms, as it is at the capture.
inline LivePlan plan_of_terms(const Terms& terms) {
  LivePlan plan;
  const Schedule schedule = *make_schedule(terms);
  for (const Installment& i : schedule.installments) {
    plan.installments.push_back({.due = i.due,
                                 .principal = i.principal_minor,
                                 .fee = i.fee_minor,
                                 .interest = i.interest_minor});
  }
  plan.terms.start = terms.disbursed_on;
  plan.terms.split_rule = terms.split_rule;
  switch (terms.method) {
    case Method::EqualPrincipal:
    case Method::LevelPayment:
    case Method::DailyInterest:
    case Method::Balloon:
      plan.terms.interest = terms;
      break;
    case Method::InterestFree:
    case Method::FlatFee:
    case Method::UpfrontFee:
    case Method::FlatInterest:
      break;
  }
  return plan;
}

/// Table 2.4 of domain.md: 12 000.00 at 1 % a month in 12, from 15 December 2025.
inline Terms table_2_4(Method method = Method::LevelPayment) {
  Terms terms;
  terms.principal = {12'000'00, *base::Currency::find("CNY")};
  terms.installment_count = 12;
  terms.disbursed_on = base::make_day(2025, 12, 15);
  terms.dues = order_mode(terms.disbursed_on);
  terms.method = method;
  terms.rate = {1'000'000, base::RateBasis::PerPeriod};
  return terms;
}

using Pair = std::pair<std::int64_t, std::int64_t>;

/// (principal, fee) of each installment.
inline std::vector<Pair> principal_and_fee(const std::vector<InstallmentView>& installments) {
  std::vector<Pair> pairs;
  for (const InstallmentView& i : installments) pairs.emplace_back(i.principal, i.fee);
  return pairs;
}

/// (principal, interest) of each installment.
inline std::vector<Pair> principal_and_interest(const std::vector<InstallmentView>& installments) {
  std::vector<Pair> pairs;
  for (const InstallmentView& i : installments) pairs.emplace_back(i.principal, i.interest);
  return pairs;
}

inline std::vector<base::Day> dues(const std::vector<InstallmentView>& installments) {
  std::vector<base::Day> days;
  for (const InstallmentView& i : installments) days.push_back(i.due);
  return days;
}

}  // namespace scheduling
