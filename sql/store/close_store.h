// What the nightly close asks of the database beside the customers' rows: its lease, its steps, who
// has to be closed, and the sums its global steps post.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/session.h"

namespace store {

/// Takes the lease of the close for as long as this session lives. A holder that died has let go of
/// it with its connection.
bool try_close_lease(Session& session, const std::string& holder);
void release_close_lease(Session& session);
/// Who holds it, in words for people.
std::string close_lease_holder(Session& session);

/// Moves the open date on to `day`; does nothing if it is there already.
void open_date(Session& session, base::Day day);
void set_closed_through(Session& session, base::Day day);

struct CloseStepRow {
  std::string step;
  std::int64_t units = 0;
  std::int64_t amount = 0;
  double seconds = 0;
};
std::vector<CloseStepRow> load_close_steps(Session& session, base::Day day);
void insert_close_step(Session& session, base::Day day, const CloseStepRow& row);

/// Rows added since the last call become findable by the block-range indexes on business dates.
void summarize_day_indexes(Session& session);

struct PartyCurrency {
  base::PartyId party;
  base::Currency currency;
};

/// Customers behind `day` with a plan that is due, late or has income to recognize by then, or in a
/// delinquency episode; with `judge_cut`, also those whose limit was cut and who can earn it back.
/// By currency and party, the first `limit` of them.
std::vector<PartyCurrency> list_customers_to_close(Session& session, base::Day day, bool judge_cut,
                                                   int limit);

/// Due dates from `from` through `to` of plans that are paid off, for these parties.
struct SettledDue {
  base::PartyId party;
  base::Day due;
};
std::vector<SettledDue> list_settled_dues(Session& session, std::span<const std::int64_t> parties,
                                          base::Currency currency, base::Day from, base::Day to);

/// What a channel received on one date.
struct ChannelReceipts {
  base::PartyId channel;
  base::Currency currency;
  base::Day business_date;
  std::int64_t count = 0;
  std::int64_t gross = 0;
  std::int64_t fee = 0;  ///< half up for each repayment
};
/// Receipts of these channels from `from` through `to`; `fee_e8` runs beside `channels`.
std::vector<ChannelReceipts> sum_channel_receipts(Session& session,
                                                  std::span<const std::int64_t> channels,
                                                  std::span<const std::int64_t> fee_e8,
                                                  base::Day from, base::Day to);

/// Income recognized for plans on a date, over all chunks.
struct AccrualSum {
  std::int16_t kind = 0;  ///< 1 fee 2 subsidy
  std::string product;
  base::Currency currency;
  std::int64_t amount = 0;  ///< not 0
  std::int64_t plans = 0;
};
std::vector<AccrualSum> sum_accruals(Session& session, base::Day day);

}  // namespace store
