// Refund of Rc, the customer's part of goods given back (domain §1.6). Principal falls in this
// order: past due, oldest first; unbilled, by the order asked for; billed and not past due; the
// rest has been paid and is cash. Penalty is untouched.
//
// Fee. New base = lent - all refunded so far. Fee of periods that are not due yet and not paid is
// re-priced on it: unpaid fee * new base / old base, the unbilled together and rounded once, then
// spread as it was before. 1 000.00 in 6 at 0.60 %, 250.00 refunded in period 3: principal 666.68 -
// 250.00 = 416.68 = 4 * 104.17, fee 24.00 * 750 / 1 000 = 18.00 = 4 * 4.50 (domain §4.3, J21).
// Where the last installments fall away, so does the fee of their periods. The fee of a period that
// is due was for a time that has passed, paid or not, and stays. Interest fixed at the start is
// treated like fee.
//
// Interest on a balance is that of the lower balance from the day of the refund on
// (rest_of_plan.h), that of a billed installment too: for goods given back no interest arises.
//
// Fee that is paid: kept (published practice), or ReturnProrata: (paid - returned so far) * Rc /
// old base comes back.
#include "scheduling/partial_refund.h"

#include <algorithm>

#include "base/check.h"
#include "scheduling/plan_draft.h"
#include "scheduling/rest_of_plan.h"

namespace scheduling {
namespace {

using base::Refused;

/// Takes from `left` up to `unpaid` principal of the installment.
std::int64_t take(InstallmentView& installment, std::int64_t& left) {
  const std::int64_t part = std::min(left, installment.unpaid_principal());
  installment.principal -= part;
  left -= part;
  return part;
}

class Refunding {
 public:
  Refunding(const PlanView& plan, const ChangeTerms& terms, const RefundRequest& request)
      : plan_(plan),
        terms_(terms),
        request_(request),
        rest_(unbilled_rest(plan, request.on)),
        periods_(periods_of(plan.installments, terms.start, rest_, request.on)),
        now_(plan.installments.begin(), plan.installments.end()) {}

  base::Result<PartialRefund, ChangeRefusal> run() {
    PartialRefund result;
    std::int64_t left = request_.amount_minor;
    for (InstallmentView& i : now_) {
      if (i.due < request_.on) result.past_due_minor += take(i, left);
    }
    const std::int64_t unbilled = std::min(left, periods_.principal_sum());
    left -= unbilled;
    result.unbilled_minor = unbilled;
    for (std::size_t i = 0; i < now_.size(); ++i) {
      if (is_billed(plan_, i, request_.on)) result.billed_minor += take(now_[i], left);
    }
    result.cash_minor = left;
    if (const auto refusal = reduce_rest(unbilled)) return Refused(*refusal);
    if (const auto refusal = reprice_costs()) return Refused(*refusal);
    if (terms_.interest) {
      if (const auto refusal = reduce_billed_interest()) return Refused(*refusal);
    }

    const Amounts returned{.principal = left, .fee = returned_fee()};
    drop_empty_tail(now_);
    result.version = make_version(ChangeCause::Refund, request_.on, plan_, std::move(now_),
                                  {.principal = result.principal_reduced_minor()}, returned);
    return result;
  }

 private:
  std::int64_t old_base() const { return request_.lent_minor - request_.refunded_before_minor; }
  Fraction new_share() const { return {old_base() - request_.amount_minor, old_base()}; }

  /// Principal of what is not billed and, where it arises on the balance, its interest.
  std::optional<ChangeRefusal> reduce_rest(std::int64_t refunded) {
    if (refunded == 0) return std::nullopt;
    const auto principals = principals_without(refunded);
    if (!principals) return principals.error();
    const auto parts = price_if_on_balance(terms_, periods_, *principals);
    if (!parts) return parts.error();
    set_rest(now_, rest_, *parts);
    return std::nullopt;
  }

  base::Result<std::vector<std::int64_t>, ChangeRefusal> principals_without(
      std::int64_t refunded) const {
    if (request_.order == UnbilledOrder::ProRata) {
      return spread_principal(terms_, periods_, periods_.principal_sum() - refunded,
                              periods_.due.size(), now_.size());
    }
    std::vector<std::int64_t> principals = periods_.principal;
    for (std::size_t n = 0; n < principals.size(); ++n) {
      const bool is_last_first = request_.order == UnbilledOrder::LastFirst;
      std::int64_t& principal = principals[is_last_first ? principals.size() - 1 - n : n];
      const std::int64_t part = std::min(principal, refunded);
      principal -= part;
      refunded -= part;
    }
    return principals;
  }

  /// How many installments of the rest still run: those up to its last principal. Periods that had
  /// none before run on.
  std::size_t count_running() const {
    std::size_t count = rest_.count;
    while (count > 0) {
      const std::size_t i = rest_.first + count - 1;
      if (now_[i].unpaid_principal() > 0 || plan_.installments[i].unpaid_principal() == 0) break;
      --count;
    }
    return count;
  }

  std::optional<ChangeRefusal> reprice_costs() {
    const std::size_t running = count_running();
    for (const Cost& cost : fixed_costs(terms_)) {
      std::vector<std::int64_t> unpaid(running);
      std::int64_t total = 0;
      for (std::size_t i = 0; i < now_.size(); ++i) {
        InstallmentView& installment = now_[i];
        if (installment.due <= request_.on) continue;
        const std::int64_t rest = installment.*cost.owed - installment.*cost.paid;
        if (i < rest_.first) {
          installment.*cost.owed =
              installment.*cost.paid + share_of(rest, new_share(), terms_.rounding);
          continue;
        }
        installment.*cost.owed = installment.*cost.paid;
        if (i - rest_.first >= running) continue;
        unpaid[i - rest_.first] = rest;
        total += rest;
      }
      const std::int64_t repriced = share_of(total, new_share(), terms_.rounding);
      const auto parts = spread(repriced, unpaid, now_.size(), terms_.split_rule);
      if (!parts) return ChangeRefusal::NoSchedule;
      for (std::size_t k = 0; k < running; ++k) {
        now_[rest_.first + k].*cost.owed += (*parts)[k];
      }
    }
    return std::nullopt;
  }

  /// Of what is billed and not due, for the days left, on the principal that went.
  std::optional<ChangeRefusal> reduce_billed_interest() {
    std::size_t first = 0;
    while (first < now_.size() && now_[first].due <= request_.on) ++first;
    const Rest rest{first, now_.size() - first};
    if (rest.count == 0) return std::nullopt;
    const Periods periods = periods_of(plan_.installments, terms_.start, rest, request_.on);
    const auto parts = price_rest(*terms_.interest, *terms_.interest, periods,
                                  periods_of(now_, terms_.start, rest, request_.on).principal);
    if (!parts) return parts.error();
    for (std::size_t i = first; i < now_.size() && is_billed(plan_, i, request_.on); ++i) {
      now_[i].interest = std::max(now_[i].paid_interest, (*parts)[i - first].interest);
    }
    return std::nullopt;
  }

  std::int64_t returned_fee() const {
    if (request_.paid_fee == PaidFee::Retain && !request_.is_merchants_fault) return 0;
    std::int64_t paid = -request_.fee_returned_before_minor;
    for (const InstallmentView& i : plan_.installments) paid += i.paid_fee;
    CHECK(paid >= 0, "more fee was returned than paid: {}", -paid);
    return share_of(paid, {request_.amount_minor, old_base()}, terms_.rounding);
  }

  const PlanView& plan_;
  const ChangeTerms& terms_;
  const RefundRequest& request_;
  Rest rest_;
  Periods periods_;  // of the rest
  std::vector<InstallmentView> now_;
};

}  // namespace

base::Result<PartialRefund, ChangeRefusal> refund_part(const PlanView& plan,
                                                       const ChangeTerms& terms,
                                                       const RefundRequest& request) {
  if (request.amount_minor <= 0) return Refused(ChangeRefusal::AmountNotPositive);
  if (request.amount_minor > request.lent_minor - request.refunded_before_minor) {
    return Refused(ChangeRefusal::AmountExceedsLent);
  }
  return Refunding(plan, terms, request).run();
}

}  // namespace scheduling
