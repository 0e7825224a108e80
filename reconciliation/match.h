// Items of a channel's clearing account against the rows of its bill.
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

/// One payment or refund on one side. A refund is matched as its own row, never netted.
struct Item {
  std::int64_t id = 0;  ///< the caller's; unique on its side
  std::string channel_txn = {};
  std::string our_ref = {};  ///< our order or refund number
  bool is_refund = false;
  base::Day day;
  base::Instant at = {};
  base::Currency currency;
  std::int64_t amount = 0;  ///< minor units; of the order, before the channel's vouchers
  std::int64_t fee_e5 = 0;  ///< 10^-5 of the currency: expected, or billed
  bool is_paid = true;      ///< in the ledger false: failed or closed here
  std::string payer = {};
  /// In the bill: the small differences of its file's fees are too much together.
  bool is_fee_over_file = false;
};

/// domain §6.1: amount 0; fee 0.01 a line and 1.00 a file; one day is timing.
struct Tolerance {
  std::int64_t fee_line_e5 = 1'000;
  std::int64_t fee_file_e5 = 100'000;
  int days = 1;
};

struct Pair {
  std::int64_t ledger = 0;
  std::int64_t bill = 0;

  bool operator==(const Pair&) const = default;
};

struct Matching {
  std::vector<Pair> pairs;             ///< agree in everything, within the tolerance
  std::vector<Break> breaks;           ///< by type, then by ids
  std::int64_t fee_difference_e5 = 0;  ///< of the pairs: billed less expected
};

/// Compares all items that are open at the close of `as_of`, of one channel.
///
/// - Keys in order: the channel's number; then our number with the kind. Nothing else makes a pair:
///   amount, day and payer only name a candidate.
/// - Of several under one key, those of equal amount pair first, then in order of occurrence.
/// - What has no other side is TIMING until the window has passed, then missing.
/// - Of a fee, a line's difference is judged, and their sum: here of all pairs, or in the file
/// where
///   the caller says so (`is_fee_over_file`).
/// - Each item is in exactly one pair or break. The result doesn't depend on the order of the
/// items.
Matching match(std::span<const Item> ledger, std::span<const Item> bill, base::Day as_of,
               const Tolerance& tolerance = {});

/// What pairs, and what has no other side: positions in the lists that were given, rising.
struct Pairing {
  std::vector<Pair> pairs;
  std::vector<Break> breaks;  ///< of pairs, and of keys that one side has too often
  std::int64_t fee_difference_e5 = 0;
  std::vector<std::size_t> ledger_alone;
  std::vector<std::size_t> bill_alone;
};

/// The first half of `match`. Items that share a key have to come together; which keys do so with
/// them makes no difference, as long as the fees of files are judged by the caller.
Pairing pair_up(std::span<const Item> ledger, std::span<const Item> bill,
                const Tolerance& tolerance = {});

/// The second half: why each has no other side, with the nearest of those that have none either.
/// Holds a pointer for each item. The ledger's come first, each side in the order given.
void tell_alone(std::span<const Item> ledger, std::span<const Item> bill, base::Day as_of,
                const Tolerance& tolerance, const std::function<void(Break)>& take);

}  // namespace reconciliation
