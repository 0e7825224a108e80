// The questions `fenqi verify` asks: facts that must hold between the tables, each answered by the
// database in one pass over sets. docs/evidence.md lists them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/signature.h"
#include "sql/store/proof_rows.h"
#include "sql/store/session.h"

namespace store {

/// One fact and what a pass found about it.
struct Finding {
  std::string_view id;        ///< "I5"; the numbers are those of docs/evidence.md
  std::string_view name;      ///< "plan-principal"
  std::string_view sentence;  ///< what must hold
  std::int64_t checked = 0;
  std::int64_t offenders = 0;
  std::string first = {};  ///< the first offending row in words, amounts in minor units; or ""
};
using Findings = std::vector<Finding>;

/// What a proof that reads each table once (engine/book_tally.h) has added up, for statements that
/// would otherwise read journals and plans again. Lists of one statement's rows, column by column.
struct LedgerSums {
  struct Accounts {  ///< balances of dates that are not closed, and what captures and refunds moved
    std::vector<std::int32_t> account;
    std::vector<std::int64_t> open, funded;
  } accounts;
  struct Income {  ///< what moved on accounts of income and deferral, credits less debits
    std::vector<std::int32_t> account;
    std::vector<char> earned;
    std::vector<base::Day> business_date;  ///< if earned; else any
    std::vector<std::int64_t> amount;
  } income;
  struct Parts {  ///< what plans say that control accounts hold
    std::vector<std::int32_t> code;
    std::vector<std::int64_t> owner;  ///< 0: none
    std::vector<std::string> currency;
    std::vector<std::int64_t> amount;
  } parts;
  struct Plans {
    std::vector<std::string> product, currency;
    std::vector<std::int64_t> fee, fee_recognized, subsidy, subsidy_recognized, interest,
        interest_recognized;
  } plans;
};

/// How many rows a sound book was proved from.
struct ProofCounts {
  std::int64_t journals = 0;
  std::int64_t reversals = 0;
  std::int64_t vouchers = 0;
  std::int64_t plans = 0;
  std::int64_t events = 0;
  std::int64_t customers = 0;
};
/// The facts that such a proof has shown, as the passes would tell them.
Findings shown_facts(const ProofCounts& counts);

// The passes over the whole book. All but the first and the last two need every journal.
Findings check_journals(Session& session, const DayRange& range);
/// With sums: from them and from account_day, which the proof has shown to hold.
Findings check_control_accounts(Session& session, const LedgerSums* sums = nullptr);
Findings check_recognition(Session& session, const LedgerSums* sums = nullptr);
Findings check_plans(Session& session);
Findings check_allocations(Session& session);
Findings check_customers(Session& session);
Findings check_settlements(Session& session);
/// What small tables say of suspense and banks.
Findings check_reconciled(Session& session);
/// What others are told and asked (sql/store/verify_outward.cpp).
Findings check_limit_feed(Session& session);
Findings check_collections(Session& session);
Findings check_breaks(Session& session);
Findings check_account_days(Session& session, const DayRange& range);
/// The same where the proof has shown that account_day has what the journals moved.
Findings check_running_balances(Session& session, const DayRange& range);

/// Vouchers and seals, recomputed from the journals. `keys` are the public keys that are trusted.
Findings check_seals(Session& session, const DayRange& range,
                     std::span<const base::PublicKey> keys);
/// The same from the vouchers alone, each of which `take` gets; a proof compares them with the
/// journals.
Findings check_voucher_seals(Session& session, const DayRange& range,
                             std::span<const base::PublicKey> keys,
                             const std::function<void(const VoucherRow&)>& take);

/// `range` in parts of a month, so that what one pass of check_seals sorts stays small however long
/// the book is. A range without a lower bound looks below the book's first date too: nothing may be
/// there.
std::vector<DayRange> seal_passes(Session& session, const DayRange& range);

// What the close of `day` asks: about its journals, the merchants that moved, the customers who
// bought, paid or were refunded, and the settlements it has made.
Findings check_accounts_of_day(Session& session, base::Day day);
Findings check_customers_of_day(Session& session, base::Day day);
Findings check_settlements_of_day(Session& session, base::Day day);
Findings check_subledgers_of_day(Session& session, base::Day day);

/// A name and a hash of the content of one table: the same for the same rows in any order.
struct TableDigest {
  std::string table;
  std::string hash;  ///< hex
};

/// How many tables make up the content of the books.
std::size_t digest_table_count();

/// The digest of one of them, from 0. Ids and clocks play no part.
TableDigest digest_table(Session& session, std::size_t table);

}  // namespace store
