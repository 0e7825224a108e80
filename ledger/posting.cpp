#include "ledger/posting.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"

namespace ledger {
namespace {

void move(Transfers& out, AccountKey debit, AccountKey credit, std::int64_t amount) {
  CHECK(amount >= 0, "a transfer of {}", amount);
  if (amount > 0) out.push_back({std::move(debit), std::move(credit), amount});
}

/// Like move, but a negative amount goes the other way.
void move_signed(Transfers& out, AccountKey debit, AccountKey credit, std::int64_t amount) {
  if (amount < 0) std::swap(debit, credit);
  move(out, std::move(debit), std::move(credit), amount < 0 ? -amount : amount);
}

AccountKey payable(base::PartyId merchant, const char* item) {
  return {Code::MerchantPayable, merchant, item};
}

AccountKey subsidy_source(SubsidyPayer payer, base::PartyId merchant, base::PartyId sponsor,
                          const std::string& product) {
  switch (payer) {
    case SubsidyPayer::Merchant:
      return payable(merchant, "subsidy");
    case SubsidyPayer::Platform:
      return {Code::PlatformSubsidyCost, {}, product};
    case SubsidyPayer::Sponsor:
      return {Code::SponsorReceivable, sponsor};
    case SubsidyPayer::None:
      break;
  }
  CHECK(false, "a subsidy that nobody pays");
  std::unreachable();
}

void allocate_to_receivables(Transfers& out, const AccountKey& from, const Paid& paid) {
  move(out, from, {Code::LateFeeReceivable}, paid.penalty);
  move(out, from, {Code::FeeReceivable}, paid.fee);
  move(out, from, {Code::InterestReceivable}, paid.interest);
  move(out, from, {Code::PrincipalReceivable}, paid.principal);
}

}  // namespace

Transfers opening_capital(base::PartyId bank, std::int64_t amount) {
  Transfers out;
  move(out, {Code::Bank, bank}, {Code::Equity}, amount);
  return out;
}

Transfers auth_hold(std::int64_t financed) {
  Transfers out;
  move(out, {Code::MemoHolds}, {Code::MemoHoldsContra}, financed);
  return out;
}

Transfers hold_release(std::int64_t financed) { return mirror(auth_hold(financed)); }

Transfers capture(const Capture& c) {
  Transfers out;
  out.reserve(7);
  const AccountKey sale = payable(c.merchant, "sale");
  move(out, {Code::PrincipalReceivable}, sale, c.financed);
  move(out, {Code::CouponCost, {}, c.product}, sale, c.coupon_platform);
  move(out, {Code::SponsorReceivable, c.sponsor}, sale, c.coupon_sponsor);
  move(out, {Code::FeeReceivable}, {Code::UnearnedFee}, c.fee);
  move(out, payable(c.merchant, "mdr"), {Code::DiscountIncome, c.merchant},
       c.discount - c.discount_vat);
  move(out, payable(c.merchant, "mdr"), {Code::OutputVat}, c.discount_vat);
  if (c.subsidy > 0) {
    move(out, subsidy_source(c.subsidy_payer, c.merchant, c.sponsor, c.product),
         {Code::UnearnedSubsidy}, c.subsidy);
  }
  return out;
}

Transfers repay(base::PartyId channel, const Paid& paid) {
  Transfers out;
  const AccountKey from{Code::ChannelClearing, channel};
  allocate_to_receivables(out, from, paid);
  move(out, from, {Code::CustomerCredit}, paid.credit);
  return out;
}

Transfers repay(const AccountKey& from, const Paid& paid, std::int64_t fee_returned) {
  Transfers out;
  std::int64_t left = fee_returned;
  const auto settle = [&](Code code, std::int64_t amount) {
    const std::int64_t part = std::min(left, amount);
    move(out, {Code::UnearnedFee}, {code}, part);
    move(out, from, {code}, amount - part);
    left -= part;
  };
  settle(Code::LateFeeReceivable, paid.penalty);
  settle(Code::FeeReceivable, paid.fee);
  settle(Code::InterestReceivable, paid.interest);
  settle(Code::PrincipalReceivable, paid.principal);
  settle(Code::CustomerCredit, paid.credit);
  CHECK(left == 0, "{} of fee is given back to nobody", left);
  return out;
}

Transfers repay_from_credit(const Paid& paid) {
  CHECK(paid.credit == 0, "the credit balance pays into itself");
  Transfers out;
  allocate_to_receivables(out, {Code::CustomerCredit}, paid);
  return out;
}

Transfers channel_settle(base::PartyId channel, base::PartyId bank, std::int64_t gross,
                         std::int64_t fee) {
  Transfers out;
  const AccountKey clearing{Code::ChannelClearing, channel};
  // Negative where more was paid out through the channel than came in: it collects, and its fee
  // comes back.
  move_signed(out, {Code::Bank, bank}, clearing, gross - fee);
  move_signed(out, {Code::ChannelFeeExpense, channel}, clearing, fee);
  return out;
}

Transfers refund(const Refund& r) {
  Transfers out;
  const AccountKey refunded = payable(r.merchant, "refund");
  move(out, refunded, {Code::PrincipalReceivable}, r.principal);
  move(out, refunded, {Code::RefundPayable}, r.cash);
  move(out, refunded, {Code::CouponCost, {}, r.product}, r.coupon_platform);
  move(out, refunded, {Code::SponsorReceivable, r.sponsor}, r.coupon_sponsor);
  move(out, {Code::UnearnedFee}, {Code::FeeReceivable}, r.fee);
  move(out, {Code::UnearnedFee}, {Code::RefundPayable}, r.fee_returned);
  move(out, {Code::DiscountIncome, r.merchant}, payable(r.merchant, "mdr"),
       r.discount - r.discount_vat);
  move(out, {Code::OutputVat}, payable(r.merchant, "mdr"), r.discount_vat);
  if (r.subsidy > 0) {
    move(out, {Code::UnearnedSubsidy},
         subsidy_source(r.subsidy_payer, r.merchant, r.sponsor, r.product), r.subsidy);
  }
  return out;
}

Transfers payoff_rebate(std::int64_t fee) {
  Transfers out;
  move(out, {Code::UnearnedFee}, {Code::FeeReceivable}, fee);
  return out;
}

Transfers fee_earn(const std::string& product, std::int64_t amount) {
  Transfers out;
  move_signed(out, {Code::UnearnedFee}, {Code::FeeIncome, {}, product}, amount);
  return out;
}

Transfers subsidy_earn(const std::string& product, std::int64_t amount) {
  Transfers out;
  move_signed(out, {Code::UnearnedSubsidy}, {Code::SubsidyIncome, {}, product}, amount);
  return out;
}

Transfers interest_accrue(const std::string& product, std::int64_t amount) {
  Transfers out;
  move_signed(out, {Code::InterestReceivable}, {Code::InterestIncome, {}, product}, amount);
  return out;
}

Transfers late_fee(const std::string& product, std::int64_t amount) {
  Transfers out;
  move_signed(out, {Code::LateFeeReceivable}, {Code::LateFeeIncome, {}, product}, amount);
  return out;
}

namespace {

AccountKey allowance(int stage, const std::string& product) {
  constexpr std::array kCodes = {Code::AllowanceStage1, Code::AllowanceStage2,
                                 Code::AllowanceStage3};
  CHECK(stage >= 1 && stage <= 3, "stage {}", stage);
  return {kCodes[static_cast<std::size_t>(stage - 1)], {}, product};
}

}  // namespace

Transfers ecl_change(int stage, const std::string& product, std::int64_t amount) {
  Transfers out;
  move_signed(out, {Code::ImpairmentLoss, {}, product}, allowance(stage, product), amount);
  return out;
}

Transfers ecl_transfer(int from, int to, const std::string& product, std::int64_t amount) {
  Transfers out;
  move(out, allowance(from, product), allowance(to, product), amount);
  return out;
}

Transfers charge_off(const ChargeOff& c) {
  Transfers out;
  const AccountKey loss = allowance(3, c.product);
  move(out, loss, {Code::PrincipalReceivable}, c.principal);
  move(out, loss, {Code::FeeReceivable}, c.fee - c.unearned);
  move(out, loss, {Code::LateFeeReceivable}, c.late_fee);
  move(out, loss, {Code::InterestReceivable}, c.interest);
  move(out, {Code::UnearnedFee}, {Code::FeeReceivable}, c.unearned);
  move(out, {Code::MemoClaims}, {Code::MemoClaimsContra}, c.claim());
  return out;
}

Transfers recovery(base::PartyId bank, const std::string& product, const std::string& collector,
                   std::int64_t amount, std::int64_t fee) {
  Transfers out;
  const AccountKey loss{Code::ImpairmentLoss, {}, product};
  move(out, {Code::Bank, bank}, loss, amount - fee);
  move(out, {Code::CollectionExpense, {}, collector}, loss, fee);
  move(out, {Code::MemoClaimsContra}, {Code::MemoClaims}, amount);
  return out;
}

Transfers waive(const std::string& reason, std::int64_t late_fee, std::int64_t fee) {
  Transfers out;
  move(out, {Code::Waiver, {}, reason}, {Code::LateFeeReceivable}, late_fee);
  move(out, {Code::Waiver, {}, reason}, {Code::FeeReceivable}, fee);
  return out;
}

Transfers goodwill(const std::string& reason, std::int64_t amount) {
  Transfers out;
  move(out, {Code::Waiver, {}, reason}, {Code::CustomerCredit}, amount);
  return out;
}

Transfers credit_refund(const AccountKey& from, std::int64_t amount) {
  Transfers out;
  move(out, {Code::CustomerCredit}, from, amount);
  return out;
}

Transfers refund_payout(const AccountKey& from, std::int64_t amount) {
  Transfers out;
  move(out, {Code::RefundPayable}, from, amount);
  return out;
}

Transfers dispute_hold(base::PartyId merchant, std::int64_t amount) {
  Transfers out;
  move(out, payable(merchant, "dispute"), {Code::DisputeHold, merchant}, amount);
  return out;
}

Transfers dispute_fee(base::PartyId merchant, std::int64_t fee) {
  Transfers out;
  move(out, payable(merchant, "fee"), {Code::DisputeFeeIncome}, fee);
  return out;
}

Transfers dispute_lost(base::PartyId merchant, std::int64_t principal, std::int64_t cash,
                       std::int64_t fee) {
  Transfers out;
  move(out, {Code::DisputeHold, merchant}, {Code::PrincipalReceivable}, principal);
  move(out, {Code::DisputeHold, merchant}, {Code::RefundPayable}, cash);
  move(out, {Code::UnearnedFee}, {Code::FeeReceivable}, fee);
  return out;
}

Transfers dispute_won(base::PartyId merchant, std::int64_t amount, std::int64_t fee) {
  Transfers out;
  move(out, {Code::DisputeHold, merchant}, payable(merchant, "dispute"), amount);
  move(out, {Code::DisputeFeeIncome}, payable(merchant, "dispute"), fee);
  return out;
}

Transfers repay_chargeback(const AccountKey& to, const Paid& paid) {
  Transfers out;
  move(out, {Code::LateFeeReceivable}, to, paid.penalty);
  move(out, {Code::FeeReceivable}, to, paid.fee);
  move(out, {Code::InterestReceivable}, to, paid.interest);
  move(out, {Code::PrincipalReceivable}, to, paid.principal);
  move(out, {Code::CustomerCredit}, to, paid.credit);
  return out;
}

Transfers merchant_negative(base::PartyId merchant, std::int64_t amount) {
  Transfers out;
  move(out, {Code::MerchantDebt, merchant}, payable(merchant, "reclass"), amount);
  return out;
}

Transfers merchant_set_off(base::PartyId merchant, std::int64_t amount) {
  Transfers out;
  move(out, {Code::MerchantReserve, merchant}, {Code::MerchantDebt, merchant}, amount);
  return out;
}

Transfer year_end(const AccountKey& of_result, std::int64_t balance) {
  CHECK(is_result(of_result.code) && balance != 0, "account {} is closed with a balance of {}",
        static_cast<int>(of_result.code), balance);
  const AccountKey retained{Code::RetainedEarnings};
  return balance < 0 ? Transfer{of_result, retained, -balance}
                     : Transfer{retained, of_result, balance};
}

Transfers reserve_hold(base::PartyId merchant, std::int64_t amount) {
  Transfers out;
  move(out, payable(merchant, "reserve"), {Code::MerchantReserve, merchant}, amount);
  return out;
}

Transfers reserve_release(base::PartyId merchant, std::int64_t amount) {
  Transfers out;
  move(out, {Code::MerchantReserve, merchant}, payable(merchant, "release"), amount);
  return out;
}

Transfers payout_instruct(base::PartyId merchant, std::int64_t amount) {
  Transfers out;
  move(out, payable(merchant, "payout"), {Code::PayoutsInTransit, merchant}, amount);
  return out;
}

Transfers payout_confirm(base::PartyId merchant, base::PartyId bank, std::int64_t amount) {
  Transfers out;
  move(out, {Code::PayoutsInTransit, merchant}, {Code::Bank, bank}, amount);
  return out;
}

Transfers payout_return(base::PartyId merchant, std::int64_t amount) {
  Transfers out;
  move(out, {Code::PayoutsInTransit, merchant}, payable(merchant, "return"), amount);
  return out;
}

Transfers mirror(const Transfers& transfers) {
  Transfers out = transfers;
  for (Transfer& t : out) std::swap(t.debit, t.credit);
  return out;
}

}  // namespace ledger
