// Taking over a running portfolio: plans, credit balances and merchants' balances that another
// system kept, as opening entries of one date (docs/import.md). In one transaction: either all of
// it is there, or nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "engine/catalog.h"
#include "ledger/chart.h"
#include "sql/store/customer_rows.h"
#include "sql/store/report_store.h"

namespace engine {

/// All amounts are minor units; `paid` is what was paid through the day before the takeover.
struct TakenInstallment {
  base::Day due;
  std::int64_t principal = 0;
  std::int64_t fee = 0;
  std::int64_t paid_principal = 0;
  std::int64_t paid_fee = 0;
  std::int64_t interest = 0;
  std::int64_t paid_interest = 0;
};

struct TakenPlan {
  std::string ref;  ///< purchase_ref
  std::string customer;
  std::string merchant;
  std::string product;  ///< "": the catalog's first
  base::Currency currency;
  base::Instant purchased_at;
  std::int64_t financed = 0;
  std::vector<TakenInstallment> installments;
  /// Paid in all, where the installments don't say what: oldest first, of each the fee first, then
  /// the interest.
  std::optional<std::int64_t> paid = {};
  std::int64_t late_fee_owed = 0;
  std::int64_t late_fee_paid = 0;
  std::optional<int> dpd = {};                      ///< compared with the schedule's
  std::optional<bool> is_settled = {};              ///< compared, too
  std::optional<std::int64_t> fee_recognized = {};  ///< absent: by our own rule
  /// Income by then; absent: by our own rule, and what was paid at least.
  std::optional<std::int64_t> interest_recognized = {};
  std::int64_t subsidy = 0;
  ledger::SubsidyPayer subsidy_payer = ledger::SubsidyPayer::None;
  std::optional<std::int64_t> discount = {};  ///< VAT included; absent: by the merchant's terms
  std::int64_t discount_vat = 0;
  std::optional<int> ecl_stage = {};  ///< absent: by the catalog's [impairment], if it has one
  std::int64_t allowance = 0;
};

struct TakenCustomer {
  std::string customer;
  base::Currency currency;
  std::optional<std::int64_t> limit = {};         ///< in force; absent: the terms'
  std::optional<std::int64_t> limit_before = {};  ///< before it was cut for being late
  std::int64_t credit_balance = 0;
  std::optional<store::Block> block = {};  ///< absent: as the days past due say
};

struct TakenReserve {
  std::int64_t amount = 0;
  base::Day sale_date;
  base::Day release_on;
};

struct TakenMerchant {
  std::string merchant;
  base::Currency currency;
  std::int64_t payable = 0;                    ///< negative: the merchant owes us
  std::optional<base::Day> available_on = {};  ///< absent: the first settlement
  std::vector<TakenReserve> reserve;
};

using TakenRecord = std::variant<TakenPlan, TakenCustomer, TakenMerchant>;

struct TakenLine {
  std::string text;  ///< as read: the same text again is the same record again
  TakenRecord record;
};

/// What is wrong with a record: a stable code, the field, its value and the rule it breaks.
struct TakeoverProblem {
  std::string code;
  std::string field;
  std::string value;
  std::string rule;
};

enum class TakenStatus { Taken, Repeated, Rejected };
struct TakenResult {
  TakenStatus status = TakenStatus::Taken;
  TakeoverProblem problem = {};  ///< of a rejected one
};

/// A line of the trial balance that the other system gives, in the codes of our chart.
struct GivenBalance {
  ledger::Code code{};
  std::string owner;
  std::string tag;
  base::Currency currency;
  std::int64_t minor = 0;  ///< debits less credits
};

/// An account that a trial balance gives otherwise than the portfolio does.
struct BalanceDifference {
  ledger::Code code{};
  std::string owner;
  std::string tag;
  base::Currency currency;
  std::int64_t given = 0;
  std::int64_t portfolio = 0;
};

/// The takeover can't be done at all; the text says why.
struct TakeoverRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct TakeoverOptions {
  std::optional<base::Day> date = {};           ///< absent: the book's open date
  ledger::Code control = ledger::Code::Equity;  ///< the other side of every opening entry
  bool creates_parties = false;
};

/// Whether balances of the account come from records (plans, customers, merchants) only, so that no
/// other entry may move it.
bool is_kept_by_records(ledger::Code code);
/// Whether differences and other sides can be posted to it: it has no owner or tag, is no memo
/// account, and no record keeps it.
bool is_free_account(ledger::Code code);

/// One takeover, from the first record to `commit`. Without `commit` nothing has happened.
class Takeover {
 public:
  /// Throws TakeoverRefused if the book isn't at that date, or is being closed.
  Takeover(const std::string& conninfo, std::shared_ptr<const Catalog> catalog,
           const TakeoverOptions& options);
  ~Takeover();

  base::Day date() const;

  /// Takes some records; results beside them. A few thousand at a time are fast.
  std::vector<TakenResult> add(std::span<const TakenLine> lines);

  /// Makes the books say what `given` says, after the last record. Accounts that records keep are
  /// compared by code, owner and currency; the others are posted as given. An account that differs
  /// (or is not given, and was not empty) is in the answer; with `difference_account` it is left
  /// as the portfolio has it, and that account takes the difference.
  /// Throws TakeoverRefused if `given` does not balance, or names an owner nobody knows.
  std::vector<BalanceDifference> reconcile(std::span<const GivenBalance> given,
                                           std::optional<ledger::Code> difference_account);

  /// Every account as it would be now.
  std::vector<store::AccountBalance> balances();

  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace engine
