// A book whose customers' limits change when a test says so.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/limit_feed.h"
#include "sql/store/customer_store.h"
#include "sql/store/limit_feed_store.h"
#include "tests/engine/book_fixture.h"

namespace tests {

struct FeedBook : BookFixture {
  static constexpr std::int64_t kFirstParty = 9'000'000;

  explicit FeedBook(int customers) {
    store::Session owner(database.conninfo(), store::Role::Owner);
    store::query(owner, R"(INSERT INTO party (party_id, kind, ref, terms, created_on)
                           SELECT $1 + n, 1, 'C' || n, 'standard', '2026-06-01'
                           FROM generate_series(1, $2) n)",
                 store::Params().int8(kFirstParty).int4(customers));
  }

  static store::LimitChangeRow change(int customer, std::int64_t id) {
    return {.party = {kFirstParty + customer},
            .id = id,
            .currency = cny(),
            .business_date = day(7, 20),
            .reason = "L01",
            .action = store::LimitAction::Block,
            .old_base = 8'000'00,
            .new_base = 8'000'00,
            .new_block = store::Block::UntilPaid,
            .outstanding = 172'66,
            .dpd = 4,
            .plans = {}};
  }

  /// As the engine does it, in the transaction that is open. A customer's ids ascend.
  static void add(store::Session& session, const std::vector<store::LimitChangeRow>& rows) {
    std::vector<const store::LimitChangeRow*> pointers;
    for (const auto& row : rows) pointers.push_back(&row);
    store::copy_limit_changes(session, pointers);
    store::copy_limit_outbox(session, pointers);
  }

  /// Changes 1 to `changes` of every customer, one round after the other, listed.
  void fill(int customers, int changes) const {
    store::Session session(database.conninfo());
    for (int n = 1; n <= changes; ++n) {
      store::Transaction transaction(session);
      std::vector<store::LimitChangeRow> rows;
      for (int customer = 1; customer <= customers; ++customer) rows.push_back(change(customer, n));
      add(session, rows);
      transaction.commit();
    }
    engine::list_limit_changes(session);
  }
};

/// (party, change) of each position, from 1.
inline std::vector<std::pair<std::int64_t, std::int64_t>> listed(store::Session& session) {
  const store::Rows rows =
      store::query(session, "SELECT position, party_id, change_id FROM limit_feed ORDER BY 1");
  std::vector<std::pair<std::int64_t, std::int64_t>> all;
  for (int i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows.int8(i, 0), i + 1);
    all.emplace_back(rows.int8(i, 1), rows.int8(i, 2));
  }
  return all;
}

/// Time that stands still unless it is moved; any thread may read it.
class TestClock {
 public:
  base::Instant now() const { return base::Instant(std::chrono::microseconds{micros_}); }
  void advance(std::chrono::microseconds time) { micros_ += time.count(); }

 private:
  std::atomic<std::int64_t> micros_ = 1'785'000'000'000'000;  // 2026-07-25
};

}  // namespace tests
