// The rows that belong to one customer, as they are stored. Arrays are always whole here: where the
// table keeps an empty array for all zeros, the row has the zeros.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"

namespace store {

enum class Block : std::int16_t { None = 0, UntilPaid = 1, Closed = 2 };

struct CreditRow {
  base::PartyId party;
  base::Currency currency;
  std::int64_t version = 0;
  base::Day closed_through;
  std::int64_t base_limit = 0;
  std::int64_t held = 0;
  std::int64_t outstanding = 0;
  std::int64_t credit_balance = 0;
  std::int16_t dpd = 0;
  Block block = Block::None;
  std::optional<std::int64_t> episode_base;
  std::int16_t episode_rows = 0;
  std::int16_t episode_peak_dpd = 0;
  std::optional<std::int64_t> former_base;
  std::int16_t clean_cycles = 0;
  std::vector<base::Day> late_episodes;
  /// Not read, and nothing in a row that is read: the last of the coming nights that the rules have
  /// looked at ahead (engine/quiet.h), and by which catalog.
  std::optional<base::Day> quiet_through = {};
  std::int32_t quiet_catalog = 0;

  bool operator==(const CreditRow&) const = default;
};

enum class PlanStatus : std::int16_t {
  Active = 1,
  Settled = 2,
  Refunded = 3,
  Disputed = 4,    ///< nothing is due or late until the dispute ends
  ChargedOff = 5,  ///< a claim off the balance sheet
};
/// The causes after Capture are scheduling::ChangeCause, in another order: stored, never renumber.
enum class ScheduleCause : std::int16_t {
  Capture = 1,
  Refund = 2,
  Payoff = 3,
  Prepayment = 4,
  Extension = 5,
  ReAge = 6,
  ReAmortize = 7,
  InterestPause = 8,
  RateChange = 9,
  ChargeOff = 10,
};

/// What partial refunds gave back so far, in minor units.
struct ReturnedSums {
  std::int64_t goods = 0;
  std::int64_t coupon_platform = 0;
  std::int64_t coupon_merchant = 0;
  std::int64_t coupon_sponsor = 0;
  std::int64_t discount = 0;  ///< VAT included
  std::int64_t discount_vat = 0;
  std::int64_t fee = 0;  ///< that had been paid

  std::int64_t customer() const {
    return goods - coupon_platform - coupon_merchant - coupon_sponsor;
  }
  bool operator==(const ReturnedSums&) const = default;
};

struct PlanRow {
  base::PartyId party;
  base::PlanId id;
  base::EventId event;
  std::string purchase_ref;
  base::PartyId merchant;
  std::string product;
  std::int32_t catalog_version = 0;
  base::Currency currency;
  PlanStatus status = PlanStatus::Active;
  base::Instant purchased_at;
  base::Day business_date;
  base::Day start_on;
  std::int64_t goods = 0;
  std::int64_t financed = 0;
  std::int64_t coupon_platform = 0;
  std::int64_t coupon_merchant = 0;
  std::int64_t coupon_sponsor = 0;
  base::PartyId sponsor = {};
  std::int64_t discount = 0;
  std::int64_t discount_vat = 0;
  std::int64_t fee_total = 0;
  std::int64_t subsidy_total = 0;
  std::int16_t subsidy_payer = 0;
  base::Day available_on;
  std::int16_t schedule_version = 1;
  ScheduleCause schedule_cause = ScheduleCause::Capture;
  std::vector<base::Day> due;
  std::vector<std::int64_t> principal;
  std::vector<std::int64_t> fee;
  std::vector<std::int64_t> interest;
  std::vector<std::int64_t> paid_principal;
  std::vector<std::int64_t> paid_fee;
  std::vector<std::int64_t> paid_interest;
  std::int64_t outstanding = 0;
  std::int64_t refunded = 0;
  std::int64_t late_fee = 0;
  std::int64_t late_fee_paid = 0;
  std::optional<base::Day> late_through;
  std::int16_t dpd = 0;
  std::optional<base::Day> next_due;
  std::int64_t fee_recognized = 0;
  std::int64_t subsidy_recognized = 0;
  std::int64_t interest_recognized = 0;
  std::optional<std::int64_t> rate_e8 = {};  ///< of interest, on the product's basis
  std::optional<base::Day> recognize_on;
  std::optional<base::Day> changed_on;  ///< value date the current version counts from
  std::int64_t late_fee_before = 0;     ///< late fee through it, by the versions before
  ReturnedSums returned;
  std::optional<base::Day> disputed_on;
  std::int64_t dispute_fee = 0;
  std::int16_t ecl_stage = 0;
  std::int64_t allowance = 0;
  std::int64_t charged_off = 0;  ///< principal
  std::int64_t claim = 0;
  std::int64_t nightly_fee = 0;  ///< not read: what each quiet night adds to late_fee

  bool operator==(const PlanRow&) const = default;

  std::optional<base::Day> act_on() const {
    if (!next_due) return recognize_on;
    if (!recognize_on) return next_due;
    return *next_due < *recognize_on ? next_due : recognize_on;
  }
};

/// A schedule that was replaced, kept as it was.
struct PlanVersionRow {
  PlanRow plan;  ///< before the change
  base::EventId replaced_by;
  base::Day replaced_on;
  base::Day valued_on;
};

enum class AllocationKind : std::int16_t {
  Repayment = 1,
  FromCredit = 2,
  Refund = 3,
  Waiver = 4,
  Chargeback = 5,  ///< a repayment taken back: negative, with the value date it had
  ChargeOff = 6,   ///< principal, fee and late fee that left the balance sheet
  Takeover = 7,    ///< what another system had been paid before this book took the plan over
};

struct AllocationRow {
  base::PartyId party;
  base::EventId event;
  base::PlanId plan = {};  ///< {}: the part that became credit balance
  AllocationKind kind;
  base::Currency currency;
  base::Day business_date;
  base::Day value_date;
  std::int64_t penalty = 0;
  std::int64_t credit = 0;
  std::vector<std::int16_t> installment;  ///< 1-based numbers; the arrays below run beside it
  std::vector<std::int64_t> principal;
  std::vector<std::int64_t> fee;
  std::vector<std::int64_t> interest;
};

struct RepaymentRow {
  base::PartyId party;
  base::EventId event;
  std::string ref;
  base::PartyId channel = {};
  base::Currency currency;
  std::int64_t amount = 0;
  base::Instant paid_at;
  base::Day business_date;
  base::Day value_date;
};

struct RefundRow {
  base::PartyId party;
  base::EventId event;
  std::string ref;
  base::PlanId plan;
  base::Currency currency;
  std::int64_t amount = 0;
  std::int64_t principal = 0;
  std::int64_t cash = 0;
  base::Instant refunded_at;
  base::Day business_date;
  base::Day value_date;
  std::string reason;
};

struct LifeEventRow {
  base::PartyId party;
  base::EventId event;
  std::string ref;
  std::string kind;
  base::PlanId plan = {};
  base::Currency currency;
  base::Instant happened_at;
  base::Day business_date;
  base::Day value_date;
  std::string reason;
  std::string requested_by;
  std::string approved_by;
  base::EventId subject = {};  ///< what it undoes or pays out
  std::int64_t amount = 0;
};

struct RefundPayoutRow {
  base::PartyId party;
  base::EventId event;
  base::EventId refund;
  base::PartyId channel = {};  ///< {}: by bank
  base::Currency currency;
  std::int64_t amount = 0;
  base::Day business_date;
};

/// Takes an amount off an open suspense item.
struct SuspenseClearing {
  std::string ref;
  std::int64_t amount = 0;
};

enum class HoldStatus : std::int16_t { Held = 1, Captured = 2, Voided = 3, Expired = 4 };

struct HoldRow {
  base::PartyId party;
  std::int64_t id = 0;
  base::EventId event;
  std::string ref;
  base::PartyId merchant;
  base::Currency currency;
  std::int64_t amount = 0;
  base::Day business_date;
  base::Day expires_on;
  HoldStatus status = HoldStatus::Held;
};

enum class LimitAction : std::int16_t { Block = 1, Cut = 2, Close = 3, Unblock = 4, Restore = 5 };

struct LimitChangeRow {
  base::PartyId party;
  std::int64_t id = 0;
  base::Currency currency;
  base::Day business_date;
  std::string reason;  ///< "L01" ... of the policy
  LimitAction action;
  std::int64_t old_base = 0;
  std::int64_t new_base = 0;
  Block old_block = Block::None;
  Block new_block = Block::None;
  std::int64_t outstanding = 0;
  std::int16_t dpd = 0;
  std::vector<std::int64_t> plans;  ///< ids of the plans that caused it
};

enum class ItemType : std::int16_t {
  Sale = 1,
  Refund = 2,
  Reserve = 3,
  Release = 4,
  Payout = 5,
  Adjustment = 6,  ///< a dispute, a fee, an advance: the order reference says what
};

struct ItemRow {
  base::PartyId party;
  base::ItemId id;
  base::PartyId merchant;
  ItemType type;
  base::EventId event;
  base::PlanId plan = {};
  std::string order_ref;
  std::int16_t periods = 0;
  base::Currency currency;
  base::Instant occurred_at;
  base::Day business_date;
  base::Day available_on;
  std::int64_t gross = 0;
  std::int64_t coupon_platform = 0;
  std::int64_t coupon_merchant = 0;
  std::int64_t coupon_sponsor = 0;
  std::int64_t discount = 0;
  std::int64_t vat = 0;
  std::int64_t subsidy = 0;

  std::int64_t net() const { return gross + discount + subsidy; }
};

}  // namespace store
