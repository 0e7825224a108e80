#include <algorithm>

#include "engine/book_event.h"

namespace engine {
namespace {

using enum Owner;
using ledger::Code;
using ledger::Rule;

constexpr RuleAccount kBank{Code::Bank, Bank};
constexpr RuleAccount kChannel{Code::ChannelClearing, Channel};
constexpr RuleAccount kSuspense{Code::Suspense};
constexpr RuleAccount kShortage{Code::Shortage};
constexpr RuleAccount kDebt{Code::MerchantDebt, Merchant};
constexpr RuleAccount kReserve{Code::MerchantReserve, Merchant};
constexpr RuleAccount kTransit{Code::PayoutsInTransit, Merchant};
constexpr RuleAccount kServiced{Code::MemoServiced};
constexpr RuleAccount kServicedContra{Code::MemoServicedContra};
constexpr RuleAccount kBought{Code::PurchasedReceivables, None, "*"};
constexpr RuleAccount kUnearned{Code::UnearnedDiscount, None, "*"};
constexpr RuleAccount kHoldback{Code::FactoringHoldback, None, "*"};
constexpr RuleAccount kFx{Code::FxPosition};
constexpr RuleAccount kSecured{Code::SecuredAdvances, None, "*"};
constexpr RuleAccount kPartner{Code::FundingPayable, None, "*"};

constexpr RuleAccount payable(std::string_view tag) {
  return {Code::MerchantPayable, Merchant, tag};
}

/// domain §4.2, §4.3 (J29, J43, J44), §4.6 (L10, L11), §4.7 (M07), §4.8, §4.9.
const std::vector<BookRule>& rules() {
  static const std::vector<BookRule> kRules = {
      {"suspense_in", {{"amount", kBank, kSuspense, Rule::SuspenseIn}}, BookEffect::OpensSuspense},
      {"unmatched_receipt",
       {{"amount", kChannel, kSuspense, Rule::SuspenseIn}},
       BookEffect::OpensSuspense},
      {"shortage", {{"amount", kShortage, kChannel, Rule::Shortage}}, BookEffect::OpensSuspense},
      {"shortage_loss",
       {{"amount", {Code::ReconLoss}, kShortage, Rule::ReconLoss}},
       BookEffect::ClearsSuspense,
       true},
      {"assign_suspense", {}, BookEffect::OwnsSuspense},
      {"bank_statement", {}, BookEffect::StatesBank},
      {"fee_difference",
       {{"amount", {Code::RoundingDifference}, kChannel, Rule::RoundingDifference}}},
      {"channel_charge",
       {{"amount", {Code::ChannelFeeExpense, Channel}, kChannel, Rule::ChannelCharge}}},
      {"sponsor_paid", {{"amount", kBank, {Code::SponsorReceivable, Sponsor}, Rule::SponsorPay}}},
      {"merchant_set_off",
       {{"amount", kReserve, kDebt, Rule::MerchantSetOff}},
       BookEffect::TakesReserve},
      {"merchant_debit", {{"amount", kBank, kDebt, Rule::MerchantDebit}}},
      {"merchant_loss",
       {{"loss", {Code::MerchantLoss, Merchant}, kDebt, Rule::MerchantLoss},
        {"amount", kReserve, kDebt, Rule::MerchantLoss}},
       BookEffect::TakesReserve,
       true},
      {"payout_confirmed",
       {{"amount", kTransit, kBank, Rule::PayoutConfirm}},
       BookEffect::ConfirmsPayout},
      {"payout_returned",
       {{"amount", kBank, kTransit, Rule::PayoutReturned},
        {"amount", kTransit, payable("return"), Rule::PayoutReturn}},
       BookEffect::ReturnsPayout},
      {"payout_rejected",
       {{"amount", kTransit, payable("return"), Rule::PayoutReturn}},
       BookEffect::RejectsPayout},
      {"payout_account", {}, BookEffect::NamesAccount},
      {"serviced_capture", {{"amount", kServiced, kServicedContra, Rule::CaptureServiced}}},
      {"serviced_collection",
       {{"amount", kChannel, payable("collect"), Rule::Collect},
        {"fee", payable("fee"), {Code::DiscountIncome, Merchant}, Rule::ServiceFee},
        {"amount", kServicedContra, kServiced, Rule::MemoReduce}}},
      {"factoring",
       {{"discount", kBought, kUnearned, Rule::FactorBuy},
        {"fee", kBought, {Code::ServiceFeeIncome}, Rule::FactorBuy},
        {"holdback", kBought, kHoldback, Rule::FactorBuy},
        {"cash", kBought, kTransit, Rule::FactorBuy},
        {"serviced", kServicedContra, kServiced, Rule::MemoReduce}},
       BookEffect::OpensPayout},
      {"factored_collection", {{"amount", kChannel, kBought, Rule::FactorCollect}}},
      {"secured_advance",
       {{"discount", kSecured, kUnearned, Rule::FactorBuy},
        {"holdback", kSecured, kHoldback, Rule::FactorBuy},
        {"cash", kSecured, kTransit, Rule::FactorBuy}},
       BookEffect::OpensPayout},
      {"secured_collection", {{"amount", kChannel, kSecured, Rule::FactorCollect}}},
      {"recourse",
       {{"holdback", kHoldback, kSecured, Rule::Recourse},
        {"amount", kDebt, kSecured, Rule::Recourse}}},
      {"discount_earned", {{"amount", kUnearned, {Code::FactoringIncome}, Rule::DiscountEarn}}},
      {"holdback_released", {{"amount", kHoldback, payable("release"), Rule::HoldbackRelease}}},
      {"advance",
       {{"cash", payable("advance"), kTransit, Rule::Advance},
        {"discount", payable("advance"), kUnearned, Rule::Advance}},
       BookEffect::OpensPayout},
      {"fx_convert",
       {{"amount", payable("fx"), kFx, Rule::FxConvert},
        {"cash", kFx, kTransit, Rule::FxConvert, true}},
       BookEffect::OpensPayout},
      {"fx_deal",
       {{"amount", kFx, kBank, Rule::FxDeal}, {"bought", kBank, kFx, Rule::FxDeal, true}}},
      {"fx_result", {{"amount", kFx, {Code::FxResult}, Rule::FxResult}}},
      {"fx_loss", {{"amount", {Code::FxResult}, kFx, Rule::FxResult}}},
      {"fund_draw", {{"amount", kBank, kPartner, Rule::FundDraw}}},
      {"fund_repay", {{"amount", kPartner, kBank, Rule::FundRepay}}},
      {"fund_cost", {{"amount", {Code::FundingCost, None, "*"}, kPartner, Rule::FundCost}}},
      {"manual", {}, BookEffect::None, true},
  };
  return kRules;
}

}  // namespace

std::span<const BookRule> book_rules() { return rules(); }

const BookRule* find_book_rule(std::string_view type) {
  const auto found = std::ranges::find(rules(), type, &BookRule::type);
  return found == rules().end() ? nullptr : &*found;
}

}  // namespace engine
