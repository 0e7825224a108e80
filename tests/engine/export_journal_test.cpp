// The text of journals against the trial balance, on a book with every posting rule. What programs
// say to it: tests/cli/exports_command_test.sh.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/evidence_key.h"
#include "engine/exports.h"
#include "engine/reverse.h"
#include "engine/seal.h"
#include "sql/store/rows.h"
#include "tests/engine/small_book.h"
#include "tests/support/test_database.h"

namespace {

using engine::JournalFormat;
using testing::HasSubstr;

constexpr std::array kFormats = {JournalFormat::Hledger, JournalFormat::Ledger,
                                 JournalFormat::Beancount};
using Day = std::optional<base::Day>;
using Sums = std::map<std::pair<std::string, std::string>, std::int64_t>;  // account, currency

base::Day june(unsigned day) { return base::make_day(2026, 6, day); }

class ExportJournal : public testing::Test {
 protected:
  ExportJournal() { tests::make_small_book(owner_); }

  std::string text(JournalFormat format, Day from = {}, Day to = {}) {
    const auto file = engine::export_journal(app_, format, from, {.as_of = to});
    EXPECT_TRUE(file.has_value()) << (file ? "" : file.error().sentence);
    std::string text;
    while ((*file)->next(text)) {
    }
    return text;
  }

  /// What the trial balance has that is not 0.
  Sums trial_balance(JournalFormat format, Day as_of) {
    Sums sums;
    const auto balance = engine::trial_balance(app_, as_of);
    for (const auto& [account, minor] : balance->rows) {
      if (minor == 0) continue;
      sums[{engine::account_name(format, account), std::string(account.currency.code())}] = minor;
    }
    return sums;
  }

  /// The reversal of the channel's payment, in an open date that is then closed.
  void reverse_and_close() {
    engine::BlockIds ids(app_);
    const auto rows = store::query(app_, "SELECT party_id, journal_id FROM journal WHERE rule = 7");
    const engine::ReversalRequest request{"K1", {rows.int8(0, 0)}, {rows.int8(0, 1)}};
    EXPECT_EQ(engine::reverse(app_, ids, std::vector{request}).at(0).status,
              engine::Status::Posted);
    const base::SecretSeed key = engine::open_evidence_key(owner_);
    store::Transaction transaction(owner_);
    engine::write_account_days(owner_, june(24));
    engine::seal_day(owner_, june(24), key);
    owner_.execute("UPDATE book SET open_date = '2026-06-25', closed_through = '2026-06-24'");
    transaction.commit();
  }

  tests::TestDatabase database_ = tests::TestDatabase::create();
  store::Session owner_{database_.conninfo(), store::Role::Owner};
  store::Session app_{database_.conninfo()};
};

/// Sums over the postings, read as simply as possible. Each entry has to be 0 by itself.
Sums sum(const std::string& text) {
  Sums sums, entry;
  std::istringstream lines(text);
  const auto finish_entry = [&] {
    for (const auto& [key, minor] : entry) EXPECT_EQ(minor, 0) << key.second;
    entry.clear();
  };
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) finish_entry();
    if (!line.starts_with("    ") || line[4] < 'A' || line[4] > 'Z') continue;
    const std::size_t gap = line.find("  ", 4), space = line.rfind(' ');
    const std::string currency = line.substr(space + 1);
    const auto amount =
        base::parse_money(line.substr(gap + 2, space - gap - 2), *base::Currency::find(currency));
    sums[{line.substr(4, gap - 4), currency}] += amount->minor();
    entry[{"", currency}] += amount->minor();
  }
  finish_entry();
  std::erase_if(sums, [](const auto& sum) { return sum.second == 0; });
  return sums;
}

TEST_F(ExportJournal, BalancesAreThoseOfTheTrialBalance) {
  reverse_and_close();
  for (const JournalFormat format : kFormats) {
    SCOPED_TRACE(static_cast<int>(format));
    EXPECT_GT(trial_balance(format, {}).size(), 10);
    EXPECT_EQ(sum(text(format)), trial_balance(format, {}));
    EXPECT_THAT(text(format), HasSubstr("REVERSAL"));
    EXPECT_THAT(text(format), HasSubstr("REFUND"));
    for (unsigned from = 18; from <= 24; ++from) {
      for (unsigned to = from; to <= 24; ++to) {
        EXPECT_EQ(sum(text(format, june(from), june(to))), trial_balance(format, june(to)));
      }
    }
  }
}

TEST_F(ExportJournal, EntriesSayWhoseTheyAre) {
  const std::string purchase = "    ; party: C1\n    ; purchase: O1\n";
  EXPECT_THAT(text(JournalFormat::Hledger), HasSubstr(") CAPTURE\n" + purchase));
  EXPECT_THAT(text(JournalFormat::Ledger), HasSubstr(") CAPTURE\n" + purchase));
  EXPECT_THAT(text(JournalFormat::Beancount), HasSubstr("  party: \"C1\"\n  purchase: \"O1\"\n"));
}

TEST_F(ExportJournal, SaysTheSameForEverOfClosedDates) {
  const std::string before = text(JournalFormat::Beancount, {}, june(23));
  reverse_and_close();
  EXPECT_EQ(text(JournalFormat::Beancount, {}, june(23)), before);
}

TEST_F(ExportJournal, OpenDatesAreRefused) {
  const auto refusal = [&](Day from, Day to) {
    return engine::export_journal(app_, JournalFormat::Hledger, from, {.as_of = to})
        .error()
        .refusal;
  };
  EXPECT_EQ(refusal({}, june(24)), engine::ReportRefusal::DateNotClosed);
  EXPECT_EQ(refusal(june(20), june(19)), engine::ReportRefusal::DatesReversed);
  EXPECT_EQ(refusal(june(17), {}), engine::ReportRefusal::DateBeforeBook);
}

}  // namespace
