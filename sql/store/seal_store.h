// What the close leaves as evidence: the accounts' days, the vouchers and the seals. The bytes that
// are hashed are fixed in docs/evidence.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/hash.h"
#include "ledger/seal.h"
#include "sql/store/session.h"

namespace store {

using ledger::SignedSeal;

/// The statement that selects (party_id, journal_id, business_date, content) of journals, content
/// being the canonical text. `condition` chooses the journals; "{0}" in it stands for the journal's
/// alias. The statement can stand in a FROM or a WITH.
std::string journal_content_sql(std::string_view condition);

/// One row an account that moved on `day`; returns how many. Rows that are there already stay.
std::int64_t insert_account_days(Session& session, base::Day day);

/// How many vouchers `day` has.
std::int64_t count_vouchers(Session& session, base::Day day);

/// Calls `take` with the leaf of each voucher of `day`, from number 1 to `count`, all of which must
/// be there. Some thousand are in memory at a time.
void for_each_leaf(Session& session, base::Day day, std::int64_t count,
                   const std::function<void(const base::Hash&)>& take);

/// The canonical text of one voucher's journal as it is now; nothing if there is no such voucher.
std::optional<std::string> find_voucher_content(Session& session, base::Day day,
                                                std::int64_t number);

/// Whoever can write to the database can put anything there: what is no hash is read as one that
/// nothing has.
base::Hash read_hash(std::string_view bytes);

void insert_seal(Session& session, const SignedSeal& seal);

std::optional<SignedSeal> find_seal(Session& session, base::Day day);
std::optional<base::Day> find_last_sealed_day(Session& session);

/// The last seal that is signed.
std::optional<SignedSeal> find_last_signed_seal(Session& session);

/// The seals of [from, to] in order. A seal is a few hundred bytes, and there is one a day.
std::vector<SignedSeal> list_seals(Session& session, base::Day from, base::Day to);

/// The name of the book, which its seals carry.
std::string find_book_name(Session& session);

}  // namespace store
