// Webhooks: who is told of limit changes, and how far each of them has been told.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "sql/store/cursor.h"
#include "sql/store/session.h"

namespace store {

struct EndpointRow {
  std::string id;
  std::string url;
  std::string secret;               ///< the bytes that sign
  std::int64_t queued_through = 0;  ///< deliveries exist through this position
  base::Instant created_at;
  std::optional<base::Instant> stopped_at = {};  ///< it answered that it wants no more
  int failures = 0;                              ///< times in a row that it was not reached
  std::optional<base::Instant> resume_at = {};   ///< not tried before
};

/// False if an endpoint with this URL is there already.
bool insert_endpoint(Session& session, const EndpointRow& endpoint);
/// False if there is none, or it is removed.
bool remove_endpoint(Session& session, std::string_view id, base::Instant at);
/// Those that are not removed, oldest first.
std::vector<EndpointRow> list_endpoints(Session& session);

struct DeliveryCounts {
  std::string endpoint;
  std::int64_t waiting = 0;  ///< those that are not queued yet too
  std::int64_t delivered = 0;
  std::int64_t dead = 0;
  std::optional<base::Instant> next_attempt_at;
};
std::vector<DeliveryCounts> count_deliveries(Session& session);

/// Queues what the endpoint has not been sent yet, at most `most` positions. Returns how many.
std::int64_t queue_deliveries(Session& session, std::string_view endpoint, base::Instant now,
                              int most);

/// A delivery that this runner may make, alone until its lease ends.
struct ClaimedDelivery {
  std::int64_t position = 0;
  base::PartyId party;
  int attempts = 0;  ///< made before
};
/// Leases deliveries that are due, at most `most`, of each party the first that is waiting only.
/// Two callers never get the same one while the lease lasts.
std::vector<ClaimedDelivery> claim_deliveries(Session& session, std::string_view endpoint,
                                              std::string_view lease, base::Instant now,
                                              base::Instant lease_until, int most);

enum class DeliveryState : std::int16_t { Waiting = 1, Delivered = 2, Dead = 3 };

struct AttemptRow {
  std::int64_t position = 0;
  base::PartyId party;
  DeliveryState state{};
  base::Instant next_attempt_at;  ///< while it is waiting
  int status = 0;                 ///< 0: no answer
  std::string answer;             ///< its first words, or what went wrong
};
/// What became of deliveries under a lease, which ends. What the party is waiting for behind one
/// that failed waits as long. A lease that was lost changes nothing.
void record_attempts(Session& session, std::string_view endpoint, std::string_view lease,
                     base::Instant at, std::span<const AttemptRow> attempts);
/// Gives leases back; no attempt was made.
void release_deliveries(Session& session, std::string_view endpoint, std::string_view lease);

/// The endpoint was reached, or not and is left alone until then.
void record_reached(Session& session, std::string_view endpoint);
void record_unreached(Session& session, std::string_view endpoint, int failures,
                      base::Instant resume_at);
/// It wants no more.
void stop_endpoint(Session& session, std::string_view endpoint, base::Instant at);

/// Sends again what lies behind `after`, whatever became of it; an endpoint that was stopped goes
/// on. Returns how many. What is not queued yet comes by itself.
std::int64_t replay_deliveries(Session& session, std::string_view endpoint, std::int64_t after,
                               base::Instant now);
/// The same of dead ones only.
std::int64_t revive_dead_deliveries(Session& session, std::string_view endpoint, base::Instant now);

struct DeadDelivery {
  std::string endpoint;
  std::int64_t position = 0;
  std::string customer;
  int attempts = 0;
  base::Instant tried_at;
  int status = 0;
  std::string answer;
};
/// Dead deliveries of endpoints that are not removed, by endpoint and position.
class DeadDeliveryCursor {
 public:
  DeadDeliveryCursor(Session& session, std::string_view endpoint);  ///< empty: of all
  std::vector<DeadDelivery> next();                                 ///< none when all were read

 private:
  Cursor cursor_;
};

}  // namespace store
