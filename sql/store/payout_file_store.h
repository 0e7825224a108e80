// Files of payouts for the bank, and the accounts they go to.
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

struct PayoutAccountRow {
  base::PartyId merchant;
  base::EventId event;
  base::Instant changed_at;  ///< stored as now, where it lies before
  std::string name;
  std::string account;
  std::string bank_code;
  base::Day business_date;
};
/// Where the merchant is paid to from now on; what is the account already is no change, and adds
/// nothing.
void insert_payout_account(Session& session, const PayoutAccountRow& row);

/// Why a payout is in no file.
enum class PayoutHold : std::int16_t {
  None = 0,
  NoAccount = 1,  ///< the merchant has no payout account
  Cooling = 2,    ///< its account changed a short time ago
};

struct PayoutFileRow {
  std::string message_id;
  base::Day pay_on;
  std::int32_t number = 0;  ///< within the date, from 1
  base::Instant made_at;
  std::string debtor_name;
  std::string debtor_account;
  std::string debtor_bank_code;
};

/// From here to the end of the transaction no other file is made.
void lock_payout_files(Session& session);

std::optional<PayoutFileRow> find_payout_file(Session& session, const std::string& message_id);
/// The last one made for the date.
std::optional<PayoutFileRow> find_last_payout_file(Session& session, base::Day pay_on);

/// Makes `file` of the payouts instructed through its date that are on their way, in no file and
/// not held; how many. Of 0 there is no file. An account is cooling that took another's place after
/// `changed_after`.
std::int64_t insert_payout_file(Session& session, const PayoutFileRow& file,
                                base::Instant changed_after);

struct PayoutSum {
  base::Currency currency;
  PayoutHold hold = PayoutHold::None;
  std::int64_t count = 0;
  std::int64_t minor = 0;
};
/// What a file holds, by currency.
std::vector<PayoutSum> sum_payout_file(Session& session, const std::string& message_id);
/// What is held instead of being in a file of the date, by currency and reason.
std::vector<PayoutSum> sum_held_payouts(Session& session, base::Day pay_on,
                                        base::Instant changed_after);

struct PayoutFileLine {
  std::string payout_ref;
  base::Currency currency;
  std::int64_t amount = 0;
  std::string name;
  std::string account;
  std::string bank_code;
};
/// The lines of a file by currency and reference.
class PayoutLineCursor {
 public:
  PayoutLineCursor(Session& session, const std::string& message_id);
  std::vector<PayoutFileLine> next();  ///< none when all have been read

 private:
  Cursor cursor_;
};

/// A payout with where it stands.
struct PayoutStanding {
  std::string payout_ref;
  std::string merchant;
  base::Currency currency;
  std::int64_t amount = 0;
  std::int16_t status = 0;  ///< store::PayoutStatus
  base::Day instructed_on;
  std::optional<base::Day> confirmed_on;
  std::optional<base::Day> rejected_on;
  std::string message_id;  ///< the file it is in; empty: none
  PayoutHold hold = PayoutHold::None;
  std::optional<base::Instant>
      changed_at;  ///< of the merchant's account, if it took another's place
};
/// Payouts instructed in the dates, and those held of before, by reference.
class PayoutStandingCursor {
 public:
  PayoutStandingCursor(Session& session, base::Day from, base::Day to, base::Instant changed_after);
  std::vector<PayoutStanding> next();

 private:
  Cursor cursor_;
};

/// Those of the references that exist, with `message_id`; `hold` is not asked for.
std::vector<PayoutStanding> load_payouts(Session& session, std::span<const std::string> refs);
/// The next references in a file behind `after`, at most `count`, in order; of one currency only,
/// if it is given.
std::vector<std::string> list_payout_refs(Session& session, const std::string& message_id,
                                          const std::string& currency, const std::string& after,
                                          int count);

}  // namespace store
