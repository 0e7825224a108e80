#include "bench/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <barrier>
#include <exception>
#include <fstream>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "sql/store/bench_store.h"

namespace bench {

const char* const kBenchCatalog = R"toml(
[book]
name = "bench"
currency = "CNY"
zone = "Asia/Shanghai"
calendar = "ALL"
opens_on = 2026-01-05
decisions = "enforce"

[currency.CNY]
tolerance = "10.00"
payout_min = "1.00"
installment_min = "1.00"

[[product]]
name = "interest_free"
method = "interest_free"
installments_min = 1
installments_max = 60
due = "order"
late_fee = { percent_per_day = "0.05", grace_days = 3, tolerance_percent = "10" }

[product.subsidy]
payer = "merchant"
percent_by_installments = { 3 = "1.80", 6 = "3.60", 12 = "7.20", 24 = "9.00" }

[[merchant]]
name = "standard"
discount_percent = "0.60"
vat_percent = "6"
returns_discount = true
settle = "T+1"
calendar = "ALL"

[[customer]]
name = "standard"
limit = { CNY = "1000000000.00" }

[[channel]]
name = "WX"

[created]
customer = "standard"
merchant = "standard"

[calendar.ALL]
first_year = 2025
last_year = 2030
off = []
work = []
)toml";

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  CHECK(!values.empty(), "the median of nothing");
  std::ranges::sort(values);
  return values[values.size() / 2];
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(at, values.size() - 1)];
}

double rss_max_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024.0;
  }
  return 0;
}

std::string machine(store::Session& session) {
  std::ifstream cpus("/proc/cpuinfo");
  std::string model = "unknown processor";
  for (std::string line; std::getline(cpus, line);) {
    if (line.starts_with("model name")) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  }
  return fmt::format("{} x {}, PostgreSQL {}", std::thread::hardware_concurrency(), model,
                     store::server_version(session));
}

double in_parallel(int writers, const std::function<void(int)>& work) {
  std::barrier start(writers + 1);
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::exception_ptr failure;
  for (int writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&, writer] {
      start.arrive_and_wait();
      try {
        work(writer);
      } catch (...) {
        const std::lock_guard lock(mutex);
        failure = std::current_exception();
      }
    });
  }
  start.arrive_and_wait();
  const Clock::time_point begin = Clock::now();
  for (std::thread& thread : threads) thread.join();
  const double seconds = seconds_since(begin);
  if (failure) std::rethrow_exception(failure);
  return seconds;
}

}  // namespace bench
