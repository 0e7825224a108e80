// What two people sign for a date of a channel: what matched, what is open and why that may be, and
// that the balance of 1011 is exactly that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "engine/reconcile_run.h"
#include "sql/store/signoff_store.h"

namespace engine {

/// domain §6.3: a row that only may still come is no obstacle for so many days.
inline constexpr int kTimingDaysMax = 2;

/// The result of a date, signed or as it is now.
struct DateReport {
  store::SignoffRow row = {};  ///< `signed_at` is empty while nobody has signed
  std::vector<store::StandingBreak> breaks = {};
  std::optional<ReconcileProblem> obstacle = {};  ///< why it can't be signed
};

/// In one transaction, which brings the breaks up to date first. Refused while a break stands that
/// is neither resolved nor closed nor young TIMING, or while the balance is not proven, and for a
/// date that is signed: its result stays as it is.
base::Result<DateReport, ReconcileProblem> sign_off(store::Session& session,
                                                    const store::Comparison& comparison,
                                                    const std::string& by,
                                                    const std::string& approved_by);

/// The signed result as it was stored; of a date that is not signed what it would be now. Changes
/// nothing.
DateReport report_date(store::Session& session, const store::Comparison& comparison);

}  // namespace engine
