// A small book made by hand: every posting rule and every table once, six closed dates and an open
// one. What is in it does not depend on the engine, so that it can judge the engine's proof.
#pragma once

#include "sql/store/session.h"

namespace tests {

/// Fills a migrated database. `seed` permutes the order of rows and the surrogate ids and nothing
/// else. Dates 2026-06-18 to 2026-06-23 are closed and sealed.
void make_small_book(store::Session& session, unsigned seed = 1);

}  // namespace tests
