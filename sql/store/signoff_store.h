// Dates of a channel that two people have signed: what was found, and the proof of its balance.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/session.h"

namespace store {

bool is_signed(Session& session, base::PartyId channel, base::Day day);
/// Whether the close has posted all that belongs to `day`: from then on nothing is added to it,
/// though it may not be sealed yet.
bool is_posted(Session& session, base::Day day);

/// Dates of [from, to] that nobody has signed for the channel, in order.
std::vector<base::Day> list_unsigned(Session& session, base::PartyId channel, base::Day from,
                                     base::Day to);

/// A file that the channel's result of some dates rests on.
struct BillEvidence {
  base::Day day = {};
  std::string name = {};
  std::string sha256 = {};  ///< 64 hexadecimal digits
  bool is_other = false;    ///< another file of a date that had been taken: its rows don't count
};
/// The channel's own bills of `from` to `to`, by date and hash.
std::vector<BillEvidence> list_evidence(Session& session, base::PartyId channel, base::Day from,
                                        base::Day to);
/// Whether a trade bill of the date was taken.
bool has_bill(Session& session, base::PartyId channel, base::Day day);

/// 1011 of the channel at the close of a date, and what it is made of. All are signed.
struct BalanceProof {
  base::Currency currency = {};
  std::int64_t ledger = 0;  ///< balance of 1011
  std::int64_t billed = 0;  ///< by all bills to this date
  std::int64_t paid = 0;    ///< what the channel settled, negative
  std::int64_t other = 0;   ///< what else moved 1011: suspense, shortages, charges, chargebacks
  std::int64_t apart = 0;   ///< of the breaks: the bills' side less the ledger's
  std::int64_t later = 0;   ///< items of these dates that were posted after the date

  std::int64_t unexplained() const { return ledger - (billed + paid + other - apart - later); }
};

/// A break at the close of the date, as it stands now.
struct StandingBreak {
  std::int64_t id = 0;  ///< 0: no run has stored it
  std::int16_t stage = 1;
  std::string type = {};
  std::string state = {};
  std::string action = {};
  base::Day day = {};
  base::Currency currency = {};
  std::int64_t amount = 0;
  std::int64_t difference = 0;
  std::string our_ref = {};
  std::string their_ref = {};
  std::string why = {};
};

/// Of what the table `found` of this transaction holds, and of breaks before `from` that stand.
std::vector<BalanceProof> prove_balance(Session& session, base::PartyId channel, base::Day from,
                                        base::Day as_of);
/// In order of date and id. `take` may not use the session.
void list_standing(Session& session, base::PartyId channel, base::Day from,
                   const std::function<void(StandingBreak)>& take);

struct SignoffSum {
  base::Currency currency = {};
  std::int64_t matched_count = 0;
  std::int64_t matched = 0;
  std::int64_t timing_count = 0;
  std::int64_t timing = 0;
  std::int64_t resolved_count = 0;
  std::int64_t resolved = 0;
  BalanceProof proof = {};
};

struct SignoffRow {
  base::PartyId channel = {};
  base::Day day = {};
  std::int32_t days = 0;
  std::string signed_by = {};
  std::string approved_by = {};
  std::optional<base::Instant> signed_at = {};  ///< of one that was read
  std::vector<std::string> files = {};
  std::string files_hash = {};  ///< 32 bytes
  std::vector<SignoffSum> sums = {};
};

/// With the breaks of `list_standing`, copied as they are.
void insert_signoff(Session& session, const SignoffRow& row, base::Day from);
std::optional<SignoffRow> find_signoff(Session& session, base::PartyId channel, base::Day day);
void list_signed_breaks(Session& session, base::PartyId channel, base::Day day,
                        const std::function<void(StandingBreak)>& take);

}  // namespace store
