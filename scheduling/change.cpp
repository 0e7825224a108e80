#include "scheduling/change.h"

#include "base/check.h"

namespace scheduling {

std::string_view to_string(ChangeCause cause) {
  switch (cause) {
    case ChangeCause::Payoff:
      return "payoff";
    case ChangeCause::Prepayment:
      return "prepayment";
    case ChangeCause::Refund:
      return "refund";
    case ChangeCause::Extension:
      return "extension";
    case ChangeCause::ReAge:
      return "re_age";
    case ChangeCause::ReAmortize:
      return "re_amortize";
    case ChangeCause::InterestPause:
      return "interest_pause";
    case ChangeCause::RateChange:
      return "rate_change";
  }
  CHECK(false, "cause {}", static_cast<int>(cause));
}

}  // namespace scheduling
