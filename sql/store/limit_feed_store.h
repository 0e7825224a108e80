// The feed of limit changes: each has a position, from 1 without gaps, and keeps it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "sql/store/customer_rows.h"
#include "sql/store/report_store.h"
#include "sql/store/session.h"

namespace store {

/// Says in the transaction that makes them that these changes have happened; they get their
/// positions once it is committed. To be called after the credit accounts of the parties were
/// updated or inserted, whose locks keep a party's changes in order.
void copy_limit_outbox(Session& session, std::span<const LimitChangeRow* const> rows);

/// Gives positions to changes that were committed and have none, at most `most` of them, each
/// party's in the order they were made in. Waits for whoever else is at it. Returns how many; fewer
/// than `most` means that there are no more. The session must be in no transaction.
std::int64_t list_limit_changes(Session& session, int most);

/// Names the feed of this book and no other.
std::string find_limit_feed_name(Session& session);

/// The last position that was given; 0: none.
std::int64_t find_last_position(Session& session);

struct ListedLimitChange {
  std::int64_t position = 0;
  base::Instant listed_at;
  ReportedLimitChange change;
};

/// The changes behind `after`, at most `count`, in order.
std::vector<ListedLimitChange> load_limit_feed(Session& session, std::int64_t after, int count);
/// The changes at these positions, in order.
std::vector<ListedLimitChange> load_limit_feed(Session& session,
                                               std::span<const std::int64_t> positions);

}  // namespace store
