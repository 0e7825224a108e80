#include "ledger/journal.h"

#include <utility>

namespace ledger {

std::string_view name(Rule rule) {
  switch (rule) {
    case Rule::Opening:
      return "OPENING";
    case Rule::AuthHold:
      return "AUTH_HOLD";
    case Rule::HoldRelease:
      return "HOLD_RELEASE";
    case Rule::Capture:
      return "CAPTURE";
    case Rule::Repay:
      return "REPAY";
    case Rule::RepayFromCredit:
      return "REPAY_FROM_CREDIT";
    case Rule::ChannelSettle:
      return "CHANNEL_SETTLE";
    case Rule::Refund:
      return "REFUND";
    case Rule::FeeEarn:
      return "FEE_EARN";
    case Rule::SubsidyEarn:
      return "SUBSIDY_EARN";
    case Rule::LateFee:
      return "LATE_FEE";
    case Rule::ReserveHold:
      return "RESERVE_HOLD";
    case Rule::ReserveRelease:
      return "RESERVE_RELEASE";
    case Rule::PayoutInstruct:
      return "PAYOUT_INSTRUCT";
    case Rule::PayoutConfirm:
      return "PAYOUT_CONFIRM";
    case Rule::PayoutReturn:
      return "PAYOUT_RETURN";
    case Rule::Reversal:
      return "REVERSAL";
    case Rule::PayoffRebate:
      return "PAYOFF_REBATE";
  }
  std::unreachable();
}

}  // namespace ledger
