#include "engine/roll_forward_rules.h"

#include <algorithm>
#include <array>
#include <utility>

namespace engine {
namespace {

using ledger::Code;
using ledger::Rule;
using ledger::Side;
using store::Movement;

bool is_repayment(Rule rule) {
  return rule == Rule::Repay || rule == Rule::RepayFromCredit || rule == Rule::RepayFromSuspense;
}

bool is_refund(Rule rule) { return rule == Rule::Refund || rule == Rule::DisputeLost; }

std::string_view of_principal(const Movement& m) {
  if (m.rule == Rule::Capture) return "purchased";
  if (is_repayment(m.rule)) return "repaid";
  if (m.rule == Rule::RepayChargeback) return "charged back";
  if (is_refund(m.rule)) return "refunded";
  return m.rule == Rule::ChargeOff ? "charged off" : kOtherMovement;
}

std::string_view of_fee(const Movement& m) {
  if (m.rule == Rule::Capture) return "agreed";
  if (is_repayment(m.rule)) return "repaid";
  if (m.rule == Rule::RepayChargeback) return "charged back";
  if (is_refund(m.rule)) return "refunded";
  if (m.rule == Rule::PayoffRebate) return "rebated";
  if (m.rule == Rule::Waive) return "waived";
  return m.rule == Rule::ChargeOff ? "charged off" : kOtherMovement;
}

std::string_view of_late_fee(const Movement& m) {
  if (m.rule == Rule::LateFee) return "charged";
  if (is_repayment(m.rule)) return "repaid";
  if (m.rule == Rule::RepayChargeback) return "charged back";
  if (m.rule == Rule::Waive) return "waived";
  return m.rule == Rule::ChargeOff ? "charged off" : kOtherMovement;
}

std::string_view of_interest(const Movement& m) {
  if (m.rule == Rule::InterestAccrue) return "accrued";
  if (is_repayment(m.rule)) return "repaid";
  if (m.rule == Rule::RepayChargeback) return "charged back";
  return m.rule == Rule::ChargeOff ? "charged off" : kOtherMovement;
}

// A payoff that gives paid fee back lets it pay first: the repayment debits 2301.
std::string_view of_unearned_fee(const Movement& m) {
  if (m.rule == Rule::Capture) return "deferred";
  if (m.rule == Rule::FeeEarn) return "earned";
  if (is_refund(m.rule)) return "refunded";
  if (m.rule == Rule::PayoffRebate || is_repayment(m.rule)) return "rebated";
  return m.rule == Rule::ChargeOff ? "charged off" : kOtherMovement;
}

std::string_view of_unearned_subsidy(const Movement& m) {
  if (m.rule == Rule::Capture) return "deferred";
  if (m.rule == Rule::SubsidyEarn) return "earned";
  return is_refund(m.rule) ? "refunded" : kOtherMovement;
}

std::string_view of_merchant_payable(const Movement& m) {
  if (m.rule == Rule::Capture || m.rule == Rule::Refund) {
    if (m.against == Code::DiscountIncome || m.against == Code::OutputVat) return "discount";
    if (m.against == Code::UnearnedSubsidy) return "subsidy";
    return m.rule == Rule::Capture ? "sold" : "refunded";
  }
  static constexpr std::array<std::pair<Rule, std::string_view>, 12> kNames = {
      {{Rule::ReserveHold, "reserve held"},
       {Rule::ReserveRelease, "reserve released"},
       {Rule::PayoutInstruct, "paid out"},
       {Rule::PayoutReturn, "payout returned"},
       {Rule::DisputeHold, "disputed"},
       {Rule::DisputeWon, "disputed"},
       {Rule::DisputeFee, "fees"},
       {Rule::ServiceFee, "fees"},
       {Rule::Collect, "collected"},
       {Rule::HoldbackRelease, "collected"},
       {Rule::Advance, "advanced"},
       {Rule::MerchantNegative, "shown as claim"}}};
  const auto found = std::ranges::find(kNames, m.rule, &std::pair<Rule, std::string_view>::first);
  return found == kNames.end() ? kOtherMovement : found->second;
}

std::string_view of_allowance(const Movement& m) {
  if (m.rule == Rule::EclChange) return m.is_debit ? "released" : "built";
  if (m.rule == Rule::EclTransfer) return "moved between stages";
  return m.rule == Rule::ChargeOff ? "used" : kOtherMovement;
}

RolledBalance allowance(std::string_view name, std::vector<Code> codes) {
  return {name,
          std::move(codes),
          Side::Credit,
          {kOpeningEntries, "built", "released", "moved between stages", "used", kOtherMovement},
          of_allowance};
}

}  // namespace

std::span<const RolledBalance> rolled_balances() {
  static const std::vector<RolledBalance> kBalances = {
      {"principal",
       {Code::PrincipalReceivable},
       Side::Debit,
       {kOpeningEntries, "purchased", "repaid", "charged back", "refunded", "charged off",
        kOtherMovement},
       of_principal},
      {"fee",
       {Code::FeeReceivable},
       Side::Debit,
       {kOpeningEntries, "agreed", "repaid", "charged back", "refunded", "rebated", "waived",
        "charged off", kOtherMovement},
       of_fee},
      {"interest",
       {Code::InterestReceivable},
       Side::Debit,
       {kOpeningEntries, "accrued", "repaid", "charged back", "charged off", kOtherMovement},
       of_interest},
      {"late fee",
       {Code::LateFeeReceivable},
       Side::Debit,
       {kOpeningEntries, "charged", "repaid", "charged back", "waived", "charged off",
        kOtherMovement},
       of_late_fee},
      {"unearned fee",
       {Code::UnearnedFee},
       Side::Credit,
       {kOpeningEntries, "deferred", "earned", "refunded", "rebated", "charged off",
        kOtherMovement},
       of_unearned_fee},
      {"unearned subsidy",
       {Code::UnearnedSubsidy},
       Side::Credit,
       {kOpeningEntries, "deferred", "earned", "refunded", kOtherMovement},
       of_unearned_subsidy},
      {"merchant payable",
       {Code::MerchantPayable},
       Side::Credit,
       {kOpeningEntries, "sold", "discount", "subsidy", "refunded", "reserve held",
        "reserve released", "paid out", "payout returned", "disputed", "fees", "collected",
        "advanced", "shown as claim", kOtherMovement},
       of_merchant_payable},
      allowance("allowance", {Code::AllowanceStage1, Code::AllowanceStage2, Code::AllowanceStage3}),
      allowance("allowance stage 1", {Code::AllowanceStage1}),
      allowance("allowance stage 2", {Code::AllowanceStage2}),
      allowance("allowance stage 3", {Code::AllowanceStage3}),
  };
  return kBalances;
}

}  // namespace engine
