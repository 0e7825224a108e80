// A night's customers in chunks, each claimed by one worker at a time for as long as its
// transaction lasts: what is claimed by a worker that dies is free again.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/session.h"

namespace store {

/// What closing customers came to; amounts in the book's default currency.
struct ChunkSums {
  std::int64_t customers = 0;
  std::int64_t late_fees = 0;
  std::int64_t late_fee_minor = 0;
  std::int64_t limit_changes = 0;
  std::int64_t lost = 0;  ///< changed by an event meanwhile, and still to be closed
  std::int64_t parked = 0;

  void operator+=(const ChunkSums& other) {
    customers += other.customers;
    late_fees += other.late_fees;
    late_fee_minor += other.late_fee_minor;
    limit_changes += other.limit_changes;
    lost += other.lost;
    parked += other.parked;
  }
};

/// Either customers with an account in a currency, or the quiet ones among the parties numbered
/// `first` to `last`.
struct CloseChunk {
  std::int64_t id = 0;
  base::Day day = {};
  std::int32_t catalog = 0;
  std::optional<base::Currency> currency = {};
  std::vector<base::PartyId> parties = {};
  std::int64_t first = 0;
  std::int64_t last = 0;

  bool is_quiet() const { return !currency.has_value(); }
};

void insert_chunks(Session& session, std::span<const CloseChunk> chunks);

/// A chunk of the date by the rules of `catalog` that is not done and that nobody holds, until the
/// transaction ends; `id` if given.
std::optional<CloseChunk> claim_chunk(Session& session, base::Day day, std::int32_t catalog,
                                      std::optional<std::int64_t> id = {});
void finish_chunk(Session& session, std::int64_t id, const ChunkSums& sums);
void delete_chunk(Session& session, std::int64_t id);

struct ChunkState {
  std::int64_t chunks = 0;
  std::int64_t open = 0;
  ChunkSums done = {};
};
ChunkState find_chunk_state(Session& session, base::Day day);

/// Waits until one of the chunks that are not done is let go by who holds it, if any is held. In a
/// transaction of its own.
void wait_for_chunk(Session& session, base::Day day);

/// When the customers of a date are through.
void delete_chunks(Session& session, base::Day day);
/// Those a close left that was broken off before another catalog was applied.
void delete_open_chunks_but(Session& session, std::int32_t catalog);

/// The date that has chunks which are not done, held by somebody or not, and by whose rules.
struct OpenChunks {
  base::Day day = {};
  std::int32_t catalog = 0;
};
std::optional<OpenChunks> find_open_chunks(Session& session);

/// Whether anybody has the lease of the close.
bool is_close_running(Session& session);

}  // namespace store
