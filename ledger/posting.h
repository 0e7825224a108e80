// Posting rules: a business event's amounts in, transfers out. Zero amounts make no transfer.
//
// All amounts are minor units of the journal's currency. docs/accounting.md has the same rules as a
// table, with the formulas they come from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.h"
#include "ledger/journal.h"

namespace ledger {

using Transfers = std::vector<Transfer>;

Transfers opening_capital(base::PartyId bank, std::int64_t amount);
Transfers auth_hold(std::int64_t financed);
Transfers hold_release(std::int64_t financed);

enum class SubsidyPayer : std::int16_t { None = 0, Merchant = 1, Platform = 2, Sponsor = 3 };

/// A purchase in model P: G = F + Cp + Cm + Cs.
struct Capture {
  base::PartyId merchant;
  base::PartyId sponsor = {};        ///< needed when cs or a sponsor's subsidy is above 0
  std::string product;               ///< the campaign of 6402 and 6403
  std::int64_t financed = 0;         ///< F
  std::int64_t coupon_platform = 0;  ///< Cp
  std::int64_t coupon_merchant =
      0;                            ///< Cm: lowers what the merchant is owed, no posting of its own
  std::int64_t coupon_sponsor = 0;  ///< Cs
  std::int64_t fee = 0;             ///< Φ
  std::int64_t discount = 0;        ///< μ on base G - Cm, VAT included
  std::int64_t discount_vat = 0;    ///< the VAT in μ
  std::int64_t subsidy = 0;         ///< σ
  SubsidyPayer subsidy_payer = SubsidyPayer::None;
};
Transfers capture(const Capture& c);

/// What a repayment or the credit balance paid of one plan, and what was left over.
struct Paid {
  std::int64_t penalty = 0;
  std::int64_t fee = 0;
  std::int64_t interest = 0;
  std::int64_t principal = 0;
  std::int64_t credit = 0;  ///< to 2201
};
Transfers repay(base::PartyId channel, const Paid& paid);
/// The same where fee that was paid before is given back: it pays first, the channel the rest.
Transfers repay(const AccountKey& from, const Paid& paid, std::int64_t fee_returned = 0);
Transfers repay_from_credit(const Paid& paid);

/// Channel `channel` pays `gross` less `fee` into `bank`.
Transfers channel_settle(base::PartyId channel, base::PartyId bank, std::int64_t gross,
                         std::int64_t fee);

/// A refund of goods R = Rc + Rp + Rm + Rs. Rc = principal + cash.
struct Refund {
  base::PartyId merchant;
  base::PartyId sponsor = {};
  std::string product;
  std::int64_t principal = 0;        ///< of Rc: taken off the receivable
  std::int64_t cash = 0;             ///< of Rc: owed to the customer
  std::int64_t coupon_platform = 0;  ///< Rp
  std::int64_t coupon_sponsor = 0;   ///< Rs
  std::int64_t fee = 0;              ///< ΔΦ: unpaid fee that falls away
  std::int64_t fee_returned = 0;     ///< fee that was paid and is owed back
  std::int64_t discount = 0;         ///< Δμ returned to the merchant, VAT included
  std::int64_t discount_vat = 0;
  std::int64_t subsidy = 0;  ///< unearned subsidy returned to its payer
  SubsidyPayer subsidy_payer = SubsidyPayer::None;
};
Transfers refund(const Refund& r);

/// Unearned fee of a plan that is not owed any more.
Transfers payoff_rebate(std::int64_t fee);

/// Positive earns, negative takes back what was recognized too early.
Transfers fee_earn(const std::string& product, std::int64_t amount);
Transfers subsidy_earn(const std::string& product, std::int64_t amount);
Transfers interest_accrue(const std::string& product, std::int64_t amount);
Transfers late_fee(const std::string& product, std::int64_t amount);

/// The allowance of a stage (1 to 3): positive up, negative down.
Transfers ecl_change(int stage, const std::string& product, std::int64_t amount);
Transfers ecl_transfer(int from, int to, const std::string& product, std::int64_t amount);

/// What leaves the balance sheet: earned parts against the allowance of stage 3, unearned fee
/// against 2301. The claim for all of it is kept as a memo.
struct ChargeOff {
  std::string product;
  std::int64_t principal = 0;
  std::int64_t fee = 0;       ///< unpaid, earned or not
  std::int64_t unearned = 0;  ///< of it
  std::int64_t late_fee = 0;
  std::int64_t interest = 0;  ///< accrued and unpaid

  std::int64_t loss() const { return principal + fee - unearned + late_fee + interest; }
  std::int64_t claim() const { return loss() + unearned; }
};
Transfers charge_off(const ChargeOff& c);
/// `amount` recovered, of which the collector keeps `fee`.
Transfers recovery(base::PartyId bank, const std::string& product, const std::string& collector,
                   std::int64_t amount, std::int64_t fee);

/// Earned fee and late fee that are given up.
Transfers waive(const std::string& reason, std::int64_t late_fee, std::int64_t fee);
Transfers goodwill(const std::string& reason, std::int64_t amount);
/// Money to the customer, by bank or through a channel.
Transfers credit_refund(const AccountKey& from, std::int64_t amount);
Transfers refund_payout(const AccountKey& from, std::int64_t amount);

Transfers dispute_hold(base::PartyId merchant, std::int64_t amount);
Transfers dispute_fee(base::PartyId merchant, std::int64_t fee);
/// The merchant's funds end the plan: `principal` of it unpaid, `cash` owed back; fee falls away.
Transfers dispute_lost(base::PartyId merchant, std::int64_t principal, std::int64_t cash,
                       std::int64_t fee);
Transfers dispute_won(base::PartyId merchant, std::int64_t amount, std::int64_t fee);

/// What a repayment had paid of a plan is owed again; the money goes back through `to`.
Transfers repay_chargeback(const AccountKey& to, const Paid& paid);
Transfers merchant_negative(base::PartyId merchant, std::int64_t amount);
Transfers merchant_set_off(base::PartyId merchant, std::int64_t amount);

/// A year's balance of an account of income or expenses, debits less credits, moves to 4104.
Transfer year_end(const AccountKey& of_result, std::int64_t balance);

Transfers reserve_hold(base::PartyId merchant, std::int64_t amount);
Transfers reserve_release(base::PartyId merchant, std::int64_t amount);
Transfers payout_instruct(base::PartyId merchant, std::int64_t amount);
Transfers payout_confirm(base::PartyId merchant, base::PartyId bank, std::int64_t amount);
Transfers payout_return(base::PartyId merchant, std::int64_t amount);

/// The exact mirror: each transfer with its sides swapped.
Transfers mirror(const Transfers& transfers);

}  // namespace ledger
