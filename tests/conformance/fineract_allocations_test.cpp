// Format of fineract/allocations.json: terms, payments, and what each installment got by `as_of`.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "scheduling/waterfall.h"
#include "tests/conformance/fineract_terms.h"

namespace tests::conformance {
namespace {

using nlohmann::json;
using scheduling::Component;
using scheduling::Waterfall;
using enum scheduling::Component;

/// Their strategies as orders of ours, or nothing for one that is none of these.
std::optional<Waterfall> waterfall_of(const json& terms) {
  using Order = std::array<Component, 4>;
  const std::map<std::string, std::array<Order, 2>> strategies = {
      {"PENALTIES_FEES_INTEREST_PRINCIPAL_ORDER",
       {Order{Penalty, Fee, Interest, Principal}, Order{Penalty, Fee, Interest, Principal}}},
      {"PRINCIPAL_INTEREST_PENALTIES_FEES_ORDER",
       {Order{Principal, Interest, Penalty, Fee}, Order{Principal, Interest, Penalty, Fee}}},
      {"INTEREST_PRINCIPAL_PENALTIES_FEES_ORDER",
       {Order{Interest, Principal, Penalty, Fee}, Order{Interest, Principal, Penalty, Fee}}},
      {"DUE_PENALTY_FEE_INTEREST_PRINCIPAL_IN_ADVANCE_PRINCIPAL_PENALTY_FEE_INTEREST",
       {Order{Penalty, Fee, Interest, Principal}, Order{Principal, Penalty, Fee, Interest}}},
      {"DUE_PENALTY_INTEREST_PRINCIPAL_FEE_IN_ADVANCE_PENALTY_INTEREST_PRINCIPAL_FEE",
       {Order{Penalty, Interest, Principal, Fee}, Order{Penalty, Interest, Principal, Fee}}},
      {"ADVANCED_PAYMENT_ALLOCATION",
       {Order{Penalty, Fee, Principal, Interest}, Order{Penalty, Fee, Principal, Interest}}},
  };
  const auto found = strategies.find(terms.at("payment_strategy").get<std::string>());
  if (found == strategies.end()) return std::nullopt;
  const auto& [due, in_advance] = found->second;
  Waterfall waterfall = scheduling::make_waterfall(due, due, in_advance);
  if (terms.at("schedule_processing") == "VERTICAL") {
    waterfall.direction = scheduling::Direction::Vertical;
  }
  if (terms.at("future_installment_rule") == "LAST_INSTALLMENT") {
    waterfall.future = scheduling::FutureRule::Last;
  }
  if (terms.at("future_installment_rule") == "REAMORTIZATION") {
    waterfall.future = scheduling::FutureRule::Reamortize;
  }
  return waterfall;
}

struct Paid {
  scheduling::ComponentAmounts amounts = {};
  std::int64_t in_advance = 0;
  std::int64_t late = 0;
  std::optional<base::Day> on;  // when it was paid in full

  std::int64_t total() const { return amounts[0] + amounts[1] + amounts[2] + amounts[3]; }
};

/// One loan of theirs, lived through by date.
///
/// - A down payment that the system takes is a payment on the day of the disbursement, of what an
///   overpayment does not cover.
/// - Their cumulative loans allocate every payment again over the schedule as it is at the end.
///   Progressive ones allocate by date: to the disbursements made by then and the charges known by
///   then (at the end of their date, as if entered later; at once if that is not before `as_of`),
///   and money left over is allocated when the next disbursement is made or charge arises.
class Loan {
 public:
  Loan(const json& terms, scheduling::Terms ours, Waterfall waterfall)
      : json_(terms),
        terms_(std::move(ours)),
        waterfall_(waterfall),
        digits_(terms_.principal.currency().exponent()),
        is_by_date_(terms.at("payment_strategy") == "ADVANCED_PAYMENT_ALLOCATION"),
        as_of_(day_of(terms.at("as_of"))) {}

  bool run() {
    if (!set_rows(terms_)) return false;
    paid_.resize(rows_.size());
    final_ = rows_;
    for (const json& payment : json_.at("payments")) {
      add_event(day_of(payment.at("date")), kPayment, minor_of(payment.at("amount"), digits_));
    }
    for (const scheduling::Disbursement& one : terms_.disbursements) {
      add_event(one.date, kDisbursement, one.amount_minor);
    }
    if (is_by_date_) {
      for (const scheduling::DatedFee& fee : terms_.fees) {
        if (fee.date < as_of_) add_event(fee.date, kCharge, 0);
      }
    }
    std::ranges::stable_sort(events_, {}, [](const Event& e) { return std::pair(e.day, e.kind); });
    for (const Event& event : events_) {
      if (!live_through(event)) return false;
    }
    rows_ = final_;
    return true;
  }

  const std::vector<FineractRow>& rows() const { return rows_; }
  const std::vector<Paid>& paid() const { return paid_; }

 private:
  static constexpr int kDisbursement = 0;
  static constexpr int kPayment = 1;
  static constexpr int kCharge = 2;
  struct Event {
    base::Day day;
    int kind;  // their order within a day
    std::int64_t amount;
  };

  void add_event(base::Day day, int kind, std::int64_t amount) {
    events_.push_back({day, kind, amount});
  }

  bool live_through(const Event& event) {
    if (event.kind == kPayment) {
      pay(event.amount, event.day);
      return true;
    }
    const std::int64_t overpaid = credit_;
    if (event.kind == kDisbursement) ++disbursed_;
    if (is_by_date_ && !set_rows_by(event.day, event.kind == kCharge)) return false;
    if (is_by_date_ && credit_ > 0) pay(std::exchange(credit_, 0), event.day);
    if (event.kind == kDisbursement && json_.value("auto_down_payment", false)) {
      // What was overpaid is what the schedule of the time did not take.
      const std::int64_t before = is_by_date_ ? overpaid : overpaid_before_disbursement();
      const std::int64_t left = down_payment(disbursed_ - 1) - before;
      if (left > 0) pay(left, event.day);
    }
    return true;
  }

  std::int64_t down_payment(std::size_t disbursement) const {
    std::size_t at = 0;
    for (std::size_t i = 0; i < final_.size(); ++i) {
      if (is_upfront_[i] && at++ == disbursement) return final_[i].total();
    }
    return 0;
  }

  /// All that was paid, less what was lent before the disbursement in hand and the charges of then.
  std::int64_t overpaid_before_disbursement() const {
    std::int64_t owed = 0;
    for (std::size_t i = 0; i + 1 < disbursed_; ++i) owed += terms_.disbursements[i].amount_minor;
    const base::Day day = terms_.disbursements[disbursed_ - 1].date;
    for (const scheduling::DatedFee& fee : terms_.fees) {
      if (fee.date <= day) owed += fee.amount_minor;
    }
    return std::max<std::int64_t>(0, received_ - owed);
  }

  void pay(std::int64_t amount, base::Day day) {
    received_ += amount;
    std::vector<scheduling::OwedInstallment> owed(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const FineractRow& row = rows_[i];
      scheduling::OwedInstallment& one = owed[i];
      one.due = row.due;
      one.total_minor = row.total();
      one.unpaid[index_of(Penalty)] = row.penalties;
      one.unpaid[index_of(Fee)] = row.fees;
      one.unpaid[index_of(Interest)] = row.interest;
      one.unpaid[index_of(Principal)] = row.principal;
      for (std::size_t c = 0; c < scheduling::kComponentCount; ++c) {
        one.unpaid[c] -= paid_[i].amounts[c];
      }
    }
    const auto result = allocate(owed, waterfall_, amount, day);
    credit_ += result.credit_minor;
    for (const scheduling::WaterfallPart& part : result.parts) {
      Paid& paid = paid_[part.installment];
      for (std::size_t c = 0; c < scheduling::kComponentCount; ++c) {
        paid.amounts[c] += part.paid[c];
      }
      if (day < rows_[part.installment].due) paid.in_advance += part.total();
      if (day > rows_[part.installment].due) paid.late += part.total();
      if (part.rest_minor == 0) paid.on = day;
    }
  }

  bool set_rows(const scheduling::Terms& terms) {
    const auto schedule = make_schedule(terms);
    if (!schedule) return false;
    rows_ = rows_of(*schedule, json_);
    is_upfront_.clear();
    for (const auto& one : schedule->installments) is_upfront_.push_back(one.is_upfront);
    return true;
  }

  /// The rows of the final schedule with the amounts of the day: nothing of what is not paid out or
  /// charged yet.
  bool set_rows_by(base::Day day, bool is_charged) {
    scheduling::Terms terms = terms_;
    terms.disbursements.resize(disbursed_);
    std::int64_t sum = 0;
    for (const auto& one : terms.disbursements) sum += one.amount_minor;
    terms.principal = {sum, terms_.principal.currency()};
    terms.fees.clear();
    if (sum == 0) {
      for (FineractRow& row : rows_) row.principal = row.interest = row.fees = row.penalties = 0;
      return true;
    }
    const auto schedule = make_schedule(terms);
    if (!schedule) return false;
    rows_ = final_;
    for (FineractRow& row : rows_) row.principal = row.interest = row.fees = row.penalties = 0;
    std::size_t at = 0;
    for (const scheduling::Installment& one : schedule->installments) {
      while (final_[at].due != one.due || is_upfront_[at] != one.is_upfront) ++at;
      rows_[at].principal = one.principal_minor;
      rows_[at++].interest = one.interest_minor;
    }
    add_charges_by(day, is_charged);
    return true;
  }

  void add_charges_by(base::Day day, bool is_charged) {
    for (const json& charge : json_.at("charges")) {
      const base::Day due = day_of(charge.at("due"));
      // Within its day a charge comes after the payments.
      if (due < as_of_ && (due > day || (due == day && !is_charged))) continue;
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (is_upfront_[i] || (due > rows_[i].due && i + 1 < rows_.size())) continue;
        (is_penalty(charge) ? rows_[i].penalties : rows_[i].fees) +=
            minor_of(charge.at("amount"), digits_);
        break;
      }
    }
  }

  const json& json_;
  scheduling::Terms terms_;
  Waterfall waterfall_;
  int digits_;
  bool is_by_date_;
  base::Day as_of_;
  std::vector<Event> events_;
  std::vector<FineractRow> rows_;
  std::vector<FineractRow> final_;
  std::vector<bool> is_upfront_;
  std::vector<Paid> paid_;
  std::size_t disbursed_ = 0;
  std::int64_t received_ = 0;
  std::int64_t credit_ = 0;
};

void expect_paid(Case& one, const Loan& loan, const json& scenario, int digits) {
  const json& theirs = scenario.at("schedule");
  for (std::size_t i = 0; i < std::min(loan.rows().size(), theirs.size()); ++i) {
    const std::string n = fmt::format("row {} ", i + 1);
    const Paid& paid = loan.paid()[i];
    const auto amount = [&](const char* field, std::int64_t value) {
      one.expect(n + field, base::to_decimal(value, digits),
                 base::to_decimal(minor_of(theirs[i].at(field), digits), digits));
    };
    amount("paid", paid.total());
    amount("in_advance", paid.in_advance);
    amount("late", paid.late);
    amount("outstanding", loan.rows()[i].total() - paid.total());
    const bool is_paid = paid.on && paid.total() == loan.rows()[i].total();
    const json& on = theirs[i].at("paid_on");
    one.expect(n + "paid_on", is_paid ? base::to_string(*paid.on) : "null",
               on.is_null() ? "null" : on.get<std::string>());
  }
}

bool has_payments(const json& scenario) {
  return !scenario.at("terms").value("payments", json::array()).empty();
}
bool is_recalculated(const json& scenario) {
  return scenario.at("terms").value("interest_recalculation", false);
}

TEST(Conformance, FineractAllocations) {
  for_each_oracle(
      [](const json& content) {
        return is_fineract_file(content) &&
               std::ranges::any_of(content["scenarios"], has_payments) &&
               std::ranges::none_of(content["scenarios"], is_recalculated);
      },
      [](const json& content, Report& report) {
        for (const json& scenario : content["scenarios"]) {
          const json& terms = scenario.at("terms");
          const FineractTerms read = read_fineract_terms(terms);
          const auto waterfall = waterfall_of(terms);
          if (!read.out_of_scope.empty() || !waterfall) {
            report.out_of_scope(waterfall ? read.out_of_scope : "another payment strategy");
            continue;
          }
          Case one(scenario.at("name").get<std::string>());
          Loan loan(terms, read.terms, *waterfall);
          if (loan.run()) {
            expect_rows(one, loan.rows(), scenario);
            expect_paid(one, loan, scenario, read.terms.principal.currency().exponent());
          } else {
            one.expect("refused", true, false);
          }
          report.add(one);
        }
      });
}

}  // namespace
}  // namespace tests::conformance
