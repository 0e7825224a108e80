#include "ledger/opening.h"

#include <array>
#include <utility>

#include "base/check.h"

namespace ledger {
namespace {

AccountKey allowance_of(int stage, const std::string& product) {
  constexpr std::array kCodes = {Code::AllowanceStage1, Code::AllowanceStage2,
                                 Code::AllowanceStage3};
  CHECK(stage >= 1 && stage <= 3, "an allowance in stage {}", stage);
  return {kCodes[static_cast<std::size_t>(stage - 1)], {}, product};
}

void open(Transfers& out, AccountKey account, std::int64_t balance, Code control) {
  AccountKey other{control};
  if (balance < 0) std::swap(account, other);
  if (balance != 0) out.push_back({std::move(account), std::move(other), std::abs(balance)});
}

}  // namespace

Transfers opening_plan(const OpeningPlan& plan) {
  Transfers out;
  open(out, {Code::PrincipalReceivable}, plan.principal, plan.control);
  open(out, {Code::FeeReceivable}, plan.fee, plan.control);
  open(out, {Code::InterestReceivable}, plan.interest, plan.control);
  open(out, {Code::LateFeeReceivable}, plan.late_fee, plan.control);
  open(out, {Code::UnearnedFee}, -plan.unearned_fee, plan.control);
  open(out, {Code::UnearnedSubsidy}, -plan.unearned_subsidy, plan.control);
  if (plan.allowance != 0) {
    open(out, allowance_of(plan.ecl_stage, plan.product), -plan.allowance, plan.control);
  }
  return out;
}

Transfers opening_balance(const AccountKey& account, std::int64_t balance, Code control) {
  Transfers out;
  open(out, account, balance, control);
  return out;
}

}  // namespace ledger
