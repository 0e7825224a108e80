// What closing customers needs beside their credit account and plans.
#pragma once

#include <span>

#include "base/day.h"
#include "engine/catalog.h"
#include "engine/customer.h"
#include "sql/store/session.h"

namespace engine {

/// Loads what `close_customer(_, through)` will ask these customers for: the history of late fees
/// that must be derived anew, and the installments due in months to be judged. The customers have
/// their plans, are of one currency and sorted by party.
void load_for_close(store::Session& session, std::span<Customer*> customers, base::Day through,
                    const Catalog& catalog);

/// The second half of it alone, for callers that load histories for reasons of their own.
void load_settled_dues(store::Session& session, std::span<Customer*> customers, base::Day through,
                       const Catalog& catalog);

}  // namespace engine
