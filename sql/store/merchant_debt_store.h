// Merchants who owe us, and since when.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "sql/store/cursor.h"
#include "sql/store/reading_store.h"
#include "sql/store/session.h"

namespace store {

struct OwingMerchant {
  std::string merchant;
  base::Currency currency;
  std::int64_t payable = 0;  ///< 2101, debits less credits
  std::int64_t claim = 0;    ///< 1121
  std::int64_t reserve = 0;  ///< 2103, as it is held: positive
  base::Day since;           ///< the date at whose close the balance went negative and stayed so

  std::int64_t owed() const { return payable + claim; }
};

/// Merchants whose 2101 and 1121 together are owed to us in a reading, by currency, the
/// oldest first, then by reference.
class OwingMerchantCursor {
 public:
  OwingMerchantCursor(Session& session, const Reading& reading);
  std::vector<OwingMerchant> next();

 private:
  Cursor cursor_;
};

}  // namespace store
