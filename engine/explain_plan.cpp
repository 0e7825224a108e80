#include "engine/explain_plan.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "engine/book.h"
#include "engine/product_terms.h"

namespace engine {
namespace {

scheduling::Terms terms_of(store::Session& session, const store::PlanHistory& plan) {
  const std::shared_ptr<const Catalog> catalog = load_catalog(session, plan.catalog_version);
  const Product* product = catalog->find_product(plan.product);
  const CurrencyTerms* currency = catalog->find_currency(plan.currency.code());
  CHECK(product != nullptr && currency != nullptr,
        "plan {} was sold under catalog version {}, which has no product {} or currency {}",
        plan.id.value, plan.catalog_version, plan.product, plan.currency.code());
  const store::ScheduleVersion& first = plan.versions.front();
  const std::int64_t financed =
      std::accumulate(first.principal.begin(), first.principal.end(), std::int64_t{0});
  return product_terms(*product, *currency, financed, static_cast<int>(first.due.size()),
                       plan.start_on);
}

std::optional<scheduling::Installment> row_of(const store::ScheduleVersion& version, int number) {
  const auto at = static_cast<std::size_t>(number - 1);
  if (at >= version.due.size()) return std::nullopt;
  return scheduling::Installment{.number = number,
                                 .due = version.due[at],
                                 .principal_minor = version.principal[at],
                                 .interest_minor = version.interest[at],
                                 .fee_minor = version.fee[at]};
}

bool is_same(const scheduling::Installment& made, const scheduling::Installment& stored) {
  return made.due == stored.due && made.principal_minor == stored.principal_minor &&
         made.interest_minor == stored.interest_minor && made.fee_minor == stored.fee_minor;
}

/// The steps of the capture's schedule, if it has the installment.
void explain_capture(ExplainedInstallment& one) {
  const std::optional<scheduling::Installment>& stored = one.rows.front();
  if (!stored) return;
  const auto schedule = scheduling::make_schedule(one.terms);
  one.is_as_stored = false;
  if (!schedule) return;
  const auto made = std::ranges::find_if(schedule->installments,
                                         [&](const auto& i) { return i.number == stored->number; });
  if (made == schedule->installments.end()) return;
  one.is_as_stored = is_same(*made, *stored);
  one.steps = scheduling::explain_installment(
      one.terms, *schedule, static_cast<std::size_t>(made - schedule->installments.begin()));
}

Explanation explain(store::Session& session, std::optional<store::PlanHistory> plan, int number) {
  if (!plan) return base::Refused(ExplainProblem{ExplainRefusal::PurchaseUnknown});
  std::size_t longest = 0;
  for (const store::ScheduleVersion& version : plan->versions) {
    longest = std::max(longest, version.due.size());
  }
  if (number < 1 || static_cast<std::size_t>(number) > longest) {
    return base::Refused(
        ExplainProblem{ExplainRefusal::InstallmentNotFound, static_cast<int>(longest)});
  }
  ExplainedInstallment one;
  one.terms = terms_of(session, *plan);
  one.plan = *std::move(plan);
  for (const store::ScheduleVersion& version : one.plan.versions) {
    one.rows.push_back(row_of(version, number));
  }
  explain_capture(one);
  return one;
}

}  // namespace

Explanation explain_purchase(store::Session& session, std::string_view purchase_ref, int number) {
  return explain(session, store::find_plan_history(session, purchase_ref), number);
}

Explanation explain_plan(store::Session& session, base::PlanId plan, int number) {
  return explain(session, store::find_plan_history(session, plan), number);
}

std::string_view name(store::ScheduleCause cause) {
  switch (cause) {
    case store::ScheduleCause::Capture:
      return "capture";
    case store::ScheduleCause::Refund:
      return "refund";
    case store::ScheduleCause::Payoff:
      return "payoff";
    case store::ScheduleCause::Prepayment:
      return "prepayment";
    case store::ScheduleCause::Extension:
      return "extension";
    case store::ScheduleCause::ReAge:
      return "re-age";
    case store::ScheduleCause::ReAmortize:
      return "re-amortization";
    case store::ScheduleCause::InterestPause:
      return "interest pause";
    case store::ScheduleCause::RateChange:
      return "rate change";
    case store::ScheduleCause::ChargeOff:
      return "charge-off";
  }
  CHECK(false, "cause {}", static_cast<int>(cause));
}

}  // namespace engine
