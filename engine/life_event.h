// What can happen to a customer's plans and account beside purchases, repayments, refunds and
// holds. A change of a plan makes a new version of its schedule, and can be asked for as a preview.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/day.h"
#include "base/money.h"
#include "base/rate.h"
#include "scheduling/payoff.h"
#include "scheduling/prepay.h"

namespace engine {

/// Pays all of it off on the day; what is paid beyond the quote becomes credit balance.
struct PayOff {
  base::Money amount;  ///< for a preview 0 is what the quote asks for
  std::string channel = {};
  /// Nothing: actuarial where interest arises on the balance, else unbilled fees are waived.
  std::optional<scheduling::PayoffMethod> method = {};
  std::string suspense = {};  ///< out of this suspense item, and through no channel
};

/// Pays principal before it is billed. What is due and billed must have been paid.
struct PrepayPart {
  base::Money amount;
  std::string channel = {};
  scheduling::PrepaidEffect effect = scheduling::PrepaidEffect::SmallerInstallments;
  scheduling::PrepaidFee fee = scheduling::PrepaidFee::KeepOfRemaining;
};

/// Installments `first` to `first + count - 1` are due `months` later.
struct Extend {
  int first = 1;
  int count = 1;
  int months = 1;
};

/// All that is unpaid over `count` new installments, monthly from `first_due` on.
struct ReAge {
  int count = 1;
  base::Day first_due;
  bool is_documented = false;  ///< willingness and ability to pay
};

/// What is overdue is added to the installments to come.
struct ReAmortize {};

/// No interest from `from` until before `to`.
struct PauseInterest {
  base::Day from;
  base::Day to;
};

/// Interest at another rate, on the plan's own basis, from `from` on.
struct ChangeRate {
  base::Day from;
  base::Rate rate;
};

/// A receipt in suspense turns out to be a repayment.
struct AllocateSuspense {
  base::Money amount;
  std::string suspense;
};

/// Credit given to the customer out of goodwill: a late fee given back, say.
struct Goodwill {
  base::Money amount;
};

/// The credit balance, or part of it, paid back by bank.
struct RefundCredit {
  base::Money amount;
};

/// The cash part of a refund, paid out through the channel, or by bank where none is named.
struct PayRefund {
  std::string refund;  ///< reference of the refund
  std::string channel = {};
};

/// Earned and unpaid charges given up.
struct Waive {
  enum class Component { LateFee, Fee };
  Component component = Component::LateFee;
  base::Money amount;
};

/// The customer disputes the purchase: the merchant's funds are held, nothing falls due.
struct OpenDispute {
  base::Money fee;  ///< what the merchant pays for it; may be 0
};
/// The merchant loses: the plan ends, what was paid is owed back to the customer.
struct LoseDispute {};
/// The merchant wins: funds and fee come back, the due dates that were missed move on.
struct WinDispute {};

/// The payer's bank takes a repayment back; the installments are open again at their dates.
struct ChargeBack {
  std::string repayment;      ///< its reference
  std::string shortage = {};  ///< it never arrived: against this shortage, and not the channel
};

/// Part of a charged-off claim is recovered; the collector keeps its fee.
struct Recover {
  base::Money amount;
  base::Money fee;
  std::string collector;
};

using LifeChange = std::variant<PayOff, PrepayPart, Extend, ReAge, ReAmortize, PauseInterest,
                                ChangeRate, AllocateSuspense, Goodwill, RefundCredit, PayRefund,
                                Waive, OpenDispute, LoseDispute, WinDispute, ChargeBack, Recover>;

/// Hardship measures need a second person (domain §1.9); so does every change of what was agreed.
bool needs_second_person(const LifeChange& change);

struct LifeEvent {
  std::string ref;           ///< of this event, unique in the book among life events
  std::string purchase_ref;  ///< of the plan; empty for what is about an account or another event
  base::Instant at;
  base::Currency currency;
  LifeChange change;
  std::string reason = {};
  std::string requested_by = {};
  std::string approved_by = {};
  std::string customer = {};  ///< where there is no purchase
};

/// What the customer pays with this event, if money moves at all.
std::optional<base::Money> amount_of(const LifeChange& change);
/// The suspense item it takes money out of, and how much; "" for none.
std::string suspense_of(const LifeChange& change);
/// The channel it comes through; "" is the catalog's first.
std::string channel_of(const LifeChange& change);
/// "payoff", "re_age": how files and commands call it.
std::string_view name_of(const LifeChange& change);

}  // namespace engine
