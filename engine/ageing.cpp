#include "engine/ageing.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>

#include "base/check.h"
#include "engine/book.h"
#include "engine/customer_close.h"
#include "engine/report_text.h"

namespace engine {
namespace {

constexpr std::array<std::string_view, kBuckets> kNames = {"M0", "M1", "M2", "M3",
                                                           "M4", "M5", "M6", "M6+"};
constexpr int kBucketDays = 30;
constexpr int kLastBounded = static_cast<int>(kBuckets) - 2;

std::int64_t overdue_of(const store::PlanRow& plan, base::Day as_of) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < plan.due.size(); ++i) {
    if (plan.due[i] >= as_of) continue;
    sum += plan.principal[i] + plan.fee[i] + plan.interest[i] - plan.paid_principal[i] -
           plan.paid_fee[i] - plan.paid_interest[i];
  }
  return sum;
}

// Plans come by party, so a customer is counted when the next one begins.
class Counter {
 public:
  explicit Counter(Ageing& ageing) : ageing_(ageing) {}
  ~Counter() { finish_party(); }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  void add(const store::PlanRow& plan) {
    if (plan.party != party_) finish_party();
    party_ = plan.party;
    const std::size_t bucket = bucket_of(plan.dpd);
    seen_[plan.currency].set(bucket);
    AgeingBucket& sums = ageing_.by_currency[plan.currency][bucket];
    ++sums.plans;
    sums.outstanding += plan.outstanding;
    if (plan.dpd > 0) sums.overdue += overdue_of(plan, ageing_.as_of);
  }

 private:
  void finish_party() {
    for (const auto& [currency, buckets] : seen_) {
      for (std::size_t i = 0; i < kBuckets; ++i) {
        if (buckets.test(i)) ++ageing_.by_currency[currency][i].customers;
      }
    }
    seen_.clear();
  }

  Ageing& ageing_;
  base::PartyId party_;
  std::map<base::Currency, std::bitset<kBuckets>> seen_;
};

class AgeingExport : public Export {
 public:
  explicit AgeingExport(Ageing ageing) : ageing_(std::move(ageing)) {}

  bool next(std::string& out) override {
    if (done_) return false;
    done_ = true;
    out += "as_of,currency,bucket,dpd_from,dpd_to,plans,customers,outstanding,overdue";
    out += kCsvLineEnd;
    for (const auto& [currency, buckets] : ageing_.by_currency) {
      for (std::size_t i = 0; i < kBuckets; ++i) {
        const BucketRange range = bucket_range(i);
        out += fmt::format("{},{},{},{},{},{},{},{},{}", base::to_string(ageing_.as_of),
                           currency.code(), range.name, range.dpd_from,
                           range.dpd_to ? std::to_string(*range.dpd_to) : "", buckets[i].plans,
                           buckets[i].customers,
                           base::to_decimal(buckets[i].outstanding, currency.exponent()),
                           base::to_decimal(buckets[i].overdue, currency.exponent()));
        out += kCsvLineEnd;
      }
    }
    return true;
  }

 private:
  Ageing ageing_;
  bool done_ = false;
};

}  // namespace

BucketRange bucket_range(std::size_t index) {
  CHECK(index < kBuckets, "there is no bucket {}", index);
  const int n = static_cast<int>(index);
  if (n == 0) return {kNames[index], 0, 0};
  const int from = (n - 1) * kBucketDays + 1;
  return {kNames[index], from, n > kLastBounded ? std::nullopt : std::optional(n * kBucketDays)};
}

std::size_t bucket_of(int dpd) {
  CHECK(dpd >= 0, "{} days past due", dpd);
  return std::min(static_cast<std::size_t>((dpd + kBucketDays - 1) / kBucketDays), kBuckets - 1);
}

ReportResult<Ageing> age_receivables(store::Session& session, const Catalog& catalog,
                                     std::optional<base::Day> as_of) {
  store::Transaction transaction(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const auto day = closed_date(session, as_of);
  if (!day) return std::unexpected(day.error());
  Ageing ageing{*day, {}};
  {
    Counter counter(ageing);
    store::PlanAsOfCursor cursor(session, *day);
    for (auto plans = cursor.next(); !plans.empty(); plans = cursor.next()) {
      for (store::PlanRow& plan : plans) {
        refresh_plan(plan, *day, catalog);
        if (plan.status == store::PlanStatus::Active) counter.add(plan);
      }
    }
  }
  return ageing;
}

ExportResult export_ageing(store::Session& session, std::optional<base::Day> as_of) {
  if (const auto day = closed_date(session, as_of); !day) return std::unexpected(day.error());
  auto ageing = age_receivables(session, *load_catalog(session), as_of);
  if (!ageing) return std::unexpected(ageing.error());
  return std::make_unique<AgeingExport>(std::move(*ageing));
}

}  // namespace engine
