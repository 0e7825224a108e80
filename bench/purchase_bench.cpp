#include "bench/purchase_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "base/check.h"
#include "bench/measure.h"
#include "engine/book.h"
#include "engine/engine.h"
#include "sql/store/bench_store.h"

namespace bench {
namespace {

std::string customer_ref(std::int64_t number) { return fmt::format("C{:08}", number); }

/// The purchases of one writer, batch by batch; it owns the customers numbered like it.
std::vector<std::vector<engine::Purchase>> make_batches(const PurchaseOptions& options, int writer,
                                                        std::int64_t count, int run,
                                                        base::Instant at) {
  std::mt19937_64 random(options.seed * 1'000'003 + static_cast<std::uint64_t>(run) * 101 +
                         static_cast<std::uint64_t>(writer));
  const base::Currency cny = base::Currency::find("CNY").value();
  std::vector<std::vector<engine::Purchase>> batches;
  for (std::int64_t i = 0; i < count; ++i) {
    if (i % options.batch == 0) batches.emplace_back();
    const std::int64_t own = options.customers / options.writers;
    const std::int64_t number =
        run < 0 ? i : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(own));
    engine::Purchase purchase;
    purchase.ref = fmt::format("B{}-{}-{:09}", run + 1, writer, i);
    purchase.customer = customer_ref(number * options.writers + writer);
    purchase.merchant =
        fmt::format("M{:05}", random() % static_cast<std::uint64_t>(options.merchants));
    purchase.purchased_at = at;
    purchase.amount = {static_cast<std::int64_t>(120'00 + random() % 5'000'00), cny};
    purchase.installments = options.installments;
    batches.back().push_back(std::move(purchase));
  }
  return batches;
}

class PurchaseBench {
 public:
  PurchaseBench(const std::string& conninfo, const PurchaseOptions& options,
                const std::function<void(const std::string&)>& say)
      : conninfo_(conninfo), options_(options), say_(say), owner_(conninfo, store::Role::Owner) {}

  PurchaseReport run() {
    prepare();
    PurchaseReport report;
    report.options = options_;
    report.machine = machine(owner_);
    for (int i = 0; i < options_.runs; ++i) {
      PurchaseRun run = run_once(i);
      report.rss_max_mb = std::max(report.rss_max_mb, rss_max_mb());
      run.bound_per_s = bound();
      say_(
          fmt::format("run {} of {}: {:.0f} purchases/s, raw COPY {:.0f} rows/s, p50 {:.1f} ms, "
                      "p99 {:.1f} ms a batch, {:.0f} bytes of log a purchase",
                      i + 1, options_.runs, run.rate_per_s, run.bound_per_s, run.batch_p50_ms,
                      run.batch_p99_ms, run.log_bytes));
      report.runs.push_back(run);
    }
    auto middle = [&](double PurchaseRun::* field) {
      std::vector<double> values;
      for (const PurchaseRun& run : report.runs) values.push_back(run.*field);
      return median(values);
    };
    report.rate_per_s = middle(&PurchaseRun::rate_per_s);
    report.bound_per_s = middle(&PurchaseRun::bound_per_s);
    report.ratio = report.rate_per_s / report.bound_per_s;
    report.batch_p50_ms = middle(&PurchaseRun::batch_p50_ms);
    report.batch_p99_ms = middle(&PurchaseRun::batch_p99_ms);
    report.log_bytes = middle(&PurchaseRun::log_bytes);
    return report;
  }

 private:
  /// A book with its customers, each of whom has bought once: no run meets empty tables.
  void prepare() {
    base::Result<engine::Catalog, engine::CatalogError> catalog =
        engine::parse_catalog(kBenchCatalog);
    CHECK(catalog.has_value(), "the benchmark's catalog: {} {}", catalog.error().field,
          catalog.error().rule);
    {
      store::Session session(conninfo_);
      catalog_ = std::make_shared<const engine::Catalog>(
          engine::apply_catalog(session, conninfo_, *std::move(catalog), {}));
    }
    today_ = base::make_day(2026, 1, 5);
    at_ = catalog_->zone.to_instant(today_ + std::chrono::hours{12});
    for (int writer = 0; writer < options_.writers; ++writer) {
      engines_.push_back(std::make_unique<engine::Engine>(conninfo_, catalog_));
    }
    say_(fmt::format("making {} customers and {} merchants", options_.customers,
                     options_.merchants));
    const std::int64_t own = options_.customers / options_.writers;
    for (int writer = 0; writer < options_.writers; ++writer) {
      for (const auto& batch : make_batches(options_, writer, own, -1, at_)) post(writer, batch);
    }
  }

  void post(int writer, const std::vector<engine::Purchase>& batch) {
    const engine::BatchContext context{.today = today_, .create_parties = true};
    for (const engine::ItemResult& result :
         engines_[static_cast<std::size_t>(writer)]->capture(batch, context)) {
      CHECK(result.status == engine::Status::Posted, "a purchase was refused: {}",
            engine::code(result.refusal));
    }
  }

  PurchaseRun run_once(int number) {
    const std::int64_t share = options_.purchases / options_.writers;
    std::vector<std::vector<std::vector<engine::Purchase>>> batches;
    for (int writer = 0; writer < options_.writers; ++writer) {
      batches.push_back(make_batches(options_, writer, share, number, at_));
    }
    store::settle_tables(owner_);
    std::vector<std::vector<double>> latencies(static_cast<std::size_t>(options_.writers));
    const std::int64_t log_before = store::log_position(owner_);
    PurchaseRun run;
    run.seconds = in_parallel(options_.writers, [&](int writer) {
      const auto own = static_cast<std::size_t>(writer);
      for (const auto& batch : batches[own]) {
        const Clock::time_point begin = Clock::now();
        post(writer, batch);
        latencies[own].push_back(seconds_since(begin) * 1000);
      }
    });
    const auto count = static_cast<double>(share * options_.writers);
    run.rate_per_s = count / run.seconds;
    run.log_bytes = static_cast<double>(store::log_position(owner_) - log_before) / count;
    std::vector<double> all;
    for (const auto& own : latencies) all.insert(all.end(), own.begin(), own.end());
    run.batch_p50_ms = percentile(all, 0.50);
    run.batch_p99_ms = percentile(all, 0.99);
    return run;
  }

  /// The rows a purchase writes by COPY into bare tables, in transactions of the same batch by as
  /// many writers.
  double bound() {
    constexpr std::int64_t kRowsMax = 100'000;  // enough to measure, little enough to hold
    std::vector<store::RawRows> tables{{"command", "event_id", {}},
                                       {"plan", "plan_id", {}},
                                       {"journal", "journal_id", {}},
                                       {"merchant_item", "item_id", {}},
                                       {"credit_account", "party_id", {}}};
    const std::int64_t count = std::min(options_.purchases, kRowsMax);
    for (store::RawRows& table : tables) {
      store::load_raw(owner_, table, count);
      // A purchase writes a new version of its customer's row; customers who bought twice are in
      // the table once.
      for (std::size_t i = 0; std::ssize(table.rows) < count; ++i) {
        table.rows.push_back(table.rows[i]);
      }
      store::make_raw_table(owner_, table);
    }
    store::settle_tables(owner_);
    std::vector<std::unique_ptr<store::Session>> sessions;
    for (int writer = 0; writer < options_.writers; ++writer) {
      sessions.push_back(std::make_unique<store::Session>(conninfo_));
    }
    const std::size_t rows = tables.front().rows.size();
    const auto batch = static_cast<std::size_t>(options_.batch);
    const auto writers = static_cast<std::size_t>(options_.writers);
    const double seconds = in_parallel(options_.writers, [&](int writer) {
      store::Session& session = *sessions[static_cast<std::size_t>(writer)];
      for (std::size_t at = static_cast<std::size_t>(writer) * batch; at < rows;
           at += batch * writers) {
        store::Transaction transaction(session);
        for (const store::RawRows& table : tables) {
          store::copy_raw(session, table, at, std::min(at + batch, rows));
        }
        transaction.commit();
      }
    });
    return static_cast<double>(rows) / seconds;
  }

  std::string conninfo_;
  PurchaseOptions options_;
  std::function<void(const std::string&)> say_;
  store::Session owner_;
  std::shared_ptr<const engine::Catalog> catalog_;
  base::Day today_;
  base::Instant at_;
  std::vector<std::unique_ptr<engine::Engine>> engines_;
};

}  // namespace

PurchaseReport run_purchases(const std::string& conninfo, const PurchaseOptions& options,
                             const std::function<void(const std::string&)>& say) {
  return PurchaseBench(conninfo, options, say).run();
}

}  // namespace bench
