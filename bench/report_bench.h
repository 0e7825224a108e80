// How long a book of a given size takes to be proved, and its lines to be exported.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

struct ReportOptions {
  std::int64_t purchases = 200'000;
  int dates = 5;  ///< they are spread over, each closed
  int writers = 2;
  int installments = 12;
  int runs = 3;
  std::int64_t lines = 1'000'000;  ///< exported at most
  std::uint64_t seed = 1;
};

struct ReportRun {
  double verify_seconds = 0;
  double trial_balance_seconds = 0;
  double export_per_s = 0;  ///< lines as CSV
  double copy_per_s = 0;    ///< the same rows by COPY ... TO STDOUT of the same query, as psql does
};

struct ReportReport {
  ReportOptions options;
  std::string machine;
  std::int64_t journals = 0;
  std::int64_t lines = 0;  ///< exported
  std::vector<ReportRun> runs;
  double verify_seconds = 0;  ///< medians
  double trial_balance_seconds = 0;
  double export_per_s = 0;
  double copy_per_s = 0;
  double ratio = 0;  ///< median of the runs' ratios
  double rss_max_mb = 0;
};

/// Fills the empty database, closes its dates, and measures. Throws if a fact does not hold.
ReportReport run_reports(const std::string& conninfo, const ReportOptions& options,
                         const std::function<void(const std::string&)>& say);

}  // namespace bench
