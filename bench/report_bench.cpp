#include "bench/report_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <random>

#include "base/check.h"
#include "bench/measure.h"
#include "engine/book.h"
#include "engine/close.h"
#include "engine/engine.h"
#include "engine/exports.h"
#include "engine/verify.h"
#include "sql/store/bench_store.h"

namespace bench {
namespace {

const base::Day kFirstDay = base::make_day(2026, 1, 5);
constexpr int kBatch = 5'000;

class ReportBench {
 public:
  ReportBench(const std::string& conninfo, const ReportOptions& options,
              const std::function<void(const std::string&)>& say)
      : conninfo_(conninfo),
        options_(options),
        say_(say),
        owner_(conninfo, store::Role::Owner),
        session_(conninfo) {}

  ReportReport run() {
    ReportReport report{.options = options_, .machine = machine(owner_), .runs = {}};
    auto parsed = engine::parse_catalog(kBenchCatalog);
    CHECK(parsed.has_value(), "the benchmark's catalog: {}", parsed.error().rule);
    catalog_ = std::make_shared<const engine::Catalog>(
        engine::apply_catalog(session_, conninfo_, *std::move(parsed), {}));
    for (int date = 0; date < options_.dates; ++date) fill(base::plus_days(kFirstDay, date));
    store::settle_tables(owner_);
    report.journals = store::count_journals(owner_);
    for (int i = 0; i < options_.runs; ++i) {
      ReportRun run = run_once(report.lines);
      say_(
          fmt::format("run {} of {}: verify {:.1f} s, trial balance {:.3f} s, export {:.0f} "
                      "lines/s, COPY {:.0f} lines/s",
                      i + 1, options_.runs, run.verify_seconds, run.trial_balance_seconds,
                      run.export_per_s, run.copy_per_s));
      report.runs.push_back(run);
    }
    const auto middle = [&](auto value) {
      std::vector<double> values;
      for (const ReportRun& run : report.runs) values.push_back(value(run));
      return median(values);
    };
    report.verify_seconds = middle([](const ReportRun& r) { return r.verify_seconds; });
    report.trial_balance_seconds =
        middle([](const ReportRun& r) { return r.trial_balance_seconds; });
    report.export_per_s = middle([](const ReportRun& r) { return r.export_per_s; });
    report.copy_per_s = middle([](const ReportRun& r) { return r.copy_per_s; });
    report.ratio = middle([](const ReportRun& r) { return r.export_per_s / r.copy_per_s; });
    report.rss_max_mb = rss_max_mb();
    return report;
  }

 private:
  void fill(base::Day date) {
    const std::int64_t of_date = options_.purchases / options_.dates / options_.writers;
    in_parallel(options_.writers, [&](int writer) {
      engine::Engine engine(conninfo_, catalog_);
      std::mt19937_64 random(options_.seed * 7919 +
                             static_cast<std::uint64_t>(base::days_between(kFirstDay, date)) * 101 +
                             static_cast<std::uint64_t>(writer));
      const std::int64_t customers = std::max<std::int64_t>(1, options_.purchases / 10);
      std::vector<engine::Purchase> batch;
      for (std::int64_t i = 0; i < of_date; ++i) {
        engine::Purchase purchase;
        purchase.ref = fmt::format("B{}-{}-{:09}", base::to_string(date), writer, i);
        purchase.customer =
            fmt::format("C{:08}-{}", random() % static_cast<std::uint64_t>(customers), writer);
        purchase.merchant = fmt::format("M{:04}", random() % 1'000);
        purchase.purchased_at = catalog_->zone.to_instant(date + std::chrono::hours{12});
        purchase.amount = {static_cast<std::int64_t>(120'00 + random() % 5'000'00),
                           catalog_->currency};
        purchase.installments = options_.installments;
        batch.push_back(std::move(purchase));
        if (std::ssize(batch) == kBatch || i + 1 == of_date) {
          for (const auto& result :
               engine.capture(batch, {.today = date, .create_parties = true})) {
            CHECK(result.status == engine::Status::Posted, "a purchase was refused: {}",
                  engine::code(result.refusal));
          }
          batch.clear();
        }
      }
    });
    const auto start = Clock::now();
    engine::close_through(conninfo_, catalog_, date, base::plus_days(date, 1),
                          {.proves_months = false});
    say_(fmt::format("{}: {} purchases, closed in {:.1f} s", base::to_string(date),
                     of_date * options_.writers, seconds_since(start)));
  }

  ReportRun run_once(std::int64_t& lines) {
    ReportRun run;
    {
      std::vector<store::Session> helpers;
      for (int i = 1; i < options_.writers; ++i) helpers.emplace_back(conninfo_);
      const auto start = Clock::now();
      const engine::Findings findings = engine::verify_book(session_, {}, helpers);
      run.verify_seconds = seconds_since(start);
      for (const engine::Finding& f : findings) {
        CHECK(f.offenders == 0, "{} {}: {}", f.id, f.name, f.first);
      }
    }
    {
      const auto start = Clock::now();
      CHECK(engine::trial_balance(session_, std::nullopt).has_value(), "no trial balance");
      run.trial_balance_seconds = seconds_since(start);
    }
    const base::Day last = base::plus_days(kFirstDay, options_.dates - 1);
    const auto copied = [&] {
      const auto start = Clock::now();
      lines = store::copy_lines_out(session_, kFirstDay, last, options_.lines);
      run.copy_per_s = static_cast<double>(lines) / seconds_since(start);
    };
    const auto exported = [&] {
      const auto start = Clock::now();
      auto rows = engine::export_lines(session_, kFirstDay, {.as_of = last, .known_at = {}});
      CHECK(rows.has_value(), "no lines");
      std::int64_t count = -1;  // the heading
      for (std::string piece; count < options_.lines && (*rows)->next(piece); piece.clear()) {
        count += std::ranges::count(piece, '\n');
      }
      run.export_per_s = static_cast<double>(count) / seconds_since(start);
    };
    copied();
    exported();
    return run;
  }

  std::string conninfo_;
  ReportOptions options_;
  std::function<void(const std::string&)> say_;
  store::Session owner_;
  store::Session session_;
  std::shared_ptr<const engine::Catalog> catalog_;
};

}  // namespace

ReportReport run_reports(const std::string& conninfo, const ReportOptions& options,
                         const std::function<void(const std::string&)>& say) {
  return ReportBench(conninfo, options, say).run();
}

}  // namespace bench
