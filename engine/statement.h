// The merchant statement: what a merchant was owed, what moved it, what was paid out, what is left.
// One snapshot of the books, read in pieces, so that a million lines fit the memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "base/result.h"
#include "base/zone.h"
#include "sql/store/session.h"
#include "sql/store/statement_store.h"

namespace engine {

struct StatementRequest {
  std::string merchant;  ///< the merchant's reference
  base::Day from;        ///< business dates, both included
  base::Day to;
  /// As it was known then; for who may read all of the books.
  std::optional<base::Instant> known_at = {};
};

/// Reasons to refuse, in the order they are checked.
enum class StatementRefusal { BookMissing, DatesReversed, KnownAtInFuture, MerchantUnknown };

std::string_view code(StatementRefusal refusal);
std::string sentence(StatementRefusal refusal, const StatementRequest& request);

/// The lines of one currency in one figure each (domain's netting order). They sum to `net`.
struct StatementTotals {
  std::int64_t sales = 0;     ///< gross, merchant coupons taken off
  std::int64_t refunds = 0;   ///< negative
  std::int64_t discount = 0;  ///< negative
  std::int64_t subsidy = 0;   ///< negative
  std::int64_t returned_discount = 0;
  std::int64_t returned_subsidy = 0;
  std::int64_t adjustments = 0;
  std::int64_t releases = 0;
  std::int64_t reserve = 0;  ///< negative
  std::int64_t payouts = 0;  ///< negative
  std::int64_t net = 0;
  std::int64_t vat = 0;  ///< the VAT within discount and returned discount
  std::int64_t lines = 0;
};

/// Why money is not at the merchant yet.
enum class ExpectedReason {
  PayoutOnItsWay,
  NotSettled,      ///< no settlement has taken these lines
  CarriedForward,  ///< below the smallest payout: goes into the next settlement
  OwedByMerchant,  ///< the same, below zero
  Reserve,         ///< held until that day
};
std::string_view name(ExpectedReason reason);  ///< "payout_on_its_way"

struct ExpectedReceipt {
  ExpectedReason reason;
  std::optional<base::Day> on;  ///< not before this day; absent: with the next settlement
  std::int64_t amount = 0;
  std::int64_t lines = 0;
  std::string payout_ref = {};
};

/// One currency of a statement. Opening + totals.net = closing.
struct StatementSection {
  base::Currency currency;
  std::int64_t opening = 0;  ///< owed to the merchant at the close of the day before
  std::array<store::ItemTotals, store::kItemTypes> by_type;
  StatementTotals totals;
  std::int64_t closing = 0;
  std::vector<store::PayoutLine> payouts;  ///< instructed in the period, as of its end
  /// What is to come, as of the end of the period, by reason and day. What is not settled and what
  /// is carried sum to `closing`. Not told with `known_at`.
  std::vector<ExpectedReceipt> expected;
};

struct StatementHeader {
  std::string merchant;
  base::Day from;
  base::Day to;
  base::Zone zone;                         ///< of the book; the lines' times are told in it
  base::Day closed_through;                ///< at the instant, if one was asked for
  bool is_final = false;                   ///< every date is closed: nothing will ever change
  std::vector<StatementSection> sections;  ///< by currency code; none without balance and items
};

struct StatementLine {
  store::ItemRow item;
  std::optional<base::Day> settled_on;  ///< if settled by the end of the period
  std::string payout_ref;               ///< the payout it went into, if any
  std::int64_t net = 0;
  std::int64_t balance = 0;  ///< owed after this line
};

/// Whose eyes the rows are read with.
enum class StatementAccess {
  Operator,
  Merchant,  ///< row-level security lets only this merchant's rows through
};

class Statement {
 public:
  ~Statement();

  /// Reads the edges and totals. The session must be in no transaction, and is in one until the
  /// statement goes away.
  ///
  /// - For a closed period the balances come from the ledger and the totals from the items, and
  ///   both have to agree (CHECK): opening + items = closing.
  /// - Later settlements and payouts don't show, so the statement of a closed period reads the same
  ///   for ever; and so does one of any period with `known_at`.
  static base::Result<std::unique_ptr<Statement>, StatementRefusal> open(
      store::Session& session, const StatementRequest& request,
      StatementAccess access = StatementAccess::Operator);

  const StatementHeader& header() const;

  /// The next lines of a section; none at its end, where they are proved to sum to its totals.
  /// Sections are read one after the other.
  std::vector<StatementLine> next(std::size_t section);

 private:
  struct Impl;
  explicit Statement(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

std::string_view name(store::ItemType type);        ///< "sale"
std::string_view name(store::PayoutStatus status);  ///< "confirmed"

}  // namespace engine
