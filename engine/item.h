// What an operation is asked for and what it answers, item by item.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "scheduling/change.h"

namespace engine {

/// A credit purchase captured at once. Times are instants; the engine finds the business date.
struct Purchase {
  std::string ref;  ///< purchase_ref, unique in the book
  std::string customer;
  std::string merchant;
  base::Instant purchased_at;
  base::Money amount;        ///< goods G; financed is G less the coupons
  std::string product = {};  ///< "": the catalog's first
  int installments = 1;
  std::string channel = {};
  std::string category = {};
  std::int64_t coupon_platform = 0;  ///< Cp, Cm, Cs in minor units
  std::int64_t coupon_merchant = 0;
  std::int64_t coupon_sponsor = 0;
  std::string sponsor = {};
  std::string hold_ref = {};  ///< the hold this purchase consumes, if any
};

struct Repayment {
  std::string ref;
  std::string customer;
  base::Instant paid_at;
  base::Money amount;
  std::string channel = {};
  std::string purchase_ref = {};  ///< pay this plan first, if given
};

/// A refund of goods: all of a purchase, or part of it.
struct RefundRequest {
  std::string ref;
  std::string purchase_ref;
  base::Instant refunded_at;
  base::Money amount;  ///< goods value R
  std::string reason = {};
  bool is_merchants_fault = false;  ///< fee that was paid is returned in proportion
};

/// An authorization: reserves part of the limit for a purchase to come. No receivable yet.
struct HoldRequest {
  std::string ref;
  std::string customer;
  std::string merchant;
  base::Instant authorized_at;
  base::Money amount;  ///< what will be financed at most
};

/// Gives a hold back: the merchant voids it.
struct HoldRelease {
  std::string ref;       ///< of this request
  std::string hold_ref;  ///< of the hold
  base::Instant released_at;
  base::Money amount;  ///< the hold's
};

enum class Status {
  Posted,
  Repeated,  ///< the same request was answered before; nothing new happened
  Declined,  ///< a policy "no"; remembered, so that a repeat gets the same answer
  Rejected,  ///< the request itself is wrong; nothing is remembered
};

/// Why an item was declined or rejected. docs/errors.md lists each with its code.
enum class Refusal : std::int16_t {
  None = 0,
  IdempotencyConflict = 1,  ///< the reference exists with other content
  CustomerUnknown = 2,
  MerchantUnknown = 3,
  ProductUnknown = 4,
  ChannelUnknown = 5,
  CurrencyUnknown = 6,   ///< not a currency of the book's catalog
  CurrencyMismatch = 7,  ///< not the currency of the purchase it refers to
  AmountNotPositive = 8,
  AmountTooLarge = 9,
  InstallmentsOutOfRange = 10,
  PrincipalTooSmall = 11,  ///< an installment would fall below the minimum
  BeforeBookOpened = 12,
  AfterToday = 13,
  LimitInsufficient = 14,  ///< declined: the available limit does not cover it
  AccountBlocked = 15,     ///< declined: past due (L01)
  AccountClosed = 16,      ///< declined: default (L03)
  PurchaseUnknown = 17,
  PurchaseAlreadyRefunded = 18,
  RefundExceedsRest = 19,  ///< above what was captured and not refunded yet
  HoldUnknown = 20,
  HoldNotOpen = 21,
  HoldTooSmall = 22,
  CouponsExceedAmount = 23,
  CalendarYearMissing = 24,  ///< settlement would need a calendar year that is not loaded
  CouponsUnbalanced = 25,    ///< a sponsor's share without a sponsor
  StorageRefused = 26,       ///< a database constraint refused this item alone
  PurchaseOfAnotherCustomer = 27,
  JournalUnknown = 28,
  JournalAlreadyReversed = 29,
  JournalIsReversal = 30,
  JournalNotReversible = 31,  ///< it has its own business operation
  ReleaseNotWhole = 32,       ///< the amount is not the whole hold
  SecondPersonMissing =
      33,                  ///< a change of what was agreed is requested by one, approved by another
  RefundTooSmall = 34,     ///< the customer's part would be nothing
  CreditTooLow = 35,       ///< more than the credit balance
  WaiverExceedsOwed = 36,  ///< above what is earned and unpaid
  SuspenseUnknown = 37,
  SuspenseTooLow = 38,  ///< less of it is open
  EventUnknown = 39,    ///< no refund or repayment of this reference
  EventUndone = 40,     ///< it was paid out or taken back before
  NoCashOwed = 41,      ///< the refund owed nothing in cash
  PlanNotActive = 42,
  PlanNotDisputed = 43,
  PlanNotChargedOff = 44,
  ClaimTooLow = 45,  ///< more than is left of the claim
  EventTypeUnknown = 46,
  AmountMissing = 47,    ///< an amount the event has no use for, or none at all
  PartyMissing = 48,     ///< the merchant, channel or sponsor an event of its type needs
  ReserveNotWhole = 49,  ///< the oldest reserve tranches don't sum to the amount
  PayoutUnknown = 50,    ///< no payout of that reference, amount and state
  AccountNotFree = 51,   ///< a manual journal to an account that records are kept beside
  BankNotTied = 52,      ///< the bank's balance and its items in transit are not our 1001
  DateNotClosed = 53,    ///< what is stated of a date waits for its close
  BankStated = 54,       ///< the bank's balance of the date is known
  OwnerMissing = 55,     ///< a suspense item is assigned to nobody
  TransitUnclear = 56,   ///< an item in transit without a reference, or one that is listed twice
  PayoutAccountInvalid = 57,  ///< a payout account without a name, or with a wrong number
  /// From here on a change of a plan is refused, for the reason of that number in
  /// scheduling::ChangeRefusal.
  ChangeRefused = 100,
};

/// A change's own reason as one of ours, and back.
Refusal refusal_of(scheduling::ChangeRefusal refusal);

std::string_view code(Refusal refusal);      ///< "LIMIT_INSUFFICIENT"
std::string_view sentence(Refusal refusal);  ///< the rule in words
std::string_view field(Refusal refusal);     ///< the canonical column it is about, or ""

struct ItemResult {
  Status status = Status::Rejected;
  Refusal refusal = Refusal::None;
  base::EventId event = {};
  base::PartyId party = {};
  base::PlanId plan = {};
  base::Day business_date = {};
};

}  // namespace engine
