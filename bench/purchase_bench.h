// How many credit purchases a second the engine captures, beside what COPY alone could do.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

struct PurchaseOptions {
  std::int64_t purchases = 200'000;  ///< a run
  int writers = 2;
  int batch = 5'000;
  int installments = 12;
  int runs = 3;
  std::uint64_t seed = 1;
  std::int64_t customers = 50'000;
  std::int64_t merchants = 1'000;
};

struct PurchaseRun {
  double seconds = 0;
  double rate_per_s = 0;
  double bound_per_s = 0;  ///< rows of the same bytes by COPY into bare tables, same batch, writers
  double batch_p50_ms = 0;
  double batch_p99_ms = 0;
  double log_bytes = 0;  ///< a purchase
};

struct PurchaseReport {
  PurchaseOptions options;
  std::vector<PurchaseRun> runs;
  double rate_per_s = 0;  ///< median over the runs, as are the others
  double bound_per_s = 0;
  double ratio = 0;
  double batch_p50_ms = 0;
  double batch_p99_ms = 0;
  double log_bytes = 0;
  double rss_max_mb = 0;
  std::string machine;
};

/// Runs in the (empty) database of `conninfo`. `say` gets a line of progress now and then.
PurchaseReport run_purchases(const std::string& conninfo, const PurchaseOptions& options,
                             const std::function<void(const std::string&)>& say);

}  // namespace bench
