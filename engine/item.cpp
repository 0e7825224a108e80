#include "engine/item.h"

#include <string_view>

#include "base/check.h"

namespace engine {
namespace {

struct Text {
  std::string_view code;
  std::string_view field;
  std::string_view sentence;
};

Text text(Refusal refusal) {
  switch (refusal) {
    case Refusal::None:
      return {"", "", ""};
    case Refusal::IdempotencyConflict:
      return {"IDEMPOTENCY_CONFLICT", "ref",
              "this reference exists with other content; the first stays"};
    case Refusal::CustomerUnknown:
      return {"CUSTOMER_UNKNOWN", "customer", "no customer has this reference"};
    case Refusal::MerchantUnknown:
      return {"MERCHANT_UNKNOWN", "merchant", "no merchant has this reference"};
    case Refusal::ProductUnknown:
      return {"PRODUCT_UNKNOWN", "product", "the catalog has no such product"};
    case Refusal::ChannelUnknown:
      return {"CHANNEL_UNKNOWN", "channel", "the catalog has no such channel"};
    case Refusal::CurrencyUnknown:
      return {"CURRENCY_UNKNOWN", "currency", "the catalog has no terms for this currency"};
    case Refusal::CurrencyMismatch:
      return {"CURRENCY_MISMATCH", "currency", "the customer or purchase is in another currency"};
    case Refusal::AmountNotPositive:
      return {"AMOUNT_NOT_POSITIVE", "amount", "an amount is above zero"};
    case Refusal::AmountTooLarge:
      return {"AMOUNT_TOO_LARGE", "amount", "an amount is at most 10^17 minor units"};
    case Refusal::InstallmentsOutOfRange:
      return {"INSTALLMENTS_OUT_OF_RANGE", "installments",
              "the product does not offer this number of installments"};
    case Refusal::PrincipalTooSmall:
      return {"PRINCIPAL_TOO_SMALL", "amount",
              "an installment would fall below the currency's minimum"};
    case Refusal::BeforeBookOpened:
      return {"BEFORE_BOOK_OPENED", "time", "the book opened on a later date"};
    case Refusal::AfterToday:
      return {"AFTER_TODAY", "time", "the event lies in the future"};
    case Refusal::LimitInsufficient:
      return {"LIMIT_INSUFFICIENT", "amount", "the available limit does not cover the amount"};
    case Refusal::AccountBlocked:
      return {"ACCOUNT_BLOCKED", "customer", "the customer is past due and blocked until paid"};
    case Refusal::AccountClosed:
      return {"ACCOUNT_CLOSED", "customer", "the customer defaulted and is closed to new business"};
    case Refusal::PurchaseUnknown:
      return {"PURCHASE_UNKNOWN", "purchase_ref", "no purchase has this reference"};
    case Refusal::PurchaseAlreadyRefunded:
      return {"PURCHASE_ALREADY_REFUNDED", "purchase_ref", "the purchase was refunded before"};
    case Refusal::RefundExceedsRest:
      return {"REFUND_EXCEEDS_REST", "amount", "more than was captured and not refunded yet"};
    case Refusal::RefundTooSmall:
      return {"REFUND_TOO_SMALL", "amount", "nothing of it is the customer's part"};
    case Refusal::SecondPersonMissing:
      return {"SECOND_PERSON_MISSING", "approved_by",
              "one person requests such a change and another approves it"};
    case Refusal::HoldUnknown:
      return {"HOLD_UNKNOWN", "hold_ref", "no hold has this reference"};
    case Refusal::HoldNotOpen:
      return {"HOLD_NOT_OPEN", "hold_ref", "the hold was captured, voided or has expired"};
    case Refusal::HoldTooSmall:
      return {"HOLD_TOO_SMALL", "amount", "the hold does not cover the financed amount"};
    case Refusal::ReleaseNotWhole:
      return {"RELEASE_NOT_WHOLE", "amount", "a release is of the whole hold"};
    case Refusal::CouponsExceedAmount:
      return {"COUPONS_EXCEED_AMOUNT", "amount", "coupons leave nothing to finance"};
    case Refusal::CalendarYearMissing:
      return {"CALENDAR_YEAR_MISSING", "time",
              "settlement needs a calendar year that is not loaded"};
    case Refusal::CouponsUnbalanced:
      return {"COUPONS_UNBALANCED", "sponsor", "a coupon share is negative or has no payer"};
    case Refusal::StorageRefused:
      return {"STORAGE_REFUSED", "", "a constraint of the database refused this item"};
    case Refusal::PurchaseOfAnotherCustomer:
      return {"PURCHASE_OF_ANOTHER_CUSTOMER", "purchase_ref",
              "the purchase belongs to another customer"};
    case Refusal::JournalUnknown:
      return {"JOURNAL_UNKNOWN", "journal", "no journal has this number"};
    case Refusal::JournalAlreadyReversed:
      return {"JOURNAL_ALREADY_REVERSED", "journal", "a journal is reversed at most once"};
    case Refusal::JournalIsReversal:
      return {"JOURNAL_IS_REVERSAL", "journal", "a reversal is not reversed"};
    case Refusal::JournalNotReversible:
      return {"JOURNAL_NOT_REVERSIBLE", "journal",
              "its business operation corrects it, a refund for instance, not a bare mirror"};
    case Refusal::CreditTooLow:
      return {"CREDIT_TOO_LOW", "amount", "the credit balance does not cover the amount"};
    case Refusal::WaiverExceedsOwed:
      return {"WAIVER_EXCEEDS_OWED", "amount", "a waiver is at most what is earned and unpaid"};
    case Refusal::SuspenseUnknown:
      return {"SUSPENSE_UNKNOWN", "suspense", "no suspense item has this reference"};
    case Refusal::SuspenseTooLow:
      return {"SUSPENSE_TOO_LOW", "amount", "less of the suspense item is open"};
    case Refusal::EventUnknown:
      return {"EVENT_UNKNOWN", "ref", "no refund or repayment has this reference"};
    case Refusal::EventUndone:
      return {"EVENT_UNDONE", "ref", "it was paid out or taken back before"};
    case Refusal::NoCashOwed:
      return {"NO_CASH_OWED", "refund", "the refund owed the customer nothing in cash"};
    case Refusal::PlanNotActive:
      return {"PLAN_NOT_ACTIVE", "purchase_ref", "the plan is not active"};
    case Refusal::PlanNotDisputed:
      return {"PLAN_NOT_DISPUTED", "purchase_ref", "the plan is not in dispute"};
    case Refusal::PlanNotChargedOff:
      return {"PLAN_NOT_CHARGED_OFF", "purchase_ref", "the plan was not charged off"};
    case Refusal::ClaimTooLow:
      return {"CLAIM_TOO_LOW", "amount", "less of the claim is left"};
    case Refusal::EventTypeUnknown:
      return {"EVENT_TYPE_UNKNOWN", "type", "no event has this type"};
    case Refusal::AmountMissing:
      return {"AMOUNT_MISSING", "amounts",
              "an event has the amounts its type names, and no others"};
    case Refusal::PartyMissing:
      return {"PARTY_MISSING", "merchant",
              "an event of this type needs a known merchant, channel or sponsor"};
    case Refusal::ReserveNotWhole:
      return {"RESERVE_NOT_WHOLE", "amount", "the oldest reserve tranches don't sum to the amount"};
    case Refusal::PayoutUnknown:
      return {"PAYOUT_UNKNOWN", "payout",
              "no payout has this reference and amount and can be confirmed or returned"};
    case Refusal::AccountNotFree:
      return {"ACCOUNT_NOT_FREE", "pairs",
              "a manual journal moves accounts that no other record is kept beside"};
    case Refusal::BankNotTied:
      return {"BANK_NOT_TIED", "closing",
              "the bank's balance and its items in transit don't sum to the balance of 1001"};
    case Refusal::DateNotClosed:
      return {"DATE_NOT_CLOSED", "as_of", "the date is not closed yet"};
    case Refusal::BankStated:
      return {"BANK_STATED", "as_of", "the bank's balance of this date is known already"};
    case Refusal::TransitUnclear:
      return {"TRANSIT_UNCLEAR", "transit", "each item in transit has a reference of its own"};
    case Refusal::PayoutAccountInvalid:
      return {"PAYOUT_ACCOUNT_INVALID", "account",
              "a payout account has a name, a number (an IBAN with the right check digits) and the "
              "bank's code"};
    case Refusal::OwnerMissing:
      return {"OWNER_MISSING", "owner", "the name of who looks after the item is missing"};
    case Refusal::ChangeRefused:
      break;
  }
  const int change = static_cast<int>(refusal) - static_cast<int>(Refusal::ChangeRefused);
  CHECK(change >= 0 && change < scheduling::kChangeRefusalCount, "refusal {}",
        static_cast<int>(refusal));
  const auto reason = static_cast<scheduling::ChangeRefusal>(change);
  return {scheduling::code(reason), "", scheduling::sentence(reason)};
}

}  // namespace

Refusal refusal_of(scheduling::ChangeRefusal refusal) {
  return static_cast<Refusal>(static_cast<int>(Refusal::ChangeRefused) + static_cast<int>(refusal));
}

std::string_view code(Refusal refusal) { return text(refusal).code; }
std::string_view field(Refusal refusal) { return text(refusal).field; }
std::string_view sentence(Refusal refusal) { return text(refusal).sentence; }

}  // namespace engine
