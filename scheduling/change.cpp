#include "scheduling/change.h"

#include "base/check.h"

namespace scheduling {
namespace {

struct RefusalText {
  std::string_view code;
  std::string_view sentence;
};

RefusalText text(ChangeRefusal refusal) {
  switch (refusal) {
    case ChangeRefusal::NothingOwed:
      return {"NOTHING_OWED", "everything of this plan is paid"};
    case ChangeRefusal::NotLawful:
      return {"NOT_LAWFUL", "the rule of 78 is allowed only where the law is known to permit it"};
    case ChangeRefusal::AmountNotPositive:
      return {"AMOUNT_NOT_POSITIVE", "an amount is above zero"};
    case ChangeRefusal::AmountExceedsLent:
      return {"AMOUNT_EXCEEDS_LENT", "more than was lent and not refunded yet"};
    case ChangeRefusal::DueUnpaid:
      return {"DUE_UNPAID", "what is due or billed, late fee included, is paid first"};
    case ChangeRefusal::AmountCoversAll:
      return {"AMOUNT_COVERS_ALL", "nothing unbilled would be left: that is a payoff"};
    case ChangeRefusal::CountOutOfRange:
      return {"COUNT_OUT_OF_RANGE", "at least one, and no more than a plan may have"};
    case ChangeRefusal::InstallmentNotFound:
      return {"INSTALLMENT_NOT_FOUND", "the plan has no installment of this number"};
    case ChangeRefusal::InstallmentPaid:
      return {"INSTALLMENT_PAID", "an installment that is paid does not move"};
    case ChangeRefusal::DueNotInFuture:
      return {"DUE_NOT_IN_FUTURE", "a new due date lies after the day of the change"};
    case ChangeRefusal::DueDatesOutOfOrder:
      return {"DUE_DATES_OUT_OF_ORDER",
              "each installment is due after the one before, and none after 2199"};
    case ChangeRefusal::NothingOverdue:
      return {"NOTHING_OVERDUE", "nothing of this plan is overdue"};
    case ChangeRefusal::NothingToCome:
      return {"NOTHING_TO_COME", "no installment is left to take what is overdue"};
    case ChangeRefusal::AccountTooYoung:
      return {"ACCOUNT_TOO_YOUNG",
              "an account is re-aged 9 months after it was opened at the earliest"};
    case ChangeRefusal::TooFewPayments:
      return {"TOO_FEW_PAYMENTS",
              "a re-age needs three minimum payments in a row, or as much at once"};
    case ChangeRefusal::ReAgedTooOften:
      return {"RE_AGED_TOO_OFTEN", "an account is re-aged once in 12 months, twice in 5 years"};
    case ChangeRefusal::HardshipUndocumented:
      return {"HARDSHIP_UNDOCUMENTED", "willingness and ability to pay are documented"};
    case ChangeRefusal::NoInterestOnBalance:
      return {"NO_INTEREST_ON_BALANCE", "the cost of this plan was fixed at the start"};
    case ChangeRefusal::SpanEmpty:
      return {"SPAN_EMPTY", "a pause ends after it starts"};
    case ChangeRefusal::RateOutOfRange:
      return {"RATE_OUT_OF_RANGE", "a rate is from 0 to 100 % a period"};
    case ChangeRefusal::AmountBelowPayoff:
      return {"AMOUNT_BELOW_PAYOFF", "a payoff pays all that the quote of its day says"};
    case ChangeRefusal::PrincipalTooSmallToSplit:
      return {"PRINCIPAL_TOO_SMALL", "an installment would fall below the currency's minimum"};
    case ChangeRefusal::NoSchedule:
      return {"NO_SCHEDULE", "the method can't make a schedule of what is left"};
    case ChangeRefusal::NothingChanges:
      return {"NOTHING_CHANGES", "all of it is billed, or nothing arises in the span"};
  }
  CHECK(false, "refusal {}", static_cast<int>(refusal));
}

}  // namespace

std::string_view code(ChangeRefusal refusal) { return text(refusal).code; }
std::string_view sentence(ChangeRefusal refusal) { return text(refusal).sentence; }

std::string_view to_string(ChangeCause cause) {
  switch (cause) {
    case ChangeCause::Payoff:
      return "payoff";
    case ChangeCause::Prepayment:
      return "prepayment";
    case ChangeCause::Refund:
      return "refund";
    case ChangeCause::Extension:
      return "extension";
    case ChangeCause::ReAge:
      return "re_age";
    case ChangeCause::ReAmortize:
      return "re_amortize";
    case ChangeCause::InterestPause:
      return "interest_pause";
    case ChangeCause::RateChange:
      return "rate_change";
  }
  CHECK(false, "cause {}", static_cast<int>(cause));
}

}  // namespace scheduling
