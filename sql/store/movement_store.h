// What posting rules moved on accounts over a period, summed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "ledger/chart.h"
#include "ledger/journal.h"
#include "sql/store/reading_store.h"
#include "sql/store/session.h"

namespace store {

struct Movement {
  base::Currency currency;
  std::string product;  ///< empty where none was asked for, or the journal concerns none
  ledger::Code code{};
  ledger::Code against{};
  ledger::Rule rule{};     ///< of a reversal, its original's
  bool is_before = false;  ///< before the period
  std::int64_t minor = 0;  ///< debits positive
  bool is_debit = false;
};

/// The sums of all transfers of the codes in a reading with business date from `from` on. By
/// product also those before, because no balance tells products apart. One pass over the journals.
std::vector<Movement> sum_movements(Session& session, std::span<const std::int32_t> codes,
                                    base::Day from, const Reading& reading, bool by_product);

}  // namespace store
