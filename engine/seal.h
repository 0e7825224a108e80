// The last two steps of a date's close: what each account did, and the seal over its journals.
#pragma once

#include <cstdint>

#include "base/day.h"
#include "base/signature.h"
#include "engine/day_leaves.h"
#include "ledger/seal.h"
#include "sql/store/session.h"

namespace engine {

using ledger::SignedSeal;

/// Writes one account_day row for each account that moved on `day`, in the caller's transaction.
/// The date must have no more postings to come, and the dates before it must have their rows.
/// Run again it changes nothing. Returns the number of rows written.
std::int64_t write_account_days(store::Session& session, base::Day day);

/// Numbers the committed journals of `day`, makes them the leaves of a Merkle tree, chains its root
/// to the day before and signs it, in the caller's transaction. The date must have no more postings
/// to come, and the day before must be sealed unless this is the book's first. Run again it returns
/// the seal that is there.
///
/// Equal content gives an equal seal, its signature apart: ids, clocks and the order of arrival
/// play no part.
SignedSeal seal_day(store::Session& session, base::Day day, const base::SecretSeed& key);

/// The same with leaves that are read already, or being read.
SignedSeal seal_day(store::Session& session, base::Day day, const base::SecretSeed& key,
                    DayLeaves& leaves);

}  // namespace engine
