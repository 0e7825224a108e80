// kill -9 in every step of the close, on ordinary days, month ends and settlement days, with one
// and with several workers: what is run again afterwards ends in the books that nobody disturbed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <thread>

#include "tests/golden/play.h"

namespace {

using base::Day;
using tests::Play;

constexpr std::array kSteps = {"open",     "holds", "customers",  "channels", "impairment",
                               "income",   "debts", "settlement", "payouts",  "proof",
                               "balances", "check", "seal"};

/// Another process has to go before its lease is free.
void close_waiting(const std::string& conninfo,
                   const std::shared_ptr<const engine::Catalog>& catalog, Day day,
                   engine::CloseOptions options) {
  for (int tries = 0;; ++tries) {
    try {
      engine::close_through(conninfo, catalog, day, Play::kToday, options);
      return;
    } catch (const engine::CloseLeased&) {
      if (tries == 200) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
  }
}

std::ptrdiff_t place_of(std::string_view step) {
  return std::ranges::find(kSteps, step) - kSteps.begin();
}

/// Closes the date in a process that dies before the step commits or, where it has nothing to do
/// that night, the next one that has. False: there was none, and the date is closed.
bool dies_in(const char* step, const std::string& conninfo,
             const std::shared_ptr<const engine::Catalog>& catalog, Day day, int workers) {
  const pid_t child = ::fork();
  if (child == 0) {
    engine::CloseOptions options{.workers = workers, .chunk = 1};
    options.before_commit = [&](Day, std::string_view now) {
      if (place_of(now) >= place_of(step)) ::kill(::getpid(), SIGKILL);
    };
    try {
      close_waiting(conninfo, catalog, day, options);
    } catch (const std::exception& error) {
      std::cerr << error.what() << "\n";
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0)
      << step << " of " << base::to_string(day);
  return WIFSIGNALED(status);
}

class CloseKill : public testing::Test {
 protected:
  static std::string digest_of(Play& play) {
    for (const std::string& trouble : play.troubles()) ADD_FAILURE() << trouble;
    for (const std::string& fact : play.facts_that_fail()) ADD_FAILURE() << fact;
    store::Session session(play.conninfo());
    return engine::digest_book(session);
  }

  const tests::Scenario s1_ = tests::read_scenario("tests/golden/S1.md");
};

TEST_F(CloseKill, InEveryStepChangesNothing) {
  Play calm(s1_);
  const std::string undisturbed = digest_of(calm);
  for (const int workers : {1, 2, 7}) {
    std::map<std::string, int> kills;
    Play play(s1_, [&](const std::string& conninfo, const auto& catalog, Day day) {
      // One date in eleven, and the month ends.
      const int number = base::days_between(base::make_day(2026, 6, 1), day);
      if (number % 11 == workers || day == base::end_of_month(day)) {
        for (const char* step : kSteps)
          kills[step] += dies_in(step, conninfo, catalog, day, workers);
      }
      close_waiting(conninfo, catalog, day, {.workers = workers});
    });
    EXPECT_EQ(digest_of(play), undisturbed) << workers << " workers";
    for (const char* step : kSteps) {
      EXPECT_GT(kills[step], 0) << step << " with " << workers << " workers";
    }
  }
}

}  // namespace
