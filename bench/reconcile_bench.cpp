#include "bench/reconcile_bench.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <random>

#include "base/check.h"
#include "bench/measure.h"
#include "engine/bill_import.h"
#include "engine/book.h"
#include "engine/reconcile_run.h"
#include "sql/store/reconcile_bench_store.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

const base::Day kAsOf = base::make_day(2026, 7, 30);
constexpr std::int64_t kFeeE8 = 300'000;  // 0.30 %

template <class Run, class Value>
double median_of(const std::vector<Run>& runs, Value value) {
  std::vector<double> values;
  for (const Run& run : runs) values.push_back(value(run));
  return median(std::move(values));
}

class ReconcileBench {
 public:
  ReconcileBench(const std::string& conninfo, const ReconcileOptions& options)
      : options_(options),
        conninfo_(conninfo),
        owner_(conninfo, store::Role::Owner),
        session_(conninfo) {
    book_ = {.channel = {1},
             .as_of = kAsOf,
             .items = options.items,
             .seed = static_cast<std::int64_t>(options.seed)};
  }

  ReconcileReport run(const std::function<void(const std::string&)>& say) {
    ReconcileReport report{.options = options_, .machine = machine(owner_), .runs = {}};
    store::plant_book(owner_, book_);
    const store::PlantedCount planted = store::count_planted(session_, book_);
    report.ledger = planted.ledger;
    report.bill = planted.bill;
    report.planted = planted.planted;
    say(fmt::format("{} items and {} rows, {} breaks put in", report.ledger, report.bill,
                    report.planted));
    for (int i = 0; i < options_.runs; ++i) {
      const ReconcileRun run = run_once(report);
      say(fmt::format(
          "run {} of {}: {:.2f} s, {:.0f} rows/s; once more {:.2f} s; a bare join "
          "{:.0f} rows/s",
          i + 1, options_.runs, run.seconds, run.rate_per_s, run.again_seconds, run.bound_per_s));
      report.runs.push_back(run);
    }
    const auto rows = static_cast<double>(report.ledger + report.bill);
    report.rate_per_s = median_of(report.runs, [](const auto& r) { return r.rate_per_s; });
    report.again_per_s =
        median_of(report.runs, [&](const auto& r) { return rows / r.again_seconds; });
    report.bound_per_s = median_of(report.runs, [](const auto& r) { return r.bound_per_s; });
    report.ratio =
        median_of(report.runs, [](const auto& r) { return r.rate_per_s / r.bound_per_s; });
    report.rss_max_mb = rss_max_mb();
    return report;
  }

 private:
  ReconcileRun run_once(ReconcileReport& report) {
    store::forget_breaks(owner_);
    ReconcileRun run;
    std::int64_t changes = 0;
    auto start = Clock::now();
    report.found = reconcile(changes);
    run.seconds = seconds_since(start);
    CHECK(changes == report.found, "{} breaks and {} changes", report.found, changes);
    const store::PlantedMisses misses = store::compare_planted(session_, book_);
    CHECK(misses.missed == 0 && misses.invented == 0, "{} breaks are missed, {} invented",
          misses.missed, misses.invented);
    changes = 0;
    start = Clock::now();
    reconcile(changes);
    run.again_seconds = seconds_since(start);
    CHECK(changes == 0, "a second run made {} changes", changes);
    const auto rows = static_cast<double>(report.ledger + report.bill);
    run.rate_per_s = rows / run.seconds;
    start = Clock::now();
    store::join_planted(session_, book_, options_.workers - 1);
    run.bound_per_s = rows / seconds_since(start);
    return run;
  }

  std::int64_t reconcile(std::int64_t& changes) {
    const store::Comparison comparison{.channel = book_.channel,
                                       .from = base::plus_days(kAsOf, -29),
                                       .to = kAsOf,
                                       .fee_e8 = kFeeE8,
                                       .workers = options_.workers - 1,
                                       .conninfo = conninfo_};
    const auto found = engine::run_reconciliation(session_, comparison, false,
                                                  [&](const store::BreakChange&) { ++changes; });
    CHECK(found.has_value(), "refused: {}", found.error().detail);
    return found->breaks;
  }

  ReconcileOptions options_;
  std::string conninfo_;
  store::Session owner_;
  store::Session session_;
  store::PlantedBook book_;
};

/// A bill as WeChat Pay writes it, with its totals.
class BillFile {
 public:
  BillFile(std::int64_t lines, std::uint64_t seed)
      : path_(fs::temp_directory_path() / fmt::format("fenqi-bench-{}.csv", ::getpid())) {
    std::mt19937_64 random(seed);
    std::ofstream out(path_);
    out << "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,"
           "交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,"
           "充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
           "申请退款金额,费率备注\n";
    std::int64_t total = 0, fees = 0;
    fmt::memory_buffer piece;
    for (std::int64_t i = 0; i < lines; ++i) {
      const auto amount = static_cast<std::int64_t>(1'000 + random() % 500'000);
      const std::int64_t fee = (amount * 3 + 500) / 1'000;
      total += amount;
      fees += fee;
      fmt::format_to(
          std::back_inserter(piece),
          "`2026-07-10 {:02}:{:02}:{:02},`wx1234567890abcdef,`1900000001,`0,`,`4200000000{:018},"
          "`R{:012},`o{:026},`JSAPI,`SUCCESS,`OTHERS,`CNY,`{},`0.00,`0,`0,`0.00,`0.00,`,`,`"
          "分期还款,"
          "`,`{}000,`0.30%,`{},`0.00,`\n",
          i % 24, i % 60, i % 59, i, i, random() % 1'000'000, base::to_decimal(amount, 2),
          base::to_decimal(fee, 2), base::to_decimal(amount, 2));
      if (piece.size() < (1U << 20)) continue;
      out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
      piece.clear();
    }
    out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    const std::string sum = base::to_decimal(total, 2);
    out << fmt::format(
        "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,"
        "申请退款总金额\n"
        "`{},`{},`0.00,`0.00,`{}000,`{},`0.00\n",
        lines, sum, base::to_decimal(fees, 2), sum);
    out.close();
    if (!out) throw std::runtime_error(fmt::format("{} can't be written", path_.string()));
  }
  ~BillFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  BillFile(const BillFile&) = delete;
  BillFile& operator=(const BillFile&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

BillRun take_once(store::Session& session, const BillFile& file, const BillOptions& options,
                  int number) {
  const auto lines = static_cast<double>(options.lines);
  engine::BillImport import{.party = {number},
                            .path = file.path(),
                            .file_name = "bench.csv",
                            .today = kAsOf,
                            .is_dry_run = true};
  BillRun run;
  auto start = Clock::now();
  const engine::BillAnswer read = engine::import_bill(session, import);
  run.read_per_s = lines / seconds_since(start);
  CHECK(read.outcome == engine::BillOutcome::Taken, "the bill is not sound");
  import.is_dry_run = false;
  start = Clock::now();
  const engine::BillAnswer taken = engine::import_bill(session, import);
  run.import_per_s = lines / seconds_since(start);
  CHECK(taken.outcome == engine::BillOutcome::Taken && taken.summary.rows == options.lines,
        "{} rows were taken", taken.summary.rows);
  return run;
}

}  // namespace

ReconcileReport run_reconcile(const std::string& conninfo, const ReconcileOptions& options,
                              const std::function<void(const std::string&)>& say) {
  return ReconcileBench(conninfo, options).run(say);
}

BillReport run_bills(const std::string& conninfo, const BillOptions& options,
                     const std::function<void(const std::string&)>& say) {
  store::Session owner(conninfo, store::Role::Owner);
  store::Session session(conninfo);
  BillReport report{.options = options, .machine = machine(owner), .runs = {}};
  const BillFile file(options.lines, options.seed);
  report.bytes = static_cast<std::int64_t>(fs::file_size(file.path()));
  for (int i = 0; i < options.runs; ++i) {
    const BillRun run = take_once(session, file, options, i + 1);
    say(fmt::format("run {} of {}: {:.0f} lines/s stored, {:.0f} lines/s read and proven", i + 1,
                    options.runs, run.import_per_s, run.read_per_s));
    report.runs.push_back(run);
  }
  report.import_per_s = median_of(report.runs, [](const auto& r) { return r.import_per_s; });
  report.read_per_s = median_of(report.runs, [](const auto& r) { return r.read_per_s; });
  report.ratio =
      median_of(report.runs, [](const auto& r) { return r.import_per_s / r.read_per_s; });
  report.rss_max_mb = rss_max_mb();
  return report;
}

}  // namespace bench
