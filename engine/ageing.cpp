#include "engine/ageing.h"

#include <algorithm>
#include <bitset>

#include "base/check.h"
#include "engine/book.h"
#include "engine/customer_close.h"
#include "engine/table_diff.h"
#include "sql/store/plan_reading.h"

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

class AgeingTable : public TableSource {
 public:
  explicit AgeingTable(Ageing ageing) : ageing_(std::move(ageing)) {}

  bool append_rows(TableWriter& rows) override {
    for (const auto& [currency, buckets] : ageing_.by_currency) {
      for (std::size_t i = 0; i < kBuckets; ++i) {
        const BucketRange range = bucket_range(i);
        rows.day(ageing_.as_of);
        rows.text(currency.code());
        rows.text(range.name);
        rows.number(range.dpd_from);
        range.dpd_to ? rows.number(*range.dpd_to) : rows.absent();
        rows.number(buckets[i].plans);
        rows.number(buckets[i].customers);
        rows.amount(buckets[i].outstanding, currency);
        rows.amount(buckets[i].overdue, currency);
        rows.end_row();
      }
    }
    return false;
  }

 private:
  Ageing ageing_;
};

TableHead table_head(base::Day as_of) {
  return {.name = "ageing",
          .columns = {{"as_of", 12},
                      {"currency", 9},
                      {"bucket", 8},
                      {"dpd_from", 10},
                      {"dpd_to", 10},
                      {"plans", 10},
                      {"customers", 10},
                      {"outstanding", 18},
                      {"overdue", 18}},
          .created = as_of};
}

Ageing age_in_snapshot(store::Session& session, const Catalog& catalog, const Reading& reading) {
  Ageing ageing{reading.as_of, {}};
  {
    Counter counter(ageing);
    store::OwingPlanCursor cursor(session, reading);
    for (auto plans = cursor.next(); !plans.empty(); plans = cursor.next()) {
      for (store::PlanRow& plan : plans) {
        refresh_plan(plan, reading.as_of, catalog);
        if (plan.status == store::PlanStatus::Active) counter.add(plan);
      }
    }
  }
  return ageing;
}

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

Ageing age_receivables(store::Session& session, const Catalog& catalog, const Reading& reading) {
  store::Transaction transaction(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  return age_in_snapshot(session, catalog, reading);
}

ExportResult export_ageing(store::Session& session, const ReadingRequest& request,
                           TableFormat format) {
  const auto reading = take_reading(session, request);
  if (!reading) return std::unexpected(reading.error());
  const auto catalog = load_catalog(session, store::find_catalog_version(session, *reading));
  return export_table(session, format, table_head(reading->as_of), [&](store::Session& snapshot) {
    return std::make_unique<AgeingTable>(age_in_snapshot(snapshot, *catalog, *reading));
  });
}

ExportResult export_ageing_diff(store::Session& session, const DiffRequest& request,
                                TableFormat format) {
  constexpr std::size_t kCurrency = 1, kDpdFrom = 3;
  const auto pair = take_reading_pair(session, request);
  if (!pair) return std::unexpected(pair.error());
  const auto table_of = [](store::Session& snapshot, const Reading& reading) {
    const auto catalog = load_catalog(snapshot, store::find_catalog_version(snapshot, reading));
    return std::make_unique<AgeingTable>(age_in_snapshot(snapshot, *catalog, reading));
  };
  return export_table(session, format, diff_head(table_head(pair->after.as_of)),
                      [&](store::Session& snapshot) {
                        return diff_of(table_of(snapshot, pair->before),
                                       table_of(snapshot, pair->after), {kCurrency, kDpdFrom});
                      });
}

}  // namespace engine
