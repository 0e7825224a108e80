// A made-up data set that looks like life, for demonstrations and load tests.
#pragma once

#include <cstdint>
#include <string>

#include "base/day.h"
#include "engine/catalog.h"

namespace engine {

struct SampleSettings {
  std::int64_t customers = 2'000;
  std::int64_t merchants = 60;
  std::int64_t purchases = 12'000;
  std::uint64_t seed = 1;
  int days = 426;                                // some 14 months
  base::Day start = base::make_day(2024, 5, 1);  // so that 618 comes twice, 11-11 once
};

struct SampleSummary {
  std::int64_t purchases = 0;  ///< rows, repeats included
  std::int64_t repayments = 0;
  std::int64_t refunds = 0;
  base::Day last;  ///< the last date anything happens on
};

/// Writes purchases.csv.gz, repayments.csv.gz and refunds.csv.gz (docs/import.md), each sorted by
/// time, into the directory. Equal settings and catalog make equal bytes: whole numbers only, and
/// a generator of our own.
///
/// Purchases follow the seasons, have plausible amounts, and cluster on some customers and
/// merchants. Repayments are what the catalog's plans ask for; most customers pay in time, some
/// late, some not at all. A few customers buy beyond their limit or while overdue, and repay
/// nothing of that. Some rows are repeated, some reuse a reference with another amount.
SampleSummary write_sample(const SampleSettings& settings, const Catalog& catalog,
                           const std::string& directory);

}  // namespace engine
