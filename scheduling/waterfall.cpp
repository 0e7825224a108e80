#include "scheduling/waterfall.h"

#include <algorithm>

#include "base/check.h"
#include "base/wide.h"
#include "scheduling/turns.h"

namespace scheduling {
namespace {

/// A payment on its way through the installments of one plan.
class Flow {
 public:
  Flow(std::span<const OwedInstallment> installments, const Waterfall& waterfall,
       std::int64_t amount_minor, base::Day value_date)
      : installments_(installments), waterfall_(waterfall), left_(amount_minor) {
    for (std::size_t i = 0; i < installments.size(); ++i) {
      turns_of(due_class(installments[i].due, value_date))
          .push_back({.of = i, .unpaid = installments[i].unpaid});
    }
    if (waterfall.future == FutureRule::Last) std::ranges::reverse(turns_of(DueClass::InAdvance));
  }

  WaterfallResult run() {
    switch (waterfall_.direction) {
      case Direction::Horizontal:
        run_horizontally();
        break;
      case Direction::Vertical:
        for (const WaterfallBucket& bucket : waterfall_.order())
          pay_class(bucket.due, {{bucket.component}, 1});
        break;
    }
    return result();
  }

 private:
  std::vector<Turn>& turns_of(DueClass due) { return turns_[static_cast<std::size_t>(due)]; }

  void run_horizontally() {
    std::array<bool, kDueClassCount> done = {};
    for (const WaterfallBucket& first : waterfall_.order()) {
      bool& is_done = done[static_cast<std::size_t>(first.due)];
      if (!is_done) pay_class(first.due, order_of(waterfall_, first.due));
      is_done = true;
    }
  }

  void pay_class(DueClass due, const ComponentOrder& order) {
    std::vector<Turn>& turns = turns_of(due);
    for (Turn& turn : turns) turn.order = order;
    if (due == DueClass::InAdvance && waterfall_.future == FutureRule::Reamortize) {
      pay_evenly(turns, Direction::Horizontal, left_);
    } else {
      pay_in_turn(turns, Direction::Horizontal, left_);
    }
  }

  WaterfallResult result() const {
    WaterfallResult result;
    result.credit_minor = left_;
    for (const std::vector<Turn>& turns : turns_) {
      for (const Turn& turn : turns) {
        if (turn.total_paid() == 0) continue;
        WaterfallPart part{.installment = turn.of, .paid = turn.paid};
        for (const std::int64_t amount : turn.unpaid) part.rest_minor += amount;
        part.counts_as_paid = part.rest_minor <= tolerance_of(installments_[turn.of]);
        result.parts.push_back(part);
      }
    }
    std::ranges::sort(result.parts, {}, &WaterfallPart::installment);
    return result;
  }

  std::int64_t tolerance_of(const OwedInstallment& installment) const {
    const base::int128 share =
        base::int128{installment.total_minor} * waterfall_.tolerance.percent / 100;
    return std::min(base::narrow(share), waterfall_.tolerance.amount_minor_max);
  }

  std::span<const OwedInstallment> installments_;
  const Waterfall& waterfall_;
  std::int64_t left_;
  std::array<std::vector<Turn>, kDueClassCount> turns_;
};

}  // namespace

Waterfall make_waterfall(std::span<const Component> past_due, std::span<const Component> due,
                         std::span<const Component> in_advance) {
  Waterfall waterfall;
  const auto add = [&](DueClass of, std::span<const Component> components) {
    for (const Component component : components) {
      const WaterfallBucket bucket{of, component};
      CHECK(!waterfall.lists(bucket), "a bucket is listed twice");
      waterfall.buckets[waterfall.bucket_count++] = bucket;
    }
  };
  add(DueClass::PastDue, past_due);
  add(DueClass::Due, due);
  add(DueClass::InAdvance, in_advance);
  return waterfall;
}

const Waterfall* find_waterfall(std::span<const WaterfallRow> table, PaymentType type, int dpd) {
  const WaterfallRow* best = nullptr;
  for (const WaterfallRow& row : table) {
    if ((row.type && row.type != type) || dpd < row.dpd_min) continue;
    const bool is_better = best == nullptr || row.dpd_min > best->dpd_min ||
                           (row.dpd_min == best->dpd_min && row.type && !best->type);
    if (is_better) best = &row;
  }
  return best == nullptr ? nullptr : &best->waterfall;
}

std::span<const WaterfallRow> default_waterfalls() {
  using enum Component;
  static const std::array<WaterfallRow, 2> rows = [] {
    constexpr std::array charges_first = {Penalty, Fee, Interest, Principal};
    constexpr std::array principal_first = {Principal, Fee, Interest, Penalty};
    constexpr Tolerance tolerance = {.amount_minor_max = 10'00, .percent = 10};
    std::array<WaterfallRow, 2> made = {
        WaterfallRow{{}, 0, make_waterfall(charges_first, charges_first, charges_first)},
        WaterfallRow{{}, 91, make_waterfall(principal_first, principal_first, principal_first)}};
    for (WaterfallRow& row : made) row.waterfall.tolerance = tolerance;
    return made;
  }();
  return rows;
}

WaterfallResult allocate(std::span<const OwedInstallment> installments, const Waterfall& waterfall,
                         std::int64_t amount_minor, base::Day value_date) {
  CHECK(amount_minor >= 0, "a repayment of {}", amount_minor);
  for (const OwedInstallment& installment : installments) {
    for (const std::int64_t unpaid : installment.unpaid) {
      CHECK(unpaid >= 0, "more was paid than owed: {}", unpaid);
    }
  }
  return Flow(installments, waterfall, amount_minor, value_date).run();
}

}  // namespace scheduling
