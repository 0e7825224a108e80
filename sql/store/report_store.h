// What accountants export: balances, journals, plans and limit changes, in an order that depends on
// content only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "ledger/journal.h"
#include "sql/store/cursor.h"
#include "sql/store/customer_rows.h"
#include "sql/store/reading_store.h"
#include "sql/store/session.h"

namespace store {

/// An account as people know it.
struct AccountName {
  std::int32_t id = 0;
  ledger::Code code{};
  std::string owner;  ///< the reference of its owner, or empty
  std::string tag;
  base::Currency currency;
};

struct AccountBalance {
  AccountName account;
  std::int64_t minor = 0;  ///< debits less credits
};

/// Every account that had moved by the end of `as_of`, with its balance then; by code, owner, tag
/// and currency. One index probe an account, whatever the size of the ledger.
std::vector<AccountBalance> list_balances(Session& session, base::Day as_of);
/// The same of a reading: what was not sealed then is summed from its journals.
std::vector<AccountBalance> list_balances(Session& session, const Reading& reading);

/// All accounts; few enough to keep.
std::vector<AccountName> list_accounts(Session& session);

struct ReportedJournal {
  base::Day business_date;
  /// The voucher number within the date; nothing while the date was not sealed.
  std::optional<std::int32_t> number;
  ledger::Rule rule{};
  base::Day value_date;
  std::string party;
  std::string purchase_ref;  ///< of its plan, or empty
  std::string source_ref;    ///< or empty
  base::Currency currency;
  std::vector<std::int64_t> debit_account;
  std::vector<std::int64_t> credit_account;
  std::vector<std::int64_t> amount_minor;
};

/// Journals of a reading with business date from `from` on. Sealed dates come first, by date and
/// voucher number; the others by date, the instant they were posted, and content. With
/// `posted_after`, only those that were posted later than that.
class JournalCursor {
 public:
  JournalCursor(Session& session, base::Day from, const Reading& reading,
                std::optional<base::Instant> posted_after = {});
  std::vector<ReportedJournal> next();

 private:
  std::optional<Cursor> sealed_;
  std::optional<Cursor> unsealed_;
};

struct ReportedLimitChange {
  base::Day business_date;
  std::string customer;
  base::Currency currency;
  std::string reason;
  LimitAction action{};
  std::int64_t old_base = 0;
  std::int64_t new_base = 0;
  Block old_block{};
  Block new_block{};
  std::int64_t outstanding = 0;
  std::int16_t dpd = 0;
  std::vector<std::string> purchase_refs;  ///< of the plans that caused it, sorted
};

/// Limit changes of a reading with business date from `from` on, by date, customer, currency and
/// reason; with `before`, those that were not known in it.
class LimitChangeCursor {
 public:
  LimitChangeCursor(Session& session, base::Day from, const Reading& reading,
                    const Reading* before = nullptr);
  std::vector<ReportedLimitChange> next();

 private:
  Cursor cursor_;
};

struct LimitChangeCount {
  base::Currency currency;
  std::string reason;
  LimitAction action{};
  std::int64_t changes = 0;
  std::int64_t customers = 0;
  std::int64_t old_base = 0;  ///< sums
  std::int64_t new_base = 0;
};
std::vector<LimitChangeCount> count_limit_changes(Session& session, base::Day from, base::Day to);

/// The changes that took most, the largest first.
std::vector<ReportedLimitChange> list_largest_cuts(Session& session, base::Day from, base::Day to,
                                                   int count);

}  // namespace store
