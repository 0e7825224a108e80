#include "engine/seal.h"

#include "base/check.h"

namespace engine {

std::int64_t write_account_days(store::Session& session, base::Day day) {
  return store::insert_account_days(session, day);
}

SealRow seal_day(store::Session& session, base::Day day) {
  if (const auto sealed = store::find_seal(session, day)) return *sealed;
  if (const auto last = store::find_last_sealed_day(session)) {
    CHECK(base::plus_days(*last, 1) == day, "sealing {} after {}", base::to_string(day),
          base::to_string(*last));
  }
  const std::int64_t count = store::insert_vouchers(session, day);
  store::insert_seal(session, day);
  const auto seal = store::find_seal(session, day);
  CHECK(seal && seal->journal_count == count, "{} vouchers of {} in the seal", count,
        base::to_string(day));
  return *seal;
}

}  // namespace engine
