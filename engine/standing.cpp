#include "engine/standing.h"

#include <utility>

#include "checkout/eligibility.h"

namespace engine {
namespace {

checkout::Standing standing(store::Block block) {
  switch (block) {
    case store::Block::None:
      return checkout::Standing::Good;
    case store::Block::UntilPaid:
      return checkout::Standing::BlockedUntilPaid;
    case store::Block::Closed:
      return checkout::Standing::Closed;
  }
  std::unreachable();
}

Refusal refusal_of(checkout::Decision decision) {
  switch (decision) {
    case checkout::Decision::Approve:
      return Refusal::None;
    case checkout::Decision::AccountClosed:
      return Refusal::AccountClosed;
    case checkout::Decision::AccountBlocked:
      return Refusal::AccountBlocked;
    case checkout::Decision::LimitInsufficient:
      return Refusal::LimitInsufficient;
  }
  std::unreachable();
}

}  // namespace

Refusal check_standing(const store::CreditRow& credit, std::int64_t financed, std::int64_t released,
                       const Catalog& catalog) {
  if (catalog.decisions == Decisions::Record) return Refusal::None;
  return refusal_of(checkout::decide(standing(credit.block),
                                     {credit.base_limit, credit.outstanding, credit.held}, financed,
                                     released));
}

}  // namespace engine
