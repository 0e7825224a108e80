// The view of those who collect: who is due, who is late, what was promised and when they were
// reached. docs/collections.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/day.h"
#include "base/result.h"
#include "engine/catalog.h"
#include "engine/report.h"
#include "sql/store/collections_store.h"
#include "sql/store/session.h"

namespace engine {

/// A promise is kept once its amount was paid by its date, broken when its date has passed without.
enum class PromiseState { Open, Kept, Broken };
std::string_view name(PromiseState state);  ///< "kept"
PromiseState state_of(const store::PromiseRow& promise, base::Day as_of);

enum class CollectionsList {
  Due,   ///< not late, and something is due on the day or within the days after it
  Late,  ///< days past due, of one bucket or all
};

struct CollectionsRequest {
  CollectionsList list = CollectionsList::Late;
  base::Day as_of;
  int days = 3;                            ///< of Due
  std::optional<std::size_t> bucket = {};  ///< of Late: ageing.h
};

/// One row a customer and currency, in the order customers were created in.
Report collections_report(std::shared_ptr<const Catalog> catalog,
                          const CollectionsRequest& request);

/// Sizes in bytes.
inline constexpr std::size_t kContactNoteMax = 2'000;
inline constexpr std::size_t kContactWordMax = 100;
inline constexpr std::size_t kContactChannelMax = 30;

enum class CollectionsRefusal {
  CustomerUnknown,
  AmountNotPositive,
  DateInPast,
  PersonMissing,   ///< or too long a name
  ChannelMissing,  ///< or too long
  OutcomeMissing,  ///< or too long
  NoteTooLong,
  AfterNow,
};
std::string_view code(CollectionsRefusal refusal);
std::string_view sentence(CollectionsRefusal refusal);

struct NewPromise {
  std::string customer;
  base::Money amount;
  base::Day by_date;
  std::string taken_by;
};
/// Nothing: it is taken down.
std::optional<CollectionsRefusal> take_promise(store::Session& session, const Catalog& catalog,
                                               const NewPromise& promise, base::Instant now);

struct NewContact {
  std::string customer;
  std::string channel;
  std::string outcome;
  std::string note;
  std::string taken_by;
  base::Instant at;
};
/// What is unusual about a contact that was made (domain §1.9): it is in the log all the same.
struct ContactWarnings {
  bool is_outside_hours = false;  ///< before 08:00 or from 21:00 on, in the book's zone
  std::int64_t of_day = 0;        ///< it is the n-th of its day; more than 3 are too many
};
inline constexpr std::int64_t kContactsADayMax = 3;
base::Result<ContactWarnings, CollectionsRefusal> log_contact(store::Session& session,
                                                              const Catalog& catalog,
                                                              const NewContact& contact,
                                                              base::Instant now);

std::optional<base::PartyId> find_customer(store::Session& session, const std::string& ref);

}  // namespace engine
