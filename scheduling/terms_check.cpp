#include "scheduling/terms_check.h"

namespace scheduling {
namespace {

constexpr std::int64_t kPrincipalMinorMax = base::kAmountMinorMax / 10;
const base::Day kLastDay = base::make_day(2199, 12, 31);  // as base::parse_day

bool is_flat(Method method) {
  switch (method) {
    case Method::InterestFree:
    case Method::FlatFee:
    case Method::UpfrontFee:
    case Method::FlatInterest:
      return true;
    case Method::EqualPrincipal:
    case Method::DailyInterest:
    case Method::LevelPayment:
    case Method::Balloon:
      return false;
  }
  return false;
}

bool is_annuity(Method method) {
  return method == Method::LevelPayment || method == Method::Balloon;
}

std::optional<TermsRefusal> refuse_due_dates(const Terms& terms,
                                             std::span<const Installment> rows) {
  if (!terms.due_on.empty()) {
    for (std::size_t i = 1; i < terms.due_on.size(); ++i) {
      if (terms.due_on[i] <= terms.due_on[i - 1]) return TermsRefusal::DueDatesOutOfOrder;
    }
  }
  const base::Day last = rows.back().due;
  if (last > kLastDay) return TermsRefusal::PeriodOutOfRange;
  if (terms.last_due_on && rows.size() > 1 && last <= rows[rows.size() - 2].due) {
    return TermsRefusal::DueDatesOutOfOrder;
  }
  if (rows.front().due < terms.disbursed_on) return TermsRefusal::FirstDueBeforeDisbursement;
  return std::nullopt;
}

std::optional<TermsRefusal> refuse_disbursements(const Terms& terms,
                                                 std::span<const Installment> rows) {
  if (terms.disbursements.empty()) return std::nullopt;
  if (terms.disbursements.size() > kDisbursementCountMax) {
    return TermsRefusal::DisbursementsOutOfOrder;
  }
  const base::Day last_due = rows.back().due;
  base::Day before = terms.disbursed_on;
  base::int128 sum = 0;
  for (const Disbursement& one : terms.disbursements) {
    if (one.amount_minor <= 0 || one.date < before) return TermsRefusal::DisbursementsOutOfOrder;
    const bool is_late = terms.later_disbursement == LaterDisbursement::SpreadOverAll
                             ? one.date > last_due
                             : one.date >= last_due && one.date != terms.disbursed_on;
    if (is_late) return TermsRefusal::DisbursementsOutOfOrder;
    before = one.date;
    sum += one.amount_minor;
  }
  if (sum != terms.principal.minor()) return TermsRefusal::DisbursementsOutOfOrder;
  // Interest of the first period could not be told from that of a later one.
  if (terms.disbursements.front().date > rows.front().due) {
    return TermsRefusal::DisbursementsOutOfOrder;
  }
  return std::nullopt;
}

std::optional<TermsRefusal> refuse_grace_and_fees(const Terms& terms) {
  const Grace& grace = terms.grace;
  const int count = terms.installment_count;
  if (grace.principal < 0 || grace.interest < 0 || grace.interest_free < 0) {
    return TermsRefusal::GraceOutOfRange;
  }
  // All may be interest-free; but something has to pay the principal and the interest that arises.
  if (grace.principal >= count || grace.interest >= count || grace.interest_free > count) {
    return TermsRefusal::GraceOutOfRange;
  }
  if (terms.fees.size() > kDatedFeeCountMax) return TermsRefusal::FeeOutOfRange;
  base::int128 sum = 0;
  for (const DatedFee& fee : terms.fees) {
    sum += fee.amount_minor;
    if (fee.amount_minor <= 0 || fee.amount_minor > base::kAmountMinorMax ||
        fee.date < terms.disbursed_on || fee.date > kLastDay) {
      return TermsRefusal::FeeOutOfRange;
    }
  }
  if (sum > base::kAmountMinorMax) return TermsRefusal::FeeOutOfRange;
  return std::nullopt;
}

bool has_option_of_another_method(const Terms& terms) {
  const bool annuity = is_annuity(terms.method);
  const bool is_level = terms.method == Method::LevelPayment;
  const bool counts_cost = terms.method == Method::FlatFee || terms.method == Method::FlatInterest;
  const bool is_multiple = terms.multiples_of_minor > 0;
  const LaterDisbursement later = terms.later_disbursement;
  // Rounded shares leave the rest to the last installment, and nobody else can take it.
  if (!annuity && (is_multiple || later != LaterDisbursement::Reamortize) &&
      terms.split_rule.remainder != Remainder::Last) {
    return true;
  }
  if (later == LaterDisbursement::SpreadOverAll && !is_flat(terms.method)) return true;
  if (later == LaterDisbursement::AddedOnTop && (annuity || (counts_cost && is_multiple))) {
    return true;
  }
  if (terms.emi_adjust != EmiAdjust::None && !is_level) return true;
  if (terms.level_basis == LevelBasis::MonthsOf30Days &&
      (!is_level || !terms.day_count || terms.dues.every.unit != PeriodUnit::Month)) {
    return true;
  }
  return terms.upfront_on_day_0 && terms.method != Method::UpfrontFee;
}

}  // namespace

std::optional<TermsRefusal> refuse_size(const Terms& terms) {
  if (!terms.principal.is_positive()) return TermsRefusal::PrincipalNotPositive;
  if (terms.principal.minor() > kPrincipalMinorMax) return TermsRefusal::PrincipalTooLarge;
  if (terms.installment_count < 1 || terms.installment_count > kInstallmentCountMax) {
    return TermsRefusal::CountOutOfRange;
  }
  if (terms.dues.every.count < 1 || terms.dues.every.count > kPeriodCountMax) {
    return TermsRefusal::PeriodOutOfRange;
  }
  if (!terms.due_on.empty() && std::ssize(terms.due_on) != terms.installment_count) {
    return TermsRefusal::DueDatesOutOfOrder;
  }
  return std::nullopt;
}

std::optional<TermsRefusal> refuse_dates(const Terms& terms, std::span<const Installment> rows) {
  if (const auto refusal = refuse_due_dates(terms, rows)) return refusal;
  if (const auto refusal = refuse_disbursements(terms, rows)) return refusal;
  if (terms.down_payment_e8 < 0 || terms.down_payment_e8 >= base::kRateScale) {
    return TermsRefusal::DownPaymentOutOfRange;
  }
  return refuse_grace_and_fees(terms);
}

std::optional<TermsRefusal> refuse_options(const Terms& terms, std::int64_t financed_minor) {
  if (terms.balloon_minor < 0 || terms.balloon_minor > financed_minor ||
      (terms.balloon_minor > 0 && terms.method != Method::Balloon)) {
    return TermsRefusal::BalloonOutOfRange;
  }
  if (has_option_of_another_method(terms)) return TermsRefusal::OptionNotForMethod;
  if (terms.unpaid_interest == UnpaidInterest::Capitalized &&
      (!is_annuity(terms.method) || terms.grace.principal < terms.grace.interest ||
       (terms.disbursements.size() > 1 && terms.grace.interest > 0))) {
    return TermsRefusal::OptionNotForMethod;
  }
  if (terms.multiples_of_minor < 0) return TermsRefusal::MultipleOutOfRange;
  return std::nullopt;
}

}  // namespace scheduling
