// What every benchmark shares: its clock, its statistics, the machine it ran on and a catalog.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "sql/store/session.h"

namespace bench {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start);
double median(std::vector<double> values);
double percentile(std::vector<double> values, double share);
/// The most memory this process has held, in MB.
double rss_max_mb();
/// "2 x Some Processor, PostgreSQL 15.9".
std::string machine(store::Session& session);
/// Runs `work(writer)` on one thread each and returns the seconds from the common start to the last
/// end.
double in_parallel(int writers, const std::function<void(int)>& work);

/// Interest-free plans, every day a business day, limits that never bind.
extern const char* const kBenchCatalog;

}  // namespace bench
