#include "bench/close_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <random>

#include "base/check.h"
#include "bench/measure.h"
#include "engine/book.h"
#include "engine/close.h"
#include "engine/engine.h"
#include "sql/store/bench_store.h"

namespace bench {
namespace {

const base::Day kMonthEnd = base::make_day(2026, 1, 31);
constexpr int kBatch = 5'000;
constexpr int kInstallments = 12;
constexpr int kLatePercent = 11;
constexpr int kLateDays = 20;       // late plans missed a due date of so many days
constexpr int kDueDays = 30;        // the others are due within so many days
constexpr int kPlansANewOne = 300;  // purchases of an ordinary date

// Every step has something to do: fee, late fee from the first day on, limits by days past due,
// impairment stages, reserve, settlement and payouts each day.
constexpr const char* kCatalog = R"toml(
[book]
name = "bench"
currency = "CNY"
zone = "Asia/Shanghai"
calendar = "ALL"
opens_on = {}
decisions = "enforce"
limit_policy = true

[currency.CNY]
tolerance = "0.10"
payout_min = "1.00"
installment_min = "1.00"

[[product]]
name = "flat_fee"
method = "flat_fee"
installments_min = 1
installments_max = 60
due = "order"
rate_percent = "0.60"
rate_per = "period"
late_fee = {{ percent_per_day = "0.05", grace_days = 0, tolerance_percent = "0" }}

[[merchant]]
name = "standard"
discount_percent = "0.60"
vat_percent = "6"
returns_discount = true
settle = "T+1"
calendar = "ALL"
reserve_percent = "5"
reserve_days = 90

[[customer]]
name = "standard"
limit = {{ CNY = "100000.00" }}

[[channel]]
name = "WX"
auto_settle = {{ days = 1, fee_percent = "0.30" }}

[created]
customer = "standard"
merchant = "standard"

[payout]
auto_confirm = {{ days = 0 }}

[impairment]
pd_12m_percent = "2"
pd_lifetime_percent = "25"
lgd_percent = "60"

[calendar.ALL]
first_year = 2025
last_year = 2030
off = []
work = []
)toml";

class CloseBench {
 public:
  CloseBench(const std::string& conninfo, const CloseOptions& options,
             const std::function<std::optional<double>()>& bound,
             const std::function<void(const std::string&)>& say)
      : conninfo_(conninfo),
        options_(options),
        bound_(bound),
        say_(say),
        first_(base::plus_days(kMonthEnd, -options.runs)),
        owner_(conninfo, store::Role::Owner),
        session_(conninfo) {}

  CloseReport run() {
    CloseReport report{.options = options_, .machine = machine(owner_)};
    const base::Day before = base::plus_days(first_, -1);
    // Before the first plan that is late was bought.
    const base::Day opens_on = base::add_months(base::plus_days(first_, -1 - kLateDays), -1);
    auto parsed = engine::parse_catalog(fmt::format(kCatalog, base::to_string(opens_on)));
    CHECK(parsed.has_value(), "the benchmark's catalog: {} {}", parsed.error().field,
          parsed.error().rule);
    catalog_ = std::make_shared<const engine::Catalog>(
        engine::apply_catalog(session_, conninfo_, *std::move(parsed), {}));
    engine::close_through(conninfo_, catalog_, base::plus_days(before, -1), kMonthEnd,
                          {.proves_months = false});
    fill(before);
    const auto start = Clock::now();
    engine::close_through(conninfo_, catalog_, before, kMonthEnd, {.workers = options_.workers});
    say_(fmt::format("{} plans are there, brought up to date in {:.1f} s", options_.plans,
                     seconds_since(start)));
    store::settle_tables(owner_);
    report.bound_seconds = bound_();
    if (report.bound_seconds) say_(fmt::format("bound: {:.2f} s", *report.bound_seconds));
    std::vector<double> seconds;
    for (int i = 0; i < options_.runs; ++i) {
      report.nights.push_back(close(base::plus_days(first_, i)));
      seconds.push_back(report.nights.back().seconds);
    }
    report.month_end = close(kMonthEnd);
    report.seconds = median(seconds);
    if (report.bound_seconds) report.ratio = *report.bound_seconds / report.seconds;
    report.rss_max_mb = rss_max_mb();
    return report;
  }

 private:
  /// Told late, so that one date of the book takes them all: their due dates count from the day
  /// they were bought.
  void fill(base::Day date) {
    in_parallel(options_.workers, [&](int worker) {
      engine::Engine engine(conninfo_, catalog_);
      std::mt19937_64 random(options_.seed * 7919 + static_cast<std::uint64_t>(worker));
      std::vector<engine::Purchase> batch;
      for (std::int64_t i = worker; i < options_.plans; i += options_.workers) {
        const auto below = [&](std::uint64_t n) { return static_cast<int>(random() % n); };
        const base::Day due = below(100) < kLatePercent
                                  ? base::plus_days(first_, -1 - below(kLateDays))
                                  : base::plus_days(first_, below(kDueDays));
        batch.push_back(purchase(fmt::format("B{:09}", i), i, base::add_months(due, -1), random));
        if (std::ssize(batch) < kBatch && i + options_.workers < options_.plans) continue;
        capture(engine, batch, date);
      }
    });
  }

  engine::Purchase purchase(std::string ref, std::int64_t customer, base::Day on,
                            std::mt19937_64& random) const {
    engine::Purchase purchase;
    purchase.ref = std::move(ref);
    purchase.customer = fmt::format("C{:09}", customer);
    purchase.merchant = fmt::format("M{:04}", random() % 1'000);
    purchase.purchased_at = catalog_->zone.to_instant(on + std::chrono::hours{12});
    purchase.amount = {static_cast<std::int64_t>(600'00 + random() % 5'000'00), catalog_->currency};
    purchase.installments = kInstallments;
    return purchase;
  }

  static void capture(engine::Engine& engine, std::vector<engine::Purchase>& batch,
                      base::Day today) {
    for (const auto& result : engine.capture(batch, {.today = today, .create_parties = true})) {
      CHECK(result.status == engine::Status::Posted, "a purchase was refused: {}",
            engine::code(result.refusal));
    }
    batch.clear();
  }

  CloseNight close(base::Day date) {
    engine::Engine engine(conninfo_, catalog_);
    std::mt19937_64 random(options_.seed * 31 +
                           static_cast<std::uint64_t>(base::days_between(first_, date) + 1));
    std::vector<engine::Purchase> batch;
    const std::int64_t count = std::max<std::int64_t>(1, options_.plans / kPlansANewOne);
    for (std::int64_t i = 0; i < count; ++i) {
      batch.push_back(purchase(fmt::format("N{}-{:07}", base::to_string(date), i),
                               options_.plans + i, date, random));
      if (std::ssize(batch) == kBatch || i + 1 == count) capture(engine, batch, date);
    }
    CloseNight night{.date = date, .due_or_late = store::count_due_or_late(session_, date)};
    const auto start = Clock::now();
    const auto outcome =
        engine::close_through(conninfo_, catalog_, date, date, {.workers = options_.workers});
    night.seconds = seconds_since(start);
    CHECK(outcome.dates.size() == 1, "one date was to be closed");
    for (const engine::CloseStep& step : outcome.dates.front().steps) {
      night.steps.push_back({step.name, step.units, step.seconds});
      if (step.name == "late fees") night.late_fees = step.units;
    }
    say_(fmt::format("{}: {} plans due or late, {} late fees, closed in {:.2f} s",
                     base::to_string(date), night.due_or_late, night.late_fees, night.seconds));
    return night;
  }

  std::string conninfo_;
  CloseOptions options_;
  const std::function<std::optional<double>()>& bound_;
  const std::function<void(const std::string&)>& say_;
  base::Day first_;  ///< of the ordinary nights
  store::Session owner_;
  store::Session session_;
  std::shared_ptr<const engine::Catalog> catalog_;
};

}  // namespace

CloseReport run_close(const std::string& conninfo, const CloseOptions& options,
                      const std::function<std::optional<double>()>& bound,
                      const std::function<void(const std::string&)>& say) {
  return CloseBench(conninfo, options, bound, say).run();
}

}  // namespace bench
