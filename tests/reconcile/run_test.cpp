// Runs against a real database: each type of break, what planted breaks are found, what a late file
// closes, and that the same records change nothing.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>

#include "engine/bill_import.h"
#include "tests/reconcile/raw_book.h"

namespace {

using base::plus_days;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using tests::day;
using tests::OurRow;
using tests::TheirRow;

constexpr base::PartyId kChannel{77};
/// 0.30 % of the amount, half up to the cent (domain §6.2: 0.52 of 172.66).
std::int64_t fee_of(std::int64_t amount) {
  const std::int64_t size = std::abs(amount);
  const std::int64_t fee = (size * 3 + 500) / 1'000 * 1'000;
  return amount < 0 ? -fee : fee;
}

TheirRow row_of(const OurRow& ours, const std::string& txn) {
  return {ours.ref, txn, ours.day, ours.amount, ours.is_refund, fee_of(ours.amount)};
}

class ReconcileRun : public testing::Test, public tests::RawBook {};

// domain §6.3: each type by the smallest records that make it.
TEST_F(ReconcileRun, EveryTypeIsToldByItsRows) {
  const base::Day d = day(7, 10);
  add_ours(kChannel, {{"R1", d, 17'266},
                      {"R2", d, 5'000},
                      {"R3", d, 2'000},
                      {"R4", d, 3'000, false, false},
                      {"R5", d, 4'000},
                      {"R6", d, 17'266},
                      {"R7", d, 8'000},
                      {"B1", d, -1'000, true},
                      {"R8", plus_days(d, 2), 100},
                      {"R9", d, 900},
                      {"R9", d, 900}});
  add_bill(kChannel, d,
           {{"R1", "T1", d, 17'266, false, 52'000},
            {"R1", "T1", d, 17'266, false, 52'000},
            {"R3", "T3", d, 2'100, false, fee_of(2'100)},
            {"R4", "T4", d, 3'000, false, fee_of(3'000)},
            {"R5", "T5", d, 4'000, false, fee_of(4'000), "USD"},
            {"R6", "T6", d, 17'266, false, 54'000},
            {"X1", "T9", d, 10'000, false, fee_of(10'000)},
            {"B1", "F1", d, -1'000, true, fee_of(-1'000)},
            {"R9", "T10", d, 900, false, fee_of(900)}},
           "wx10.csv");
  add_bill(kChannel, plus_days(d, 2), {{"R7", "T7", plus_days(d, 2), 8'000, false, fee_of(8'000)}},
           "wx12.csv");
  run(kChannel, plus_days(d, 2));
  std::vector<std::string> seen;
  for (const auto& b : breaks(kChannel)) {
    seen.push_back(fmt::format("{} {} {}", b.key, b.type, b.difference));
  }
  EXPECT_THAT(seen, ElementsAre("R1 DUPLICATE 17266", "R2 MISSING_BILL -5000", "R3 AMOUNT 100",
                                "R4 STATUS 3000", "R5 CURRENCY 0", "R6 FEE 2000", "R7 DATE 0",
                                "R8 TIMING -100", "R9 DUPLICATE -900", "X1 MISSING_LEDGER 10000"));
}

TEST_F(ReconcileRun, ALateFileClosesWhatWasOpenAndTheHistoryNamesIt) {
  add_ours(kChannel, {{"R1", day(7, 10), 5'000}, {"R2", day(7, 10), 700}});
  EXPECT_THAT(run(kChannel, day(7, 10)), ElementsAre(Pair("opened TIMING", 2)));
  // The next date it is no timing any more, and the same break.
  EXPECT_THAT(run(kChannel, day(7, 11)), ElementsAre(Pair("changed MISSING_BILL", 2)));
  EXPECT_THAT(run(kChannel, day(7, 11)), IsEmpty());
  add_bill(kChannel, day(7, 10), {{"R1", "T1", day(7, 10), 5'000, false, fee_of(5'000)}},
           "late.csv");
  EXPECT_THAT(run(kChannel, day(7, 13), true), ElementsAre(Pair("closed MISSING_BILL", 1)));
  EXPECT_THAT(run(kChannel, day(7, 13)), ElementsAre(Pair("closed MISSING_BILL", 1)));
  EXPECT_THAT(run(kChannel, day(7, 13)), IsEmpty());
  EXPECT_THAT(history(kChannel), Contains("R1 closed: its other side came: row 1 of late.csv"));
  const auto list = breaks(kChannel);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].state, "closed");
  EXPECT_EQ(list[1].state, "open");
  // A run for a date before the last one would bring back what has passed.
  EXPECT_THAT(run(kChannel, day(7, 11)), ElementsAre(Pair("DATE_PASSED", 1)));
}

TEST_F(ReconcileRun, AnItemThatCameLateClosesTheBillsRow) {
  add_bill(kChannel, day(7, 10),
           {{"R1", "T1", day(7, 10), 5'000, false, fee_of(5'000)},
            {"R2", "T2", day(7, 10), 700, false, fee_of(700)}},
           "wx.csv");
  run(kChannel, day(7, 12));
  add_ours(kChannel, {{"R1", day(7, 10), 5'000}, {"R2", day(7, 10), 600}});
  EXPECT_THAT(run(kChannel, day(7, 12)),
              ElementsAre(Pair("closed MISSING_LEDGER", 2), Pair("opened AMOUNT", 1)));
  EXPECT_THAT(history(kChannel), Contains("R1 closed: its other side came: our R1"));
}

// 60 days late is beyond the 30 dates of a run; the run looks back by itself, once.
TEST_F(ReconcileRun, ABillTwoMonthsLateClosesWhatItHasAndOpensWhatItHasMore) {
  const base::Day old = day(5, 11);
  add_ours(kChannel, {{"R1", plus_days(old, -1), 5'000}, {"R2", old, 700}, {"R3", old, 80}});
  add_bill(kChannel, plus_days(old, -1), {}, "empty.csv");
  EXPECT_THAT(run(kChannel, plus_days(old, 2)), ElementsAre(Pair("opened MISSING_BILL", 3)));
  EXPECT_THAT(run(kChannel, plus_days(old, 59)), IsEmpty());
  add_bill(kChannel, old,
           {{"R1", "T1", old, 5'000, false, fee_of(5'000)},
            {"R2", "T2", old, 700, false, fee_of(700)},
            {"X1", "T3", old, 9'900, false, fee_of(9'900)}},
           "late.csv");
  const auto late = run(kChannel, plus_days(old, 60));
  EXPECT_THAT(late, ElementsAre(Pair("closed MISSING_BILL", 2), Pair("opened MISSING_LEDGER", 1)));
  EXPECT_THAT(history(kChannel), Contains("R1 closed: its other side came: row 1 of late.csv"));
  EXPECT_THAT(run(kChannel, plus_days(old, 60)), IsEmpty());
  EXPECT_THAT(run(kChannel, plus_days(old, 61)), IsEmpty());
  std::vector<std::string> open;
  for (const auto& b : breaks(kChannel)) {
    if (b.state == "open") open.push_back(b.key + " " + b.type);
  }
  EXPECT_THAT(open, ElementsAre("R3 MISSING_BILL", "X1 MISSING_LEDGER"));
}

// An item may be posted late, too: by its value date it belongs to a bill that was looked at long
// ago.
TEST_F(ReconcileRun, AnItemPostedTwoMonthsLateClosesTheBillsRow) {
  const base::Day old = day(5, 11), today = plus_days(old, 60);
  add_bill(kChannel, old, {{"R1", "T1", old, 5'000, false, fee_of(5'000)}}, "wx.csv");
  EXPECT_THAT(run(kChannel, plus_days(old, 2)), ElementsAre(Pair("opened MISSING_LEDGER", 1)));
  EXPECT_THAT(run(kChannel, plus_days(today, -1)), IsEmpty());
  store::query(owner_, R"(
    INSERT INTO repayment VALUES (1, 900000, 'R1', $1, 'CNY', 5000, $2, $3, $4))",
               store::Params().int8(kChannel.value).instant(book_.noon(old)).day(today).day(old));
  EXPECT_THAT(run(kChannel, today, true), ElementsAre(Pair("closed MISSING_LEDGER", 1)));
  EXPECT_THAT(run(kChannel, today), ElementsAre(Pair("closed MISSING_LEDGER", 1)));
  EXPECT_THAT(history(kChannel), Contains("R1 closed: its other side came: our R1"));
  EXPECT_THAT(run(kChannel, plus_days(today, 1)), IsEmpty());
}

// More numbers than are judged at a time, by one connection and by several: each is judged whole.
TEST_F(ReconcileRun, ManyNumbersAreJudgedInPieces) {
  constexpr base::PartyId kAlone{501}, kWithOthers{502};
  std::vector<OurRow> ours;
  std::map<base::Day, std::vector<TheirRow>> theirs;
  std::map<std::string, int> expected{
      {"opened AMOUNT", 0}, {"opened MISSING_BILL", 0}, {"opened DUPLICATE", 0}};
  for (int i = 0; i < 9'000; ++i) {
    const OurRow row{fmt::format("R{}", i), day(7, static_cast<unsigned>(1 + i % 20)), 1'000 + i};
    ours.push_back(row);
    TheirRow their = row_of(row, fmt::format("T{}", i));
    if (i % 3 == 0) {
      their.amount += 1;
      ++expected["opened AMOUNT"];
    } else if (i % 3 == 1) {
      theirs[plus_days(their.day, 2)].push_back(their);  // in another part of the dates, maybe
      theirs[plus_days(their.day, 2)].back().day = plus_days(their.day, 2);
      ++expected["opened DUPLICATE"];
    } else {
      ++expected["opened MISSING_BILL"];
      continue;
    }
    theirs[their.day].push_back(their);
  }
  for (const base::PartyId channel : {kAlone, kWithOthers}) {
    add_ours(channel, ours);
    for (const auto& [date, rows] : theirs) add_bill(channel, date, rows, "a");
    EXPECT_EQ(run(channel, day(7, 30)), expected);
    EXPECT_THAT(run(channel, day(7, 30)), IsEmpty());
  }
  EXPECT_EQ(breaks(kAlone), breaks(kWithOthers));
}

TEST_F(ReconcileRun, ADryRunKeepsNothing) {
  add_ours(kChannel, {{"R1", day(7, 10), 5'000}});
  EXPECT_THAT(run(kChannel, day(7, 12), true), ElementsAre(Pair("opened MISSING_BILL", 1)));
  EXPECT_THAT(breaks(kChannel), IsEmpty());
  EXPECT_THAT(run(kChannel, day(7, 12)), ElementsAre(Pair("opened MISSING_BILL", 1)));
}

// A row at the edge of what is looked at has its other side before it.
TEST_F(ReconcileRun, TheOtherSideMayLieBeforeTheFirstDate) {
  const base::Day as_of = day(7, 30);
  const base::Day first = plus_days(as_of, -29);
  add_ours(kChannel, {{"R1", plus_days(first, -1), 5'000}, {"R2", plus_days(first, -3), 700}});
  add_bill(kChannel, first, {{"R1", "T1", first, 5'000, false, fee_of(5'000)}}, "wx.csv");
  EXPECT_THAT(run(kChannel, as_of), IsEmpty());
}

// 101 lines a cent apart are beyond the 1.00 that a file may have; another file's are fine.
TEST_F(ReconcileRun, SmallFeeDifferencesHaveALimitForEachFile) {
  std::vector<OurRow> ours;
  std::vector<TheirRow> first, second;
  for (int i = 0; i < 201; ++i) {
    const OurRow row{fmt::format("R{}", i), day(7, i < 101 ? 10 : 11), 10'000};
    TheirRow theirs = row_of(row, fmt::format("T{}", i));
    theirs.fee_e5 += 1'000;
    ours.push_back(row);
    (i < 101 ? first : second).push_back(theirs);
  }
  add_ours(kChannel, ours);
  add_bill(kChannel, day(7, 10), first, "a.csv");
  add_bill(kChannel, day(7, 11), second, "b.csv");
  EXPECT_THAT(run(kChannel, day(7, 11)), ElementsAre(Pair("opened FEE", 101)));
}

// A real bill of a channel whose ledger is empty: every row is told as ours to complete, and the
// refunds are rows of their own. $FENQI_SAMPLES names the folder.
TEST_F(ReconcileRun, ARealBillBesideAnEmptyLedger) {
  const char* named = std::getenv("FENQI_SAMPLES");
  const std::filesystem::path folder = named != nullptr ? named : "../shared/samples";
  const std::filesystem::path file = folder / "wechatpay/tradebill_all_20240116.csv";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not there";
  const auto taken = engine::import_bill(app_, {.party = kChannel,
                                                .path = file,
                                                .file_name = "real.csv",
                                                .today = base::make_day(2026, 7, 1)});
  ASSERT_EQ(taken.outcome, engine::BillOutcome::Taken);
  ASSERT_EQ(taken.summary.rows, 3);
  run(kChannel, base::make_day(2024, 1, 17));
  const store::Rows rows = store::query(app_, R"(
    SELECT count(*), count(*) FILTER (WHERE is_refund), sum(bill_minor)::bigint
    FROM reconcile_break WHERE type = 'MISSING_LEDGER')");
  EXPECT_EQ(rows.int8(0, 0), 3);
  EXPECT_EQ(rows.int8(0, 1), 2);
  EXPECT_EQ(rows.int8(0, 2), base::narrow(taken.summary.in.amount + taken.summary.out.amount));
}

/// A random ledger, its bills, and breaks of every type put in.
struct Planted {
  std::vector<OurRow> ours;
  std::map<base::Day, std::vector<TheirRow>> theirs;
  std::multiset<std::pair<std::string, std::string>> types;  // key, type
  std::vector<TheirRow> late;                                // what MISSING_BILL would have had
};

Planted plant(unsigned seed, base::Day as_of) {
  std::mt19937 random(seed);
  const auto pick = [&](int from, int to) {
    return std::uniform_int_distribution<int>(from, to)(random);
  };
  Planted p;
  for (int i = 0; i < 150; ++i) {
    OurRow ours{fmt::format("R{}-{}", seed, i), plus_days(as_of, -pick(5, 25)),
                pick(1'000, 500'000)};
    ours.is_refund = pick(0, 4) == 0;
    if (ours.is_refund) ours.amount = -ours.amount;
    TheirRow theirs = row_of(ours, fmt::format("T{}-{}", seed, i));
    bool is_there = true, is_billed = true;
    const auto put = [&](const char* type) { p.types.emplace(ours.ref, type); };
    switch (pick(0, 19)) {
      case 0:
        put("MISSING_LEDGER");
        is_there = false;
        break;
      case 1:
        put("MISSING_BILL");
        is_billed = false;
        p.late.push_back(theirs);
        break;
      case 2:
        put("AMOUNT");
        theirs.amount += pick(1, 99);
        break;
      case 3:
        if (!ours.is_refund) {
          put("STATUS");
          ours.is_paid = false;
        }
        break;
      case 4:
        put("FEE");
        theirs.fee_e5 += pick(1'001, 90'000);
        break;
      case 5:
        put("DUPLICATE");
        p.theirs[theirs.day].push_back(theirs);
        break;
      case 6:
        put("DUPLICATE");
        p.ours.push_back(ours);
        break;
      case 7:
        put("CURRENCY");
        theirs.currency = "USD";
        break;
      case 8:
        put("DATE");
        theirs.day = plus_days(ours.day, pick(2, 5));
        break;
      case 9:
        put("TIMING");
        ours.day = as_of;
        is_billed = false;
        break;
      case 10:
        theirs.day = plus_days(ours.day, 1);
        break;
      case 11:
        theirs.fee_e5 += pick(1, 300);
        break;
      default:
        break;
    }
    if (is_there) p.ours.push_back(ours);
    if (is_billed) p.theirs[theirs.day].push_back(theirs);
  }
  return p;
}

// All planted breaks are found and none is invented, whatever the order of the rows; a second run
// changes nothing, and the file that was missing closes exactly what it has.
TEST_F(ReconcileRun, PlantedBreaksAreFoundAndNoOthers) {
  const base::Day as_of = day(7, 30);
  for (unsigned seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Planted p = plant(seed, as_of);
    const base::PartyId channel{1'000 + seed}, reversed{2'001 + seed};
    add_ours(channel, p.ours);
    for (const auto& [date, rows] : p.theirs) add_bill(channel, date, rows, "a");
    run(channel, as_of);
    std::multiset<std::pair<std::string, std::string>> found;
    for (const auto& b : breaks(channel)) found.emplace(b.key, b.type);
    ASSERT_EQ(found, p.types);
    EXPECT_THAT(run(channel, as_of), IsEmpty());

    std::ranges::reverse(p.ours);
    for (auto& [date, rows] : p.theirs) std::ranges::reverse(rows);
    for (auto it = p.theirs.rbegin(); it != p.theirs.rend(); ++it) {
      add_bill(reversed, it->first, it->second, "a");
    }
    add_ours(reversed, p.ours);
    run(reversed, as_of);
    EXPECT_EQ(breaks(reversed), breaks(channel));

    for (std::size_t i = 0; i < p.late.size(); ++i) {
      add_bill(channel, p.late[i].day, {p.late[i]}, fmt::format("late-{}", i));
    }
    const std::map<std::string, int> expected{
        {"closed MISSING_BILL", static_cast<int>(p.late.size())}};
    const std::map<std::string, int> none;
    EXPECT_EQ(run(channel, as_of), (p.late.empty() ? none : expected));
  }
}

}  // namespace
