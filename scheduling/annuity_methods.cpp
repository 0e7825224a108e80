// Equal payments; interest k = i_k * balance, principal k = payment - interest k, and the last
// installment takes the balance that is left with its interest (domain, table 2.4).
//
// LevelPayment (等额本息): A = P * i / (1 - (1 + i)^-n); for periods of different rates P divided
// by the sum of the discount factors, which is the same thing. Balloon: A = (P - B * (1 + i)^-n) *
// i / (1 - (1 + i)^-n), and B on top of the last payment: P 10 000, B 4 000, i 1 %, n 12 gives
// 573.09 (domain, table 2).
//
// A is exact and rounded once, to the minor unit or to a multiple (`multiples_of_minor`).
//
// Several disbursements: from the period in which money is paid out, all that is owed at its start
// and all paid out in it is amortized anew over the periods that are left, at their full rates; the
// money bears interest from its date (Apache Fineract, progressive schedules).
//
// EmiAdjust::Fineract (ProgressiveEMICalculator): when the last payment differs from the one before
// by more than half the number of payments in hundredths of a unit (0.03 for 6 or 7 payments), the
// difference is spread over all of them: A' = A + difference / n. It is kept if A' differs from A
// and leaves the smaller difference. Fineract computes with 12 or 19 decimal digits, we with
// fractions; the two part only where a 12-digit error lies on a tie of rounding.
//
// Grace. Without principal: A is that of the periods after it, before them interest alone is paid.
// Without interest: what arises is paid with the first installment after the grace on top of A; or,
// capitalized, it is owed like principal, A pays P * (1 + i)^m, and each payment goes to interest
// first.
#include <array>

#include "base/check.h"
#include "scheduling/methods.h"

namespace scheduling {
namespace {

/// Where a walk through the rows starts.
struct State {
  int row = 0;
  std::int64_t balance = 0;  ///< principal owed before what is paid out in the row
  std::int64_t unpaid = 0;   ///< interest that grace left
};

class Amortization {
 public:
  explicit Amortization(const Draft& draft)
      : draft_(draft),
        is_capitalized_(draft.terms.unpaid_interest == UnpaidInterest::Capitalized) {}

  std::optional<TermsRefusal> fill() {
    for (std::size_t known = 1; known <= draft_.advances.size(); ++known) {
      if (const auto refusal = amortize(next_, known)) return refusal;
    }
    return std::nullopt;
  }

 private:
  std::optional<TermsRefusal> amortize(State from, std::size_t known) {
    const Terms& terms = draft_.terms;
    paying_from_ = std::max(from.row, terms.grace.principal);
    known_ = known;
    std::int64_t payment = 0;
    if (const auto refusal = payment_of(from, payment)) return refusal;
    if (const auto refusal = walk(from, payment)) return refusal;
    if (terms.emi_adjust == EmiAdjust::Fineract && is_whole_) return adjust(from, payment);
    return std::nullopt;
  }

  /// The level payment for all that is owed in the row, rounded.
  std::optional<TermsRefusal> payment_of(State from, std::int64_t& payment) {
    const Terms& terms = draft_.terms;
    std::int64_t owed = from.balance + (is_capitalized_ ? from.unpaid : 0);
    for (std::size_t i = 0; i < known_; ++i) {
      if (draft_.advances[i].row == from.row) owed += draft_.advances[i].amount_minor;
    }
    if (is_capitalized_) {
      for (int k = from.row; k < terms.grace.interest; ++k) {
        owed += row_interest(draft_, k, owed, 0);
        if (owed > base::kAmountMinorMax / 10) return TermsRefusal::CostTooLarge;
      }
    }
    if (terms.level_basis == LevelBasis::MonthsOf30Days && !draft_.basis.months_of_30_days()) {
      return TermsRefusal::RateOutOfRange;
    }
    const std::int64_t exact = level(owed);
    if (terms.multiples_of_minor > exact) return TermsRefusal::MultipleOutOfRange;
    payment = to_multiple(terms, exact);
    return std::nullopt;
  }

  std::int64_t level(std::int64_t owed) {
    const Terms& terms = draft_.terms;
    const int count = draft_.count() - paying_from_;
    if (terms.level_basis == LevelBasis::MonthsOf30Days) {
      return level_payment(owed, *draft_.basis.months_of_30_days(), count, terms.interest_rounding);
    }
    const bool is_one_rate = draft_.rates.empty() && terms.grace.interest_free <= paying_from_ &&
                             terms.balloon_minor == 0;
    if (is_one_rate) {
      return level_payment(owed, draft_.rate_of(paying_from_), count, terms.interest_rounding);
    }
    std::array<std::int64_t, kInstallmentCountMax> numerators;
    for (int k = paying_from_; k < draft_.count(); ++k) {
      numerators[static_cast<std::size_t>(k - paying_from_)] = draft_.rate_of(k).numerator;
    }
    return level_payment({.principal_minor = owed,
                          .balloon_minor = std::min(terms.balloon_minor, owed),
                          .rate_numerators = {numerators.data(), static_cast<std::size_t>(count)},
                          .rate_denominator = draft_.basis.denominator()},
                         terms.interest_rounding);
  }

  /// Fills the rows from the state on. What a later disbursement calculates anew binds nobody:
  /// there a payment that does not fit ends the walk and refuses nothing.
  std::optional<TermsRefusal> walk(State from, std::int64_t payment) {
    const Terms& terms = draft_.terms;
    const int last = draft_.count() - 1;
    std::int64_t balance = from.balance;
    std::int64_t unpaid = from.unpaid;
    std::size_t next = 0;
    is_whole_ = true;
    while (next < known_ && draft_.advances[next].row < from.row) ++next;
    for (int k = from.row; k <= last; ++k) {
      if (known_ < draft_.advances.size() && k == draft_.advances[known_].row) {
        next_ = {.row = k, .balance = balance, .unpaid = unpaid};
      }
      Installment& row = draft_.row(k);
      const std::int64_t interest =
          row_interest(draft_, k, balance + (is_capitalized_ ? unpaid : 0), known_);
      for (; next < known_ && draft_.advances[next].row == k; ++next) {
        balance += draft_.advances[next].amount_minor;
      }
      std::int64_t due_interest = interest;
      if (k < terms.grace.interest) {
        due_interest = 0;
      } else if (!is_capitalized_) {
        due_interest += unpaid;
      } else if (unpaid > 0) {
        due_interest = k == last ? interest + unpaid : std::min(payment, interest + unpaid);
      }
      const std::int64_t of_payment = is_capitalized_ ? due_interest : interest;
      std::int64_t principal = k < paying_from_ ? 0 : payment - of_payment;
      if (k == last) principal = balance;
      unpaid += interest - due_interest;
      if (unpaid > base::kAmountMinorMax) return TermsRefusal::CostTooLarge;
      balance -= principal;
      if (principal < 0 || (k != last && balance <= 0)) {
        is_whole_ = false;
        if (known_ < draft_.advances.size() && k >= draft_.advances[known_].row) break;
        return principal < 0 ? TermsRefusal::PaymentBelowInterest
                             : TermsRefusal::RoundingLeavesNegativeRest;
      }
      row.interest_minor = due_interest;
      row.principal_minor = principal;
      row.balance_minor = balance;
    }
    return std::nullopt;
  }

  std::optional<TermsRefusal> adjust(State from, std::int64_t payment) {
    const int count = draft_.count() - paying_from_;
    const std::int64_t off = difference();
    // Both sides in minor units: |off| * 100 against count / 2 whole units of the currency.
    base::int128 unit = 1;
    for (int i = 0; i < draft_.terms.principal.currency().exponent(); ++i) unit *= 10;
    const base::int128 size = off < 0 ? -base::int128{off} : base::int128{off};
    if (off == 0 || count < 2 || size * 100 <= unit * (count / 2)) return std::nullopt;
    const std::int64_t step =
        base::narrow(base::div_round(off, count, draft_.terms.interest_rounding));
    const std::int64_t adjusted = to_multiple(draft_.terms, payment + step);
    if (adjusted == payment) return std::nullopt;
    if (!walk(from, adjusted) && is_whole_) {
      const base::int128 left = difference();
      if ((left < 0 ? -left : left) < size) return std::nullopt;
    }
    return walk(from, payment);
  }

  /// By how much the last payment exceeds the one before.
  std::int64_t difference() const {
    const int last = draft_.count() - 1;
    if (last == 0) return 0;
    return draft_.row(last).total_minor() - draft_.row(last - 1).total_minor();
  }

  const Draft& draft_;
  bool is_capitalized_;
  int paying_from_ = 0;
  std::size_t known_ = 0;
  bool is_whole_ = true;  // the walk came to the last row
  State next_;            // where the next advance starts over
};

}  // namespace

std::optional<TermsRefusal> fill_annuity(const Draft& draft) { return Amortization(draft).fill(); }

}  // namespace scheduling
