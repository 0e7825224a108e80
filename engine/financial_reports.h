// What accountants and risk officers ask of the books beside the trial balance. All of them speak
// of closed dates only, so the same question has the same answer for ever. docs/exports.md has the
// columns.
#pragma once

#include <optional>

#include "base/day.h"
#include "engine/report.h"
#include "sql/store/session.h"

namespace engine {

/// Merchants whose balance is owed to us, by the days since it went negative: a row a bucket, or
/// with `lists_merchants` a row a merchant.
ReportAnswer report_merchant_ageing(store::Session& session, std::optional<base::Day> as_of,
                                    bool lists_merchants);

/// Each control account beside the sum of its parts; with `lists_differences` the parts that don't
/// agree follow, also where their sums do.
ReportAnswer report_tie_out(store::Session& session, std::optional<base::Day> as_of,
                            bool lists_differences);

}  // namespace engine
