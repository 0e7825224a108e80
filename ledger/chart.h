// The chart of accounts (docs/accounting.md): codes, names and sides.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ledger {

/// Account codes as published in docs/accounting.md. The numbers are stored: never renumber.
enum class Code : std::int32_t {
  Bank = 1001,
  ClientBank = 1002,
  ChannelClearing = 1011,
  PrincipalReceivable = 1101,
  FeeReceivable = 1102,
  LateFeeReceivable = 1103,
  InterestReceivable = 1104,
  SponsorReceivable = 1112,
  MerchantDebt = 1121,
  PurchasedReceivables = 1122,
  SecuredAdvances = 1123,
  AllowanceStage1 = 1191,
  AllowanceStage2 = 1192,
  AllowanceStage3 = 1193,
  Shortage = 1901,
  MerchantPayable = 2101,
  MerchantReserve = 2103,
  PayoutsInTransit = 2104,
  DisputeHold = 2105,
  CustomerCredit = 2201,
  RefundPayable = 2202,
  UnearnedFee = 2301,
  UnearnedSubsidy = 2302,
  UnearnedDiscount = 2303,
  FactoringHoldback = 2304,
  OutputVat = 2401,
  ChannelFeePayable = 2501,
  FundingPayable = 2601,
  Suspense = 2901,
  FxPosition = 3001,
  Equity = 4001,
  RetainedEarnings = 4104,
  FeeIncome = 6001,
  DiscountIncome = 6002,
  SubsidyIncome = 6003,
  LateFeeIncome = 6004,
  FactoringIncome = 6005,
  ServiceFeeIncome = 6006,
  FxResult = 6007,
  RoundingDifference = 6008,
  DisputeFeeIncome = 6009,
  InterestIncome = 6010,
  ChannelFeeExpense = 6401,
  CouponCost = 6402,
  PlatformSubsidyCost = 6403,
  Waiver = 6404,
  CollectionExpense = 6405,
  FundingCost = 6406,
  ImpairmentLoss = 6701,
  ReconLoss = 6702,
  MerchantLoss = 6703,
  MemoHolds = 9011,
  MemoHoldsContra = 9012,
  MemoServiced = 9101,
  MemoServicedContra = 9102,
  MemoClaims = 9201,
  MemoClaimsContra = 9202,
};

enum class Side : std::int8_t { Debit = 1, Credit = -1 };

/// Whose the owner of an account is, if it has one.
enum class Owner : std::int8_t { None, Merchant, Channel, Sponsor, Bank };

struct ChartEntry {
  Code code;
  std::string_view name;
  std::string_view name_zh;
  Side side;  ///< the side on which its balance normally is
  Owner owner;
  bool has_tag;  ///< whether a product or item type is told apart by the account's tag
};

std::span<const ChartEntry> chart();
const ChartEntry& entry(Code code);
std::optional<Code> find_code(std::int32_t number);

/// Income and expenses, which the end of a financial year moves to 4104.
constexpr bool is_result(Code code) {
  return static_cast<std::int32_t>(code) >= 6000 && static_cast<std::int32_t>(code) < 9000;
}

/// Memo accounts balance among themselves and stand in no balance sheet.
constexpr bool is_memo(Code code) { return static_cast<std::int32_t>(code) >= 9000; }

}  // namespace ledger
