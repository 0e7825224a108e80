#include "scheduling/waterfall.h"

#include <algorithm>
#include <ranges>

#include "base/check.h"
#include "base/rounding.h"

namespace scheduling {
namespace {

DueClass class_of(base::Day due, base::Day value_date) {
  if (due < value_date) return DueClass::PastDue;
  return due == value_date ? DueClass::Due : DueClass::InAdvance;
}

/// A payment on its way through the installments.
class Flow {
 public:
  Flow(std::span<const OwedInstallment> installments, const Waterfall& waterfall,
       std::int64_t amount_minor, base::Day value_date)
      : installments_(installments),
        waterfall_(waterfall),
        value_date_(value_date),
        left_(amount_minor),
        paid_(installments.size()) {}

  WaterfallResult run() {
    switch (waterfall_.direction) {
      case Direction::Horizontal:
        run_horizontally();
        break;
      case Direction::Vertical:
        for (const Bucket& bucket : waterfall_.order()) pay_class(bucket.due, {&bucket, 1});
        break;
    }
    return result();
  }

 private:
  void run_horizontally() {
    std::array<bool, 3> done = {};
    for (const Bucket& first : waterfall_.order()) {
      bool& is_done = done[static_cast<std::size_t>(first.due)];
      if (is_done) continue;
      is_done = true;
      std::array<Bucket, kBucketCount> of_class;
      std::size_t count = 0;
      for (const Bucket& bucket : waterfall_.order()) {
        if (bucket.due == first.due) of_class[count++] = bucket;
      }
      pay_class(first.due, {of_class.data(), count});
    }
  }

  /// Pays the buckets, all of one class, in the installments of that class.
  void pay_class(DueClass due, std::span<const Bucket> buckets) {
    const auto pay_if = [&](std::size_t i) {
      if (class_of(installments_[i].due, value_date_) != due) return;
      for (const Bucket& bucket : buckets) pay(i, bucket.component, left_);
    };
    const auto indices = std::views::iota(std::size_t{0}, installments_.size());
    if (due != DueClass::InAdvance || waterfall_.future == FutureRule::Next) {
      for (const std::size_t i : indices) pay_if(i);
    } else if (waterfall_.future == FutureRule::Last) {
      for (const std::size_t i : indices | std::views::reverse) pay_if(i);
    } else {
      pay_evenly(buckets);
    }
  }

  void pay_evenly(std::span<const Bucket> buckets) {
    for (bool is_paid = true; is_paid && left_ > 0;) {
      is_paid = false;
      for (const Bucket& bucket : buckets) is_paid |= pay_evenly(bucket.component, buckets);
    }
  }

  /// One round of one component over the future installments that still owe any of the buckets.
  bool pay_evenly(Component component, std::span<const Bucket> buckets) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < installments_.size(); ++i) {
      const bool is_future = class_of(installments_[i].due, value_date_) == DueClass::InAdvance;
      const bool owes = std::ranges::any_of(
          buckets, [&](const Bucket& bucket) { return unpaid(i, bucket.component) > 0; });
      if (is_future && owes) open.push_back(i);
    }
    if (open.empty()) return false;
    const auto count = static_cast<std::int64_t>(open.size());
    const std::int64_t even = base::narrow(base::div_round(left_, count, base::Rounding::HalfEven));
    const std::int64_t for_last = left_ - even * (count - 1);
    const std::int64_t before = left_;
    for (const std::size_t i : open) {
      pay(i, component, std::clamp<std::int64_t>(i == open.back() ? for_last : even, 0, left_));
    }
    return left_ < before;
  }

  std::int64_t unpaid(std::size_t i, Component component) const {
    return installments_[i].unpaid[index_of(component)] - paid_[i][index_of(component)];
  }

  void pay(std::size_t i, Component component, std::int64_t at_most) {
    const std::int64_t part = std::min(at_most, unpaid(i, component));
    paid_[i][index_of(component)] += part;
    left_ -= part;
  }

  WaterfallResult result() const {
    WaterfallResult result;
    result.credit_minor = left_;
    for (std::size_t i = 0; i < installments_.size(); ++i) {
      WaterfallPart part{.installment = i, .paid = paid_[i]};
      if (part.total() == 0) continue;
      for (const std::int64_t amount : installments_[i].unpaid) part.rest_minor += amount;
      part.rest_minor -= part.total();
      part.counts_as_paid = part.rest_minor <= tolerance_of(installments_[i]);
      result.parts.push_back(part);
    }
    return result;
  }

  std::int64_t tolerance_of(const OwedInstallment& installment) const {
    const base::int128 share =
        base::int128{installment.total_minor} * waterfall_.tolerance.percent / 100;
    return std::min(base::narrow(share), waterfall_.tolerance.amount_minor_max);
  }

  std::span<const OwedInstallment> installments_;
  const Waterfall& waterfall_;
  base::Day value_date_;
  std::int64_t left_;
  std::vector<ComponentAmounts> paid_;
};

}  // namespace

Waterfall make_waterfall(std::span<const Component> past_due, std::span<const Component> due,
                         std::span<const Component> in_advance) {
  Waterfall waterfall;
  const auto add = [&](DueClass of, std::span<const Component> components) {
    for (const Component component : components) {
      const Bucket bucket{of, component};
      CHECK(std::ranges::find(waterfall.order(), bucket) == waterfall.order().end(),
            "a bucket is listed twice");
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
