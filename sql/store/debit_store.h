// Auto-debits: files of instructions to take what is due from customers' accounts, and what became
// of each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/cursor.h"
#include "sql/store/session.h"

namespace store {

struct DebitFileRow {
  std::string message_id;
  base::Day debit_on;
  std::int32_t number = 0;  ///< within the date, from 1
  base::Instant made_at;
  std::string channel;
};

/// From here to the end of the transaction no other file is made.
void lock_debit_files(Session& session);
std::optional<DebitFileRow> find_debit_file(Session& session, const std::string& message_id);
/// The last one made for the date.
std::optional<DebitFileRow> find_last_debit_file(Session& session, base::Day debit_on);
void insert_debit_file(Session& session, const DebitFileRow& file);

/// What was tried with a customer in a currency.
struct DebitsMade {
  base::PartyId party;
  base::Currency currency;
  std::int32_t attempts = 0;  ///< on the date
  bool is_open = false;       ///< an answer is out, or unknown
};
/// Of those parties that were debited on the date or have one open.
std::vector<DebitsMade> load_debits_made(Session& session, std::span<const std::int64_t> parties,
                                         base::Day debit_on);

enum class DebitStatus : std::int16_t { Instructed = 1, Paid = 2, Failed = 3, Unknown = 4 };

struct DebitRow {
  std::string debit_ref;
  base::PartyId party;
  base::Currency currency;
  std::int64_t amount = 0;
  std::int16_t attempt = 0;
  base::Day oldest_due;
  std::vector<std::int64_t> plan_ids;
  std::vector<std::int64_t> installments;  ///< numbers, beside plan_ids
};
/// In a file that is in the table already. A second open one of a customer breaks a constraint.
void insert_debits(Session& session, const DebitFileRow& file, std::span<const DebitRow> debits);

struct DebitSum {
  base::Currency currency;
  std::int64_t count = 0;
  std::int64_t minor = 0;
};
std::vector<DebitSum> sum_debit_file(Session& session, const std::string& message_id);

/// An instruction with where it stands.
struct DebitStanding {
  std::string debit_ref;
  std::string message_id;
  base::Day debit_on;
  base::PartyId party;
  std::string customer;
  base::Currency currency;
  std::int64_t amount = 0;
  std::int16_t attempt = 0;
  DebitStatus status{};
  std::string channel;
  std::optional<base::Instant> answered_at;
  std::string reason;
  std::string purchase_refs;  ///< with the installment's number, "O1/2 O3/1"
};
/// The instructions of a file, by reference.
class DebitFileCursor {
 public:
  DebitFileCursor(Session& session, const std::string& message_id);
  std::vector<DebitStanding> next();

 private:
  Cursor cursor_;
};
/// Instructions of the dates, and those of before that are open, by date and reference.
class DebitCursor {
 public:
  DebitCursor(Session& session, base::Day from, base::Day to);
  std::vector<DebitStanding> next();

 private:
  Cursor cursor_;
};
/// Those of the references that exist.
std::vector<DebitStanding> load_debits(Session& session, std::span<const std::string> refs);

struct DebitAnswered {
  std::string debit_ref;
  DebitStatus status{};
  std::string reason;
};
/// Sets what became of instructions that are open; how many were.
std::int64_t update_debits(Session& session, std::span<const DebitAnswered> answers,
                           base::Instant at);

/// Whether the repayment of this instruction is in the books.
bool is_debit_posted(Session& session, const DebitStanding& debit);

/// While it lives nobody else takes answers, so that two answers about one instruction are taken
/// one after the other. Waits for them.
class DebitAnswerLock {
 public:
  explicit DebitAnswerLock(Session& session);
  ~DebitAnswerLock();
  DebitAnswerLock(const DebitAnswerLock&) = delete;
  DebitAnswerLock& operator=(const DebitAnswerLock&) = delete;

 private:
  Session& session_;
};

}  // namespace store
