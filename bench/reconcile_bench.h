// How many items and rows of bills are compared in a second, and how many lines of a bill taken.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

struct ReconcileOptions {
  std::int64_t items = 1'000'000;
  std::uint64_t seed = 1;
  int workers = 2;  ///< connections that compare
  int runs = 3;
};

struct ReconcileRun {
  double seconds = 0;        ///< compared, and every break stored with its history
  double again_seconds = 0;  ///< the same once more: nothing changes
  double rate_per_s = 0;     ///< items and rows
  double bound_per_s = 0;    ///< items and rows joined by number, and nothing else
};

struct ReconcileReport {
  ReconcileOptions options;
  std::string machine;
  std::int64_t ledger = 0;
  std::int64_t bill = 0;
  std::int64_t planted = 0;
  std::int64_t found = 0;
  std::vector<ReconcileRun> runs;
  double rate_per_s = 0;  ///< medians
  double again_per_s = 0;
  double bound_per_s = 0;
  double ratio = 0;
  double rss_max_mb = 0;
};

/// Fills the empty database and reconciles it, each run for a channel of its own. Throws if a break
/// that was put in is not found, one is found that was not put in, or a second run changes
/// anything.
ReconcileReport run_reconcile(const std::string& conninfo, const ReconcileOptions& options,
                              const std::function<void(const std::string&)>& say);

struct BillOptions {
  std::int64_t lines = 1'000'000;
  int runs = 3;
  std::uint64_t seed = 1;
};

struct BillRun {
  double import_per_s = 0;  ///< lines read, proven and stored
  double read_per_s = 0;    ///< lines read and proven
};

struct BillReport {
  BillOptions options;
  std::string machine;
  std::int64_t bytes = 0;
  std::vector<BillRun> runs;
  double import_per_s = 0;  ///< medians
  double read_per_s = 0;
  double ratio = 0;
  double rss_max_mb = 0;
};

/// Writes a WeChat Pay trade bill to a temporary file, reads it and takes it, once each run.
BillReport run_bills(const std::string& conninfo, const BillOptions& options,
                     const std::function<void(const std::string&)>& say);

}  // namespace bench
