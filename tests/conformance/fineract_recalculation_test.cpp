// Format of fineract/recalculation.json: loans whose interest is worked out anew by the day when
// the customer pays early or late; the schedule as of a date.
//
// What our rules and theirs have in common, and what the test puts together from ours:
//
// - Interest counts days, on what is owed each day; every stretch of one balance is rounded.
// - A payment goes to what is due first (penalty, fee, interest, principal). What is over, or comes
//   before anything is due, is principal of the installment whose period contains the day, and
//   bears no interest from that day on.
// - An installment has at least the principal that was paid into it. If that is more than its level
//   payment leaves, the payments after it are calculated anew for what is owed; or stay as they
//   are, so that there are fewer of them, if the product says so.
// - Principal that is past due bears interest until it is paid; as of the date of the table it is
//   taken to be paid that day.
//
// Three kinds of events have rules of Fineract's own that we have not adopted (`own_rule`); there a
// deviation is listed with that name and does not fail the test.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "scheduling/interest_basis.h"
#include "scheduling/waterfall.h"
#include "tests/conformance/fineract_terms.h"

namespace tests::conformance {
namespace {

using nlohmann::json;
using scheduling::Component;
using enum scheduling::Component;

struct Payment {
  base::Day day;
  std::int64_t amount;
};

/// An installment in the making.
struct Row {
  base::Day start, due;
  std::int64_t principal = 0;
  std::int64_t interest = 0;
  std::int64_t balance = 0;
  std::int64_t paid_principal = 0;
  std::int64_t paid_interest = 0;
  std::int64_t early = 0;  // principal paid in its period and before it was due
  std::int64_t in_advance = 0;
  std::int64_t late = 0;
  std::optional<base::Day> on = {};  // when it was paid in full

  std::int64_t total() const { return principal + interest; }
  std::int64_t paid() const { return paid_principal + paid_interest; }
};

class RecalculatedLoan {
 public:
  RecalculatedLoan(const json& terms, scheduling::Terms ours)
      : terms_(std::move(ours)), as_of_(day_of(terms.at("as_of"))) {
    const int digits = terms_.principal.currency().exponent();
    for (const json& payment : terms.at("payments")) {
      payments_.push_back({day_of(payment.at("date")), minor_of(payment.at("amount"), digits)});
    }
    keeps_payment_ = terms.value("product", std::string()).contains("REDUCE_NR_INST");
  }

  /// False where the terms themselves are refused.
  bool run() {
    const auto schedule = make_schedule(terms_);
    if (!schedule) return false;
    base::Day start = terms_.disbursed_on;
    for (const scheduling::Installment& one : schedule->installments) {
      rows_.push_back({.start = start, .due = one.due});
      start = one.due;
    }
    level_ = schedule->installments.front().total_minor();
    plan(0);
    for (const Payment& payment : payments_) pay(payment);
    plan(0);
    // A loan that is paid off early has no more rows.
    while (rows_.size() > 1 && rows_.back().total() == 0) rows_.pop_back();
    return true;
  }

  const std::vector<Row>& rows() const { return rows_; }

  /// The rule of theirs that the loan's events call for and ours do not have, or nothing.
  std::string own_rule() const {
    base::Day last = terms_.disbursed_on;
    for (const Payment& payment : payments_) {
      last = std::max(last, payment.day);
      const bool is_on_due_date =
          std::ranges::any_of(rows_, [&](const Row& row) { return row.due == payment.day; });
      const bool is_first_period = payment.day < rows_.front().due;
      if (is_first_period && payment.amount < level_) return "part of an installment paid early";
      if (!is_first_period && !is_on_due_date && payment.amount > level_) {
        return "more than one installment paid late";
      }
    }
    const bool is_past_due = std::ranges::any_of(
        rows_, [&](const Row& row) { return row.due < as_of_ && row.paid() < row.total(); });
    return is_past_due && last < as_of_ ? "nothing paid of what is past due" : "";
  }

 private:
  /// Principal and interest of every row from what was paid so far.
  void plan(std::size_t from) {
    std::int64_t level = level_;
    std::int64_t balance = terms_.principal.minor();
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      Row& row = rows_[k];
      if (k >= from) row.interest = interest(k, balance);
      std::int64_t principal = std::min(balance, level - row.interest);
      if (k + 1 == rows_.size()) principal = balance;
      const std::int64_t own = principal;
      principal = std::min(balance, std::max({principal, row.early, row.paid_principal}));
      row.principal = principal;
      balance -= principal;
      row.balance = balance;
      if (balance > 0 && principal > own && !keeps_payment_) level = level_of(k + 1, balance);
    }
  }

  std::int64_t level_of(std::size_t row, std::int64_t balance) const {
    scheduling::Terms rest = terms_;
    rest.principal = {balance, terms_.principal.currency()};
    rest.disbursements.clear();
    rest.disbursed_on = rows_[row].start;
    rest.dues = scheduling::dues_from(rows_[row].due, terms_.dues.every);
    rest.installment_count = static_cast<int>(rows_.size() - row);
    return make_schedule(rest).value().installments.front().total_minor();
  }

  /// What is owed on a day besides the schedule: past-due principal, less what was paid early.
  std::int64_t interest(std::size_t k, std::int64_t balance) const {
    const Row& row = rows_[k];
    std::vector<base::Day> cuts = {row.start, row.due};
    const auto add = [&](base::Day day) {
      if (day > row.start && day < row.due) cuts.push_back(day);
    };
    for (const Flow& flow : flows_) add(flow.day);
    add(as_of_);
    std::ranges::sort(cuts);
    cuts.erase(std::ranges::unique(cuts).begin(), cuts.end());
    const auto basis = scheduling::InterestBasis::make(terms_, rows_.back().due).value();
    std::int64_t sum = 0;
    base::Day from = cuts.front();
    std::int64_t owed = owed_on(k, from, balance);
    for (std::size_t i = 1; i < cuts.size(); ++i) {
      const bool is_end = i + 1 == cuts.size();
      const std::int64_t next = is_end ? -1 : owed_on(k, cuts[i], balance);
      if (next == owed) continue;
      sum +=
          basis.interest_within(owed, from, cuts[i], row.start, row.due, terms_.interest_rounding);
      from = cuts[i];
      owed = next;
    }
    return sum;
  }

  std::int64_t owed_on(std::size_t k, base::Day day, std::int64_t balance) const {
    std::int64_t owed = balance;
    for (std::size_t i = 0; i < k && day < as_of_; ++i) owed += rows_[i].principal;
    for (const Flow& flow : flows_) {
      if (flow.row < k && day < as_of_ && flow.day <= day) owed -= flow.principal;
      if (flow.row == k && flow.day <= day) owed -= flow.principal;
    }
    return owed;
  }

  void pay(const Payment& payment) {
    std::vector<scheduling::OwedInstallment> owed;
    for (const Row& row : rows_) {
      scheduling::OwedInstallment one{.due = row.due, .total_minor = row.total()};
      one.unpaid[index_of(Interest)] = row.interest - row.paid_interest;
      one.unpaid[index_of(Principal)] = row.principal - row.paid_principal;
      owed.push_back(one);
    }
    constexpr std::array order = {Penalty, Fee, Interest, Principal};
    const auto result =
        allocate(owed, scheduling::make_waterfall(order, order, {}), payment.amount, payment.day);
    for (const scheduling::WaterfallPart& part : result.parts) {
      Row& row = rows_[part.installment];
      row.paid_interest += part.paid[index_of(Interest)];
      book(part.installment, part.paid[index_of(Principal)], part.paid[index_of(Interest)],
           payment.day);
    }
    if (result.credit_minor == 0) return;
    // On a due date what is over is still of that installment, else of the period in hand.
    const auto at =
        std::ranges::find_if(rows_, [&](const Row& row) { return payment.day <= row.due; });
    if (at == rows_.end()) return;
    at->early += result.credit_minor;
    if (payment.day == at->due) at->early = at->paid_principal + result.credit_minor;
    book(static_cast<std::size_t>(at - rows_.begin()), result.credit_minor, 0, payment.day);
    plan(static_cast<std::size_t>(at - rows_.begin()));
  }

  void book(std::size_t k, std::int64_t principal, std::int64_t interest, base::Day day) {
    Row& row = rows_[k];
    row.paid_principal += principal;
    flows_.push_back({k, day, principal});
    if (day < row.due) row.in_advance += principal + interest;
    if (day > row.due) row.late += principal + interest;
    if (row.paid() >= row.total()) row.on = day;
  }

  struct Flow {
    std::size_t row;
    base::Day day;
    std::int64_t principal;
  };

  scheduling::Terms terms_;
  base::Day as_of_;
  bool keeps_payment_ = false;
  std::int64_t level_ = 0;
  std::vector<Payment> payments_;
  std::vector<Row> rows_;
  std::vector<Flow> flows_;
};

void compare(Case& one, const RecalculatedLoan& loan, const json& scenario, int digits) {
  const json& theirs = scenario.at("schedule");
  one.expect("rows", std::int64_t{std::ssize(loan.rows())}, std::int64_t{std::ssize(theirs)});
  for (std::size_t i = 0; i < std::min(loan.rows().size(), theirs.size()); ++i) {
    const Row& row = loan.rows()[i];
    const std::string n = fmt::format("row {} ", i + 1);
    const auto amount = [&](const char* field, std::int64_t value) {
      one.expect(n + field, base::to_decimal(value, digits),
                 base::to_decimal(minor_of(theirs[i].at(field), digits), digits));
    };
    one.expect(n + "due", base::to_string(row.due), theirs[i].at("due").get<std::string>());
    amount("principal", row.principal);
    amount("interest", row.interest);
    amount("balance", row.balance);
    amount("paid", row.paid());
    amount("in_advance", row.in_advance);
    amount("late", row.late);
    amount("outstanding", row.total() - row.paid());
    const bool is_paid = row.on && row.paid() == row.total();
    const json& on = theirs[i].at("paid_on");
    one.expect(n + "paid_on", is_paid ? base::to_string(*row.on) : "null",
               on.is_null() ? "null" : on.get<std::string>());
  }
}

bool is_recalculated(const json& scenario) {
  return scenario.at("terms").value("interest_recalculation", false);
}

TEST(Conformance, FineractRecalculation) {
  for_each_oracle(
      [](const json& content) {
        return is_fineract_file(content) &&
               std::ranges::any_of(content["scenarios"], is_recalculated);
      },
      [](const json& content, Report& report) {
        for (const json& scenario : content["scenarios"]) {
          const json& terms = scenario.at("terms");
          const FineractTerms read = read_fineract_terms(terms);
          const bool is_common = read.terms.method == scheduling::Method::LevelPayment &&
                                 read.terms.disbursements.size() == 1 && read.terms.fees.empty() &&
                                 read.terms.down_payment_e8 == 0;
          if (!read.out_of_scope.empty() || !is_common) {
            report.out_of_scope(is_common ? read.out_of_scope
                                          : "recalculation with charges, down or later payments");
            continue;
          }
          Case one(scenario.at("name").get<std::string>());
          RecalculatedLoan loan(terms, read.terms);
          if (loan.run()) {
            compare(one, loan, scenario, read.terms.principal.currency().exponent());
            if (!loan.own_rule().empty()) one.differs_by_choice(loan.own_rule());
          } else {
            one.expect("refused", true, false);
          }
          report.add(one);
        }
      });
}

}  // namespace
}  // namespace tests::conformance
