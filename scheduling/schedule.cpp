#include "scheduling/schedule.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "scheduling/due_date_walk.h"
#include "scheduling/methods.h"
#include "scheduling/terms_check.h"

namespace scheduling {
namespace {

using base::Refused;

/// The money of the terms, in order of date: one disbursement needs no memory.
class Money {
 public:
  explicit Money(const Terms& terms)
      : one_{{.date = terms.disbursed_on, .amount_minor = terms.principal.minor()}},
        all_(terms.disbursements.empty() ? std::span<const Disbursement>(one_)
                                         : std::span<const Disbursement>(terms.disbursements)) {}
  std::span<const Disbursement> disbursements() const { return all_; }

 private:
  Disbursement one_[1];
  std::span<const Disbursement> all_;
};

/// A share of the disbursement, rounded as all amounts are; to a multiple where installments are.
/// Source: Apache Fineract, enableDownPayment.
std::int64_t down_payment_of(const Terms& terms, const Disbursement& disbursement) {
  if (terms.down_payment_e8 == 0) return 0;
  const base::int128 share = base::int128{disbursement.amount_minor} * terms.down_payment_e8;
  const std::int64_t amount = to_multiple(
      terms, base::narrow(base::div_round(share, base::kRateScale, terms.interest_rounding)));
  return std::min(amount, disbursement.amount_minor);
}

/// A row for each installment with its due date: the terms' own dates before their rule.
void set_rows(const Terms& terms, std::vector<Installment>& rows) {
  rows.assign(static_cast<std::size_t>(terms.installment_count), Installment{});
  if (terms.due_on.empty()) {
    DueDateWalk walk(terms.dues);
    for (Installment& row : rows) row.due = walk.next();
  } else {
    for (std::size_t k = 0; k < rows.size(); ++k) rows[k].due = terms.due_on[k];
  }
  if (terms.last_due_on) rows.back().due = *terms.last_due_on;
}

/// The first row after the date. A disbursement on a due date is too late for that installment
/// unless it is spread over all; what is paid out at the very start is in the first one.
int row_of(const Terms& terms, std::span<const Installment> rows, base::Day date) {
  if (date == terms.disbursed_on) return 0;
  const bool may_be_on_due_date = terms.later_disbursement == LaterDisbursement::SpreadOverAll;
  const auto found = std::ranges::find_if(rows, [&](const Installment& row) {
    return date < row.due || (may_be_on_due_date && date == row.due);
  });
  return static_cast<int>(found - rows.begin());
}

/// The rate of each row by its days.
std::optional<TermsRefusal> set_rates(const InterestBasis& basis, const Schedule& schedule,
                                      std::span<std::int64_t> rates) {
  base::Day start = schedule.disbursed_on;
  for (std::size_t k = 0; k < schedule.installments.size(); ++k) {
    const base::Day end = schedule.installments[k].due;
    const std::optional<std::int64_t> rate = basis.numerator(start, end);
    if (!rate) return TermsRefusal::RateOutOfRange;
    rates[k] = *rate;
    start = end;
  }
  return std::nullopt;
}

std::optional<TermsRefusal> fill(const Draft& draft, std::int64_t& day_0_fee_minor) {
  switch (draft.terms.method) {
    case Method::InterestFree:
    case Method::FlatFee:
    case Method::UpfrontFee:
    case Method::FlatInterest:
      return fill_flat(draft, day_0_fee_minor);
    case Method::EqualPrincipal:
    case Method::DailyInterest:
      return fill_declining(draft);
    case Method::LevelPayment:
    case Method::Balloon:
      return fill_annuity(draft);
  }
  CHECK(false, "terms of no method");
  return std::nullopt;
}

/// Puts the down payments before the installment that follows their disbursement.
void insert_down_payments(const Terms& terms, std::span<const Disbursement> disbursements,
                          std::span<const Advance> advances, std::vector<Installment>& rows) {
  for (std::size_t i = advances.size(); i-- > 0;) {
    const std::int64_t down = disbursements[i].amount_minor - advances[i].amount_minor;
    if (down == 0) continue;
    CHECK(terms.down_payment_e8 > 0, "a down payment of {} that nobody agreed on", down);
    rows.insert(rows.begin() + advances[i].row,
                {.due = advances[i].date, .principal_minor = down, .is_upfront = true});
  }
}

/// Adds the dated fees; one after the last installment makes another, due when the last such fee
/// is.
void add_dated_fees(const Terms& terms, Schedule& schedule) {
  std::vector<Installment>& rows = schedule.installments;
  Installment extra;
  for (const DatedFee& fee : terms.fees) {
    if (const auto index = installment_carrying(schedule, fee.date)) {
      rows[*index].fee_minor += fee.amount_minor;
    } else {
      extra.fee_minor += fee.amount_minor;
      extra.due = std::max(extra.due, fee.date);
    }
  }
  if (extra.fee_minor > 0) rows.push_back(extra);
}

/// Numbers the rows and sets what is owed after each. A row has seen every disbursement before its
/// position, and a down payment all of its day. Refused if more is paid back than was paid out.
std::optional<TermsRefusal> finish(std::span<const Disbursement> disbursements,
                                   std::span<const Advance> advances, Schedule& schedule) {
  std::int64_t balance = 0;
  base::int128 cost = 0;
  std::size_t paid_out = 0;
  int number = 0;
  int regular = 0;
  for (Installment& row : schedule.installments) {
    while (paid_out < disbursements.size() &&
           (row.is_upfront ? disbursements[paid_out].date <= row.due
                           : advances[paid_out].row <= regular)) {
      balance += disbursements[paid_out++].amount_minor;
    }
    balance -= row.principal_minor;
    if (balance < 0) return TermsRefusal::RoundingLeavesNegativeRest;
    cost += base::int128{row.interest_minor} + row.fee_minor;
    row.number = ++number;
    row.balance_minor = balance;
    if (!row.is_upfront) ++regular;
  }
  CHECK(balance == 0 && paid_out == disbursements.size(), "{} are never paid back", balance);
  if (cost > base::kAmountMinorMax) return TermsRefusal::CostTooLarge;
  return std::nullopt;
}

}  // namespace

std::int64_t Schedule::principal_minor() const {
  std::int64_t sum = 0;
  for (const Installment& i : installments) sum += i.principal_minor;
  return sum;
}

std::int64_t Schedule::interest_minor() const {
  std::int64_t sum = 0;
  for (const Installment& i : installments) sum += i.interest_minor;
  return sum;
}

std::int64_t Schedule::fee_minor() const {
  std::int64_t sum = 0;
  for (const Installment& i : installments) sum += i.fee_minor;
  return sum;
}

std::optional<std::size_t> installment_carrying(const Schedule& schedule, base::Day day) {
  for (std::size_t i = 0; i < schedule.installments.size(); ++i) {
    const Installment& one = schedule.installments[i];
    if (!one.is_upfront && day <= one.due) return i;
  }
  return std::nullopt;
}

std::optional<TermsRefusal> make_schedule_into(const Terms& terms, Schedule& schedule) {
  if (const auto refusal = refuse_size(terms)) return refusal;
  schedule.currency = terms.principal.currency();
  schedule.disbursed_on = terms.disbursed_on;
  std::vector<Installment>& rows = schedule.installments;
  set_rows(terms, rows);
  if (const auto refusal = refuse_dates(terms, rows)) return refusal;

  const auto basis = InterestBasis::make(terms, rows.back().due);
  if (!basis) return basis.error();

  const Money money(terms);
  const std::span<const Disbursement> disbursements = money.disbursements();
  Advance only;
  std::vector<Advance> several(disbursements.size() > 1 ? disbursements.size() : 0);
  const std::span<Advance> advances =
      several.empty() ? std::span<Advance>(&only, 1) : std::span<Advance>(several);
  std::int64_t financed = 0;
  for (std::size_t i = 0; i < advances.size(); ++i) {
    const std::int64_t amount =
        disbursements[i].amount_minor - down_payment_of(terms, disbursements[i]);
    advances[i] = {disbursements[i].date, amount, row_of(terms, rows, disbursements[i].date)};
    financed += amount;
  }
  if (financed == 0) return TermsRefusal::DownPaymentOutOfRange;
  if (const auto refusal = refuse_options(terms, financed)) return refusal;
  const std::int64_t paying = terms.installment_count - terms.grace.principal;
  if (base::int128{terms.principal_minor_min} * paying > financed) {
    return TermsRefusal::PrincipalTooSmallToSplit;
  }

  std::array<std::int64_t, kInstallmentCountMax> by_days;
  std::span<const std::int64_t> rates;
  if (!basis->is_same_each_period()) {
    if (const auto refusal = set_rates(*basis, schedule, by_days)) return refusal;
    rates = {by_days.data(), rows.size()};
  }
  std::int64_t day_0_fee = 0;
  if (const auto refusal = fill({terms, *basis, rows, advances, rates}, day_0_fee)) return refusal;
  if (terms.down_payment_e8 > 0) insert_down_payments(terms, disbursements, advances, rows);
  if (day_0_fee > 0) {
    rows.insert(rows.begin(),
                {.due = terms.disbursed_on, .fee_minor = day_0_fee, .is_upfront = true});
  }
  if (!terms.fees.empty()) add_dated_fees(terms, schedule);
  return finish(disbursements, advances, schedule);
}

base::Result<Schedule, TermsRefusal> make_schedule(const Terms& terms) {
  Schedule schedule;
  if (const auto refusal = make_schedule_into(terms, schedule)) return Refused(*refusal);
  CHECK(schedule.principal_minor() == terms.principal.minor(), "{} lent, {} to be paid back",
        terms.principal.minor(), schedule.principal_minor());
  return schedule;
}

}  // namespace scheduling
