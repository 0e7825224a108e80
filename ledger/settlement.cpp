#include "ledger/settlement.h"

#include "base/check.h"

namespace ledger {

Settlement net_settlement(const SettlementTotals& totals, const SettlementTerms& terms) {
  CHECK(totals.refunds <= 0 && totals.discount <= 0 && totals.subsidy <= 0,
        "a settlement adds refunds {}, discount {}, subsidy {}", totals.refunds, totals.discount,
        totals.subsidy);
  CHECK(totals.returned_discount >= 0 && totals.returned_subsidy >= 0 && totals.releases >= 0,
        "a settlement takes back returned discount {}, returned subsidy {}, releases {}",
        totals.returned_discount, totals.returned_subsidy, totals.releases);
  Settlement out;
  std::int64_t reserve = 0;
  for (const SalesOfDay& day : totals.sales) {
    CHECK(day.gross_minor >= 0, "sales of {}", day.gross_minor);
    out.sales += day.gross_minor;
    const std::int64_t held =
        base::share_of({day.gross_minor, terms.currency}, terms.reserve, base::Rounding::HalfUp)
            .minor();
    if (held == 0) continue;
    reserve += held;
    out.tranches.push_back({day.date, held, base::plus_days(day.date, terms.reserve_days)});
  }
  const std::int64_t available = totals.opening + out.sales + totals.refunds + totals.discount +
                                 totals.subsidy + totals.returned_discount +
                                 totals.returned_subsidy + totals.releases + totals.adjustments;
  if (available < reserve) {
    // A merchant who owes us already gives no more security out of nothing.
    reserve = 0;
    out.tranches.clear();
  }
  out.reserve = -reserve;
  const std::int64_t net = available - reserve;
  const bool pays = net > 0 && net >= terms.payout_minor_min;
  out.payout = pays ? net : 0;
  out.carried = net - out.payout;
  return out;
}

}  // namespace ledger
