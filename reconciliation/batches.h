// Movements of a channel's account, by batch, against the lines of the bank statement.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "reconciliation/break.h"

namespace reconciliation {

/// A movement that is part of a batch, or a line of the bank that says which batch it pays.
struct Movement {
  std::int64_t id = 0;
  std::string batch = {};  ///< "": it does not say
  base::Day day;
  base::Currency currency;
  std::int64_t amount = 0;  ///< minor units, fees with their minus among them
  std::int64_t count = 1;   ///< of how many it is the sum
};

struct BatchMatch {
  std::string batch;
  std::vector<std::int64_t> movements;  ///< ascending; 1:1, 1:n, n:1 and n:m alike
  std::vector<std::int64_t> bank;

  bool operator==(const BatchMatch&) const = default;
};

struct BatchMatching {
  std::vector<BatchMatch> matches;
  /// `ledger` of these is a movement, `bill` a line of the bank.
  std::vector<Break> breaks;
};

/// The last date on which a batch of a date may be paid and is not late.
using PaidBy = std::function<base::Day(base::Day)>;

/// A batch matches when the net of its movements is the net of the bank's lines that name it.
///
/// - Otherwise the bank is short or long by the difference: one break a batch.
/// - A line of the bank without a batch is compared with the batches that nothing has paid: where
///   exactly one set of them comes to it, that is suggested (SPLIT), never matched; where several
///   do, it says so.
/// - A batch without a line is TIMING through the close of `paid_by` of its last movement's date.
BatchMatching match_batches(std::span<const Movement> movements, std::span<const Movement> bank,
                            base::Day as_of, const PaidBy& paid_by);

}  // namespace reconciliation
