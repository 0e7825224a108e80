// Ageing: what customers owe, by how many days they are past due.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "base/day.h"
#include "base/money.h"
#include "engine/catalog.h"
#include "engine/exports.h"
#include "sql/store/session.h"

namespace engine {

/// M0 (0 days), M1 (1 to 30) ... M6 (151 to 180), M6+ (over 180).
inline constexpr std::size_t kBuckets = 8;

struct BucketRange {
  std::string_view name;
  int dpd_from;
  std::optional<int> dpd_to;  ///< nothing: no end
};
BucketRange bucket_range(std::size_t index);
std::size_t bucket_of(int dpd);

struct AgeingBucket {
  std::int64_t plans = 0;
  std::int64_t customers = 0;    ///< with a plan in this bucket; they may be in others, too
  std::int64_t outstanding = 0;  ///< unpaid principal of the plans
  std::int64_t overdue = 0;      ///< unpaid principal, fee and interest that was due before
};

struct Ageing {
  base::Day as_of;
  std::map<base::Currency, std::array<AgeingBucket, kBuckets>> by_currency;
};

/// A plan's bucket is that of its own days past due at the end of the reading's last date: it is
/// derived from schedules and allocations, not from what is cached now. Late fees are not in the
/// amounts. The session must be in no transaction.
Ageing age_receivables(store::Session& session, const Catalog& catalog, const Reading& reading);

/// The same as a table, under the catalog that was in force.
ExportResult export_ageing(store::Session& session, const ReadingRequest& request,
                           TableFormat format = TableFormat::Csv);

/// The buckets that differ between two readings, as they were before and after.
ExportResult export_ageing_diff(store::Session& session, const DiffRequest& request,
                                TableFormat format = TableFormat::Csv);

}  // namespace engine
