// Journals: what one business event did to one plan (or to nobody's) in one currency.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "ledger/chart.h"

namespace ledger {

/// Posting rules, one a business event; docs/accounting.md gives each as pairs. The numbers are
/// stored: never renumber.
enum class Rule : std::int16_t {
  Opening = 1,
  AuthHold = 2,
  HoldRelease = 3,
  Capture = 4,
  Repay = 5,            ///< through a channel
  RepayFromCredit = 6,  ///< from the customer's credit balance
  ChannelSettle = 7,
  Refund = 8,
  FeeEarn = 9,
  SubsidyEarn = 10,
  LateFee = 11,
  ReserveHold = 12,
  ReserveRelease = 13,
  PayoutInstruct = 14,
  PayoutConfirm = 15,
  PayoutReturn = 16,
  Reversal = 17,
  PayoffRebate = 18,  ///< unearned fee that needs not be paid any more
  Waive = 19,
  Goodwill = 20,
  CreditRefund = 21,
  RefundPayout = 22,
  DisputeHold = 23,
  DisputeFee = 24,
  DisputeLost = 25,
  DisputeWon = 26,
  RepayChargeback = 27,
  EclChange = 28,
  EclTransfer = 29,
  ChargeOff = 30,
  Recovery = 31,
  RepayFromSuspense = 32,
  SuspenseIn = 33,
  Shortage = 34,
  ReconLoss = 35,
  RoundingDifference = 36,
  ChannelCharge = 37,
  SponsorPay = 38,
  MerchantNegative = 39,
  MerchantSetOff = 40,
  MerchantDebit = 41,
  MerchantLoss = 42,
  CaptureServiced = 43,
  Collect = 44,
  ServiceFee = 45,
  MemoReduce = 46,
  FactorBuy = 47,
  FactorCollect = 48,
  DiscountEarn = 49,
  HoldbackRelease = 50,
  Advance = 51,
  FxConvert = 52,
  FxDeal = 53,
  // 54 was for payouts in another currency; they are PayoutConfirm.
  FxResult = 55,
  Manual = 56,
  PayoutReturned = 57,
  Recourse = 58,  ///< a secured advance in default: from the holdback, then owed by the merchant
  FundDraw = 59,  ///< a funding partner's money comes in
  FundRepay = 60,
  FundCost = 61,
  InterestAccrue = 62,
  YearEnd = 63,  ///< a financial year's income and expenses to retained earnings
};

inline constexpr std::array kRules = {Rule::Opening,
                                      Rule::AuthHold,
                                      Rule::HoldRelease,
                                      Rule::Capture,
                                      Rule::Repay,
                                      Rule::RepayFromCredit,
                                      Rule::ChannelSettle,
                                      Rule::Refund,
                                      Rule::FeeEarn,
                                      Rule::SubsidyEarn,
                                      Rule::LateFee,
                                      Rule::ReserveHold,
                                      Rule::ReserveRelease,
                                      Rule::PayoutInstruct,
                                      Rule::PayoutConfirm,
                                      Rule::PayoutReturn,
                                      Rule::Reversal,
                                      Rule::PayoffRebate,
                                      Rule::Waive,
                                      Rule::Goodwill,
                                      Rule::CreditRefund,
                                      Rule::RefundPayout,
                                      Rule::DisputeHold,
                                      Rule::DisputeFee,
                                      Rule::DisputeLost,
                                      Rule::DisputeWon,
                                      Rule::RepayChargeback,
                                      Rule::EclChange,
                                      Rule::EclTransfer,
                                      Rule::ChargeOff,
                                      Rule::Recovery,
                                      Rule::RepayFromSuspense,
                                      Rule::SuspenseIn,
                                      Rule::Shortage,
                                      Rule::ReconLoss,
                                      Rule::RoundingDifference,
                                      Rule::ChannelCharge,
                                      Rule::SponsorPay,
                                      Rule::MerchantNegative,
                                      Rule::MerchantSetOff,
                                      Rule::MerchantDebit,
                                      Rule::MerchantLoss,
                                      Rule::CaptureServiced,
                                      Rule::Collect,
                                      Rule::ServiceFee,
                                      Rule::MemoReduce,
                                      Rule::FactorBuy,
                                      Rule::FactorCollect,
                                      Rule::DiscountEarn,
                                      Rule::HoldbackRelease,
                                      Rule::Advance,
                                      Rule::FxConvert,
                                      Rule::FxDeal,
                                      Rule::FxResult,
                                      Rule::Manual,
                                      Rule::PayoutReturned,
                                      Rule::Recourse,
                                      Rule::FundDraw,
                                      Rule::FundRepay,
                                      Rule::FundCost,
                                      Rule::InterestAccrue,
                                      Rule::YearEnd};

std::string_view name(Rule rule);  ///< "CAPTURE"

/// Which account, without its currency. Tags of 2101 are item types: sale, mdr, subsidy, refund,
/// reserve, release, payout, return; tags of 6001, 6003, 6004 are products.
struct AccountKey {
  Code code;
  base::PartyId owner = {};
  std::string tag = {};

  auto operator<=>(const AccountKey&) const = default;
};

/// Moves `amount_minor` (above 0) from `credit` to `debit`.
struct Transfer {
  AccountKey debit;
  AccountKey credit;
  std::int64_t amount_minor;

  bool operator==(const Transfer&) const = default;
};

struct Journal {
  base::PartyId party;
  base::JournalId id;
  base::EventId event;
  Rule rule;
  base::PlanId plan = {};  ///< {}: nobody's plan
  base::Currency currency;
  base::Day business_date;
  base::Day value_date;
  std::optional<std::string> source_ref = {};  ///< nothing: the plan's purchase reference
  base::JournalId reverses = {};
  std::vector<Transfer> transfers = {};
  /// Whose bill a channel settlement settles; nothing: that of the business date.
  std::optional<base::Day> bill_date = {};
};

}  // namespace ledger
