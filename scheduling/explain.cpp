#include "scheduling/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <string_view>

#include "base/check.h"
#include "scheduling/day_count.h"
#include "scheduling/interest_basis.h"
#include "scheduling/rounding_step.h"

namespace scheduling {
namespace {

using Whole = boost::multiprecision::cpp_int;
using Exact = boost::multiprecision::cpp_rational;

std::string_view name(base::Rounding rounding) {
  switch (rounding) {
    case base::Rounding::Down:
      return "DOWN";
    case base::Rounding::Up:
      return "UP";
    case base::Rounding::HalfUp:
      return "HALF_UP";
    case base::Rounding::HalfEven:
      return "HALF_EVEN";
    case base::Rounding::Ceiling:
      return "CEILING";
    case base::Rounding::Floor:
      return "FLOOR";
  }
  return "";
}

/// Of a value that is not negative.
std::int64_t rounded(const Exact& value, base::Rounding rounding) {
  const Whole numerator = boost::multiprecision::numerator(value);
  const Whole denominator = boost::multiprecision::denominator(value);
  const Whole quotient = numerator / denominator;
  const Whole rest = numerator % denominator;
  return static_cast<std::int64_t>(quotient) +
         (rounds_up<Whole>(quotient, rest, denominator, rounding) ? 1 : 0);
}

std::string_view unit_name(PeriodUnit unit, bool many) {
  switch (unit) {
    case PeriodUnit::Day:
      return many ? "days" : "day";
    case PeriodUnit::Week:
      return many ? "weeks" : "week";
    case PeriodUnit::HalfMonth:
      return many ? "half months" : "half month";
    case PeriodUnit::Month:
      return many ? "months" : "month";
  }
  return "";
}

std::string_view basis_name(base::RateBasis basis) {
  switch (basis) {
    case base::RateBasis::PerPeriod:
      return "a period";
    case base::RateBasis::PerDay:
      return "a day";
    case base::RateBasis::PerMonth:
      return "a month";
    case base::RateBasis::PerYear365:
    case base::RateBasis::PerYear360:
      return "a year";
    case base::RateBasis::Flat:
      return "flat";
  }
  return "";
}

/// "0.60": at least two decimals, no zeros after them.
std::string percent_text(base::Rate rate) {
  constexpr int kDecimals = 6;
  std::string text = base::to_decimal(rate.e8, kDecimals);
  const std::size_t shortest = text.size() - kDecimals + 2;
  while (text.size() > shortest && text.ends_with('0')) text.pop_back();
  return text;
}

InterestBasis basis_of(const Terms& terms, const Schedule& schedule) {
  base::Day last = terms.disbursed_on;
  for (const Installment& one : schedule.installments) {
    if (!one.is_upfront && one.number <= terms.installment_count) last = std::max(last, one.due);
  }
  const auto basis = InterestBasis::make(terms, last);
  CHECK(basis.has_value(), "a schedule was made of terms whose rate has no basis");
  return *basis;
}

class Explainer {
 public:
  Explainer(const Terms& terms, const Schedule& schedule, std::size_t index)
      : terms_(terms),
        schedule_(schedule),
        index_(index),
        row_(schedule.installments[index]),
        basis_(basis_of(terms, schedule)) {
    for (const Installment& one : schedule.installments) {
      if (one.is_upfront) down_payments_ += one.principal_minor;
    }
  }

  std::vector<ExplainedStep> explain() {
    if (!is_counted(row_)) {
      explain_uncounted();
      return std::move(steps_);
    }
    explain_due();
    switch (terms_.method) {
      case Method::InterestFree:
        break;
      case Method::FlatFee:
      case Method::UpfrontFee:
      case Method::FlatInterest:
        explain_flat_cost();
        break;
      case Method::EqualPrincipal:
      case Method::DailyInterest:
        explain_interest();
        break;
      case Method::LevelPayment:
      case Method::Balloon:
        explain_interest();
        explain_payment();
        return finish();
    }
    explain_split();
    return finish();
  }

 private:
  using Day = base::Day;

  bool is_counted(const Installment& one) const {
    return !one.is_upfront && one.number >= 1 && one.number <= terms_.installment_count;
  }
  std::string money(std::int64_t minor) const {
    return base::to_decimal(minor, schedule_.currency.exponent());
  }
  /// In units of the currency: "500/3 = 166.666666666667".
  std::string fraction(const Exact& minor) const {
    Whole scale = 1;
    for (int i = 0; i < schedule_.currency.exponent(); ++i) scale *= 10;
    const Exact value = minor / scale;
    const Whole numerator = boost::multiprecision::numerator(value);
    const Whole denominator = boost::multiprecision::denominator(value);
    if (boost::multiprecision::denominator(minor) == 1) return "";
    constexpr int kDecimals = 12;
    const Whole ten_to = boost::multiprecision::pow(Whole(10), kDecimals);
    const Whole digits = (numerator * ten_to * 2 + denominator) / (denominator * 2);
    const Whole whole = digits / ten_to;
    const Whole rest = digits % ten_to;
    const std::string part = rest.str();
    const std::string decimals =
        whole.str() + "." + std::string(kDecimals - part.size(), '0') + part;
    constexpr std::size_t kFractionMax = 40;  // an annuity of 12 has hundreds of digits
    const std::string written = numerator.str() + "/" + denominator.str();
    return written.size() <= kFractionMax ? written + " = " + decimals : "about " + decimals;
  }

  Day start() const {
    Day start = terms_.disbursed_on;
    for (std::size_t i = 0; i < index_; ++i) {
      if (is_counted(schedule_.installments[i])) start = schedule_.installments[i].due;
    }
    return start;
  }
  std::int64_t owed() const { return row_.balance_minor + row_.principal_minor; }
  std::int64_t financed() const { return terms_.principal.minor() - down_payments_; }
  bool is_free() const { return row_.number <= terms_.grace.interest_free; }

  PeriodicRate period_rate() const {
    if (is_free()) return {0, basis_.denominator()};
    if (basis_.is_same_each_period()) return {basis_.numerator(), basis_.denominator()};
    return {basis_.numerator(start(), row_.due).value_or(0), basis_.denominator()};
  }
  std::string rate_text(const PeriodicRate& rate) const {
    const Exact reduced(rate.numerator, rate.denominator);
    return boost::multiprecision::numerator(reduced).str() + "/" +
           boost::multiprecision::denominator(reduced).str();
  }
  std::string rate_rule() const {
    std::string rule =
        fmt::format("{} % {}", percent_text(terms_.rate), basis_name(terms_.rate.basis));
    if (terms_.subsidy_bps > 0) {
      rule += fmt::format(", of which somebody else pays {} %", terms_.subsidy_bps / 100.0);
    }
    if (basis_.is_same_each_period()) {
      rule += terms_.rate.basis == base::RateBasis::PerPeriod
                  ? ""
                  : ", the same for each period (SAME_AS_PERIOD)";
      return rule;
    }
    const DayCount day_count = terms_.day_count.value_or(DayCount::Act365Fixed);
    return rule + fmt::format(", {} days from {} to {} under {}",
                              days_counted(day_count, start(), row_.due), base::to_string(start()),
                              base::to_string(row_.due), to_string(day_count));
  }

  /// Options that change what the plain formula gives.
  std::string options() const {
    std::vector<std::string_view> names;
    if (terms_.disbursements.size() > 1) names.push_back("several disbursements");
    if (terms_.multiples_of_minor > 0) names.push_back("multiples_of");
    if (terms_.emi_adjust != EmiAdjust::None) names.push_back("emi_adjust");
    if (terms_.grace != Grace{}) names.push_back("grace");
    if (terms_.later_disbursement != LaterDisbursement::Reamortize) {
      names.push_back("later_disbursement");
    }
    if (terms_.level_basis != LevelBasis::AsCharged) names.push_back("level_basis");
    if (!terms_.fees.empty()) names.push_back("fees");
    if (terms_.fee_minor_min > 0 && terms_.method == Method::FlatFee)
      names.push_back("minimum fee");
    return fmt::format("{}", fmt::join(names, ", "));
  }

  void add(ExplainedStep step, std::int64_t ours, std::int64_t schedules) {
    step.amount_minor = schedules;
    step.is_whole = ours == schedules;
    if (!step.is_whole) step.rule += fmt::format("; then changed by: {}", options());
    steps_.push_back(std::move(step));
  }

  void explain_uncounted() {
    if (row_.principal_minor > 0) {
      steps_.push_back(
          {.figure = "principal",
           .formula = "a down payment, due when the money is paid out",
           .exact = "",
           .rule = fmt::format("a share of the disbursement, {}", name(terms_.interest_rounding)),
           .amount_minor = row_.principal_minor});
    }
    if (row_.fee_minor > 0) {
      steps_.push_back({.figure = "fee",
                        .formula = row_.is_upfront ? "the whole fee, due when the money is paid out"
                                                   : "a fee dated after the last installment",
                        .exact = "",
                        .rule = "not counted as an installment",
                        .amount_minor = row_.fee_minor});
    }
  }

  void explain_due() {
    const int steps = row_.number - 1 + terms_.dues.steps_to_first;
    const int units = steps * terms_.dues.every.count;
    ExplainedStep due{.figure = "due", .formula = "", .exact = "", .rule = ""};
    due.formula = fmt::format("{} and {} {}", base::to_string(terms_.dues.anchor), units,
                              unit_name(terms_.dues.every.unit, units != 1));
    if (terms_.dues.days_after > 0)
      due.formula += fmt::format(" and {} days", terms_.dues.days_after);
    due.formula += " = " + base::to_string(row_.due);
    due.rule = "counted from the first date, never from the one before";
    if (terms_.dues.every.unit == PeriodUnit::Month) due.rule += "; clamped to the month's end";
    if (terms_.dues.end_of_month) due.rule += "; a month's end stays one";
    if (row_.due != due_date(terms_.dues, row_.number)) {
      due.is_whole = false;
      due.rule += !terms_.due_on.empty() ? "; then moved to a business day"
                                         : "; then the last due date that was agreed";
    }
    steps_.push_back(std::move(due));
    const Day from = start();
    steps_.push_back(
        {.figure = "period",
         .formula = fmt::format("{} to {} = {} days", base::to_string(from),
                                base::to_string(row_.due), base::days_between(from, row_.due)),
         .exact = "",
         .rule = "from the due date before, or from the disbursement"});
  }

  void explain_flat_cost() {
    const bool is_interest = terms_.method == Method::FlatInterest;
    const int periods = std::max(terms_.installment_count - terms_.grace.interest_free, 0);
    Exact rates = 0;
    Day from = terms_.disbursed_on;
    for (const Installment& one : schedule_.installments) {
      if (!is_counted(one)) continue;
      if (one.number > terms_.grace.interest_free) {
        rates += basis_.is_same_each_period()
                     ? Exact(basis_.numerator(), basis_.denominator())
                     : Exact(basis_.numerator(from, one.due).value_or(0), basis_.denominator());
      }
      from = one.due;
    }
    const base::Rounding rounding = is_interest ? terms_.interest_rounding : base::Rounding::HalfUp;
    const Exact exact = rates * financed();
    const std::int64_t total = rounded(exact, rounding);
    const std::int64_t schedules = is_interest ? schedule_.interest_minor() : schedule_.fee_minor();
    add({.figure = is_interest ? "interest of the plan" : "fee of the plan",
         .formula = fmt::format("{} x {} for {} periods", money(financed()),
                                boost::multiprecision::numerator(rates).str() + "/" +
                                    boost::multiprecision::denominator(rates).str(),
                                periods),
         .exact = fraction(exact),
         .rule = fmt::format(
             "{}; on the original principal whatever is paid back; rounded once, {}",
             percent_text(terms_.rate) + " % " + std::string(basis_name(terms_.rate.basis)),
             name(rounding))},
        total, schedules);
    const std::int64_t of_row = is_interest ? row_.interest_minor : row_.fee_minor;
    if (terms_.method == Method::UpfrontFee) {
      const bool here = row_.number == 1 && !terms_.upfront_on_day_0;
      add({.figure = "fee",
           .formula = here ? money(total) : "0",
           .exact = "",
           .rule = terms_.upfront_on_day_0 ? "all of it on day 0"
                                           : "all of it with the first installment"},
          here ? total : 0, of_row);
      return;
    }
    explain_share(is_interest ? "interest" : "fee", total,
                  std::max(terms_.grace.interest, terms_.grace.interest_free), of_row);
  }

  /// `total` over the installments after the first `grace` of them.
  void explain_share(const std::string& figure, std::int64_t total, int grace,
                     std::int64_t of_row) {
    const int count = terms_.installment_count - grace;
    const int part = row_.number - 1 - grace;
    if (count < 1 || part < 0) {
      add({.figure = figure, .formula = "0", .exact = "", .rule = "grace: the others carry it"}, 0,
          of_row);
      return;
    }
    const auto splitter = Splitter::make(total, count, terms_.split_rule);
    const std::int64_t ours = splitter ? splitter->part(part) : -1;
    std::string rule = fmt::format("each {}", name(terms_.split_rule.mode));
    std::string formula = fmt::format("{} / {}", money(total), count);
    switch (terms_.split_rule.remainder) {
      case Remainder::Last:
      case Remainder::First: {
        const bool is_last = terms_.split_rule.remainder == Remainder::Last;
        rule += is_last ? ", the last takes the rest" : ", the first takes the rest";
        if (count > 1 && splitter && part == (is_last ? count - 1 : 0)) {
          const std::int64_t each = splitter->part(is_last ? 0 : count - 1);
          formula = fmt::format("{} - {} x {}", money(total), count - 1, money(each));
        }
        break;
      }
      case Remainder::Cumulative:
        rule += ", cumulative: the sum through this one less the sum before it";
        formula = fmt::format("{} x {} / {} - {} x {} / {}", money(total), part + 1, count,
                              money(total), part, count);
        break;
      case Remainder::LargestRemainder:
        rule = "each DOWN, then one minor unit more from the first on until all is shared";
        break;
    }
    add({.figure = figure,
         .formula = formula,
         .exact = fraction(Exact(total, count)),
         .rule = rule},
        ours, of_row);
  }

  void explain_split() {
    explain_share("principal", financed(), terms_.grace.principal, row_.principal_minor);
  }

  void explain_interest() {
    const PeriodicRate rate = period_rate();
    const Exact exact = Exact(rate.numerator, rate.denominator) * owed();
    add({.figure = "interest",
         .formula = fmt::format("{} x {}", money(owed()), rate_text(rate)),
         .exact = fraction(exact),
         .rule = fmt::format("on what is owed; {}; {}", is_free() ? "interest-free" : rate_rule(),
                             name(terms_.interest_rounding))},
        rounded(exact, terms_.interest_rounding), row_.interest_minor);
  }

  void explain_payment() {
    // v_k: what a unit paid at the end of period k is worth at the start.
    Exact sum = 0;
    Exact worth = 1;
    Day from = terms_.disbursed_on;
    for (const Installment& one : schedule_.installments) {
      if (!is_counted(one)) continue;
      const std::int64_t numerator = one.number <= terms_.grace.interest_free ? 0
                                     : basis_.is_same_each_period()
                                         ? basis_.numerator()
                                         : basis_.numerator(from, one.due).value_or(0);
      worth /= 1 + Exact(numerator, basis_.denominator());
      sum += worth;
      from = one.due;
    }
    const Exact exact = (Exact(financed()) - worth * terms_.balloon_minor) / sum;
    const std::int64_t payment = rounded(exact, terms_.interest_rounding);
    const int n = terms_.installment_count;
    const bool is_same = basis_.is_same_each_period() && terms_.grace.interest_free == 0;
    const std::string level =
        terms_.balloon_minor > 0 ? fmt::format("({} - {} (1 + i)^-{}) i / (1 - (1 + i)^-{})",
                                               money(financed()), money(terms_.balloon_minor), n, n)
                                 : fmt::format("{} i / (1 - (1 + i)^-{})", money(financed()), n);
    steps_.push_back(
        {.figure = "level payment",
         .formula =
             is_same ? fmt::format("{}, i = {}", level, rate_text(period_rate()))
                     : fmt::format("{} / (v_1 + ... + v_{}), v_k = 1 / ((1 + i_1) ... (1 + i_k))",
                                   money(financed()), n),
         .exact = fraction(exact),
         .rule = fmt::format("exact, rounded once, {}", name(terms_.interest_rounding)),
         .amount_minor = payment});
    const bool is_last = row_.number == n;
    const std::int64_t ours = is_last ? owed() : payment - row_.interest_minor;
    add({.figure = "principal",
         .formula = is_last ? money(owed())
                            : fmt::format("{} - {}", money(payment), money(row_.interest_minor)),
         .exact = "",
         .rule = is_last ? "the last one pays what is left" : "the payment less the interest"},
        ours, row_.principal_minor);
  }

  std::vector<ExplainedStep> finish() {
    const std::int64_t total = row_.total_minor();
    steps_.push_back({.figure = "total",
                      .formula = fmt::format("{} + {} + {}", money(row_.principal_minor),
                                             money(row_.interest_minor), money(row_.fee_minor)),
                      .exact = "",
                      .rule = "principal, interest and fee",
                      .amount_minor = total});
    steps_.push_back({.figure = "balance",
                      .formula = fmt::format("{} - {}", money(owed()), money(row_.principal_minor)),
                      .exact = "",
                      .rule = "principal owed afterwards",
                      .amount_minor = row_.balance_minor});
    return std::move(steps_);
  }

  const Terms& terms_;
  const Schedule& schedule_;
  std::size_t index_;
  const Installment& row_;
  InterestBasis basis_;
  std::int64_t down_payments_ = 0;
  std::vector<ExplainedStep> steps_;
};

}  // namespace

std::vector<ExplainedStep> explain_installment(const Terms& terms, const Schedule& schedule,
                                               std::size_t index) {
  CHECK(index < schedule.installments.size(), "installment {} of {}", index,
        schedule.installments.size());
  return Explainer(terms, schedule, index).explain();
}

}  // namespace scheduling
