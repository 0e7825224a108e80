// What was known when: every question is asked when it first has an answer and again after more
// postings and closes, and has to be answered with the same bytes.
#include "engine/reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "engine/ageing.h"
#include "engine/close.h"
#include "engine/customer_statement.h"
#include "engine/exports.h"
#include "engine/financial_reports.h"
#include "engine/statement.h"
#include "engine/statement_text.h"
#include "sql/store/party_store.h"
#include "tests/engine/book_fixture.h"

namespace {

using engine::Reading;
using engine::ReadingRequest;
using engine::ReportRefusal;
using engine::TableFormat;
using tests::BookFixture;
using tests::day;

const engine::BatchContext kContext{.today = day(12, 31), .create_parties = true};

std::string text_of(engine::ExportResult file) {
  EXPECT_TRUE(file.has_value()) << (file ? "" : file.error().sentence);
  std::string text;
  while (file && (*file)->next(text)) {
  }
  return text;
}

bool is_ready(const std::future<std::string>& answer) {
  return answer.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
}

class ReadingTest : public testing::Test {
 protected:
  base::Instant now() { return store::query(app_, "SELECT clock_timestamp()").instant(0, 0); }

  void close(base::Day through, engine::CloseOptions options = {}) {
    engine::close_through(book_.database.conninfo(), book_.catalog, through, day(12, 31),
                          std::move(options));
  }

  void buy(const std::string& ref, const std::string& customer, base::Day on, std::int64_t minor) {
    const auto results =
        engine_.capture(std::vector{book_.purchase(ref, customer, on, minor, 3)}, kContext);
    ASSERT_EQ(results[0].status, engine::Status::Posted) << code(results[0].refusal);
  }

  Reading read(const ReadingRequest& request) {
    const auto reading = engine::take_reading(app_, request);
    EXPECT_TRUE(reading.has_value()) << (reading ? "" : reading.error().sentence);
    return reading.value_or(Reading{});
  }

  /// Sessions that wait for the book's lock.
  std::int64_t waiting() {
    return tests::scalar(owner_, R"(
      SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted)");
  }

  BookFixture book_;
  engine::Engine engine_ = book_.engine();
  store::Session owner_{book_.database.conninfo(), store::Role::Owner};
  store::Session app_{book_.database.conninfo()};
};

TEST_F(ReadingTest, AnInstantThatIsNotOverIsRefused) {
  const auto later = now() + std::chrono::hours{1};
  EXPECT_EQ(engine::take_reading(app_, {.known_at = later}).error().refusal,
            ReportRefusal::KnownAtInFuture);
  EXPECT_EQ(engine::take_reading(app_, {.as_of = day(5, 31), .known_at = now()}).error().refusal,
            ReportRefusal::DateBeforeBook);
  EXPECT_EQ(engine::take_reading(app_, {.as_of = day(6, 1)}).error().refusal,
            ReportRefusal::DateNotClosed);
}

TEST_F(ReadingTest, ADifferenceGoesForward) {
  const auto one = now();
  const auto two = now();
  EXPECT_EQ(engine::take_reading_pair(app_, {.before = two, .after = one}).error().refusal,
            ReportRefusal::DatesReversed);
  const auto pair = engine::take_reading_pair(app_, {.before = one, .after = two});
  EXPECT_EQ(pair->before.as_of, day(6, 1));
  EXPECT_EQ(pair->before.known_at, one);
  EXPECT_EQ(pair->after.known_at, two);
}

TEST_F(ReadingTest, BeforeTheFirstPostingNothingWasKnown) {
  const auto early = now() - std::chrono::hours{24 * 365};
  const Reading reading = read({.known_at = early});
  EXPECT_EQ(reading.as_of, day(6, 1));
  EXPECT_EQ(reading.sealed_through, day(5, 31));
  EXPECT_TRUE(engine::trial_balance(app_, reading).rows.empty());
}

// The date that was open then is what is asked for if no date is.
TEST_F(ReadingTest, TheOpenDateMovesWithTheClose) {
  buy("O1", "C1", day(6, 1), 100'00);
  const auto first = now();
  std::map<std::string, base::Instant> during;
  store::Session clock(book_.database.conninfo());
  close(day(6, 1), {.before_commit = [&](base::Day, std::string_view step) {
          during[std::string(step)] = store::query(clock, "SELECT clock_timestamp()").instant(0, 0);
        }});
  EXPECT_EQ(read({.known_at = first}).as_of, day(6, 1));
  EXPECT_TRUE(read({.known_at = first}).has_unsealed());
  for (const char* step : {"open", "settlement", "check"}) {
    EXPECT_EQ(read({.known_at = during.at(step)}).as_of, day(6, 2)) << step;
    EXPECT_EQ(read({.known_at = during.at(step)}).sealed_through, day(5, 31)) << step;
  }
  EXPECT_EQ(read({.known_at = during.at("seal")}).sealed_through, day(6, 1));
  EXPECT_EQ(read({.as_of = day(6, 1), .known_at = now()}).sealed_through, day(6, 1));
  EXPECT_EQ(read({}).as_of, day(6, 1));
}

// posted_at was read before the commit: whoever asks in between waits for it.
TEST_F(ReadingTest, WhatIsBeingPostedIsWaitedFor) {
  buy("O1", "C1", day(6, 1), 100'00);
  store::Session poster(book_.database.conninfo());
  std::future<std::string> answer;
  base::Instant asked;
  {
    store::Transaction transaction(poster);
    store::lock_book_shared(poster);
    store::query(poster, R"(
      INSERT INTO journal (party_id, journal_id, event_id, rule, plan_id, currency, business_date,
                           value_date, source_ref, debit_account, credit_account, amount_minor)
      SELECT party_id, 999999, 999999, rule, plan_id, currency, business_date, value_date, 'LATE',
             debit_account, credit_account, amount_minor
      FROM journal WHERE plan_id IS NOT NULL LIMIT 1)");
    asked = now();
    answer = std::async(std::launch::async, [&] {
      return text_of(engine::export_lines(app_, {}, {.known_at = asked}));
    });
    while (waiting() == 0 && !is_ready(answer)) std::this_thread::yield();
    transaction.commit();
  }
  EXPECT_THAT(answer.get(), testing::HasSubstr("LATE"));
  EXPECT_THAT(text_of(engine::export_lines(app_, {}, {.known_at = asked})),
              testing::HasSubstr("LATE"));
}

// So does whoever asks between the writing of a seal and its commit.
TEST_F(ReadingTest, ASealThatIsBeingWrittenIsWaitedFor) {
  buy("O1", "C1", day(6, 1), 100'00);
  std::future<std::string> answer;
  base::Instant asked;
  close(day(6, 1), {.before_commit = [&](base::Day, std::string_view step) {
          if (step != "seal") return;
          store::Session clock(book_.database.conninfo());
          asked = store::query(clock, "SELECT clock_timestamp()").instant(0, 0);
          answer = std::async(std::launch::async, [&] {
            return text_of(engine::export_lines(app_, {}, {day(6, 1), asked}));
          });
          while (waiting() == 0 && !is_ready(answer)) std::this_thread::yield();
        }});
  const std::string then = answer.get();
  EXPECT_THAT(then, testing::HasSubstr("2026-06-01,1,1,"));  // with its voucher
  EXPECT_EQ(text_of(engine::export_lines(app_, {}, {day(6, 1), asked})), then);
}

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

/// The records of a CSV without quotes in a field, by the names of its columns.
std::vector<std::map<std::string, std::string>> records_of(const std::string& csv) {
  std::vector<std::map<std::string, std::string>> records;
  std::vector<std::string> names;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    line.pop_back();  // CR
    const auto fields = fields_of(line);
    if (names.empty()) {
      names = fields;
      continue;
    }
    EXPECT_EQ(fields.size(), names.size()) << line;
    records.emplace_back();
    for (std::size_t i = 0; i < names.size(); ++i) records.back()[names[i]] = fields.at(i);
  }
  return records;
}

/// 0 for what is no amount.
std::int64_t minor_of(const std::string& text) {
  const auto money = base::parse_money(text, tests::cny());
  return money ? money->minor() : 0;
}

class Questions : public ReadingTest {
 protected:
  /// Every report of a reading, as one text.
  std::string answer(const ReadingRequest& request) {
    std::string all;
    for (const TableFormat format : {TableFormat::Csv, TableFormat::Json}) {
      all += text_of(engine::export_trial_balance(app_, request, format));
      all += text_of(engine::export_lines(app_, day(6, 1), request, format));
    }
    all += text_of(engine::export_journal(app_, engine::JournalFormat::Hledger, {}, request));
    all += text_of(engine::export_installments(app_, request));
    all += text_of(engine::export_ageing(app_, request));
    all += text_of(engine::export_limit_changes(app_, {}, request));
    return all + statement(request);
  }

  /// The reports in rows, and what customers owed.
  std::string report(const ReadingRequest& request) {
    std::string all;
    all += text_of(engine::report_tie_out(app_, request, /*lists_differences=*/true));
    all += text_of(engine::report_merchant_ageing(app_, request, /*lists_merchants=*/true));
    all +=
        text_of(engine::report_ledger(app_, {.code = ledger::Code::MerchantPayable}, {}, request));
    all += text_of(engine::report_income_statement(app_, day(6, 1), request));
    all += text_of(engine::report_balance_sheet(app_, request));
    all += text_of(engine::report_roll_forward(app_, day(6, 1), request, /*by_product=*/true));
    for (const char* customer : {"C0", "C1", "C2"}) all += account(customer, request);
    return all;
  }

  std::string text_of(const engine::ReportAnswer& report) {
    EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().sentence);
    return ::text_of(engine::export_table(app_, TableFormat::Csv, report->head, report->open));
  }
  static std::string text_of(engine::ExportResult file) { return ::text_of(std::move(file)); }

  /// The statement of a customer, of all dates.
  std::string account(const char* customer, const ReadingRequest& request) {
    const auto report = engine::report_customer_statement(
        app_, {customer, day(6, 1), *request.as_of, request.known_at}, engine::Language::English,
        /*for_people=*/false);
    return report ? text_of(report) : report.error().sentence;
  }

  /// M1's, of all dates.
  std::string statement(const ReadingRequest& request) {
    auto opened =
        engine::Statement::open(app_, {"M1", day(6, 1), *request.as_of, request.known_at});
    if (!opened) return std::string(code(opened.error()));
    std::string all;
    engine::StatementText text(**opened, engine::StatementFormat::Json);
    while (text.next(all)) {
    }
    owed_ = 0;
    for (const engine::StatementSection& section : (*opened)->header().sections) {
      owed_ += section.closing;
    }
    return all;
  }

  /// The slow half of it not every time.
  void ask(const ReadingRequest& request) {
    asked_.emplace_back(request, answer(request));
    if (asked_.size() % 4 == 0) reported_.emplace_back(request, report(request));
  }

  void ask_again() {
    for (const auto& [request, then] : asked_) {
      ASSERT_EQ(answer(request), then)
          << base::to_string(*request.as_of) << " as known at "
          << (request.known_at ? base::to_string(*request.known_at) : "its close");
    }
    for (const auto& [request, then] : reported_) {
      ASSERT_EQ(report(request), then)
          << base::to_string(*request.as_of) << " as known at "
          << (request.known_at ? base::to_string(*request.known_at) : "its close");
    }
  }

  /// The sum of what had been posted by then, by the rows themselves.
  void compare_with_rows(const ReadingRequest& request) {
    const auto csv = text_of(engine::export_trial_balance(app_, request));
    const store::Rows rows =
        store::query(owner_, R"(
      SELECT a.code, sum(l.amount_minor)::bigint
      FROM journal_line l JOIN account a USING (account_id)
      WHERE l.business_date <= $1 AND l.posted_at <= $2 GROUP BY a.code)",
                     store::Params().day(*request.as_of).instant(*request.known_at));
    std::map<std::int32_t, std::int64_t> expected, sums;
    for (int i = 0; i < rows.size(); ++i) expected[rows.int4(i, 0)] = rows.int8(i, 1);
    for (const auto& row : records_of(csv)) {
      sums[std::stoi(row.at("account"))] += minor_of(row.at("balance"));
    }
    ASSERT_EQ(sums, expected);
    statement(request);
    EXPECT_EQ(owed_, -sums[2101]);  // there is one merchant
    std::map<std::string, std::int64_t> plans;
    for (const auto& row : records_of(text_of(engine::export_installments(app_, request)))) {
      for (const auto& [column, amount] : row) plans[column] += minor_of(amount);
    }
    EXPECT_EQ(plans["principal"] - plans["paid_principal"], sums[1101]);
    EXPECT_EQ(plans["fee"] - plans["paid_fee"], sums[1102]);
    std::int64_t outstanding = 0;
    for (auto row : records_of(text_of(engine::export_ageing(app_, request)))) {
      outstanding += minor_of(row.at("outstanding"));
    }
    EXPECT_EQ(outstanding, sums[1101]);
    if (asked_.size() % 4 == 1) compare_parts(request);
  }

  /// Control accounts are the sums of their parts, and what customers owe by their statements is
  /// what the ledger says less what nobody has been asked for.
  void compare_parts(const ReadingRequest& request) {
    for (auto row : records_of(text_of(engine::report_tie_out(app_, request, true)))) {
      EXPECT_EQ(row.at("line"), "control") << row.at("account") << " " << row.at("record");
      EXPECT_EQ(row.at("difference"), "0.00") << row.at("account");
    }
    for (const char* customer : {"C0", "C1", "C2"}) {
      std::int64_t sum = 0;
      std::optional<std::int64_t> closing;
      for (auto row : records_of(account(customer, request))) {
        if (row.contains("line") && row.at("line") == "closing")
          closing = minor_of(row.at("balance"));
        if (row.contains("amount") && !closing) sum += minor_of(row.at("amount"));
      }
      EXPECT_EQ(closing.value_or(0), sum) << customer;
    }
  }

  /// Every difference of two readings, as one text.
  std::string differences(const engine::DiffRequest& request) {
    // One after the other: an export holds a transaction until the end of its expression.
    std::string all = text_of(engine::export_trial_balance_diff(app_, request));
    all += text_of(engine::export_lines_diff(app_, {}, request));
    all += text_of(engine::export_installments_diff(app_, request));
    all += text_of(engine::export_ageing_diff(app_, request));
    return all += text_of(engine::export_limit_changes_diff(app_, {}, request));
  }

  /// What was known before and the difference are what was known after.
  void compare_with_readings(const engine::DiffRequest& request) {
    const ReadingRequest before{request.as_of, request.before};
    const ReadingRequest after{request.as_of, request.after};

    const auto balances = [&](const std::string& csv, const char* column) {
      std::map<std::string, std::int64_t> sums;
      for (const auto& row : records_of(csv)) {
        const std::string key = row.at("account") + row.at("owner") + row.at("tag");
        if (minor_of(row.at(column)) != 0) sums[key] += minor_of(row.at(column));
      }
      return sums;
    };
    auto sums = balances(text_of(engine::export_trial_balance(app_, before)), "balance");
    const auto changed = text_of(engine::export_trial_balance_diff(app_, request));
    for (const auto& row : records_of(changed)) EXPECT_NE(row.at("before"), row.at("after"));
    for (const auto& [account, minor] : balances(changed, "difference")) {
      if ((sums[account] += minor) == 0) sums.erase(account);
    }
    EXPECT_EQ(sums, balances(text_of(engine::export_trial_balance(app_, after)), "balance"));

    const auto lines = [&](const std::string& csv) {
      std::multiset<std::map<std::string, std::string>> all;
      for (auto row : records_of(csv)) {
        row.erase("voucher");  // it may have got one in between
        all.insert(std::move(row));
      }
      return all;
    };
    auto known = lines(text_of(engine::export_lines(app_, day(6, 1), before)));
    known.merge(lines(text_of(engine::export_lines_diff(app_, {}, request))));
    EXPECT_EQ(known, lines(text_of(engine::export_lines(app_, day(6, 1), after))));

    auto installments = lines(text_of(engine::export_installments(app_, before)));
    for (auto row : records_of(text_of(engine::export_installments_diff(app_, request)))) {
      const std::string change = row.extract("change").mapped();
      if (change == "added" || change == "after") {
        installments.insert(row);
      } else {
        ASSERT_EQ(installments.count(row), 1) << change;
        installments.erase(row);
      }
    }
    EXPECT_EQ(installments, lines(text_of(engine::export_installments(app_, after))));
  }

  void act(std::mt19937& random) {
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    const std::string ref = std::to_string(++refs_);
    const std::string customer = "C" + std::to_string(pick(3));
    const base::Day on = base::plus_days(open_, pick(3) - 1);  // late, on time, early
    const int kind = orders_.empty() ? 2 : pick(4);
    if (kind == 0) {
      (void)engine_.repay(std::vector{book_.repayment("R" + ref, customer, on, 1'00 + pick(60'00))},
                          kContext);
    } else if (kind == 1) {
      const std::string& order = orders_[static_cast<std::size_t>(pick(refs_)) % orders_.size()];
      (void)engine_.refund(std::vector{book_.refund("F" + ref, order, on, 1'00 + pick(20'00))},
                           kContext);
    } else {
      orders_.push_back("O" + ref);
      (void)engine_.capture(
          std::vector{book_.purchase(orders_.back(), customer, on, 10'00 + pick(300'00), 3)},
          kContext);
    }
  }

  base::Day open_ = day(6, 1);
  std::int64_t owed_ = 0;  // by the last statement
  int refs_ = 0;
  std::vector<std::string> orders_;
  std::vector<std::pair<ReadingRequest, std::string>> asked_, reported_;
};

// After midnight, and before the close of the day, an event of the new day may come before one of
// the old. 100.00 in three; of it 30.00 are given back on the 2nd, and then 20.00 on the 1st.
TEST_F(Questions, MayComeBetweenChangesThatAreNotInTheOrderOfTheirDates) {
  buy("O1", "C1", day(6, 1), 100'00);
  const auto refund = [&](const char* ref, base::Day on, std::int64_t minor) {
    const auto results = engine_.refund(std::vector{book_.refund(ref, "O1", on, minor)}, kContext);
    ASSERT_EQ(results[0].status, engine::Status::Posted) << code(results[0].refusal);
  };
  refund("F1", day(6, 2), 30'00);
  refund("F2", day(6, 1), 20'00);
  const auto principal = [&](const ReadingRequest& request) {
    std::int64_t sum = 0;
    for (const auto& row : records_of(text_of(engine::export_installments(app_, request)))) {
      sum += minor_of(row.at("principal"));
    }
    return sum;
  };
  const auto known_at = now();
  EXPECT_EQ(principal({day(6, 1), known_at}), 80'00);
  EXPECT_EQ(principal({day(6, 2), known_at}), 50'00);
  compare_with_rows({day(6, 1), known_at});
  compare_with_rows({day(6, 2), known_at});
  close(day(6, 2));
  EXPECT_EQ(principal({.as_of = day(6, 1)}), 80'00);
  EXPECT_EQ(principal({day(6, 1), known_at}), 80'00);
}

// A refund that is told with a date before its purchase counts from the purchase.
TEST_F(Questions, KnowNoRefundBeforeItsPurchase) {
  buy("O0", "C0", day(6, 1), 50'00);
  buy("O1", "C1", day(6, 2), 128'70);
  const auto results =
      engine_.refund(std::vector{book_.refund("F1", "O1", day(6, 1), 20'51)}, kContext);
  ASSERT_EQ(results[0].status, engine::Status::Posted) << code(results[0].refusal);
  const auto known_at = now();
  compare_with_rows({day(6, 1), known_at});
  compare_with_rows({day(6, 2), known_at});
  close(day(6, 2));
  ask({.as_of = day(6, 1)});
}

// A plan's status is that of the reading, not today's.
TEST_F(Questions, TellAPlanAsItWas) {
  const auto status = [&](const ReadingRequest& request) {
    const auto rows = records_of(text_of(engine::export_installments(app_, request)));
    return rows.empty() ? "none" : rows.front().at("plan_status");
  };
  buy("O1", "C1", day(6, 1), 100'00);
  const auto bought = now();
  const auto change = [&](const char* ref, base::Day on, engine::LifeChange what) {
    const auto results = engine_.change(std::vector{engine::LifeEvent{.ref = ref,
                                                                      .purchase_ref = "O1",
                                                                      .at = book_.noon(on),
                                                                      .currency = tests::cny(),
                                                                      .change = std::move(what),
                                                                      .reason = "test",
                                                                      .requested_by = "ann",
                                                                      .approved_by = "bob"}},
                                        kContext);
    ASSERT_EQ(results[0].status, engine::Status::Posted) << code(results[0].refusal);
  };
  change("D1", day(6, 1), engine::OpenDispute{.fee = tests::cny(0)});
  const auto disputed = now();
  close(day(6, 1));
  change("D2", day(6, 2), engine::LoseDispute{});
  const auto lost = now();
  close(day(6, 2));
  EXPECT_EQ(status({day(6, 1), bought - std::chrono::hours{1}}), "none");
  EXPECT_EQ(status({day(6, 1), bought}), "active");
  EXPECT_EQ(status({day(6, 1), disputed}), "disputed");
  EXPECT_EQ(status({.as_of = day(6, 1)}), "disputed");
  EXPECT_EQ(status({day(6, 2), disputed}), "disputed");
  EXPECT_EQ(status({day(6, 2), lost}), "refunded");
  EXPECT_EQ(status({.as_of = day(6, 2)}), "refunded");
}

TEST_F(Questions, HaveOneAnswer) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  store::Session clock(book_.database.conninfo());
  buy("O0", "C0", open_, 50'00);  // so that there is a merchant to ask about
  for (int date = 0; date < 4; ++date) {
    for (int step = 0; step < 3; ++step) {
      act(random);
      const auto known_at = now();
      for (const int days : {-2, 0, 1}) {
        const base::Day as_of = std::max(base::plus_days(open_, days), day(6, 1));
        ask({as_of, known_at});
        compare_with_rows({as_of, known_at});
      }
    }
    // Instants in the middle of a close can be asked for afterwards.
    std::vector<base::Instant> during;
    close(open_, {.before_commit = [&](base::Day, std::string_view) {
            during.push_back(store::query(clock, "SELECT clock_timestamp()").instant(0, 0));
          }});
    ask_again();
    for (std::size_t i = 0; i < during.size(); i += 3) {
      ask({open_, during[i]});
      compare_with_rows({open_, during[i]});
    }
    ask({.as_of = open_});
    open_ = base::plus_days(open_, 1);
  }
  act(random);
  ask_again();
  // Readings and their differences agree, and a difference is the same later on.
  std::vector<std::pair<engine::DiffRequest, std::string>> differences_then;
  for (int i = 0; i < 6; ++i) {
    const auto& one = asked_[random() % asked_.size()].first.known_at;
    const auto& other = asked_[random() % asked_.size()].first.known_at;
    if (!one || !other) continue;
    const base::Day as_of = base::plus_days(day(6, 1), static_cast<int>(random() % 5));
    const engine::DiffRequest request{as_of, std::min(*one, *other), std::max(*one, *other)};
    SCOPED_TRACE(base::to_string(as_of) + " from " + base::to_string(request.before) + " to " +
                 base::to_string(request.after));
    compare_with_readings(request);
    differences_then.emplace_back(request, differences(request));
  }
  close(open_);
  for (const auto& [request, then] : differences_then) EXPECT_EQ(differences(request), then);
  // What was known when a closed date is asked for without an instant: all there ever is.
  for (base::Day d = day(6, 1); d < open_; d = base::plus_days(d, 1)) {
    EXPECT_EQ(answer({.as_of = d}), answer({d, now()}));
    EXPECT_EQ(report({.as_of = d}), report({d, now()}));
  }
}

}  // namespace
