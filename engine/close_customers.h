// The customers of a night, chunk by chunk: what a worker of the close does, in the closing process
// or in another that has joined it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/day.h"
#include "engine/catalog.h"
#include "engine/customers.h"
#include "sql/store/session.h"

namespace engine {

/// A connection with its caches; one thread at a time.
struct CloseWorker {
  explicit CloseWorker(const std::string& conninfo);

  store::Session session;
  BlockIds ids;
  AccountBook accounts;
};

struct ChunkOptions {
  bool looks_ahead = true;  ///< as CloseOptions has it
  /// Called before a chunk commits, as CloseOptions::before_commit.
  std::function<void(base::Day, std::string_view step)> before_commit = {};
};

/// Claims one chunk of the date that nobody holds, closes its customers and commits both. False if
/// there is none to claim. A chunk that fails is cut in two until the customer who can't be closed
/// is alone and is parked.
bool run_chunk(CloseWorker& worker, base::Day day, const Catalog& catalog,
               const ChunkOptions& options);

struct JoinOptions {
  int workers = 1;
  /// How long to wait for a close that has anything to share; once it is there, to its end.
  std::chrono::milliseconds wait{60'000};
  std::function<void(base::Day, std::int64_t chunks)> progress = {};
  ChunkOptions chunks = {};
};

struct JoinOutcome {
  std::int64_t chunks = 0;
  base::Day last_date = {};
};

/// Shares the customers of the close that is running, or begins within `wait`, from this process:
/// takes chunks until the close has ended. Needs neither the lease nor the evidence key. A chunk
/// held by a process that dies goes to another.
JoinOutcome join_close(const std::string& conninfo, const JoinOptions& options);

}  // namespace engine
