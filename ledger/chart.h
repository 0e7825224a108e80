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
  MerchantPayable = 2101,
  MerchantReserve = 2103,
  PayoutsInTransit = 2104,
  CustomerCredit = 2201,
  RefundPayable = 2202,
  UnearnedFee = 2301,
  UnearnedSubsidy = 2302,
  OutputVat = 2401,
  Equity = 4001,
  FeeIncome = 6001,
  DiscountIncome = 6002,
  SubsidyIncome = 6003,
  LateFeeIncome = 6004,
  InterestIncome = 6010,
  ChannelFeeExpense = 6401,
  CouponCost = 6402,
  PlatformSubsidyCost = 6403,
  MemoHolds = 9011,
  MemoHoldsContra = 9012,
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

/// Memo accounts balance among themselves and stand in no balance sheet.
constexpr bool is_memo(Code code) { return static_cast<std::int32_t>(code) >= 9000; }

}  // namespace ledger
