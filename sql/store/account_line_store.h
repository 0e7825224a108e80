// The lines of chosen accounts, account by account: what a general ledger is made of.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "ledger/journal.h"
#include "sql/store/cursor.h"
#include "sql/store/reading_store.h"
#include "sql/store/session.h"

namespace store {

struct AccountLine {
  std::size_t rank = 0;  ///< of its account
  base::Day business_date;
  std::optional<std::int32_t> number;  ///< the voucher's; nothing while the date was not sealed
  std::int32_t line = 0;               ///< within the journal, as the export of lines counts
  ledger::Rule rule{};
  base::Day value_date;
  std::string party;
  std::string purchase_ref;  ///< of its plan, or empty
  std::string source_ref;    ///< or empty
  std::int64_t minor = 0;    ///< debits positive
};

/// Lines of a reading with business date from `from` on, by the rank of their account (`ranks` is
/// beside `accounts`; those of one rank are one account for the reader), then as the journals of
/// the reading come, then by line. The database sorts them.
class AccountLineCursor {
 public:
  AccountLineCursor(Session& session, std::span<const std::int32_t> accounts,
                    std::span<const std::int32_t> ranks, base::Day from, const Reading& reading);
  std::vector<AccountLine> next();

 private:
  Cursor cursor_;
};

}  // namespace store
