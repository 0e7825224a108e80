#include "engine/book_tally.h"

#include <algorithm>
#include <limits>

#include "ledger/journal.h"

namespace engine {
namespace {

using base::int128;
using ledger::Rule;

constexpr std::int32_t kPrincipal = 1101, kFee = 1102, kLateFee = 1103, kInterest = 1104,
                       kSponsor = 1112, kStages = 1190, kCredit = 2201, kDeferredFee = 2301,
                       kDeferredSubsidy = 2302, kFeeIncome = 6001, kSubsidyIncome = 6003,
                       kInterestIncome = 6010, kCoupons = 6402, kHeld = 9011, kClaims = 9201;

/// Three letters as a number, so that they can be part of a key.
std::int64_t number_of(std::string_view currency) {
  std::int64_t number = 0;
  for (const char c : currency) number = (number << 8) | static_cast<unsigned char>(c);
  return number;
}

std::int64_t number_of(base::Day day) { return day.time_since_epoch().count(); }

/// What one account gains by a transfer, times one.
int128 moved(const TallyAccount& debit, const TallyAccount& credit, std::int32_t code,
             std::int64_t amount) {
  return (debit.code == code ? int128{amount} : 0) - (credit.code == code ? int128{amount} : 0);
}

bool is_earned(std::int16_t rule) {
  return rule == static_cast<std::int16_t>(Rule::FeeEarn) ||
         rule == static_cast<std::int16_t>(Rule::SubsidyEarn) ||
         rule == static_cast<std::int16_t>(Rule::InterestAccrue);
}

bool is_income(std::int32_t code) {
  return code == kInterest || code == kDeferredFee || code == kDeferredSubsidy ||
         code == kFeeIncome || code == kSubsidyIncome || code == kInterestIncome;
}

/// The kinds of allocation that pay: by a channel, from credit, and what life events do.
bool is_paying(std::int16_t kind) {
  return kind == 1 || kind == 2 || kind == 4 || kind == 5 || kind == 7;
}
constexpr std::int16_t kRefundKind = 3, kChargeOffKind = 6;

enum PlanStatus : std::int16_t {
  Active = 1,
  Settled = 2,
  Refunded = 3,
  Disputed = 4,
  ChargedOff = 5
};

bool is_mirror(const store::ProofJournal& reversal, const store::ProofJournal& original) {
  return !original.reverses && original.currency == reversal.currency &&
         original.business_date <= reversal.business_date &&
         std::ranges::equal(reversal.transfers, original.transfers,
                            [](const store::ProofTransfer& a, const store::ProofTransfer& b) {
                              return a.debit == b.credit && a.credit == b.debit &&
                                     a.amount == b.amount;
                            });
}

/// A voucher's key: its date, party, journal and leaf.
std::string_view voucher_key(const store::VoucherRow& voucher, std::string& buffer) {
  buffer.clear();
  for (const std::int64_t number :
       {number_of(voucher.business_date), voucher.party, voucher.journal}) {
    buffer.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  buffer += base::bytes_of(voucher.leaf);
  return buffer;
}

template <class Sums>
void add_all(Sums& to, const Sums& from) {
  for (const auto& [key, amount] : from) to[key] += amount;
}

/// Amounts that fit what a statement takes.
class Narrowing {
 public:
  void push(std::vector<std::int64_t>& to, int128 value) {
    fits_ = fits_ && value >= std::numeric_limits<std::int64_t>::min() &&
            value <= std::numeric_limits<std::int64_t>::max();
    to.push_back(static_cast<std::int64_t>(value));
  }
  bool fits() const { return fits_; }

 private:
  bool fits_ = true;
};

}  // namespace

bool BookTally::is_in_range(base::Day day) const {
  return (!scope_.range.from || day >= *scope_.range.from) &&
         (!scope_.range.to || day <= *scope_.range.to);
}

void BookTally::judge(const store::ProofJournal& journal, const OriginalJournal& original) {
  ++counts_.journals;
  expect(!journal.transfers.empty() && journal.party_ref.has_value());
  expect(!journal.plan || journal.plan_currency == journal.currency);
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    const store::ProofTransfer& transfer = journal.transfers[i];
    const auto& [debit, credit] = accounts_[i];
    expect(transfer.amount > 0 && transfer.debit != transfer.credit &&
           debit->currency == journal.currency && credit->currency == journal.currency &&
           debit->is_memo() == credit->is_memo());
  }
  if (journal.reverses) {
    ++counts_.reversals;
    expect(original.journal != nullptr && original.journal->is_whole &&
           is_mirror(journal, *original.journal));
  }
  if (journal.business_date > scope_.closed_through) return;
  ++counts_.vouchers;
  const store::VoucherRow voucher{.business_date = journal.business_date,
                                  .party = journal.party,
                                  .journal = journal.journal,
                                  .leaf = journal_leaf(journal, accounts_, original.leaf, buffer_)};
  weigh(Vouchers, weights_.of(voucher_key(voucher, buffer_)), 1);
}

void BookTally::add(const store::ProofJournal& journal, const TallyAccounts& accounts,
                    const OriginalJournal& original) {
  if (!journal.is_whole || !find_accounts(journal, accounts, accounts_)) return refuse();
  if (is_in_range(journal.business_date)) judge(journal, original);
  add_transfers(journal);
}

void BookTally::add_transfers(const store::ProofJournal& journal) {
  const bool is_closed = journal.business_date <= scope_.closed_through;
  const bool is_funding = journal.rule == static_cast<std::int16_t>(Rule::Capture) ||
                          journal.rule == static_cast<std::int16_t>(Rule::Refund);
  const std::int64_t date = number_of(journal.business_date);
  int128 principal = 0, fee = 0, late_fee = 0, deferred = 0, credit_balance = 0, held = 0;
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    const auto& [debit_id, credit_id, amount] = journal.transfers[i];
    const auto& [debit, credit] = accounts_[i];
    principal += moved(*debit, *credit, kPrincipal, amount);
    fee += moved(*debit, *credit, kFee, amount);
    late_fee += moved(*debit, *credit, kLateFee, amount);
    deferred -= moved(*debit, *credit, kDeferredFee, amount);
    credit_balance -= moved(*debit, *credit, kCredit, amount);
    held += moved(*debit, *credit, kHeld, amount);
    if (is_closed) {
      weigh(AccountDebits, weights_.of({debit_id, date}), amount);
      weigh(AccountCredits, weights_.of({credit_id, date}), amount);
    }
    for (const auto& [id, account, gained] :
         {std::tuple{debit_id, debit, int128{amount}}, {credit_id, credit, -int128{amount}}}) {
      if (!is_closed) open_[id] += gained;
      if (is_funding && (account->code == kSponsor || account->code == kCoupons)) {
        funded_[id] += gained;
      }
      if (is_income(account->code)) {
        const bool earned = is_earned(journal.rule);
        income_[{id, earned, earned ? journal.business_date : scope_.closed_through}] -= gained;
      }
    }
  }
  const std::int64_t currency = number_of(journal.currency);
  if (journal.plan && (principal != 0 || fee != 0 || late_fee != 0 || deferred != 0)) {
    const base::uint128 weight = weights_.of({journal.party, *journal.plan, currency});
    weigh(PlanPrincipal, weight, principal);
    weigh(PlanFee, weight, fee);
    weigh(PlanLateFee, weight, late_fee);
    weigh(PlanDeferred, weight, deferred);
  }
  if (principal != 0 || credit_balance != 0 || held != 0) {
    const base::uint128 weight = weights_.of({journal.party, currency});
    weigh(CustomerPrincipal, weight, principal);
    weigh(CustomerCredit, weight, credit_balance);
    weigh(CustomerHeld, weight, held);
  }
}

void BookTally::add(const store::ProofPlan& plan) {
  if (!plan.is_whole) return refuse();
  ++counts_.plans;
  const int128 unpaid = int128{plan.due_principal} - plan.paid_principal;
  const int128 unpaid_fee = int128{plan.due_fee} - plan.paid_fee;
  const int128 unpaid_late_fee = int128{plan.late_fee} - plan.late_fee_paid;
  expect(plan.has_account);
  expect(plan.outstanding == unpaid);
  expect(int128{plan.paid_principal} + plan.refunded + plan.charged_off + plan.outstanding ==
         plan.financed);
  expect(plan.fee_recognized >= 0 && plan.fee_recognized <= plan.fee &&
         plan.subsidy_recognized >= 0 && plan.subsidy_recognized <= plan.subsidy);
  expect(plan.allowance == 0 ||
         (plan.allowance > 0 && (plan.status == Active || plan.status == Disputed) &&
          plan.ecl_stage > 0));
  const bool has_ended =
      plan.status == Settled || plan.status == Refunded || plan.status == ChargedOff;
  expect(!has_ended || plan.recognize_on > scope_.closed_through ||
         (plan.fee_recognized == plan.fee && plan.subsidy_recognized == plan.subsidy));

  const std::int64_t currency = number_of(plan.currency);
  const base::uint128 by_ledger = weights_.of({plan.party, plan.plan, currency});
  weigh(PlanPrincipal, by_ledger, -int128{plan.outstanding});
  weigh(PlanFee, by_ledger, -unpaid_fee);
  weigh(PlanLateFee, by_ledger, -unpaid_late_fee);
  weigh(PlanDeferred, by_ledger, -int128{plan.fee});
  const base::uint128 by_history = weights_.of({plan.party, plan.plan});
  weigh(PlanPaid, by_history, -int128{plan.paid_principal});
  weigh(PlanPaidFee, by_history, -int128{plan.paid_fee});
  weigh(PlanPaidInterest, by_history, -int128{plan.paid_interest});
  weigh(PlanPaidPenalty, by_history, -int128{plan.late_fee_paid});
  weigh(PlanRefunded, by_history, -int128{plan.refunded});
  weigh(PlanChargedOff, by_history, -int128{plan.charged_off});
  if (plan.outstanding != 0) {
    weigh(CustomerPlans, weights_.of({plan.party, currency}), plan.outstanding);
  }

  const std::string code(plan.currency);
  parts_[{kPrincipal, 0, code}] += plan.outstanding;
  parts_[{kFee, 0, code}] += unpaid_fee;
  parts_[{kLateFee, 0, code}] += unpaid_late_fee;
  if (plan.ecl_stage > 0) parts_[{kStages + plan.ecl_stage, 0, code}] -= plan.allowance;
  if (plan.claim > 0) parts_[{kClaims, 0, code}] += plan.claim;
  if (plan.subsidy_payer == 3) {
    parts_[{kSponsor, plan.sponsor.value_or(0), code}] += plan.subsidy;
  }
  auto& sums = plans_[{std::string(plan.product), code}];
  const std::int64_t interest =
      plan.status == ChargedOff ? plan.interest_recognized : plan.paid_interest;
  const std::int64_t amounts[] = {plan.fee,     plan.fee_recognized,
                                  plan.subsidy, plan.subsidy_recognized,
                                  interest,     plan.interest_recognized};
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += amounts[i];
}

void BookTally::add(const store::ProofAllocation& a) {
  if (!a.is_whole) return refuse();
  const bool is_refund = a.kind == kRefundKind;
  if (a.plan != 0) {
    const base::uint128 weight = weights_.of({a.party, a.plan});
    if (is_paying(a.kind)) {
      weigh(PlanPaid, weight, a.principal);
      weigh(PlanPaidFee, weight, a.fee);
      weigh(PlanPaidInterest, weight, a.interest);
    } else if (a.kind == kChargeOffKind) {
      weigh(PlanChargedOff, weight, a.principal);
    } else if (is_refund) {
      weigh(PlanRefunded, weight, a.principal);
    }
    weigh(PlanPaidPenalty, weight, a.penalty);
  }
  if (a.kind == 1 || is_refund) {
    int128 allocated = int128{a.credit} + a.principal;
    if (!is_refund) allocated += int128{a.penalty} + a.fee + a.interest;
    weigh(EventAllocated, weights_.of({a.party, a.event, number_of(a.currency)}), allocated);
  }
}

void BookTally::add(store::AmountTable table, const store::ProofAmounts& row) {
  const std::int64_t currency = number_of(row.currency);
  const auto& [first, second, third] = row.amounts;
  switch (table) {
    case store::AmountTable::Events:
      ++counts_.events;
      weigh(EventAllocated, weights_.of({row.key, row.key2, currency}), -int128{first});
      break;
    case store::AmountTable::CreditAccounts: {
      ++counts_.customers;
      const base::uint128 weight = weights_.of({row.key, currency});
      weigh(CustomerPlans, weight, -int128{first});
      weigh(CustomerPrincipal, weight, -int128{first});
      weigh(CustomerCredit, weight, -int128{second});
      weigh(CustomerHolds, weight, -int128{third});
      weigh(CustomerHeld, weight, -int128{third});
      break;
    }
    case store::AmountTable::Holds:
      weigh(CustomerHolds, weights_.of({row.key, currency}), first);
      break;
    case store::AmountTable::TakenOver:
      weigh(PlanDeferred, weights_.of({row.key, row.key2, currency}), first);
      break;
    case store::AmountTable::AccountDays:
      weigh(AccountDebits, weights_.of({row.key, row.key2}), -int128{first});
      weigh(AccountCredits, weights_.of({row.key, row.key2}), -int128{second});
      break;
  }
}

void BookTally::add_voucher(const store::VoucherRow& voucher) {
  weigh(Vouchers, weights_.of(voucher_key(voucher, buffer_)), -1);
}

void BookTally::merge(const BookTally& other) {
  for (std::size_t i = 0; i < kEquations; ++i) equations_[i] += other.equations_[i];
  is_sound_ = is_sound_ && other.is_sound_;
  counts_.journals += other.counts_.journals;
  counts_.reversals += other.counts_.reversals;
  counts_.vouchers += other.counts_.vouchers;
  counts_.plans += other.counts_.plans;
  counts_.events += other.counts_.events;
  counts_.customers += other.counts_.customers;
  add_all(open_, other.open_);
  add_all(funded_, other.funded_);
  add_all(income_, other.income_);
  add_all(parts_, other.parts_);
  for (const auto& [key, amounts] : other.plans_) {
    auto& sums = plans_[key];
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += amounts[i];
  }
}

bool BookTally::is_sound() const {
  return is_sound_ && std::ranges::all_of(equations_, [](base::uint128 sum) { return sum == 0; });
}

std::optional<store::LedgerSums> BookTally::sums() const {
  store::LedgerSums sums;
  Narrowing narrowing;
  std::map<std::int32_t, std::pair<int128, int128>> accounts;
  for (const auto& [account, amount] : open_) accounts[account].first = amount;
  for (const auto& [account, amount] : funded_) accounts[account].second = amount;
  for (const auto& [account, amounts] : accounts) {
    sums.accounts.account.push_back(account);
    narrowing.push(sums.accounts.open, amounts.first);
    narrowing.push(sums.accounts.funded, amounts.second);
  }
  for (const auto& [key, amount] : income_) {
    const auto& [account, earned, day] = key;
    sums.income.account.push_back(account);
    sums.income.earned.push_back(earned ? 1 : 0);
    sums.income.business_date.push_back(day);
    narrowing.push(sums.income.amount, amount);
  }
  for (const auto& [key, amount] : parts_) {
    const auto& [code, owner, currency] = key;
    sums.parts.code.push_back(code);
    sums.parts.owner.push_back(owner);
    sums.parts.currency.push_back(currency);
    narrowing.push(sums.parts.amount, amount);
  }
  for (const auto& [key, amounts] : plans_) {
    sums.plans.product.push_back(key.first);
    sums.plans.currency.push_back(key.second);
    std::vector<std::int64_t>* const columns[] = {
        &sums.plans.fee,      &sums.plans.fee_recognized,
        &sums.plans.subsidy,  &sums.plans.subsidy_recognized,
        &sums.plans.interest, &sums.plans.interest_recognized};
    for (std::size_t i = 0; i < amounts.size(); ++i) narrowing.push(*columns[i], amounts[i]);
  }
  if (!narrowing.fits()) return std::nullopt;
  return sums;
}

}  // namespace engine
