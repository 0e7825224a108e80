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
    {Code::MerchantDebt, "Merchant overdrawn balance", "应收商户欠款", Debit, Owner::Merchant,
     false},
    {Code::PurchasedReceivables, "Purchased receivables (factoring)", "应收保理款", Debit,
     Owner::None, true},
    {Code::SecuredAdvances, "Secured advances to merchants (with recourse)", "有追索权保理融资",
     Debit, Owner::None, true},
    {Code::AllowanceStage1, "Loss allowance, stage 1", "贷款损失准备-第一阶段", Credit, Owner::None,
     true},
    {Code::AllowanceStage2, "Loss allowance, stage 2", "贷款损失准备-第二阶段", Credit, Owner::None,
     true},
    {Code::AllowanceStage3, "Loss allowance, stage 3", "贷款损失准备-第三阶段", Credit, Owner::None,
     true},
    {Code::Shortage, "Suspense, shortage", "待处理短款", Debit, Owner::None, false},
    {Code::MerchantPayable, "Merchant payable", "应付商户款", Credit, Owner::Merchant, true},
    {Code::MerchantReserve, "Merchant reserve", "商户滚动保证金", Credit, Owner::Merchant, false},
    {Code::PayoutsInTransit, "Payouts in transit", "在途结算款", Credit, Owner::Merchant, false},
    {Code::DisputeHold, "Dispute hold", "争议冻结款", Credit, Owner::Merchant, false},
    {Code::CustomerCredit, "Customer credit balance", "客户溢缴款", Credit, Owner::None, false},
    {Code::RefundPayable, "Customer refund payable", "应付客户退款", Credit, Owner::None, false},
    {Code::UnearnedFee, "Unearned installment fee", "递延分期服务费", Credit, Owner::None, false},
    {Code::UnearnedSubsidy, "Unearned subsidy", "递延贴息收入", Credit, Owner::None, false},
    {Code::UnearnedDiscount, "Unearned discount (factoring, advance)", "未实现保理收益", Credit,
     Owner::None, true},
    {Code::FactoringHoldback, "Factoring holdback", "保理尾款", Credit, Owner::None, true},
    {Code::OutputVat, "Output VAT", "应交增值税-销项", Credit, Owner::None, false},
    {Code::ChannelFeePayable, "Channel fee payable", "应付渠道手续费", Credit, Owner::Channel,
     false},
    {Code::FundingPayable, "Funding-partner payable", "应付资金方", Credit, Owner::None, true},
    {Code::Suspense, "Suspense, unallocated receipts", "待处理长款/挂账", Credit, Owner::None,
     false},
    {Code::FxPosition, "FX position", "货币兑换", Credit, Owner::None, false},
    {Code::Equity, "Equity", "实收资本", Credit, Owner::None, false},
    {Code::RetainedEarnings, "Retained earnings", "利润分配-未分配利润", Credit, Owner::None,
     false},
    {Code::FeeIncome, "Installment fee income", "分期服务费收入", Credit, Owner::None, true},
    {Code::DiscountIncome, "Merchant discount income", "商户手续费收入", Credit, Owner::Merchant,
     false},
    {Code::SubsidyIncome, "Subsidy income", "贴息收入", Credit, Owner::None, true},
    {Code::LateFeeIncome, "Late fee income", "违约金收入", Credit, Owner::None, true},
    {Code::FactoringIncome, "Factoring and advance income", "保理收益", Credit, Owner::None, false},
    {Code::ServiceFeeIncome, "Other service fee income", "其他服务费收入", Credit, Owner::None,
     false},
    {Code::FxResult, "FX result", "汇兑损益", Credit, Owner::None, false},
    {Code::RoundingDifference, "Rounding differences", "尾差", Credit, Owner::None, false},
    {Code::DisputeFeeIncome, "Dispute fee income", "争议处理费收入", Credit, Owner::None, false},
    {Code::InterestIncome, "Interest income", "利息收入", Credit, Owner::None, true},
    {Code::ChannelFeeExpense, "Channel fee expense", "渠道手续费", Debit, Owner::Channel, false},
    {Code::CouponCost, "Coupon cost", "优惠券成本", Debit, Owner::None, true},
    {Code::PlatformSubsidyCost, "Platform subsidy cost", "平台贴息成本", Debit, Owner::None, true},
    {Code::Waiver, "Waivers and goodwill", "减免支出", Debit, Owner::None, true},
    {Code::CollectionExpense, "Collection expense", "催收费用", Debit, Owner::None, true},
    {Code::FundingCost, "Funding cost", "资金成本", Debit, Owner::None, true},
    {Code::ImpairmentLoss, "Credit impairment loss", "信用减值损失", Debit, Owner::None, true},
    {Code::ReconLoss, "Operational and recon loss", "差错损失", Debit, Owner::None, false},
    {Code::MerchantLoss, "Chargeback and merchant-default loss", "拒付及商户违约损失", Debit,
     Owner::Merchant, false},
    {Code::MemoHolds, "Memo: authorization holds", "表外-授权占用", Debit, Owner::None, false},
    {Code::MemoHoldsContra, "Memo: authorization holds, contra", "表外-授权占用对方", Credit,
     Owner::None, false},
    {Code::MemoServiced, "Memo: serviced receivables", "表外-代管应收", Debit, Owner::None, false},
    {Code::MemoServicedContra, "Memo: serviced receivables, contra", "表外-代管应收对方", Credit,
     Owner::None, false},
    {Code::MemoClaims, "Memo: charged-off claims", "表外-账销案存", Debit, Owner::None, false},
    {Code::MemoClaimsContra, "Memo: charged-off claims, contra", "表外-账销案存对方", Credit,
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
