#include "engine/close.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <set>

#include "engine/book.h"
#include "engine/close_customers.h"
#include "engine/close_plan.h"
#include "engine/engine.h"
#include "engine/verify.h"
#include "ledger/journal.h"
#include "sql/store/close_chunk_store.h"
#include "sql/store/parked_store.h"
#include "sql/store/rows.h"
#include "tests/engine/sound_book.h"
#include "tests/support/test_database.h"

namespace engine {
namespace {

using base::Day;
using base::make_day;
using base::plus_days;
using testing::ElementsAre;
using testing::HasSubstr;

// domain.md §4.3's terms; the bank confirms payouts on the day they are instructed.
constexpr const char* kCatalog = R"(
[book]
name = "s1"
currency = "CNY"
zone = "Asia/Shanghai"
calendar = "CN"
cutoff = "24:00"
decisions = "enforce"
limit_policy = true
[currency.CNY]
tolerance = "10.00"
payout_min = "1.00"
installment_min = "1.00"
opening_capital = "50000.00"
[[product]]
name = "flat_fee"
method = "flat_fee"
installments_min = 1
installments_max = 24
due = "statement"
bill_day = 1
days_to_due = 9
rate_percent = "0.60"
rate_per = "period"
split = "DOWN_LAST"
late_fee = { percent_per_day = "0.05", grace_days = 3, tolerance_percent = "10" }
[[merchant]]
name = "standard"
discount_percent = "0.60"
returns_discount = true
settle = "T+1"
calendar = "CN"
frequency = "daily"
reserve_percent = "5"
reserve_days = 90
[[customer]]
name = "standard"
limit = { CNY = "8000.00" }
[[channel]]
name = "WX"
auto_settle = { days = 1, fee_percent = "0.30" }
[created]
customer = "standard"
merchant = "standard"
[payout]
auto_confirm = { days = 0 }
[calendar.CN]
first_year = 2026
last_year = 2026
off = [ 2026-06-19, 2026-06-20, 2026-06-21 ]
work = []
)";

const base::Currency kCny = *base::Currency::find("CNY");
const base::Zone kShanghai = *base::Zone::find("Asia/Shanghai");

base::Instant at(Day day) {
  return *base::parse_instant(base::to_string(day) + " 10:00:00", kShanghai);
}

/// A book of its own, with the engine that posts to it.
class World {
 public:
  explicit World(Day opens_on = make_day(2026, 6, 18)) : database_(tests::TestDatabase::create()) {
    store::Session session(database_.conninfo());
    auto parsed = parse_catalog(kCatalog);
    if (!parsed) {
      throw std::runtime_error(parsed.error().field + " " + parsed.error().value + ": " +
                               parsed.error().rule);
    }
    catalog_ = std::make_shared<const Catalog>(
        apply_catalog(session, conninfo(), *std::move(parsed), opens_on));
    engine_ = std::make_unique<Engine>(conninfo(), catalog_);
  }

  const std::string& conninfo() const { return database_.conninfo(); }
  std::shared_ptr<const Catalog> catalog() const { return catalog_; }

  void buy(const std::string& ref, Day day, std::int64_t amount, int installments,
           std::int64_t coupon_platform = 0, std::int64_t coupon_merchant = 0) {
    Purchase p;
    p.ref = ref;
    p.customer = "C-" + ref;
    p.merchant = "M1";
    p.purchased_at = at(day);
    p.amount = {amount, kCny};
    p.installments = installments;
    p.coupon_platform = coupon_platform;
    p.coupon_merchant = coupon_merchant;
    expect_posted(engine_->capture({&p, 1}, context()));
  }

  void pay(const std::string& ref, Day day, std::int64_t amount) {
    Repayment r;
    r.ref = ref + "@" + base::to_string(day);
    r.customer = "C-" + ref;
    r.paid_at = at(day);
    r.amount = {amount, kCny};
    r.channel = "WX";
    expect_posted(engine_->repay({&r, 1}, context()));
  }

  CloseOutcome close(Day day, CloseOptions options = {}) {
    return close_through(conninfo(), catalog_, day, kToday, std::move(options));
  }

  /// "2026-06-22 RESERVE_HOLD 5300", one text a journal of these rules.
  std::vector<std::string> journals(std::initializer_list<ledger::Rule> rules) {
    std::vector<std::int16_t> numbers;
    for (const ledger::Rule rule : rules) numbers.push_back(static_cast<std::int16_t>(rule));
    store::Session session(conninfo());
    const store::Rows rows = store::query(session, R"(
      SELECT business_date, rule, array_to_string(amount_minor, ' ') FROM journal
      WHERE rule = ANY ($1) ORDER BY business_date, rule, journal_id)",
                                          store::Params().int2s(numbers));
    std::vector<std::string> out;
    for (int i = 0; i < rows.size(); ++i) {
      out.push_back(fmt::format("{} {} {}", base::to_string(rows.day(i, 0)),
                                ledger::name(static_cast<ledger::Rule>(rows.int2(i, 1))),
                                rows.text(i, 2)));
    }
    return out;
  }

  std::string digest() {
    store::Session session(conninfo());
    return digest_book(session);
  }

  void expect_proved() {
    store::Session session(conninfo());
    tests::expect_sound(session);
  }

  static inline const Day kToday = make_day(2026, 12, 1);

 private:
  static BatchContext context() { return {.today = kToday, .create_parties = true}; }
  static void expect_posted(const std::vector<ItemResult>& results) {
    for (const ItemResult& result : results) {
      EXPECT_EQ(result.status, Status::Posted) << code(result.refusal);
    }
  }

  tests::TestDatabase database_;
  std::shared_ptr<const Catalog> catalog_;
  std::unique_ptr<Engine> engine_;
};

// domain.md §4.3: J06, J07, J08 after a holiday, J12, and the income of J09 and J11.
TEST(Close, FirstDaysOfS1) {
  World world;
  world.buy("O1", make_day(2026, 6, 18), 1'100'00, 6, 60'00, 40'00);
  world.close(make_day(2026, 6, 20));
  EXPECT_THAT(world.journals({ledger::Rule::PayoutInstruct}), ElementsAre());
  world.close(make_day(2026, 7, 9));
  world.pay("O1", make_day(2026, 7, 10), 172'66);
  world.close(make_day(2026, 7, 13));
  EXPECT_THAT(world.journals({ledger::Rule::ReserveHold, ledger::Rule::PayoutInstruct,
                              ledger::Rule::PayoutConfirm}),
              ElementsAre("2026-06-22 RESERVE_HOLD 5300", "2026-06-22 PAYOUT_INSTRUCT 100064",
                          "2026-06-22 PAYOUT_CONFIRM 100064"));
  EXPECT_THAT(world.journals({ledger::Rule::ChannelSettle}),
              ElementsAre("2026-07-13 CHANNEL_SETTLE 17214 52"));
  EXPECT_THAT(world.journals({ledger::Rule::FeeEarn}),
              ElementsAre("2026-06-30 FEE_EARN 355", "2026-07-10 FEE_EARN 245"));
  world.expect_proved();
}

// domain.md §4.3: J17 is the sum of several nights; the day of payment is posted with the payment.
// J41: the reserve of 18 June is released on 16 September.
TEST(Close, LateFeeAndReleaseOfS1) {
  World world;
  world.buy("O1", make_day(2026, 6, 18), 1'100'00, 6, 60'00, 40'00);
  world.close(make_day(2026, 7, 9));
  world.pay("O1", make_day(2026, 7, 10), 172'66);
  world.close(make_day(2026, 8, 9));
  world.pay("O1", make_day(2026, 8, 10), 100'00);
  world.close(make_day(2026, 8, 19));
  world.pay("O1", make_day(2026, 8, 20), 73'06);
  world.close(make_day(2026, 8, 31));
  EXPECT_THAT(world.journals({ledger::Rule::LateFee}),
              ElementsAre("2026-08-14 LATE_FEE 16", "2026-08-15 LATE_FEE 4",
                          "2026-08-16 LATE_FEE 4", "2026-08-17 LATE_FEE 4", "2026-08-18 LATE_FEE 4",
                          "2026-08-19 LATE_FEE 4", "2026-08-20 LATE_FEE 4"));
  world.close(make_day(2026, 9, 15));
  EXPECT_THAT(world.journals({ledger::Rule::ReserveRelease}),
              ElementsAre("2026-09-16 RESERVE_RELEASE 5300"));
  world.expect_proved();
}

TEST(Close, ClosedDateStaysAsItIs) {
  World world;
  world.buy("O1", make_day(2026, 6, 18), 1'100'00, 6);
  EXPECT_EQ(world.close(make_day(2026, 6, 18)).dates.size(), 1u);
  const std::string before = world.digest();
  const CloseOutcome again = world.close(make_day(2026, 6, 18));
  EXPECT_TRUE(again.is_already_closed);
  EXPECT_TRUE(again.dates.empty());
  EXPECT_EQ(world.digest(), before);
}

TEST(Close, DateThatIsNotOverIsRefused) {
  World world;
  try {
    world.close(plus_days(World::kToday, 1));
    FAIL();
  } catch (const CloseRefused& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("today is 2026-12-01"));
  }
  EXPECT_THROW(world.close(make_day(2026, 6, 17)), CloseRefused);
}

TEST(Close, TwoAtOnceAreOneTooMany) {
  World world;
  {
    Closer first(world.conninfo(), world.catalog());
    try {
      Closer second(world.conninfo(), world.catalog());
      FAIL();
    } catch (const CloseLeased& leased) {
      EXPECT_THAT(leased.what(), HasSubstr(fmt::format("process {}", getpid())));
    }
    first.close_through(make_day(2026, 6, 18), World::kToday);
  }
  world.close(make_day(2026, 6, 19));  // the lease is free again
}

// The calendar ends with 2026: what settles in 2027 is refused by name, and nothing is closed.
TEST(Close, MissingCalendarYearStopsTheClose) {
  World world(make_day(2026, 12, 29));
  const Day last = make_day(2026, 12, 31);
  try {
    close_through(world.conninfo(), world.catalog(), last, last);
    FAIL();
  } catch (const CloseFailed& failed) {
    EXPECT_THAT(failed.what(), HasSubstr("2026-12-31"));
    EXPECT_THAT(failed.what(), HasSubstr("calendar CN has no year 2027"));
  }
  store::Session session(world.conninfo());
  EXPECT_EQ(find_book(session)->closed_through, make_day(2026, 12, 30));
}

// A close is for ever, so it believes no clock that another one contradicts.
TEST(Close, AClockThatJumpedIsNotTrusted) {
  const base::Instant now(std::chrono::seconds{1'780'000'000});
  const auto trouble = [&](base::Instant database, std::optional<base::Instant> last) {
    return clock_trouble({.now = database, .last_close_at = last}, now).value_or("none");
  };
  EXPECT_EQ(trouble(now, std::nullopt), "none");
  EXPECT_EQ(trouble(now - std::chrono::minutes{59}, now - std::chrono::hours{1}), "none");
  EXPECT_THAT(trouble(now + std::chrono::hours{2}, std::nullopt), HasSubstr("CLOCKS_DIFFER"));
  EXPECT_THAT(trouble(now - std::chrono::hours{24 * 365}, std::nullopt),
              HasSubstr("CLOCKS_DIFFER"));
  EXPECT_THAT(trouble(now, now + std::chrono::seconds{1}), HasSubstr("CLOCK_SET_BACK"));
}

// The date after next takes the one between with it, in order.
TEST(Close, NoDateIsSkipped) {
  World world;
  const CloseOutcome outcome = world.close(make_day(2026, 6, 20));
  ASSERT_EQ(outcome.dates.size(), 3U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(outcome.dates[static_cast<std::size_t>(i)].date,
              make_day(2026, 6, 18U + static_cast<unsigned>(i)));
  }
}

// What would be done is what is done: the customers of the plan are those that are closed.
TEST(Close, ThePlanNamesWhatTheCloseDoes) {
  World world;
  world.buy("O1", make_day(2026, 6, 18), 1'100'00, 6);
  world.buy("O2", make_day(2026, 6, 18), 300'00, 3);
  store::Session session(world.conninfo());
  world.close(make_day(2026, 7, 9));
  const std::string before = world.digest();
  for (Day day = make_day(2026, 7, 10); day <= make_day(2026, 8, 2); day = plus_days(day, 1)) {
    const auto plan = plan_close(session, *world.catalog(), plus_days(day, 1), World::kToday);
    ASSERT_EQ(plan.size(), 2U);
    EXPECT_EQ(plan[0].date, day);
    EXPECT_EQ(plan[0].is_month_end, day == make_day(2026, 7, 31));
    EXPECT_FALSE(plan[1].work.has_value());
    if (day == make_day(2026, 7, 10)) {
      EXPECT_EQ(world.digest(), before);
    }
    const CloseOutcome outcome = world.close(day);
    for (const CloseStep& step : outcome.dates.front().steps) {
      if (step.name != "customers") continue;
      EXPECT_EQ(step.units, plan[0].customers) << base::to_string(day);
    }
  }
}

// A month is sealed only if the whole book is proved, not what its last date touched alone.
TEST(Close, AMonthIsNotSealedOverABookThatDoesNotHold) {
  World world;
  world.buy("O1", make_day(2026, 6, 18), 1'100'00, 6);
  world.close(make_day(2026, 6, 22));
  store::Session owner(world.conninfo(), store::Role::Owner);
  // A journal of a sealed date, which nothing of the last date looks at.
  const auto name_journals = [&](const char* ref) {
    owner.execute("ALTER TABLE journal DISABLE TRIGGER USER");
    owner.execute(fmt::format("UPDATE journal SET source_ref = {} WHERE rule = 4", ref));
    owner.execute("ALTER TABLE journal ENABLE TRIGGER USER");
  };
  name_journals("'edited'");
  world.close(make_day(2026, 6, 29));
  try {
    world.close(make_day(2026, 6, 30));
    FAIL();
  } catch (const CloseFailed& failed) {
    EXPECT_THAT(failed.what(), HasSubstr("2026-06 can't be sealed"));
  }
  EXPECT_EQ(find_book(owner)->closed_through, make_day(2026, 6, 29));
  name_journals("NULL");
  const CloseOutcome outcome = world.close(make_day(2026, 6, 30));
  EXPECT_TRUE(std::ranges::any_of(outcome.dates.front().steps, [](const CloseStep& step) {
    return step.name == "proof" && step.units > 0;
  }));
}

constexpr int kDates = 60;  // through 16 August: 37 days after the first due date

/// Forty customers who buy, pay, pay late or not at all.
void live(World& world, const std::function<void(Day)>& close) {
  const Day first = make_day(2026, 6, 18);
  for (int n = 0; n < 40; ++n) {
    world.buy(fmt::format("{:02}", n), first, 300'00 + n * 17'31, 1 + n % 4);
  }
  for (int day = 0; day < kDates; ++day) {
    const Day date = plus_days(first, day);
    if (day == 22 || day == 27 || day == 33) {
      for (int n = day % 3; n < 40; n += 3) world.pay(fmt::format("{:02}", n), date, 120'00);
    }
    close(date);
  }
}

/// The books of an undisturbed run.
const std::string& undisturbed_digest() {
  static const std::string digest = [] {
    World world;
    live(world, [&](Day date) { world.close(date); });
    world.expect_proved();
    return world.digest();
  }();
  return digest;
}

// Broken off before the commit of every step, on a settlement day, at a month end, on due dates and
// late days; each time taken up again.
TEST(Close, BreakingOffAnywhereChangesNothing) {
  struct Crash : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  World world;
  std::set<std::pair<Day, std::string>> crashed;
  int crashes = 0;
  CloseOptions options{.chunk = 7};
  options.before_commit = [&](Day day, std::string_view step) {
    const int number = base::days_between(make_day(2026, 6, 18), day);
    if (number % 9 != 3) return;  // 21 and 30 June, 9 July, ...
    if (crashed.emplace(day, step).second) throw Crash("killed");
  };
  live(world, [&](Day date) {
    for (bool is_closed = false; !is_closed;) {
      try {
        world.close(date, options);
        is_closed = true;
      } catch (const Crash&) {
        ++crashes;
      }
    }
  });
  // On two of the nights no customer has anything to do; one is a month end with its proof.
  EXPECT_EQ(crashes, 7 * 11 + 5 + 1);
  EXPECT_EQ(world.digest(), undisturbed_digest());
}

TEST(Close, AnyNumberOfWorkersGivesTheSameBooks) {
  World world;
  live(world, [&](Day date) { world.close(date, {.workers = 2, .chunk = 3}); });
  EXPECT_EQ(world.digest(), undisturbed_digest());
}

TEST(Close, SevenWorkersGiveTheSameBooks) {
  World world;
  live(world, [&](Day date) { world.close(date, {.workers = 7, .chunk = 2}); });
  EXPECT_EQ(world.digest(), undisturbed_digest());
}

struct Killed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Closes each date; some of them beside another process, with a chunk a customer. The closing one
/// keeps its first chunk until the other one has one, too, and `on_chunk` is called there.
void live_with_a_joiner(World& world, const std::function<void()>& on_chunk) {
  const Day from = make_day(2026, 8, 12);
  store::Session looking(world.conninfo());
  live(world, [&](Day date) {
    if (date < from) {
      world.close(date);
      return;
    }
    std::promise<void> taken;
    const auto is_taken = taken.get_future().share();
    std::atomic<bool> is_told = false;
    auto joining = std::async(std::launch::async, [&] {
      try {
        join_close(world.conninfo(), {.chunks = {.before_commit = [&](Day, std::string_view) {
                                        if (!is_told.exchange(true)) taken.set_value();
                                        on_chunk();
                                      }}});
      } catch (const Killed&) {
        // what the death of the process is to the database: its transaction is rolled back
      }
    });
    world.close(date, {.workers = 1, .chunk = 1, .before_commit = [&](Day, std::string_view step) {
                         if (step != "customers") return;
                         // its own and one to take
                         if (store::find_chunk_state(looking, date).open < 2) return;
                         ASSERT_EQ(is_taken.wait_for(std::chrono::minutes(1)),
                                   std::future_status::ready);
                       }});
    joining.get();
  });
}

// Another process takes chunks beside the one that closes, on a connection of its own.
TEST(Close, WhoJoinsGivesTheSameBooks) {
  World world;
  int chunks = 0;
  live_with_a_joiner(world, [&] { ++chunks; });
  EXPECT_GE(chunks, 5);  // one a date at least
  EXPECT_EQ(world.digest(), undisturbed_digest());
}

// The other process dies with its first chunk of each date in its hands: the closing one does it.
TEST(Close, AChunkOfAJoinedProcessThatDiesIsDoneByAnother) {
  World world;
  int killed = 0;
  live_with_a_joiner(world, [&] {
    ++killed;
    throw Killed("killed");
  });
  EXPECT_EQ(killed, 5);
  EXPECT_EQ(world.digest(), undisturbed_digest());
}

// Customers are late from 11 August on. A constraint that only one of them breaks stands for
// whatever a deployment meets at night.
TEST(Close, ACustomerWhoCannotBeClosedIsParkedAndTheOthersGoOn) {
  World world;
  store::Session owner(world.conninfo(), store::Role::Owner);
  std::vector<store::ParkedUnit> seen;
  live(world, [&](Day date) {
    if (date == make_day(2026, 8, 12)) {
      owner.execute(
          "ALTER TABLE plan ADD CONSTRAINT broken CHECK (purchase_ref <> '07' OR dpd < 2)");
    }
    try {
      world.close(date);
    } catch (const CloseParked& parked) {
      EXPECT_EQ(date, make_day(2026, 8, 12));
      EXPECT_THAT(parked.what(), HasSubstr("1 of 2026-08-12"));
      EXPECT_THAT(parked.what(), HasSubstr("customer C-07"));
      store::Session session(world.conninfo());
      EXPECT_EQ(find_book(session)->closed_through, make_day(2026, 8, 11));
      EXPECT_EQ(
          store::query(session, "SELECT count(*) FROM plan WHERE dpd = 2 AND purchase_ref <> '07'")
                  .int8(0, 0) > 0,
          true)
          << "the others are closed";
      EXPECT_THROW(world.close(date), CloseParked) << "nobody asked to try again";
      EXPECT_EQ(store::retry_parked(session, std::nullopt), 1);
      EXPECT_THROW(world.close(date), CloseParked) << "nothing was put right";
      seen = store::list_parked(session, false);
      owner.execute("ALTER TABLE plan DROP CONSTRAINT broken");
      EXPECT_EQ(store::retry_parked(session, seen.at(0).id), 1);
      world.close(date);
      EXPECT_EQ(store::list_parked(session, false).size(), 0U);
      EXPECT_EQ(store::list_parked(session, true).at(0).state, store::ParkedState::Done);
    }
  });
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].tries, 2);
  EXPECT_THAT(seen[0].reason, HasSubstr("broken"));
  EXPECT_EQ(world.digest(), undisturbed_digest()) << "what was parked changes nothing in the end";
}

TEST(Close, AWaivedCustomerLetsTheDateGoAndIsClosedLater) {
  World world;
  store::Session owner(world.conninfo(), store::Role::Owner);
  bool is_waived = false;
  live(world, [&](Day date) {
    if (date == make_day(2026, 8, 15)) {
      owner.execute(
          "ALTER TABLE plan ADD CONSTRAINT broken CHECK (purchase_ref <> '07' OR dpd < 5)");
    }
    if (date == make_day(2026, 8, 16)) owner.execute("ALTER TABLE plan DROP CONSTRAINT broken");
    try {
      world.close(date);
    } catch (const CloseParked&) {
      store::Session session(world.conninfo());
      const std::int64_t unit = store::list_parked(session, false).at(0).id;
      EXPECT_THROW(store::waive_parked(session, unit, "ann", "ann"), store::Fault);
      EXPECT_FALSE(store::waive_parked(session, unit + 1, "ann", "bob"));
      EXPECT_TRUE(store::waive_parked(session, unit, "ann", "bob"));
      world.close(date);
      EXPECT_EQ(find_book(session)->closed_through, date);
      is_waived = true;
    }
  });
  EXPECT_TRUE(is_waived);
  world.expect_proved();
  store::Session session(world.conninfo());
  // The late fee of the waived night came with the next one's: the fee in all is the same.
  World other;
  live(other, [&](Day date) { other.close(date); });
  store::Session undisturbed(other.conninfo());
  constexpr const char* kFee = "SELECT late_fee_minor FROM plan WHERE purchase_ref = '07'";
  EXPECT_EQ(store::query(session, kFee).int8(0, 0), store::query(undisturbed, kFee).int8(0, 0));
}

// Events first, all closes at the end: same dates, same books as closing each night, because
// nobody acts between the nights.
TEST(Close, CatchingUpIsTheSameAsNightByNight) {
  const Day last = make_day(2026, 8, 16);
  World nightly;
  World late;
  for (World* world : {&nightly, &late}) {
    for (int n = 0; n < 10; ++n) {
      world->buy(fmt::format("{:02}", n), make_day(2026, 6, 18), 300'00 + n * 17'31, 1 + n % 4);
    }
  }
  for (Day day = make_day(2026, 6, 18); day <= last; day = plus_days(day, 1)) nightly.close(day);
  EXPECT_EQ(late.close(last).dates.size(), 60u);
  EXPECT_EQ(late.digest(), nightly.digest());
}

}  // namespace
}  // namespace engine
