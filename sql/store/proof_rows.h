// The rows that a proof of the whole book adds up, in pieces, as they are stored: whoever can write
// to the database may have put anything there, so a row can say that it makes no sense.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/hash.h"
#include "sql/store/copy_out.h"
#include "sql/store/session.h"

namespace store {

/// The dates whose journals are looked at; nothing means unbounded.
struct DayRange {
  std::optional<base::Day> from;
  std::optional<base::Day> to;
};

struct ProofTransfer {
  std::int32_t debit;
  std::int32_t credit;
  std::int64_t amount;
};

/// A journal with what its canonical text needs. Texts and transfers are valid until the next
/// piece.
struct ProofJournal {
  std::int64_t party = 0;
  std::int64_t journal = 0;
  std::int16_t rule = 0;
  std::optional<std::int64_t> plan = {};
  std::string_view currency = {};
  base::Day business_date = {};
  base::Day value_date = {};
  std::optional<std::string_view> source_ref = {};
  std::optional<std::int64_t> reverses = {};
  std::optional<std::string_view> plan_currency = {};  ///< absent: there is no such plan
  std::optional<std::string_view> purchase_ref = {};
  std::optional<std::int16_t> party_kind = {};  ///< absent: there is no such party
  std::optional<std::string_view> party_ref = {};
  std::span<const ProofTransfer> transfers = {};
  bool is_whole = false;  ///< dates and lists are ones a journal can have
};

/// A part of a table: of journals by their parties' numbers, so that they meet the plans of the
/// same parties; of plans by where they are stored. `count` is a power of 2.
struct Share {
  int index = 0;
  int count = 1;
};

/// All journals of a share, in any order, or those of a date, by kind and reference of their
/// parties as the canonical text has them. The session is in a transaction.
class ProofJournals {
 public:
  ProofJournals(Session& session, Share share);
  ProofJournals(Session& session, base::Day day);

  /// The next piece; nothing when all were read.
  std::span<const ProofJournal> next();

  /// The journals that `reversals` reverse, in any order; asked on another session.
  std::span<const ProofJournal> find_originals(Session& session,
                                               std::span<const ProofJournal> reversals);

 private:
  struct Piece {
    std::vector<ProofTransfer> transfers;
    std::vector<ProofJournal> journals;
  };
  std::span<const ProofJournal> read(Piece& piece, const CopiedRows& rows);

  CopyOut rows_;
  std::optional<CopyOut> originals_rows_;
  Piece piece_;
  Piece originals_;
  std::array<std::vector<std::int64_t>, 3> lists_ = {};
};

struct ProofAccount {
  std::int32_t account = 0;
  std::int32_t code = 0;
  std::optional<std::int64_t> owner = {};
  std::optional<std::string> owner_ref = {};
  std::string tag = {};
  std::string currency = {};
};
/// The accounts of these numbers that are there.
std::vector<ProofAccount> find_accounts(Session& session, std::span<const std::int32_t> accounts);

struct ProofPlan {
  std::int64_t party = 0;
  std::int64_t plan = 0;
  std::string_view currency = {};
  std::string_view product = {};
  std::int16_t status = 0;
  std::int16_t ecl_stage = 0;
  std::int16_t subsidy_payer = 0;
  std::optional<std::int64_t> sponsor = {};
  base::Day recognize_on = {};  ///< before any book where nothing is to come
  std::int64_t outstanding = 0;
  std::int64_t financed = 0;
  std::int64_t refunded = 0;
  std::int64_t charged_off = 0;
  std::int64_t fee = 0;
  std::int64_t fee_recognized = 0;
  std::int64_t subsidy = 0;
  std::int64_t subsidy_recognized = 0;
  std::int64_t interest_recognized = 0;
  std::int64_t late_fee = 0;
  std::int64_t late_fee_paid = 0;
  std::int64_t claim = 0;
  std::int64_t allowance = 0;
  // sums over the installments
  std::int64_t due_principal = 0;
  std::int64_t due_fee = 0;
  std::int64_t paid_principal = 0;
  std::int64_t paid_fee = 0;
  std::int64_t paid_interest = 0;
  bool has_account = false;  ///< the party has a credit account in the currency
  bool is_whole = false;
};

class ProofPlans {
 public:
  ProofPlans(Session& session, Share share);
  std::span<const ProofPlan> next();

 private:
  CopyOut rows_;
  std::vector<ProofPlan> plans_;
  std::vector<std::int64_t> list_;
};

/// What a repayment or refund did to a plan, or (plan 0) to the credit balance.
struct ProofAllocation {
  std::int64_t party = 0;
  std::int64_t event = 0;
  std::int64_t plan = 0;
  std::int16_t kind = 0;
  std::string_view currency = {};
  std::int64_t penalty = 0;
  std::int64_t credit = 0;
  std::int64_t principal = 0;
  std::int64_t fee = 0;
  std::int64_t interest = 0;
  bool is_whole = false;
};

class ProofAllocations {
 public:
  explicit ProofAllocations(Session& session);
  std::span<const ProofAllocation> next();

 private:
  CopyOut rows_;
  std::vector<ProofAllocation> allocations_;
  std::vector<std::int64_t> list_;
};

/// Rows of small tables and of narrow ones: a key of up to two numbers and a currency, and amounts.
struct ProofAmounts {
  std::int64_t key = 0;
  std::int64_t key2 = 0;
  std::string_view currency = {};
  std::int64_t amounts[3] = {};
};
enum class AmountTable {
  Events,          ///< repayments and refunds by party and event: what they allocate
  CreditAccounts,  ///< by party: outstanding, credit balance, held
  Holds,           ///< open ones by party: amount
  TakenOver,       ///< by party and plan: fee earned before
  AccountDays,     ///< of closed dates by account and days since 1970: debit, credit
};
class ProofAmountRows {
 public:
  ProofAmountRows(Session& session, AmountTable table);
  std::span<const ProofAmounts> next();

 private:
  CopyOut rows_;
  std::vector<ProofAmounts> amounts_;
};

struct VoucherRow {
  base::Day business_date = {};
  std::int32_t number = 0;
  std::int64_t party = 0;
  std::int64_t journal = 0;
  base::Hash leaf = {};
};

void copy_vouchers(Session& session, std::span<const VoucherRow> rows);

/// The vouchers of a range of dates by date and number.
class VoucherRows {
 public:
  VoucherRows(Session& session, const DayRange& range);
  std::span<const VoucherRow> next();

 private:
  CopyOut rows_;
  std::vector<VoucherRow> vouchers_;
};

/// Another connection to the same database as the same user, for looking things up while a session
/// is busy.
Session connect_beside(Session& session);

/// How many rows refer to something that is not there: holds without a credit account, allocations
/// without their plan or event.
std::int64_t count_orphans(Session& session);

base::Day find_closed_through(Session& session);

/// How many plans the statistics know of, for choosing shares.
std::int64_t estimate_plans(Session& session);

}  // namespace store
