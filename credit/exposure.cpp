#include "credit/exposure.h"

#include <algorithm>

#include "base/wide.h"

namespace credit {

std::int64_t headroom(const Exposure& exposure) {
  return base::narrow(base::int128{exposure.base_limit} - exposure.outstanding - exposure.held);
}

std::int64_t available(const Exposure& exposure) {
  return std::max<std::int64_t>(0, headroom(exposure));
}

}  // namespace credit
