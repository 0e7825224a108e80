// A query whose rows come in pieces, so that a report of any length fits the memory.
#pragma once

#include <string>

#include "sql/store/rows.h"
#include "sql/store/session.h"

namespace store {

/// How many rows a piece has: some hundred kilobytes at most.
inline constexpr int kCursorRows = 1000;

/// A server-side cursor in the transaction that is open on the session; it ends with it. Any number
/// may be open one after the other.
class Cursor {
 public:
  Cursor(Session& session, const std::string& select, const Params& params = {});

  /// The next rows, in binary; none when all have been read.
  Rows next();

 private:
  Session& session_;
  std::string name_;
  std::string fetch_;
  bool done_ = false;
};

}  // namespace store
