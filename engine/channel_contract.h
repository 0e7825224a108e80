// What reconciliation judges a channel by: its price, and what the bank calls it. Read when it is
// needed, as nothing that posts depends on it.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/day.h"
#include "base/rate.h"
#include "scheduling/calendar.h"
#include "sql/store/session.h"

namespace engine {

class Section;

/// A date can't be judged because its calendar has not the year: names both.
struct CalendarMissing : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// [[channel]] contract of the catalog.
struct ChannelContract {
  std::optional<base::Rate> fee = {};  ///< of each transaction, half up; nothing: fees not judged
  std::string payer = {};              ///< part of the counterparty's name in bank statements
  int settle_days = 2;                 ///< after which the bank has a batch
  bool settles_in_business_days = true;
  std::string calendar_name = {};  ///< "": the book's
  std::optional<scheduling::Calendar> calendar = {};

  /// Through which date a batch of `day` may be paid and is not late. Throws CalendarMissing.
  base::Day paid_by(base::Day day) const;
};

/// Throws what stops a catalog where it is wrong.
ChannelContract read_contract(Section contract);

/// By the catalog in force; all empty where it says nothing.
ChannelContract find_contract(store::Session& session, std::string_view channel);

}  // namespace engine
