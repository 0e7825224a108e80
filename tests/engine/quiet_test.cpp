#include "engine/quiet.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <utility>

#include "engine/book.h"
#include "engine/close.h"
#include "engine/engine.h"
#include "engine/verify.h"
#include "sql/store/rows.h"
#include "tests/engine/sound_book.h"
#include "tests/support/test_database.h"

namespace engine {
namespace {

using base::Day;
using base::plus_days;

// Everything that can end a run of quiet nights within five months: limit rows, stages, charge-off,
// further installments, grace and none, a tolerance, interest of a month, credit balances.
constexpr const char* kCatalog = R"toml(
[book]
name = "quiet"
currency = "CNY"
zone = "Asia/Shanghai"
calendar = "ALL"
decisions = "enforce"
limit_policy = {policy}
[currency.CNY]
tolerance = "1.00"
payout_min = "1.00"
installment_min = "1.00"
[[product]]
name = "flat_fee"
method = "flat_fee"
installments_min = 1
installments_max = 24
due = "order"
rate_percent = "0.60"
rate_per = "period"
late_fee = {{ percent_per_day = "{rate}", grace_days = 0, tolerance_percent = "0" }}
[[product]]
name = "patient"
method = "flat_fee"
installments_min = 1
installments_max = 24
due = "order"
rate_percent = "0.50"
rate_per = "period"
late_fee = {{ percent_per_day = "0.05", grace_days = 3, tolerance_percent = "10" }}
[[merchant]]
name = "standard"
discount_percent = "0.60"
settle = "T+1"
calendar = "ALL"
[[customer]]
name = "standard"
limit = {{ CNY = "80000.00" }}
[[channel]]
name = "WX"
auto_settle = {{ days = 1, fee_percent = "0.30" }}
[created]
customer = "standard"
merchant = "standard"
[payout]
auto_confirm = {{ days = 0 }}
[impairment]
pd_12m_percent = "2"
pd_lifetime_percent = "25"
lgd_percent = "60"
charge_off_dpd = {charge_off}
[calendar.ALL]
first_year = 2025
last_year = 2030
off = []
work = []
)toml";

const base::Currency kCny = *base::Currency::find("CNY");
const Day kFirst = base::make_day(2026, 3, 2);

struct Terms {
  const char* policy = "true";
  const char* rate = "0.05";
  int charge_off = 92;
};

/// A book with customers who buy, pay and pay late by the numbers of a seed.
class World {
 public:
  World(unsigned seed, bool looks_ahead)
      : database_(tests::TestDatabase::create()), random_(seed), looks_ahead_(looks_ahead) {
    apply({});
  }

  void apply(const Terms& terms) {
    store::Session session(database_.conninfo());
    auto parsed = parse_catalog(fmt::format(kCatalog, fmt::arg("policy", terms.policy),
                                            fmt::arg("rate", terms.rate),
                                            fmt::arg("charge_off", terms.charge_off)));
    ASSERT_TRUE(parsed) << parsed.error().field << ": " << parsed.error().rule;
    catalog_ = std::make_shared<const Catalog>(
        apply_catalog(session, database_.conninfo(), *std::move(parsed), kFirst));
    engine_ = std::make_unique<Engine>(database_.conninfo(), catalog_);
  }

  /// One date: what happens, and its close.
  void live(Day date) {
    for (int customer = 0; customer < kCustomers; ++customer) {
      const auto draw = random_() % 100;
      if (date < plus_days(kFirst, 15) && draw < 12) buy(customer, date);
      if (date > plus_days(kFirst, 32) && draw < 3) pay(customer, date);
    }
    close_through(database_.conninfo(), catalog_, date, kToday,
                  {.workers = 2, .chunk = 5, .proves_months = false, .looks_ahead = looks_ahead_});
    store::Session session(database_.conninfo());
    quiet_ += store::query(session,
                           "SELECT count(*) FROM credit_account WHERE quiet_through > $1 "
                           "AND quiet_catalog = $2",
                           store::Params().day(date).int4(catalog_->version))
                  .int8(0, 0);
  }

  std::string digest() {
    store::Session session(database_.conninfo());
    return digest_book(session);
  }
  void expect_proved() {
    store::Session session(database_.conninfo());
    tests::expect_sound(session);
  }
  /// Nights of customers that were known beforehand.
  std::int64_t quiet() const { return quiet_; }

 private:
  static constexpr int kCustomers = 24;
  static inline const Day kToday = base::make_day(2026, 12, 1);

  base::Instant at(Day day) const {
    return catalog_->zone.to_instant(day + std::chrono::hours{10});
  }

  void buy(int customer, Day date) {
    Purchase p;
    p.ref = fmt::format("O{}-{}", customer, ++events_);
    p.customer = fmt::format("C{}", customer);
    p.merchant = fmt::format("M{}", customer % 3);
    p.purchased_at = at(date);
    p.amount = {static_cast<std::int64_t>(200'00 + random_() % 90'000), kCny};
    p.product = random_() % 2 == 0 ? "flat_fee" : "patient";
    p.installments = static_cast<int>(1 + random_() % 4);
    engine_->capture({&p, 1}, {.today = kToday, .create_parties = true});
  }

  void pay(int customer, Day date) {
    Repayment r;
    r.ref = fmt::format("R{}", ++events_);
    r.customer = fmt::format("C{}", customer);
    r.paid_at = at(date);
    r.amount = {static_cast<std::int64_t>(10'00 + random_() % 60'000), kCny};
    r.channel = "WX";
    engine_->repay({&r, 1}, {.today = kToday, .create_parties = true});
  }

  tests::TestDatabase database_;
  std::mt19937 random_;
  bool looks_ahead_;
  std::shared_ptr<const Catalog> catalog_;
  std::unique_ptr<Engine> engine_;
  int events_ = 0;
  std::int64_t quiet_ = 0;
};

class Quiet : public testing::TestWithParam<std::pair<unsigned, int>> {};

TEST_P(Quiet, NightsLookedAtAheadGiveTheBooksOfTheRules) {
  const auto [seed, nights] = GetParam();
  World ahead(seed, true), by_rules(seed, false);
  for (World* world : {&ahead, &by_rules}) {
    for (int night = 0; night < nights; ++night) {
      // Terms of another day: what was looked at before is worth nothing from here on.
      if (night == 45) world->apply({.rate = "0.07"});
      if (night == 52) world->apply({.policy = "false", .rate = "0.07", .charge_off = 95});
      world->live(plus_days(kFirst, night));
    }
  }
  EXPECT_EQ(ahead.digest(), by_rules.digest());
  EXPECT_EQ(by_rules.quiet(), 0);
  EXPECT_GT(ahead.quiet(), 200);
  ahead.expect_proved();
}

INSTANTIATE_TEST_SUITE_P(Seeds, Quiet, testing::Values(std::pair(1U, 125), std::pair(2U, 55)));

}  // namespace
}  // namespace engine
