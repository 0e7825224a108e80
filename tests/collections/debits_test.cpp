// Auto-debits: what is due is instructed once at a time, and what is paid is booked once.
#include "engine/debits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "engine/close.h"
#include "engine/debit_answers.h"
#include "engine/verify.h"
#include "tests/engine/book_fixture.h"

namespace {

using engine::DebitAnswer;
using engine::DebitFile;
using engine::DebitOutcome;
using engine::DebitResult;
using store::DebitStatus;
using testing::HasSubstr;
using tests::day;

const engine::BatchContext kContext{.today = day(12, 31), .create_parties = true};

struct Debits : tests::BookFixture {
  /// A purchase of S1 (domain §4.3): 1 000.00 in 6 periods by statement, due on the 10th, for each.
  explicit Debits(int customers) {
    for (int n = 1; n <= customers; ++n) {
      const auto purchase = this->purchase(fmt::format("O{}", n), fmt::format("C{}", n), day(6, 18),
                                           1'000'00, 6, "statement");
      EXPECT_EQ(books.capture({&purchase, 1}, kContext)[0].status, engine::Status::Posted);
    }
  }

  base::Instant at(base::Day on, int hour) const {
    return catalog->zone.to_instant(on + std::chrono::hours{hour});
  }

  struct Made {
    engine::DebitFileHeader header;
    std::string text;
  };
  Made make(base::Day on, int hour, const std::string& message = "") {
    auto file = DebitFile::open(session, *catalog,
                                {.debit_on = on, .now = at(on, hour), .message_id = message});
    EXPECT_TRUE(file.has_value());
    Made made{.header = (*file)->header(), .text = {}};
    while ((*file)->next(made.text)) {
    }
    return made;
  }

  engine::AnsweredDebit answer(const std::string& ref, DebitResult result, base::Instant when,
                               DebitAnswer more = {}) {
    more.debit_ref = ref;
    more.result = result;
    return engine::answer_debits(books, {&more, 1}, when, kContext)[0];
  }

  std::vector<store::DebitStanding> all() {
    store::Transaction transaction(session);
    store::DebitCursor cursor(session, day(1, 1), day(12, 31));
    return cursor.next();
  }
  std::int64_t repaid() {
    return tests::scalar(session, "SELECT coalesce(sum(amount_minor), 0)::bigint FROM repayment");
  }
  void close(base::Day through) {
    engine::close_through(database.conninfo(), catalog, through, day(12, 31));
  }

  engine::Engine books = engine();
  store::Session session{database.conninfo()};
};

// Domain §1.4: 08:00, 14:00 and 20:00 on the due date, then once a day to DPD 5.
TEST(DebitsAllowed, FollowTheTimesOfTheDueDateAndThenTheDays) {
  using std::chrono::hours;
  EXPECT_EQ(engine::debits_allowed(0, hours{-6}), 1);  // the evening before
  EXPECT_EQ(engine::debits_allowed(0, hours{8}), 1);
  EXPECT_EQ(engine::debits_allowed(0, hours{14}), 2);
  EXPECT_EQ(engine::debits_allowed(0, hours{20}), 3);
  for (int days = 1; days <= 5; ++days) EXPECT_EQ(engine::debits_allowed(days, hours{20}), 1);
  EXPECT_EQ(engine::debits_allowed(6, hours{20}), 0);
}

// J10 of S1: 172.66 on 2026-07-10 through WX.
TEST(Debits, TheDueInstallmentIsInstructedAndBooked) {
  Debits debits(2);
  EXPECT_TRUE(debits.make(day(7, 9), 8).header.is_empty());
  const auto made = debits.make(day(7, 10), 8);
  EXPECT_TRUE(made.header.is_new);
  EXPECT_EQ(made.header.sums.at(0).count, 2);
  EXPECT_EQ(made.header.sums.at(0).minor, 2 * 172'66);
  EXPECT_THAT(made.text, testing::StartsWith("debit_ref,message_id,debit_on,customer,amount,"));
  EXPECT_THAT(made.text, HasSubstr("FENQI-D-20260710-1-000001,FENQI-D-20260710-1,2026-07-10,C1,"
                                   "172.66,CNY,1,WX,O1/1\r\n"));
  const auto again = debits.make(day(7, 10), 20);
  EXPECT_TRUE(again.header.is_empty());  // who gets a file twice may debit twice
  EXPECT_EQ(again.text, "");
  EXPECT_EQ(again.header.last_message, "FENQI-D-20260710-1");
  EXPECT_EQ(again.header.waiting, 2);
  EXPECT_EQ(debits.make(day(7, 12), 8, "FENQI-D-20260710-1").text, made.text);

  const std::string ref = "FENQI-D-20260710-1-000001";
  const auto when = debits.at(day(7, 10), 9);
  EXPECT_EQ(debits.answer(ref, DebitResult::Paid, when).outcome, DebitOutcome::Paid);
  EXPECT_EQ(debits.answer(ref, DebitResult::Paid, when).outcome, DebitOutcome::Repeated);
  EXPECT_EQ(debits.repaid(), 172'66);
  EXPECT_THAT(tests::transfers_of(debits.session, ledger::Rule::Repay),
              testing::ElementsAre("1011 / 1102 6.00", "1011 / 1101 166.66"));
  EXPECT_EQ(debits.answer(ref, DebitResult::Failed, when).code, "DEBIT_PAID_BEFORE");
  EXPECT_EQ(debits.repaid(), 172'66);
}

TEST(Debits, AFailedOneIsTriedAgainByTheTimesOfTheDay) {
  Debits debits(1);
  debits.make(day(7, 10), 8);
  const auto fail = [&](int number, int hour) {
    return debits.answer(fmt::format("FENQI-D-20260710-{}-000001", number), DebitResult::Failed,
                         debits.at(day(7, 10), hour));
  };
  EXPECT_EQ(fail(1, 9).outcome, DebitOutcome::Failed);
  EXPECT_FALSE(debits.make(day(7, 10), 13).header.is_new);  // not before 14:00
  EXPECT_TRUE(debits.make(day(7, 10), 14).header.is_new);
  EXPECT_EQ(fail(2, 15).outcome, DebitOutcome::Failed);
  EXPECT_FALSE(debits.make(day(7, 10), 19).header.is_new);
  EXPECT_TRUE(debits.make(day(7, 10), 20).header.is_new);
  EXPECT_EQ(fail(3, 21).outcome, DebitOutcome::Failed);
  EXPECT_FALSE(debits.make(day(7, 10), 23).header.is_new);
  // A failed one that is said to be paid is a question for the channel.
  EXPECT_EQ(
      debits.answer("FENQI-D-20260710-1-000001", DebitResult::Paid, debits.at(day(7, 10), 22)).code,
      "DEBIT_FAILED_BEFORE");
  debits.close(day(7, 15));
  for (unsigned late = 6; late <= 7; ++late) {
    const auto made = debits.make(day(7, 10 + late), 8);
    EXPECT_TRUE(made.header.is_empty());
    EXPECT_EQ(made.header.given_up, 1);
  }
  EXPECT_TRUE(debits.make(day(7, 15), 8).header.is_new);
}

TEST(Debits, NobodyIsTriedAgainWhileOneIsUnknown) {
  Debits debits(1);
  debits.make(day(7, 10), 8);
  const std::string ref = "FENQI-D-20260710-1-000001";
  EXPECT_EQ(debits.answer(ref, DebitResult::Unknown, debits.at(day(7, 10), 9)).outcome,
            DebitOutcome::Unknown);
  EXPECT_EQ(debits.answer(ref, DebitResult::Unknown, debits.at(day(7, 10), 9)).outcome,
            DebitOutcome::Repeated);
  EXPECT_EQ(debits.answer(ref, DebitResult::Pending, debits.at(day(7, 10), 9)).outcome,
            DebitOutcome::Pending);
  for (unsigned on = 10; on <= 14; ++on) {
    EXPECT_EQ(debits.make(day(7, on), 21).header.waiting, 1);
    EXPECT_EQ(debits.all().size(), 1u);
  }
  EXPECT_EQ(debits.repaid(), 0);
  EXPECT_EQ(debits.answer(ref, DebitResult::Failed, debits.at(day(7, 14), 21)).outcome,
            DebitOutcome::Failed);
  EXPECT_TRUE(debits.make(day(7, 14), 22).header.is_new);
}

// The database keeps it too: a second open instruction of a customer is no row.
TEST(Debits, ASecondOpenOneBreaksAConstraint) {
  Debits debits(1);
  const auto made = debits.make(day(7, 10), 8);
  const auto first = debits.all().at(0);
  const std::vector<store::DebitRow> second = {{.debit_ref = "another",
                                                .party = first.party,
                                                .currency = first.currency,
                                                .amount = 1,
                                                .attempt = 2,
                                                .oldest_due = day(7, 10),
                                                .plan_ids = {},
                                                .installments = {}}};
  EXPECT_THROW(store::insert_debits(debits.session, made.header.file, second), store::Fault);
}

// Posted, and then the program died before it marked the instruction.
TEST(Debits, AnAnswerThatBrokeOffIsFinishedByTheNext) {
  Debits debits(1);
  debits.make(day(7, 10), 8);
  const auto debit = debits.all().at(0);
  auto repayment = debits.repayment(debit.debit_ref, "C1", day(7, 10), debit.amount);
  repayment.channel = "WX";
  EXPECT_EQ(debits.books.repay({&repayment, 1}, kContext)[0].status, engine::Status::Posted);
  EXPECT_EQ(debits.all().at(0).status, DebitStatus::Instructed);
  // With another time than it was posted with.
  EXPECT_EQ(debits.answer(debit.debit_ref, DebitResult::Paid, debits.at(day(7, 11), 3)).outcome,
            DebitOutcome::Paid);
  EXPECT_EQ(debits.all().at(0).status, DebitStatus::Paid);
  EXPECT_EQ(debits.repaid(), debit.amount);
}

TEST(Debits, AnswersAreRefusedByName) {
  Debits debits(1);
  debits.make(day(7, 10), 8);
  const std::string ref = "FENQI-D-20260710-1-000001";
  const auto when = debits.at(day(7, 10), 9);
  EXPECT_EQ(debits.answer("D-1", DebitResult::Paid, when).code, "DEBIT_UNKNOWN");
  EXPECT_EQ(debits.answer(ref, DebitResult::Paid, when, {.amount = "172.65"}).code,
            "DEBIT_AMOUNT_DIFFERS");
  EXPECT_EQ(debits.answer(ref, DebitResult::Paid, when, {.currency = "USD"}).code,
            "DEBIT_AMOUNT_DIFFERS");
  EXPECT_EQ(debits.answer(ref, DebitResult::Paid, when, {.at = "noon"}).code, "TIME_INVALID");
  EXPECT_EQ(debits.answer(ref, DebitResult::Paid, when, {.fault = "broken"}).code,
            "RECORD_INVALID");
  DebitAnswer unclear{.debit_ref = ref, .status = "maybe"};
  EXPECT_EQ(engine::answer_debits(debits.books, {&unclear, 1}, when, kContext)[0].code,
            "STATUS_UNKNOWN");
  EXPECT_EQ(debits.repaid(), 0);
  const auto refusal = [&](engine::DebitFileRequest request) {
    return DebitFile::open(debits.session, *debits.catalog, request).error();
  };
  EXPECT_EQ(refusal({.debit_on = day(7, 9), .now = when}), engine::DebitFileRefusal::DateOver);
  EXPECT_EQ(refusal({.debit_on = day(7, 10), .now = when, .channel = "X"}),
            engine::DebitFileRefusal::ChannelUnknown);
  EXPECT_EQ(refusal({.debit_on = day(7, 10), .now = when, .message_id = "X"}),
            engine::DebitFileRefusal::MessageUnknown);
}

TEST(Debits, AnswersAreReadByTheirColumns) {
  const std::string path = fmt::format("{}debits_test.{}.csv", testing::TempDir(), getpid());
  std::ofstream(path)
      << "reason,status,debit_ref\nno funds,failed,D1\n,perhaps,D2\n,paid\n,paid,\n";
  engine::DebitAnswers answers(path);
  DebitAnswer answer;
  ASSERT_TRUE(answers.next(answer));
  EXPECT_EQ(answer.debit_ref, "D1");
  EXPECT_EQ(answer.result, DebitResult::Failed);
  EXPECT_EQ(answer.reason, "no funds");
  ASSERT_TRUE(answers.next(answer));
  EXPECT_FALSE(answer.result);
  ASSERT_TRUE(answers.next(answer));
  EXPECT_THAT(answer.fault, HasSubstr("2 fields"));
  ASSERT_TRUE(answers.next(answer));
  EXPECT_THAT(answer.fault, HasSubstr("debit_ref is empty"));
  EXPECT_FALSE(answers.next(answer));
  std::ofstream(path) << "status\npaid\n";
  EXPECT_THROW(engine::DebitAnswers{path}, input::InputError);
  std::filesystem::remove(path);
}

/// What a channel that answers as it likes has been told and has said.
struct Model {
  std::map<std::string, DebitStatus> status;       // by reference
  std::map<std::string, std::string> customer_of;  // by reference

  bool is_open(const std::string& ref) const {
    return status.at(ref) == DebitStatus::Instructed || status.at(ref) == DebitStatus::Unknown;
  }
  std::int64_t open_of(const std::string& customer) const {
    std::int64_t count = 0;
    for (const auto& [ref, owner] : customer_of) count += owner == customer && is_open(ref);
    return count;
  }
};

/// New instructions are of customers that have none open, and of those only.
void take_new(Debits& debits, Model& model) {
  for (const store::DebitStanding& debit : debits.all()) {
    if (model.status.contains(debit.debit_ref)) continue;
    EXPECT_EQ(model.open_of(debit.customer), 0) << debit.debit_ref;
    EXPECT_GT(debit.amount, 0);
    model.status[debit.debit_ref] = DebitStatus::Instructed;
    model.customer_of[debit.debit_ref] = debit.customer;
  }
}

void expect_booked_once(Debits& debits, const Model& model) {
  std::int64_t sum = 0, count = 0;
  for (const store::DebitStanding& debit : debits.all()) {
    EXPECT_EQ(debit.status, model.status.at(debit.debit_ref)) << debit.debit_ref;
    if (debit.status != DebitStatus::Paid) continue;
    sum += debit.amount;
    ++count;
  }
  EXPECT_EQ(debits.repaid(), sum);
  EXPECT_EQ(tests::scalar(debits.session, "SELECT count(*) FROM repayment"), count);
}

// Any sequence of exports and answers, true ones, late ones and contradictions.
TEST(Debits, AreNeverInstructedTwiceNorBookedTwice) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    Debits debits(4);
    Model model;
    base::Day today = day(7, 9);
    for (int step = 0; step < 50; ++step) {
      if (random() % 8 == 0) {
        debits.close(today);
        today = base::plus_days(today, 1 + static_cast<int>(random() % 9 == 0) * 22);
      }
      const int hour = static_cast<int>(random() % 24);
      if (random() % 2 == 0) {
        debits.make(today, hour);
        take_new(debits, model);
        continue;
      }
      if (model.status.empty()) continue;
      const auto chosen = std::next(model.status.begin(),
                                    static_cast<std::ptrdiff_t>(random() % model.status.size()));
      const auto result = static_cast<DebitResult>(random() % 4);
      const auto answered = debits.answer(chosen->first, result, debits.at(today, hour));
      const bool was_open = model.is_open(chosen->first);
      EXPECT_EQ(was_open && result == DebitResult::Paid, answered.outcome == DebitOutcome::Paid);
      if (!was_open || result == DebitResult::Pending) continue;
      chosen->second = result == DebitResult::Paid     ? DebitStatus::Paid
                       : result == DebitResult::Failed ? DebitStatus::Failed
                                                       : DebitStatus::Unknown;
    }
    expect_booked_once(debits, model);
  }
}

}  // namespace
