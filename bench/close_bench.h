// How long an ordinary night takes with a given number of active plans, step by step, beside a
// bound in plain SQL and a month end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"

namespace bench {

struct CloseOptions {
  std::int64_t plans = 100'000;
  int workers = 2;  ///< connections that fill the book and close customers
  int runs = 3;     ///< ordinary nights, one after the other; the median counts
  std::uint64_t seed = 1;
};

struct CloseBenchStep {
  std::string name;
  std::int64_t units = 0;
  double seconds = 0;
};

struct CloseNight {
  base::Day date = {};
  std::int64_t due_or_late = 0;  ///< plans, before the close
  std::int64_t late_fees = 0;    ///< charged by it
  double seconds = 0;            ///< the whole close
  std::vector<CloseBenchStep> steps = {};
};

struct CloseReport {
  CloseOptions options;
  std::string machine;
  std::vector<CloseNight> nights = {};
  CloseNight month_end = {};
  double seconds = 0;  ///< median of the nights
  /// Of the bound, if one was given: its seconds, and the median of bound over ours.
  std::optional<double> bound_seconds = {};
  std::optional<double> ratio = {};
  double rss_max_mb = 0;
};

/// Fills the empty database with active plans of 12 installments, a customer each: 11 % are up to
/// 20 days late, 3 % are due each day, nobody pays. Then closes ordinary dates, with new purchases
/// of 1/300 of the plans each, and the month end. `bound` measures the same night otherwise and
/// says how many seconds it took; nothing if there is none.
CloseReport run_close(const std::string& conninfo, const CloseOptions& options,
                      const std::function<std::optional<double>()>& bound,
                      const std::function<void(const std::string&)>& say);

}  // namespace bench
