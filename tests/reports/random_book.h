// A book of random purchases, repayments, refunds, goodwill, waivers and disputes, with late payers
// up to a charge-off, for properties that hold whatever happened.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/golden/play.h"

namespace tests {

inline constexpr unsigned kRandomBookSeed = 20260118;

/// The terms of S1 with quick charge-offs. What the engine refuses stays refused.
inline Scenario random_scenario(unsigned seed) {
  Scenario scenario{.name = "random"};
  scenario.catalog = read_scenario("tests/golden/S1.md").catalog;
  const std::string lgd = "lgd_percent = \"60\"";
  scenario.catalog.replace(scenario.catalog.find(lgd), lgd.size(),
                           lgd + "\nstage_2_dpd = 6\nstage_3_dpd = 12\ncharge_off_dpd = 20");
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  struct Event {
    std::string at, line;
  };
  std::vector<Event> events;
  int number = 0;
  const auto add = [&](base::Day day, const char* type, const std::string& fields) {
    const std::string at =
        fmt::format("{} {:02}:{:02}:00", base::to_string(day), 8 + below(12), below(60));
    events.push_back({at, fmt::format(R"({{"type":"{}","ref":"E{}","at":"{}",{}}})", type, ++number,
                                      at, fields)});
    return fmt::format("E{}", number);
  };
  const base::Day first = base::make_day(2026, 6, 2);
  for (int i = 0; i < 45; ++i) {
    const base::Day day = base::plus_days(first, below(60));
    const int customer = below(9);
    const bool is_free = below(3) == 0;
    const int goods = 50 + below(2000);
    const int coupon = is_free ? 0 : below(20);
    const std::string ref = add(
        day, "purchase",
        fmt::format(
            R"("customer":"C{}","merchant":"M{}","amount":"{}.{:02}","coupon_platform":"{}.00","installments":{}{})",
            customer, below(3), goods, below(100), coupon, is_free ? 3 : 1 + below(6),
            is_free ? R"(,"product":"interest_free")" : ""));
    const base::Day later = base::plus_days(day, 1 + below(70));
    switch (below(7)) {
      case 0:
        add(later, "refund",
            fmt::format(R"("purchase":"{}","amount":"{}.00")", ref, 1 + below(goods)));
        break;
      case 1:
        add(later, "dispute_opened", fmt::format(R"("purchase":"{}","fee":"15.00")", ref));
        add(base::plus_days(later, 3), below(2) == 0 ? "dispute_won" : "dispute_lost",
            fmt::format(R"("purchase":"{}")", ref));
        break;
      case 2:
        add(later, "payoff", fmt::format(R"("purchase":"{}","amount":"2500.00")", ref));
        break;
      case 3:
        add(later, "recovery",
            fmt::format(R"("purchase":"{}","amount":"5.00","fee":"1.00","collector":"K")", ref));
        break;
      default:
        break;
    }
  }
  for (int i = 0; i < 70; ++i) {
    const base::Day day = base::plus_days(first, 10 + below(75));
    const int customer = below(9);
    if (customer > 6 && below(4) != 0) continue;  // two hardly ever pay
    const std::string ref = add(day, "repayment",
                                fmt::format(R"("customer":"C{}","amount":"{}.{:02}")", customer,
                                            20 + below(900), below(100)));
    if (below(12) == 0) {
      add(base::plus_days(day, 4), "chargeback", fmt::format(R"("repayment":"{}")", ref));
    }
    if (below(8) == 0) {
      add(day, "goodwill",
          fmt::format(
              R"("customer":"C{}","amount":"0.50","requested_by":"ann","approved_by":"bob")",
              customer));
    }
  }
  std::ranges::stable_sort(events, {}, &Event::at);
  for (const Event& event : events) scenario.events.push_back(event.line);
  scenario.events.push_back("close 2026-09-01");
  return scenario;
}

}  // namespace tests
