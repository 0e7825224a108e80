// The journals of a date as the leaves of its Merkle tree, in the order of the tree.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/day.h"
#include "sql/store/proof_rows.h"
#include "sql/store/session.h"

namespace engine {

/// Connections to read a date's journals on, beside the one that writes; kept from date to date.
struct LeafReaders {
  /// To the database of `like`, as the same user. `lookups_` is one that is free meanwhile.
  LeafReaders(store::Session& like, store::Session& lookups_)
      : journals(store::connect_beside(like)), lookups(lookups_) {}

  store::Session journals;
  store::Session& lookups;
};

/// Reads the committed journals of a date, which must have no more postings to come, and hashes
/// them on a thread of its own, so that the caller can do other things before it takes them. The
/// order is that of the canonical texts, byte by byte; journals with the same text are by id. In
/// memory are what was not taken yet, up to some 50 MB, and the texts of one party.
class DayLeaves {
 public:
  DayLeaves(LeafReaders& readers, base::Day day);
  ~DayLeaves();
  DayLeaves(const DayLeaves&) = delete;
  DayLeaves& operator=(const DayLeaves&) = delete;

  /// The next vouchers, numbered; none after the last. Throws what reading threw.
  std::vector<store::VoucherRow> next();

 private:
  void read();
  void hand_over(std::vector<store::VoucherRow>& piece);

  LeafReaders& readers_;
  base::Day day_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<store::VoucherRow>> pieces_;
  std::exception_ptr error_;
  bool is_read_ = false;
  bool is_abandoned_ = false;
  std::jthread thread_;  // the last member: it starts when all others are there
};

}  // namespace engine
