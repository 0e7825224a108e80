#include "checkout/eligibility.h"

namespace checkout {

Decision decide(Standing standing, const credit::Exposure& exposure, std::int64_t financed,
                std::int64_t released) {
  if (standing == Standing::Closed) return Decision::AccountClosed;
  if (standing == Standing::BlockedUntilPaid) return Decision::AccountBlocked;
  credit::Exposure after_release = exposure;
  after_release.held -= released;
  if (financed > credit::available(after_release)) return Decision::LimitInsufficient;
  return Decision::Approve;
}

}  // namespace checkout
