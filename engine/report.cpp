#include "engine/report.h"

#include "base/rounding.h"
#include "base/wide.h"

namespace engine {

Row& Row::share(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return absent();
  const base::int128 hundredths =
      base::div_round(base::checked_mul(part, 100'00), whole, base::Rounding::HalfUp);
  return put([&] { out_.percent(base::narrow(hundredths)); });
}

}  // namespace engine
