#include "sql/store/cursor.h"

#include <fmt/format.h>

#include <atomic>

namespace store {

Cursor::Cursor(Session& session, const std::string& select, const Params& params)
    : session_(session) {
  static std::atomic<std::uint64_t> count = 0;
  name_ = fmt::format("report_{}", ++count);
  fetch_ = fmt::format("FETCH FORWARD {} FROM {}", kCursorRows, name_);
  query(session_, fmt::format("DECLARE {} NO SCROLL CURSOR FOR {}", name_, select).c_str(), params);
}

Rows Cursor::next() {
  if (done_) return Rows(PQmakeEmptyPGresult(session_.pg(), PGRES_TUPLES_OK));
  Rows rows = query(session_, fetch_.c_str());
  if (rows.size() < kCursorRows) {
    done_ = true;
    session_.execute("CLOSE " + name_);
  }
  return rows;
}

}  // namespace store
