// Expected credit loss of a plan: stage, allowance, charge-off (domain §4.5).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/day.h"
#include "engine/catalog.h"
#include "engine/customer.h"
#include "ledger/posting.h"

namespace engine {

/// Kinds of accrual_part that move the allowance: its change in a stage, and its move between two.
/// Fee and subsidy are 1 and 2 (recognition.cpp).
constexpr std::int16_t kind_of_change(int stage) { return static_cast<std::int16_t>(10 + stage); }
constexpr std::int16_t kind_of_transfer(int from, int to) {
  return static_cast<std::int16_t>(100 + 10 * from + to);
}

/// What a sum of such parts posts, as one journal.
struct AccrualPosting {
  ledger::Rule rule;
  ledger::Transfers transfers;
};
AccrualPosting posting_of(std::int16_t kind, const std::string& product, std::int64_t amount);

/// 1 up to 30 days past due, 2 up to 90, 3 above, as the terms say.
int stage_of(int dpd, const ImpairmentTerms& terms);

/// PD_12m * LGD * outstanding in stage 1, lifetime PD * LGD * outstanding in stage 2, LGD *
/// outstanding in stage 3, half up.
std::int64_t allowance_for(int stage, std::int64_t outstanding, const ImpairmentTerms& terms);

/// Puts a plan into a stage with its allowance; nothing without terms. A plan that is settled,
/// refunded or charged off has none.
void measure(Customer& customer, store::PlanRow& plan, int stage, base::Day day,
             const Catalog& catalog);
void release_allowance(Customer& customer, store::PlanRow& plan, base::Day day);

/// Whether fees and late fees of the plan have stopped to accrue: stage 3.
bool has_accrual_stopped(int dpd, const Catalog& catalog);

/// Writes the plan off: what it owes leaves the balance sheet against its allowance, and the claim
/// is kept off it.
void charge_off(Customer& customer, store::PlanRow& plan, base::Day day, const Catalog& catalog,
                IdSource& ids);

}  // namespace engine
