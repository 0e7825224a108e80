#include "ledger/chart.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace ledger {
namespace {

using enum Side;

// Sorted by code.
constexpr std::array kChart = std::to_array<ChartEntry>({
    {Code::Bank, "Bank, own settlement account", "银行存款", Debit, Owner::Bank, false},
    {Code::ClientBank, "Bank, merchant money", "客户资金(备付金)存管", Debit, Owner::Bank, false},
    {Code::ChannelClearing, "Channel clearing receivable", "应收渠道清算款", Debit, Owner::Channel,
     false},
    {Code::PrincipalReceivable, "Installment principal receivable", "应收分期本金", Debit,
     Owner::None, false},
    {Code::FeeReceivable, "Installment fee receivable", "应收分期服务费", Debit, Owner::None,
     false},
    {Code::LateFeeReceivable, "Late fee receivable", "应收违约金", Debit, Owner::None, false},
    {Code::InterestReceivable, "Interest receivable", "应收利息", Debit, Owner::None, false},
    {Code::SponsorReceivable, "Sponsor subsidy receivable", "应收品牌方补贴", Debit, Owner::Sponsor,
     false},
    {Code::MerchantPayable, "Merchant payable", "应付商户款", Credit, Owner::Merchant, true},
    {Code::MerchantReserve, "Merchant reserve", "商户滚动保证金", Credit, Owner::Merchant, false},
    {Code::PayoutsInTransit, "Payouts in transit", "在途结算款", Credit, Owner::Merchant, false},
    {Code::CustomerCredit, "Customer credit balance", "客户溢缴款", Credit, Owner::None, false},
    {Code::RefundPayable, "Customer refund payable", "应付客户退款", Credit, Owner::None, false},
    {Code::UnearnedFee, "Unearned installment fee", "递延分期服务费", Credit, Owner::None, false},
    {Code::UnearnedSubsidy, "Unearned subsidy", "递延贴息收入", Credit, Owner::None, false},
    {Code::OutputVat, "Output VAT", "应交增值税-销项", Credit, Owner::None, false},
    {Code::Equity, "Equity", "实收资本", Credit, Owner::None, false},
    {Code::FeeIncome, "Installment fee income", "分期服务费收入", Credit, Owner::None, true},
    {Code::DiscountIncome, "Merchant discount income", "商户手续费收入", Credit, Owner::Merchant,
     false},
    {Code::SubsidyIncome, "Subsidy income", "贴息收入", Credit, Owner::None, true},
    {Code::LateFeeIncome, "Late fee income", "违约金收入", Credit, Owner::None, true},
    {Code::InterestIncome, "Interest income", "利息收入", Credit, Owner::None, true},
    {Code::ChannelFeeExpense, "Channel fee expense", "渠道手续费", Debit, Owner::Channel, false},
    {Code::CouponCost, "Coupon cost", "优惠券成本", Debit, Owner::None, true},
    {Code::PlatformSubsidyCost, "Platform subsidy cost", "平台贴息成本", Debit, Owner::None, true},
    {Code::MemoHolds, "Memo: authorization holds", "表外-授权占用", Debit, Owner::None, false},
    {Code::MemoHoldsContra, "Memo: authorization holds, contra", "表外-授权占用对方", Credit,
     Owner::None, false},
});

}  // namespace

std::span<const ChartEntry> chart() { return kChart; }

std::optional<Code> find_code(std::int32_t number) {
  const auto code = static_cast<Code>(number);
  const auto found = std::ranges::lower_bound(kChart, code, {}, &ChartEntry::code);
  if (found == kChart.end() || found->code != code) return std::nullopt;
  return code;
}

const ChartEntry& entry(Code code) {
  const auto found = std::ranges::lower_bound(kChart, code, {}, &ChartEntry::code);
  CHECK(found != kChart.end() && found->code == code, "account {} is not in the chart",
        static_cast<int>(code));
  return *found;
}

}  // namespace ledger
