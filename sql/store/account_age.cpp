#include "sql/store/account_age.h"

#include "sql/store/customer_rows.h"
#include "sql/store/rows.h"

namespace store {

// A version is kept when it is replaced, so the cause of a replacement is that of the next one.
std::vector<AccountAge> load_account_ages(Session& session, std::span<const std::int64_t> parties) {
  const Rows rows =
      query(session, R"(
    SELECT p.party_id, min(p.start_on),
           coalesce(array_agg(v.valued_on ORDER BY v.valued_on)
                      FILTER (WHERE coalesce(n.schedule_cause, p.schedule_cause) = $2), '{}')
    FROM plan p
    LEFT JOIN plan_version v ON v.party_id = p.party_id AND v.plan_id = p.plan_id
    LEFT JOIN plan_version n ON n.party_id = v.party_id AND n.plan_id = v.plan_id
                                AND n.schedule_version = v.schedule_version + 1
    WHERE p.party_id = ANY ($1)
    GROUP BY p.party_id ORDER BY p.party_id)",
            Params().int8s(parties).int2(static_cast<std::int16_t>(ScheduleCause::ReAge)));
  std::vector<AccountAge> ages;
  for (int i = 0; i < rows.size(); ++i) {
    ages.push_back({{rows.int8(i, 0)}, rows.day(i, 1), rows.days(i, 2)});
  }
  return ages;
}

}  // namespace store
