// Who is due and who is late, and what was promised of it.
#include "engine/collections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "engine/ageing.h"
#include "engine/close.h"
#include "tests/engine/book_fixture.h"

namespace {

using engine::CollectionsList;
using engine::CollectionsRefusal;
using engine::PromiseState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::cny;
using tests::day;

const engine::BatchContext kContext{.today = day(12, 31), .create_parties = true};

/// C1 and C2 buy on 18 June: 1 000.00 in 6, due on the 18th of each month at 172.66. C2 pays.
struct Collections : tests::BookFixture {
  Collections() {
    for (const char* customer : {"C1", "C2"}) {
      const auto purchase =
          this->purchase(fmt::format("O-{}", customer), customer, day(6, 18), 1'000'00, 6);
      books.capture({&purchase, 1}, kContext);
    }
    pay("R1", "C2", day(7, 18), 172'66);
    close(day(7, 22));
  }

  void pay(const std::string& ref, const std::string& customer, base::Day on, std::int64_t minor) {
    const auto repayment = this->repayment(ref, customer, on, minor);
    EXPECT_EQ(books.repay({&repayment, 1}, kContext)[0].status, engine::Status::Posted);
  }
  void close(base::Day through) {
    engine::close_through(database.conninfo(), catalog, through, day(12, 31));
  }

  /// The rows without the header, as CSV.
  std::vector<std::string> rows(engine::CollectionsRequest request) {
    const engine::Report report = engine::collections_report(catalog, request);
    const auto text =
        engine::export_table(session, engine::TableFormat::Csv, report.head, report.open);
    std::string csv;
    while (text->next(csv)) {
    }
    std::vector<std::string> lines;
    std::istringstream in(csv);
    for (std::string line; std::getline(in, line);) {
      line.pop_back();  // \r
      lines.push_back(line);
    }
    lines.erase(lines.begin());
    return lines;
  }
  std::vector<std::string> late(base::Day as_of, std::optional<std::size_t> bucket = {}) {
    return rows({.list = CollectionsList::Late, .as_of = as_of, .bucket = bucket});
  }

  void promise(std::int64_t minor, base::Day on, base::Day by_date) {
    EXPECT_EQ(engine::take_promise(
                  session, *catalog,
                  {.customer = "C1", .amount = cny(minor), .by_date = by_date, .taken_by = "anna"},
                  noon(on)),
              std::nullopt);
  }
  PromiseState promised(base::Day as_of) {
    const auto party = engine::find_customer(session, "C1");
    return engine::state_of(store::list_promises(session, *party).at(0), as_of);
  }

  engine::Engine books = engine();
  store::Session session{database.conninfo()};
};

// Four days past grace: 4 x HALF_UP(172.66 x 0.05 %) = 4 x 0.09 late fee (domain §1.8).
TEST(CollectionsLate, ShowsWhatIsOwedSinceWhen) {
  Collections book;
  EXPECT_THAT(book.late(day(7, 23)),
              ElementsAre("C1,CNY,M1,5,2026-07-18,172.66,0.00,0.36,0.00,173.02,1000.00,,,,,,"));
  EXPECT_THAT(book.late(day(7, 23), engine::bucket_of(5)), testing::SizeIs(1));
  EXPECT_THAT(book.late(day(7, 23), engine::bucket_of(31)), IsEmpty());
  // C2's second installment is late then, too, if nothing is paid until then.
  EXPECT_THAT(book.late(day(8, 19)), testing::SizeIs(2));
  EXPECT_THAT(book.late(day(8, 19), engine::bucket_of(32)),
              ElementsAre(HasSubstr("C1,CNY,M2,32,2026-07-18,345.32,")));
}

TEST(CollectionsDue, ShowsWhoIsNotLateAndWillHaveToPay) {
  Collections book;
  const auto due = [&](base::Day as_of, int days) {
    return book.rows({.list = CollectionsList::Due, .as_of = as_of, .days = days});
  };
  EXPECT_THAT(due(day(8, 14), 3), IsEmpty());
  EXPECT_THAT(due(day(8, 15), 3),
              ElementsAre("C2,CNY,M0,0,2026-08-18,0.00,0.00,172.66,0.00,0.00,0.00,833.34,,,,,,"));
  EXPECT_THAT(due(day(8, 18), 0),
              ElementsAre("C2,CNY,M0,0,2026-08-18,0.00,172.66,0.00,0.00,0.00,172.66,833.34,,,,,,"));
}

// Kept and broken follow from the repayments by their value dates, also those that arrive late.
TEST(CollectionsPromise, IsKeptByWhatIsPaidInTime) {
  Collections book;
  book.promise(100'00, day(7, 23), day(7, 25));
  EXPECT_EQ(book.promised(day(7, 25)), PromiseState::Open);
  EXPECT_EQ(book.promised(day(7, 26)), PromiseState::Broken);
  book.pay("R2", "C1", day(7, 24), 60'00);
  EXPECT_EQ(book.promised(day(7, 26)), PromiseState::Broken);
  EXPECT_THAT(book.late(day(7, 25)), ElementsAre(HasSubstr(",100.00,2026-07-25,open,,,")));
  book.close(day(7, 27));
  book.pay("R3", "C1", day(7, 25), 40'00);  // the notice came after the close
  EXPECT_EQ(book.promised(day(7, 28)), PromiseState::Kept);
  book.pay("R4", "C1", day(7, 27), 10'00);  // too late for this one
  // The payer's bank takes one back.
  const engine::LifeEvent back{.ref = "B1",
                               .purchase_ref = {},
                               .at = book.noon(day(7, 28)),
                               .currency = tests::cny(),
                               .change = engine::ChargeBack{.repayment = "R2"},
                               .customer = "C1"};
  EXPECT_EQ(book.books.change({&back, 1}, kContext)[0].status, engine::Status::Posted);
  EXPECT_EQ(book.promised(day(7, 29)), PromiseState::Broken);
  // The last promise counts in the list.
  book.promise(50'00, day(7, 28), day(8, 10));
  EXPECT_THAT(book.late(day(7, 29)), ElementsAre(HasSubstr(",50.00,2026-08-10,open,")));
}

TEST(CollectionsPromise, IsRefusedByName) {
  Collections book;
  const auto refusal = [&](engine::NewPromise promise) {
    return engine::take_promise(book.session, *book.catalog, promise, book.noon(day(7, 23)));
  };
  const base::Day later = day(7, 25);
  EXPECT_EQ(refusal({"C9", cny(1), later, "anna"}), CollectionsRefusal::CustomerUnknown);
  EXPECT_EQ(refusal({"C1", cny(0), later, "anna"}), CollectionsRefusal::AmountNotPositive);
  EXPECT_EQ(refusal({"C1", cny(1), day(7, 22), "anna"}), CollectionsRefusal::DateInPast);
  EXPECT_EQ(refusal({"C1", cny(1), later, ""}), CollectionsRefusal::PersonMissing);
  EXPECT_EQ(refusal({"C1", cny(1), later, std::string(101, 'x')}),
            CollectionsRefusal::PersonMissing);
  EXPECT_EQ(refusal({"C1", cny(1), day(7, 23), "anna"}), std::nullopt);
}

TEST(CollectionsContact, IsLoggedAndWhatIsUnusualIsSaid) {
  Collections book;
  const auto log = [&](int hour, engine::NewContact contact) {
    contact.at = book.catalog->zone.to_instant(day(7, 23) + std::chrono::hours{hour});
    return engine::log_contact(book.session, *book.catalog, contact, book.noon(day(7, 24)));
  };
  const engine::NewContact good{.customer = "C1",
                                .channel = "phone",
                                .outcome = "no answer",
                                .note = {},
                                .taken_by = "anna",
                                .at = {}};
  for (const auto& [hour, is_outside] :
       std::vector<std::pair<int, bool>>{{7, true}, {8, false}, {20, false}, {21, true}}) {
    EXPECT_EQ(log(hour, good)->is_outside_hours, is_outside) << hour;
  }
  EXPECT_EQ(log(9, good)->of_day, 5);
  EXPECT_THAT(book.late(day(7, 24)),
              ElementsAre(HasSubstr(",2026-07-23T21:00:00+08:00,phone,no answer")));
  const auto refusal = [&](auto change) {
    engine::NewContact contact = good;
    change(contact);
    return log(9, contact).error();
  };
  EXPECT_EQ(refusal([](auto& c) { c.customer = "C9"; }), CollectionsRefusal::CustomerUnknown);
  EXPECT_EQ(refusal([](auto& c) { c.channel = ""; }), CollectionsRefusal::ChannelMissing);
  EXPECT_EQ(refusal([](auto& c) { c.outcome = std::string(101, 'x'); }),
            CollectionsRefusal::OutcomeMissing);
  EXPECT_EQ(refusal([](auto& c) { c.note = std::string(2'001, 'x'); }),
            CollectionsRefusal::NoteTooLong);
  EXPECT_EQ(refusal([](auto& c) { c.taken_by = ""; }), CollectionsRefusal::PersonMissing);
  engine::NewContact ahead = good;
  ahead.at = book.noon(day(7, 25));
  EXPECT_EQ(engine::log_contact(book.session, *book.catalog, ahead, book.noon(day(7, 24))).error(),
            CollectionsRefusal::AfterNow);
  store::Session owner(book.database.conninfo(), store::Role::Owner);
  EXPECT_THROW(store::query(owner, "DELETE FROM customer_contact"), store::Fault);
  EXPECT_THROW(store::query(owner, "UPDATE payment_promise SET amount_minor = 1"), store::Fault);
}

}  // namespace
