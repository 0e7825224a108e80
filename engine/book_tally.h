// What a proof of the whole book adds up while rows come by in any order: nothing that grows with
// the book, so that tables of any size are compared in one reading of each.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/weights.h"
#include "base/wide.h"
#include "engine/journal_leaf.h"
#include "sql/store/proof_rows.h"
#include "sql/store/verify_store.h"

namespace engine {

/// What of the book is looked at.
struct TallyScope {
  base::Day closed_through;
  store::DayRange range;  ///< whose journals are counted and compared with their vouchers
};

/// Equations between tables as weighted sums (base/weights.h), each of which is 0 if both sides
/// hold the same under every key; and plain sums of what there is little of. Parts that were added
/// up apart are added together.
class BookTally {
 public:
  BookTally(const base::Weights& weights, const TallyScope& scope)
      : weights_(weights), scope_(scope) {}

  /// `original` is what the journal reverses, with its leaf, if it is there.
  void add(const store::ProofJournal& journal, const TallyAccounts& accounts,
           const OriginalJournal& original);
  void add(const store::ProofPlan& plan);
  void add(const store::ProofAllocation& allocation);
  void add(store::AmountTable table, const store::ProofAmounts& row);
  void add_voucher(const store::VoucherRow& voucher);

  /// Something that no sum needs to tell.
  void refuse() { is_sound_ = false; }

  void merge(const BookTally& other);

  /// Whether all equations hold and no row was wrong by itself.
  bool is_sound() const;

  /// How many rows of each kind a sound book was proved from.
  store::ProofCounts counts() const { return counts_; }

  /// The plain sums, for the statements that compare them. Nothing if one does not fit 64 bits.
  std::optional<store::LedgerSums> sums() const;

 private:
  enum Equation : std::size_t {
    PlanPrincipal,
    PlanFee,
    PlanLateFee,
    PlanDeferred,
    PlanPaid,
    PlanPaidFee,
    PlanPaidInterest,
    PlanPaidPenalty,
    PlanRefunded,
    PlanChargedOff,
    EventAllocated,
    CustomerPlans,
    CustomerPrincipal,
    CustomerCredit,
    CustomerHolds,
    CustomerHeld,
    AccountDebits,
    AccountCredits,
    Vouchers,
    kEquations,
  };

  /// Adds to what an equation says of a key: one side's amounts as they are, the other's negated.
  void weigh(Equation equation, base::uint128 weight, base::int128 amount) {
    equations_[equation] += static_cast<base::uint128>(amount) * weight;
  }
  void expect(bool holds) { is_sound_ = is_sound_ && holds; }
  bool is_in_range(base::Day day) const;
  void judge(const store::ProofJournal& journal, const OriginalJournal& original);
  void add_transfers(const store::ProofJournal& journal);

  const base::Weights& weights_;
  TallyScope scope_;
  std::array<base::uint128, kEquations> equations_ = {};
  bool is_sound_ = true;
  store::ProofCounts counts_;
  // of the journal that is being added
  TransferAccounts accounts_;
  std::string buffer_;

  template <class Key>
  using Sums = std::map<Key, base::int128>;
  Sums<std::int32_t> open_;    ///< by account: balance of dates that are not closed
  Sums<std::int32_t> funded_;  ///< by account: moved by captures and refunds
  Sums<std::tuple<std::int32_t, bool, base::Day>> income_;  ///< by account, earned, date if earned
  Sums<std::tuple<std::int32_t, std::int64_t, std::string>> parts_;  ///< by code, owner, currency
  std::map<std::pair<std::string, std::string>, std::array<base::int128, 6>>
      plans_;  ///< by product and currency
};

}  // namespace engine
