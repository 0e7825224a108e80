// What the close leaves as evidence: the accounts' days, the vouchers and the seals. The bytes that
// are hashed are fixed in docs/evidence.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/day.h"
#include "sql/store/session.h"

namespace store {

/// The form of the seals written today. A later form gets another name; old seals keep theirs.
inline constexpr std::string_view kSealFormat = "plain-1";

struct SealRow {
  base::Day business_date;
  std::string format;
  std::int64_t journal_count = 0;
  std::string content_hash;   ///< 32 bytes, like the two below
  std::string previous_hash;  ///< zeros for the first seal of a book
  std::string chain_hash;
};

/// The statement that selects (party_id, journal_id, business_date, content) of journals, content
/// being the canonical text. `condition` chooses the journals; "{0}" in it stands for the journal's
/// alias. The statement can stand in a FROM or a WITH.
std::string journal_content_sql(std::string_view condition);

/// One row an account that moved on `day`; returns how many. Rows that are there already stay.
std::int64_t insert_account_days(Session& session, base::Day day);

/// Numbers the journals of `day` by their content; returns how many there were.
std::int64_t insert_vouchers(Session& session, base::Day day);

/// The seal of `day` over its vouchers, chained to the seal of the day before.
void insert_seal(Session& session, base::Day day);

std::optional<SealRow> find_seal(Session& session, base::Day day);
std::optional<base::Day> find_last_sealed_day(Session& session);

}  // namespace store
