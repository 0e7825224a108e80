#include "engine/customer_statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/book.h"
#include "engine/views.h"
#include "scheduling/annual_rate.h"
#include "sql/store/customer_account_store.h"

namespace engine {
namespace {

using ledger::Rule;
using store::AccountPlan;
using store::AccountPosting;
using store::AccountSchedule;
using store::CustomerAccount;

/// A plan's installments at the close of a day.
class PlanAt {
 public:
  PlanAt(const AccountPlan& plan, const AccountSchedule& schedule, const Catalog& catalog)
      : due_(schedule.due.size()) {
    row_.product = plan.product;
    row_.due = schedule.due;
    row_.principal = schedule.principal;
    row_.fee = schedule.fee;
    row_.interest = schedule.interest;
    row_.paid_principal = schedule.paid_principal;
    row_.paid_fee = schedule.paid_fee;
    row_.paid_interest = schedule.paid_interest;
    for (auto* paid : {&row_.paid_principal, &row_.paid_fee, &row_.paid_interest}) {
      paid->resize(due_);
    }
    installments_ = installment_views(row_);
    const Product* product = catalog.find_product(plan.product);
    if (product && product->due_mode == DueMode::Statement) {
      view_.billed_days_before_due = product->statement.days_to_due;
    }
    view_.installments = installments_;
  }
  PlanAt(const PlanAt&) = delete;
  PlanAt& operator=(const PlanAt&) = delete;

  std::size_t size() const { return due_; }
  const scheduling::InstallmentView& at(std::size_t i) const { return installments_[i]; }
  bool is_billed(std::size_t i, base::Day day) const {
    return scheduling::is_billed(view_, i, day);
  }
  std::int64_t unpaid(base::Day day, bool billed) const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < due_; ++i) {
      if (is_billed(i, day) == billed) sum += installments_[i].unpaid();
    }
    return sum;
  }

 private:
  std::size_t due_;
  store::PlanRow row_;
  std::vector<scheduling::InstallmentView> installments_;
  scheduling::PlanView view_;
};

/// The schedule in force at the close of the day, with what had been paid by then.
AccountSchedule schedule_at(const AccountPlan& plan, const CustomerAccount& account,
                            base::Day day) {
  const auto in_force = std::ranges::find_if(plan.schedules, [&](const AccountSchedule& s) {
    return !s.replaced_on || *s.replaced_on > day;
  });
  AccountSchedule schedule = *in_force;
  const AccountSchedule& now = plan.schedules.back();
  schedule.paid_principal = now.paid_principal;
  schedule.paid_fee = now.paid_fee;
  schedule.paid_interest = now.paid_interest;
  for (const store::PaidLater& paid : account.paid_later) {
    if (paid.plan != plan.id || paid.business_date <= day) continue;
    for (std::size_t i = 0; i < paid.number.size(); ++i) {
      const auto at = static_cast<std::size_t>(paid.number[i] - 1);
      schedule.paid_principal.at(at) -= paid.principal[i];
      schedule.paid_fee.at(at) -= paid.fee[i];
      schedule.paid_interest.at(at) -= paid.interest[i];
    }
  }
  return schedule;
}

std::optional<std::int64_t> annual_rate_of(const AccountPlan& plan) {
  const AccountSchedule& schedule = plan.schedules.front();
  std::vector<scheduling::CashFlow> flows = {{plan.start_on, plan.financed}};
  for (std::size_t i = 0; i < schedule.due.size(); ++i) {
    flows.push_back(
        {schedule.due[i], -(schedule.principal[i] + schedule.fee[i] + schedule.interest[i])});
  }
  const auto rate = scheduling::nominal_rate(
      {.flows = flows, .every = {}, .start = plan.start_on, .period_ends = schedule.due});
  if (!rate) return std::nullopt;
  return std::llround(*rate * 100);
}

bool is_repayment(Rule rule) { return rule == Rule::Repay || rule == Rule::RepayFromSuspense; }

std::int64_t moved_by(const AccountPosting& p) {
  return p.receivable + p.late_fee + p.interest + p.credit;
}

/// One currency of an account.
class SectionMaker {
 public:
  SectionMaker(const CustomerAccount& account, const CustomerStatementRequest& request,
               const Catalog& catalog, base::Currency currency)
      : account_(account), request_(request), catalog_(catalog), section_{.currency = currency} {}

  CustomerSection make() && {
    section_.opening = balance_at(base::plus_days(request_.from, -1));
    section_.closing = balance_at(request_.to);
    for (const StatementEntry entry : {StatementEntry::Repayment, StatementEntry::Chargeback}) {
      add_events(entry);
    }
    add_purchases();
    add_installments(StatementEntry::Installment);
    add_installments(StatementEntry::Fee);
    const std::size_t moved_at = section_.lines.size();
    add_penalties();
    for (const StatementEntry entry :
         {StatementEntry::Refund, StatementEntry::Waiver, StatementEntry::Goodwill,
          StatementEntry::CreditPaidOut, StatementEntry::ChargeOff}) {
      add_events(entry);
    }
    std::int64_t sum = section_.opening;
    for (const CustomerLine& line : section_.lines) sum += line.amount.value_or(0);
    if (sum != section_.closing) {
      section_.lines.insert(section_.lines.begin() + static_cast<std::ptrdiff_t>(moved_at),
                            {.entry = StatementEntry::Moved, .amount = section_.closing - sum});
    }
    find_due();
    return std::move(section_);
  }

 private:
  bool is_in_period(base::Day day) const { return request_.from <= day && day <= request_.to; }

  template <class Use>
  void for_each_plan(base::Day day, Use use) const {
    for (const AccountPlan& plan : account_.plans) {
      if (plan.currency != section_.currency || plan.business_date > day) continue;
      use(plan, PlanAt(plan, schedule_at(plan, account_, day), catalog_));
    }
  }

  /// Billed and unpaid, with late fees, less the credit balance.
  std::int64_t balance_at(base::Day day) const {
    std::int64_t balance = 0;
    for_each_plan(day, [&](const AccountPlan&, const PlanAt& at) {
      balance += at.unpaid(day, /*billed=*/true);
    });
    for (const AccountPosting& p : account_.postings) {
      if (p.currency == section_.currency && p.business_date <= day) {
        balance += p.late_fee + p.credit;
      }
    }
    return balance;
  }

  static std::optional<StatementEntry> entry_of(Rule rule) {
    if (is_repayment(rule)) return StatementEntry::Repayment;
    if (rule == Rule::RepayChargeback) return StatementEntry::Chargeback;
    if (rule == Rule::Refund || rule == Rule::DisputeLost) return StatementEntry::Refund;
    if (rule == Rule::Waive) return StatementEntry::Waiver;
    if (rule == Rule::Goodwill) return StatementEntry::Goodwill;
    if (rule == Rule::CreditRefund) return StatementEntry::CreditPaidOut;
    if (rule == Rule::ChargeOff) return StatementEntry::ChargeOff;
    return std::nullopt;
  }

  /// A line an event: a repayment may have paid several plans.
  void add_events(StatementEntry entry) {
    std::vector<std::pair<base::EventId, CustomerLine>> lines;
    for (const AccountPosting& p : account_.postings) {
      if (p.currency != section_.currency || !is_in_period(p.business_date)) continue;
      if (entry_of(p.rule) != entry) continue;
      if (lines.empty() || lines.back().first != p.event) {
        lines.push_back(
            {p.event, {.entry = entry, .date = p.business_date, .ref = p.ref, .amount = 0}});
      }
      *lines.back().second.amount += moved_by(p) + fallen_away(p);
    }
    for (auto& [event, line] : lines) {
      if (line.amount != 0) section_.lines.push_back(std::move(line));
    }
  }

  /// What an event took off installments that nobody had been asked for: the balance never had it.
  std::int64_t fallen_away(const AccountPosting& posting) const {
    if (posting.rule != Rule::Refund && posting.rule != Rule::DisputeLost &&
        posting.rule != Rule::ChargeOff) {
      return 0;
    }
    for (const AccountPlan& plan : account_.plans) {
      if (plan.id != posting.plan) continue;
      for (std::size_t i = 0; i + 1 < plan.schedules.size(); ++i) {
        const AccountSchedule& before = plan.schedules[i];
        if (before.replaced_by != posting.event) continue;
        AccountSchedule after = plan.schedules[i + 1];
        after.paid_principal = before.paid_principal;
        after.paid_fee = before.paid_fee;
        after.paid_interest = before.paid_interest;
        const base::Day day = posting.business_date;
        return PlanAt(plan, before, catalog_).unpaid(day, false) -
               PlanAt(plan, after, catalog_).unpaid(day, false);
      }
    }
    return 0;
  }

  void add_purchases() {
    for (const AccountPlan& plan : account_.plans) {
      if (plan.currency != section_.currency || !is_in_period(plan.business_date)) continue;
      section_.lines.push_back({.entry = StatementEntry::Purchase,
                                .date = plan.business_date,
                                .purchase = plan.purchase_ref,
                                .ref = plan.merchant,
                                .installments = static_cast<int>(plan.schedules.front().due.size()),
                                .financed = plan.financed,
                                .annual_rate = annual_rate_of(plan)});
    }
  }

  /// Installments billed since the day before the period; the amount as it was billed.
  void add_installments(StatementEntry entry) {
    const base::Day before = base::plus_days(request_.from, -1);
    for_each_plan(request_.to, [&](const AccountPlan& plan, const PlanAt& at) {
      for (std::size_t i = 0; i < at.size(); ++i) {
        const bool is_old = plan.business_date <= before && at.is_billed(i, before);
        if (!at.is_billed(i, request_.to) || is_old) continue;
        const scheduling::InstallmentView& installment = at.at(i);
        const std::int64_t amount = entry == StatementEntry::Installment
                                        ? installment.principal
                                        : installment.fee + installment.interest;
        if (amount == 0) continue;
        section_.lines.push_back({.entry = entry,
                                  .date = installment.due,
                                  .purchase = plan.purchase_ref,
                                  .installment = static_cast<int>(i) + 1,
                                  .installments = static_cast<int>(at.size()),
                                  .amount = amount});
      }
    });
  }

  void add_penalties() {
    std::map<std::string, std::int64_t> sums;
    for (const AccountPosting& p : account_.postings) {
      if (p.currency == section_.currency && is_in_period(p.business_date) &&
          p.rule == Rule::LateFee) {
        sums[p.ref] += p.late_fee;
      }
    }
    for (const auto& [purchase, amount] : sums) {
      if (amount == 0) continue;
      section_.lines.push_back(
          {.entry = StatementEntry::Penalty, .purchase = purchase, .amount = amount});
    }
  }

  void find_due() {
    for_each_plan(request_.to, [&](const AccountPlan&, const PlanAt& at) {
      for (std::size_t i = 0; i < at.size(); ++i) {
        const scheduling::InstallmentView& installment = at.at(i);
        if (installment.unpaid() == 0 || !at.is_billed(i, request_.to)) continue;
        if (installment.due < request_.to) {
          section_.overdue += installment.unpaid();
        } else if (!section_.due_date || installment.due < *section_.due_date) {
          section_.due_date = installment.due;
        }
      }
    });
  }

  const CustomerAccount& account_;
  const CustomerStatementRequest& request_;
  const Catalog& catalog_;
  CustomerSection section_;
};

}  // namespace

ReportResult<std::vector<CustomerSection>> customer_statement(
    store::Session& session, const CustomerStatementRequest& request) {
  const auto reading = take_reading(session, {request.to, request.known_at});
  if (!reading) return std::unexpected(reading.error());
  if (const auto dates = in_order(request.from, request.to); !dates) {
    return std::unexpected(dates.error());
  }
  const store::Transaction snapshot(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const auto account =
      store::load_customer_account(session, request.customer, request.from, *reading);
  if (!account) {
    return refused(ReportRefusal::CustomerUnknown,
                   fmt::format("there is no customer {} in the books of {}", request.customer,
                               base::to_string(reading->as_of)));
  }
  const auto catalog = load_catalog(session, store::find_catalog_version(session, *reading));
  std::map<base::Currency, bool> currencies;
  for (const AccountPosting& posting : account->postings) currencies[posting.currency] = true;
  std::vector<CustomerSection> sections;
  for (const auto& [currency, is_used] : currencies) {
    sections.push_back(SectionMaker(*account, request, *catalog, currency).make());
  }
  return sections;
}

}  // namespace engine
