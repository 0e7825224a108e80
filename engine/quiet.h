// Nights that hold no decision. A customer who is late stays late the same way on most nights: one
// more day past due, and the same late fee a plan. The close finds out how long that goes on by
// running the rules ahead, so that those nights are one statement over all such customers.
#pragma once

#include "base/day.h"
#include "engine/catalog.h"
#include "engine/customer.h"

namespace engine {

/// Nights looked at ahead, at most: a month, within which another installment falls due.
inline constexpr int kQuietNightsMax = 31;

/// Closes a copy of the customer, who is closed through a date and late on it, night by night, as
/// long as nothing comes of it but one more day past due and the same late fee for each late plan.
/// Sets the last such night in the credit row and the fee in the plans, which must all be changed
/// already; neither if the next night is another, or the catalog isn't stored.
///
/// It holds while no event changes the customer: what saves one clears it.
void look_ahead(Customer& customer, const Catalog& catalog);

}  // namespace engine
