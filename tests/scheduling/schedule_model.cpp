#include "tests/scheduling/schedule_model.h"

#include <algorithm>

namespace scheduling::model {
namespace {

struct Tranche {
  base::Day date;
  cpp_int amount;  // to be paid back in the rows
  int row;
};

class Model {
 public:
  explicit Model(const Terms& terms) : t_(terms) {}

  Plan run() {
    for (int k = 1; k <= t_.installment_count; ++k) {
      const bool is_last = k == t_.installment_count && t_.last_due_on;
      rows_.push_back({.due = is_last             ? *t_.last_due_on
                              : t_.due_on.empty() ? due_date(t_.dues, k)
                                                  : t_.due_on[static_cast<std::size_t>(k) - 1]});
    }
    set_tranches();
    fill();
    Plan plan{std::move(rows_), is_refusable_};
    for (int k = 0; k < t_.installment_count; ++k) {
      const Row& row = plan.rows[static_cast<std::size_t>(k)];
      const bool pays = k >= t_.grace.principal;
      if (row.principal < (pays && !is_annuity() ? t_.principal_minor_min : 0))
        plan.is_refusable = true;
      if (row.interest < 0 || row.fee < 0) plan.is_refusable = true;
    }
    cpp_int financed = 0;
    for (const Tranche& tranche : tranches_) financed += tranche.amount;
    const int paying = t_.installment_count - t_.grace.principal;
    if (financed == 0 || cpp_int(t_.principal_minor_min) * paying > financed) {
      plan.is_refusable = true;
    }
    insert_extras(plan);
    return plan;
  }

 private:
  bool is_annuity() const {
    return t_.method == Method::LevelPayment || t_.method == Method::Balloon;
  }
  int count() const { return t_.installment_count; }
  Row& row(int k) { return rows_[static_cast<std::size_t>(k)]; }
  base::Day start(int k) { return k == 0 ? t_.disbursed_on : row(k - 1).due; }

  cpp_int multiple(const cpp_int& amount) const {
    if (t_.multiples_of_minor == 0) return amount;
    return rounded(cpp_rational(amount, t_.multiples_of_minor), t_.interest_rounding) *
           t_.multiples_of_minor;
  }

  void set_tranches() {
    std::vector<Disbursement> all = t_.disbursements;
    if (all.empty()) all.push_back({t_.disbursed_on, t_.principal.minor()});
    for (const Disbursement& one : all) {
      cpp_int down = rounded(cpp_rational(one.amount_minor) * t_.down_payment_e8 / base::kRateScale,
                             t_.interest_rounding);
      down = std::min<cpp_int>(multiple(down), one.amount_minor);
      int k = 0;
      const bool ends = t_.later_disbursement == LaterDisbursement::SpreadOverAll;
      while (one.date != t_.disbursed_on && k < count() &&
             (ends ? one.date > row(k).due : one.date >= row(k).due)) {
        ++k;
      }
      tranches_.push_back({one.date, one.amount_minor - down, k});
      downs_.push_back(down);
    }
  }

  /// The customer's rate in years or days, or a period's.
  cpp_rational rate() const {
    return cpp_rational(t_.rate.e8, base::kRateScale) * (10'000 - t_.subsidy_bps) / 10'000;
  }

  /// Interest of one unit from `from` to `to`, both in row k.
  cpp_rational factor(int k, base::Day from, base::Day to) {
    return std::max<cpp_rational>(0, signed_factor(k, from, to));
  }

  /// 30E/360 ISDA counts backward within an empty period at the end of February.
  cpp_rational signed_factor(int k, base::Day from, base::Day to) {
    if (k < t_.grace.interest_free || t_.method == Method::InterestFree) return 0;
    std::optional<DayCount> count = t_.day_count;
    if (t_.method == Method::DailyInterest && !count) count = DayCount::Act365Fixed;
    if (t_.rate.basis == base::RateBasis::PerPeriod) count = {};
    if (count) {
      if (t_.rate.basis == base::RateBasis::PerDay)
        return rate() * days_counted(*count, from, to, rows_.back().due);
      const YearFraction f = year_fraction(*count, from, to, rows_.back().due);
      const int months = t_.rate.basis == base::RateBasis::PerMonth ? 12 : 1;
      return rate() * months * f.numerator / f.denominator;
    }
    const cpp_rational whole = whole_period();
    const int days = base::days_between(start(k), row(k).due);
    if (from == start(k) && to == row(k).due) return whole;
    return days == 0 ? cpp_rational(0) : whole * base::days_between(from, to) / days;
  }

  cpp_rational whole_period() const {
    cpp_rational a_year = 12;
    if (t_.dues.every.unit == PeriodUnit::HalfMonth) a_year = 24;
    if (t_.dues.every.unit == PeriodUnit::Week) a_year = 52;
    if (t_.dues.every.unit == PeriodUnit::Day) {
      a_year = t_.rate.basis == base::RateBasis::PerYear360 ? 360 : 365;
    }
    switch (t_.rate.basis) {
      case base::RateBasis::PerPeriod:
        return rate();
      case base::RateBasis::PerMonth:
        return rate() * 12 * t_.dues.every.count / a_year;
      case base::RateBasis::PerDay:
        return rate() * t_.dues.every.count * (t_.dues.every.unit == PeriodUnit::Week ? 7 : 1);
      case base::RateBasis::PerYear365:
      case base::RateBasis::PerYear360:
        return rate() * t_.dues.every.count / a_year;
      case base::RateBasis::Flat:
        break;
    }
    return 0;
  }

  cpp_rational whole_factor(int k) {
    const cpp_rational f = factor(k, start(k), row(k).due);
    if (f > 1) is_refusable_ = true;
    return f;
  }

  /// Interest of row k when `balance` is owed at its start, with the first `known` tranches.
  cpp_int interest(int k, cpp_int balance, std::size_t known) {
    whole_factor(k);
    cpp_int sum = 0;
    base::Day from = start(k);
    for (std::size_t i = 0; i < known; ++i) {
      if (tranches_[i].row != k) continue;
      if (tranches_[i].date > from) {
        sum += rounded(factor(k, from, tranches_[i].date) * balance, t_.interest_rounding);
        from = tranches_[i].date;
      }
      balance += tranches_[i].amount;
    }
    return sum + rounded(factor(k, from, row(k).due) * balance, t_.interest_rounding);
  }

  void fill() {
    switch (t_.method) {
      case Method::InterestFree:
        return split_principal(false);
      case Method::FlatFee:
        charge(&Row::fee, base::Rounding::HalfUp, t_.fee_minor_min);
        return split_principal(true);
      case Method::FlatInterest:
        charge(&Row::interest, t_.interest_rounding, 0);
        return split_principal(true);
      case Method::UpfrontFee:
        charge_upfront();
        return split_principal(false);
      case Method::EqualPrincipal:
      case Method::DailyInterest:
        split_principal(false);
        return charge_balances();
      case Method::LevelPayment:
      case Method::Balloon:
        return amortize();
    }
  }

  cpp_int cost(const Tranche& tranche, base::Rounding mode, std::int64_t minimum) {
    cpp_rational sum = 0;
    int periods = 0;
    for (int k = tranche.row; k < count(); ++k) {
      sum += whole_factor(k);
      if (k >= t_.grace.interest_free) ++periods;
    }
    cpp_int total = rounded(sum * tranche.amount, mode);
    if (sum > 0) total = std::max<cpp_int>(total, cpp_int(minimum) * periods);
    return total;
  }

  void charge(cpp_int Row::* part, base::Rounding mode, std::int64_t minimum) {
    for (const Tranche& tranche : tranches_) {
      int first = std::max(tranche.row, t_.grace.interest);
      if (t_.grace.interest_free < count()) first = std::max(first, t_.grace.interest_free);
      const std::vector<cpp_int> parts = split(cost(tranche, mode, minimum), count() - first);
      for (int k = first; k < count(); ++k)
        row(k).*part += parts[static_cast<std::size_t>(k - first)];
    }
  }

  void charge_upfront() {
    cpp_int sum = 0;
    for (const Tranche& tranche : tranches_) {
      sum += cost(tranche, base::Rounding::HalfUp, t_.fee_minor_min);
    }
    if (t_.upfront_on_day_0) {
      day_0_fee_ = sum;
    } else {
      row(0).fee = sum;
    }
  }

  std::vector<cpp_int> split(const cpp_int& total, int n) {
    std::vector<cpp_int> parts;
    const cpp_int each = rounded(cpp_rational(total, n), t_.split_rule.mode);
    for (int k = 0; k < n; ++k) {
      switch (t_.split_rule.remainder) {
        case Remainder::Last:
          parts.push_back(k == n - 1 ? cpp_int(total - each * (n - 1)) : each);
          break;
        case Remainder::First:
          parts.push_back(k == 0 ? cpp_int(total - each * (n - 1)) : each);
          break;
        case Remainder::Cumulative:
          parts.push_back(rounded(cpp_rational(total * (k + 1), n), t_.split_rule.mode) -
                          rounded(cpp_rational(total * k, n), t_.split_rule.mode));
          break;
        case Remainder::LargestRemainder:
          parts.push_back(total / n + (k < total % n ? 1 : 0));
          break;
      }
      if (parts.back() < 0) is_refusable_ = true;
    }
    return parts;
  }

  void split_principal(bool counts_cost) {
    cpp_int balance = 0;
    cpp_int paid_out = 0;
    std::vector<cpp_int> planned(static_cast<std::size_t>(count()), 0);
    for (int k = 0; k < count(); ++k) {
      for (std::size_t i = 0; i < tranches_.size(); ++i) {
        if (tranches_[i].row != k) continue;
        balance += tranches_[i].amount;
        paid_out += tranches_[i].amount;
        const bool is_last = i + 1 == tranches_.size() || tranches_[i + 1].row != k;
        if (t_.later_disbursement == LaterDisbursement::AddedOnTop) {
          plan_on_top(k, tranches_[i], planned);
        } else if (is_last) {
          plan(k, balance, paid_out, counts_cost, planned);
        }
      }
      cpp_int part = planned[static_cast<std::size_t>(k)];
      if (t_.later_disbursement == LaterDisbursement::SpreadOverAll) part = std::min(part, balance);
      if (k == count() - 1) part = balance;
      if (part > balance) is_refusable_ = true;
      row(k).principal = part;
      balance -= part;
    }
  }

  void plan_on_top(int k, const Tranche& tranche, std::vector<cpp_int>& planned) {
    const int from = std::max(k, t_.grace.principal);
    const cpp_int each = rounded(cpp_rational(tranche.amount, count() - from), t_.split_rule.mode);
    for (int i = from; i < count(); ++i) {
      cpp_int& one = planned[static_cast<std::size_t>(i)];
      if (i + 1 < count() && t_.multiples_of_minor > one + each) is_refusable_ = true;
      one = multiple(one + each);
    }
  }

  /// Plans the rows from k on for what is owed, or for all that was paid out.
  void plan(int k, const cpp_int& balance, const cpp_int& paid_out, bool counts_cost,
            std::vector<cpp_int>& planned) {
    const int from = std::max(k, t_.grace.principal);
    const bool shares = t_.multiples_of_minor > 0;
    const bool all = t_.later_disbursement == LaterDisbursement::SpreadOverAll;
    if (!all && !shares) {
      const std::vector<cpp_int> parts = split(balance, count() - from);
      for (int i = from; i < count(); ++i) {
        planned[static_cast<std::size_t>(i)] = parts[static_cast<std::size_t>(i - from)];
      }
      return;
    }
    const cpp_int share = rounded(all ? cpp_rational(paid_out, count() - t_.grace.principal)
                                      : cpp_rational(balance, count() - from),
                                  t_.split_rule.mode);
    // A share that a later tranche replaces before any row gets it harms nobody.
    const bool is_used = std::ranges::none_of(
        tranches_, [&](const Tranche& one) { return one.row > k && one.row <= from; });
    if (is_used && t_.multiples_of_minor > share) is_refusable_ = true;
    for (int i = from; i < count(); ++i) {
      const cpp_int own = row(i).interest + row(i).fee;
      planned[static_cast<std::size_t>(i)] =
          multiple(share) + (counts_cost ? cpp_int(multiple(own) - own) : cpp_int(0));
    }
  }

  void charge_balances() {
    cpp_int balance = 0;
    cpp_int unpaid = 0;
    for (int k = 0; k < count(); ++k) {
      unpaid += interest(k, balance, tranches_.size());
      for (const Tranche& tranche : tranches_) {
        if (tranche.row == k) balance += tranche.amount;
      }
      balance -= row(k).principal;
      if (k < t_.grace.interest) continue;
      row(k).interest = unpaid;
      unpaid = 0;
    }
  }

  void amortize() {
    for (std::size_t known = 1; known <= tranches_.size(); ++known) {
      const int from = tranches_[known - 1].row;
      const cpp_int exact = payment(from, known);
      if (t_.multiples_of_minor > exact) is_refusable_ = true;
      const cpp_int level = multiple(exact);
      walk(from, known, level);
      if (t_.emi_adjust == EmiAdjust::Fineract && is_whole_) adjust(from, known, level);
    }
  }

  /// What is owed before row k, by what the rows before it paid of the tranches before it.
  cpp_int owed_before(int k) {
    cpp_int balance = 0;
    for (const Tranche& tranche : tranches_) {
      if (tranche.row < k) balance += tranche.amount;
    }
    for (int i = 0; i < k; ++i) balance -= row(i).principal;
    return balance;
  }

  cpp_int payment(int from, std::size_t known) {
    cpp_int owed = owed_before(from);
    for (std::size_t i = 0; i < known; ++i) {
      if (tranches_[i].row == from) owed += tranches_[i].amount;
    }
    if (t_.unpaid_interest == UnpaidInterest::Capitalized) {
      for (int k = from; k < t_.grace.interest; ++k) owed += interest(k, owed, 0);
    }
    cpp_rational worth = 1;
    cpp_rational sum = 0;
    for (int k = std::max(from, t_.grace.principal); k < count(); ++k) {
      worth /= 1 + whole_factor(k);
      sum += worth;
    }
    return rounded((owed - std::min<cpp_int>(t_.balloon_minor, owed) * worth) / sum,
                   t_.interest_rounding);
  }

  void walk(int from, std::size_t known, const cpp_int& level) {
    const bool is_capitalized = t_.unpaid_interest == UnpaidInterest::Capitalized;
    cpp_int balance = owed_before(from);
    cpp_int unpaid = 0;
    for (int k = 0; k < from; ++k)
      unpaid += accrued_[static_cast<std::size_t>(k)] - row(k).interest;
    accrued_.resize(static_cast<std::size_t>(count()));
    is_whole_ = true;
    for (int k = from; k < count(); ++k) {
      const cpp_int now = interest(k, balance + (is_capitalized ? unpaid : cpp_int(0)), known);
      accrued_[static_cast<std::size_t>(k)] = now;
      for (std::size_t i = 0; i < known; ++i) {
        if (tranches_[i].row == k) balance += tranches_[i].amount;
      }
      cpp_int due = k < t_.grace.interest ? cpp_int(0) : cpp_int(now + unpaid);
      if (is_capitalized && unpaid > 0 && k + 1 < count()) due = std::min<cpp_int>(due, level);
      cpp_int principal =
          k < t_.grace.principal ? cpp_int(0) : cpp_int(level - (is_capitalized ? due : now));
      if (k + 1 == count()) principal = balance;
      unpaid += now - due;
      balance -= principal;
      if (principal < 0 || (k + 1 < count() && balance <= 0)) {
        is_whole_ = false;
        if (known < tranches_.size() && k >= tranches_[known].row) return;
        is_refusable_ = true;
      }
      row(k).interest = due;
      row(k).principal = principal;
    }
  }

  cpp_int last_difference() {
    return count() < 2 ? cpp_int(0) : cpp_int(row(count() - 1).total() - row(count() - 2).total());
  }

  void adjust(int from, std::size_t known, const cpp_int& level) {
    const int n = count() - std::max(from, t_.grace.principal);
    const cpp_int off = last_difference();
    cpp_int unit = 1;
    for (int i = 0; i < t_.principal.currency().exponent(); ++i) unit *= 10;
    if (off == 0 || n < 2 || abs(off) * 100 <= unit * (n / 2)) return;
    const cpp_int better = multiple(level + rounded(cpp_rational(off, n), t_.interest_rounding));
    if (better == level) return;
    const bool was_refusable = is_refusable_;
    walk(from, known, better);
    const bool fails = is_refusable_ != was_refusable || !is_whole_;
    is_refusable_ = was_refusable;
    if (fails || abs(last_difference()) >= abs(off)) walk(from, known, level);
  }

  void insert_extras(Plan& plan) {
    for (std::size_t i = tranches_.size(); i-- > 0;) {
      if (downs_[i] == 0) continue;
      plan.rows.insert(plan.rows.begin() + tranches_[i].row,
                       {.due = tranches_[i].date, .principal = downs_[i], .is_upfront = true});
    }
    if (day_0_fee_ > 0) {
      plan.rows.insert(plan.rows.begin(),
                       {.due = t_.disbursed_on, .fee = day_0_fee_, .is_upfront = true});
    }
    Row extra;
    for (const DatedFee& fee : t_.fees) {
      const auto at = std::ranges::find_if(
          plan.rows, [&](const Row& one) { return !one.is_upfront && fee.date <= one.due; });
      Row& to = at == plan.rows.end() ? extra : *at;
      to.fee += fee.amount_minor;
      if (at == plan.rows.end()) extra.due = std::max(extra.due, fee.date);
    }
    if (extra.fee > 0) plan.rows.push_back(extra);
  }

  const Terms& t_;
  std::vector<Row> rows_;
  std::vector<Tranche> tranches_;
  std::vector<cpp_int> downs_;
  std::vector<cpp_int> accrued_;
  cpp_int day_0_fee_ = 0;
  bool is_refusable_ = false;
  bool is_whole_ = true;  // the last walk came to the last row
};

}  // namespace

cpp_int rounded(const cpp_rational& value, base::Rounding mode) {
  const cpp_int n = numerator(value);
  const cpp_int d = denominator(value);
  const bool is_negative = n < 0;
  const cpp_int size = abs(n);
  const cpp_int whole = size / d;
  const cpp_int twice_rest = 2 * (size % d);
  bool away = false;
  switch (mode) {
    case base::Rounding::Down:
      break;
    case base::Rounding::Up:
      away = twice_rest > 0;
      break;
    case base::Rounding::HalfUp:
      away = twice_rest >= d;
      break;
    case base::Rounding::HalfEven:
      away = twice_rest > d || (twice_rest == d && whole % 2 == 1);
      break;
    case base::Rounding::Ceiling:
      away = twice_rest > 0 && !is_negative;
      break;
    case base::Rounding::Floor:
      away = twice_rest > 0 && is_negative;
      break;
  }
  const cpp_int result = away ? cpp_int(whole + 1) : whole;
  return is_negative ? cpp_int(-result) : result;
}

Plan plan_of(const Terms& terms) { return Model(terms).run(); }

}  // namespace scheduling::model
