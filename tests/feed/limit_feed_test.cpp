#include "engine/limit_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tests/feed/feed_book.h"

namespace {

using tests::FeedBook;

std::string page(store::Session& session, std::int64_t after, int count,
                 engine::FeedFormat format = engine::FeedFormat::Ndjson) {
  return engine::read_limit_feed(session, {.after = after, .count = count}, format)->text;
}

// A sequence would show 2 before 1, and a reader that has gone on to 2 would never see 1.
TEST(LimitFeed, PositionsFollowTheCommitsAndNotTheNumbersDrawn) {
  const FeedBook book(3);
  store::Session slow(book.database.conninfo()), fast(book.database.conninfo()),
      lost(book.database.conninfo()), reader(book.database.conninfo());
  store::Transaction first(slow);
  FeedBook::add(slow, {FeedBook::change(1, 1)});
  {
    store::Transaction never(lost);
    FeedBook::add(lost, {FeedBook::change(3, 1)});
  }
  store::Transaction second(fast);
  FeedBook::add(fast, {FeedBook::change(2, 1)});
  second.commit();
  EXPECT_THAT(page(reader, 0, 10), testing::HasSubstr(R"({"position":1,)"));
  EXPECT_THAT(page(reader, 0, 10), testing::HasSubstr(R"("customer":"C2")"));
  first.commit();
  EXPECT_THAT(page(reader, 1, 10), testing::StartsWith(R"({"position":2,)"));
  const auto all = tests::listed(reader);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1].first, FeedBook::kFirstParty + 1);
}

/// Commits `rounds` changes of each of its customers, and rolls some back on the way.
void write_changes(const std::string& conninfo, int first, int last, int rounds, unsigned seed) {
  store::Session session(conninfo);
  std::mt19937 random(seed);
  for (int n = 1; n <= rounds; ++n) {
    for (const bool is_rolled_back : {random() % 3 == 0, false}) {
      store::Transaction transaction(session);
      std::vector<store::LimitChangeRow> rows;
      for (int customer = first; customer <= last; ++customer) {
        rows.push_back(FeedBook::change(customer, n));
      }
      std::ranges::shuffle(rows, random);
      FeedBook::add(session, rows);
      if (!is_rolled_back) {
        transaction.commit();
        break;
      }
    }
  }
}

// Four writers, two that give positions, and a reader that goes on from its cursor: it sees every
// change once, each customer's in order.
TEST(LimitFeed, AReaderMissesNothingWhileOthersWrite) {
  constexpr int kWriters = 4, kCustomers = 5, kRounds = 40;
  const FeedBook book(kWriters * kCustomers);
  const std::string& conninfo = book.database.conninfo();
  std::atomic<bool> is_over = false;
  std::vector<std::jthread> listing;
  for (int i = 0; i < 2; ++i) {
    listing.emplace_back([&] {
      store::Session session(conninfo);
      while (!is_over) store::list_limit_changes(session, 7);
    });
  }
  std::map<std::string, std::int64_t> last;
  std::int64_t seen = 0;
  const auto follow = [&](store::Session& session) {
    const auto changes = store::load_limit_feed(session, seen, 11);
    for (const store::ListedLimitChange& change : changes) {
      EXPECT_EQ(change.position, ++seen);
    }
    return !changes.empty();
  };
  store::Session reader(conninfo);
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&, i] {
        write_changes(conninfo, i * kCustomers + 1, (i + 1) * kCustomers, kRounds,
                      static_cast<unsigned>(i));
      });
    }
    while (seen < kWriters * kCustomers * kRounds / 2) follow(reader);
  }
  is_over = true;
  listing.clear();
  engine::list_limit_changes(reader);
  while (follow(reader)) {
  }
  EXPECT_EQ(seen, kWriters * kCustomers * kRounds);
  std::map<std::int64_t, std::int64_t> last_change;
  for (const auto& [party, change] : tests::listed(reader)) {
    EXPECT_EQ(change, ++last_change[party]) << "party " << party;
  }
}

TEST(LimitFeed, PagesReadTheSameForEverAndJoinToTheWhole) {
  const FeedBook book(3);
  book.fill(3, 4);
  store::Session session(book.database.conninfo());
  const std::string whole = page(session, 0, 12);
  std::string joined;
  for (std::int64_t after = 0; after < 12; after += 5) joined += page(session, after, 5);
  EXPECT_EQ(joined, whole);
  const std::string second = page(session, 5, 5);
  {
    store::Transaction transaction(session);
    FeedBook::add(session, {FeedBook::change(1, 5)});
    transaction.commit();
  }
  EXPECT_EQ(page(session, 5, 5), second);
  EXPECT_EQ(page(session, 0, 12), whole);
  EXPECT_EQ(std::ranges::count(page(session, 0, 20), '\n'), 13);
  for (const auto format : {engine::FeedFormat::Json, engine::FeedFormat::Csv}) {
    EXPECT_EQ(page(session, 0, 12, format), page(session, 0, 12, format));
  }
}

TEST(LimitFeed, CursorsThatWereNeverGivenAreRefused) {
  const FeedBook book(1);
  book.fill(1, 2);
  store::Session session(book.database.conninfo());
  const auto at_end = engine::read_limit_feed(session, {.after = 2}, engine::FeedFormat::Json);
  EXPECT_EQ(at_end->next, 2);
  EXPECT_FALSE(at_end->is_full);
  EXPECT_EQ(engine::read_limit_feed(session, {.after = 3}, engine::FeedFormat::Json).error(),
            engine::FeedRefusal::CursorUnknown);
}

TEST(LimitFeed, IsAppendOnly) {
  const FeedBook book(1);
  book.fill(1, 1);
  store::Session owner(book.database.conninfo(), store::Role::Owner);
  EXPECT_THROW(store::query(owner, "UPDATE limit_feed SET position = 2"), store::Fault);
  EXPECT_THROW(store::query(owner, "DELETE FROM limit_feed"), store::Fault);
}

}  // namespace
