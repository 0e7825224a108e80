#include "cli/schedule_line.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/property.h"

namespace cli {
namespace {

using nlohmann::json;

/// Plan A of domain.md §4.3, as the contract shows it.
json plan_a() {
  return json::parse(R"({"id":"a","currency":"CNY","principal":"1000.00",
    "disbursed_on":"2026-06-18","first_due_on":"2026-07-10","installments":6,
    "every":{"count":1,"unit":"month"},"method":"flat_fee",
    "rate":{"percent":"0.60","per":"period"},"day_count":"30E/360",
    "rounding":{"mode":"DOWN","remainder":"LAST"}})");
}

struct ScheduleLine {
  std::string json;
  bool failed = false;
};

ScheduleLine schedule_line(
    std::string_view line,
    const FindCalendar& find_calendar = [](std::string_view) { return nullptr; }) {
  ScheduleLine answered;
  answered.failed = !append_schedule_line(line, find_calendar, answered.json);
  return answered;
}

json answer(const json& terms) { return json::parse(schedule_line(terms.dump()).json); }
std::string code(const std::string& line) {
  const ScheduleLine answered = schedule_line(line);
  const json parsed = json::parse(answered.json);
  EXPECT_EQ(answered.failed, parsed.contains("error"));
  return parsed.contains("error") ? parsed["error"]["code"].get<std::string>() : "";
}

/// Plan A with one field changed by a JSON merge patch; null removes.
std::string code_with(const char* patch) {
  json terms = plan_a();
  terms.merge_patch(json::parse(patch));
  return code(terms.dump());
}

// domain.md §2.6 and §4.3; names, order and decimals of the contract.
TEST(ScheduleLine, OfPlanAIsTheContractsExample) {
  const ScheduleLine line = schedule_line(plan_a().dump());
  EXPECT_FALSE(line.failed);
  EXPECT_TRUE(line.json.starts_with(
      R"({"id":"a","installments":[{"number":1,"due_on":"2026-07-10","principal":"166.66",)"
      R"("interest":"0.00","fee":"6.00","total":"172.66","balance":"833.34"},)"))
      << line.json;
  EXPECT_TRUE(line.json.ends_with(
      R"({"number":6,"due_on":"2026-12-10","principal":"166.70","interest":"0.00","fee":"6.00",)"
      R"("total":"172.70","balance":"0.00"}],)"
      R"("totals":{"principal":"1000.00","interest":"0.00","fee":"36.00","total":"1036.00"},)"
      R"("annual_rate_percent":{"nominal":"12.24","irr_effective":"12.95","reg_z":"13.26",)"
      R"("eu":"14.1","act365_effective":"14.03"}})"))
      << line.json;
}

// domain.md §2.4.
TEST(ScheduleLine, OfALevelPayment) {
  json terms = plan_a();
  terms.merge_patch(json::parse(R"({"principal":"12000.00","installments":12,
    "method":"level_payment","rate":{"percent":"12","per":"year360"},
    "day_count":"SAME_AS_PERIOD","rounding":{"mode":"HALF_UP","remainder":"LAST"}})"));
  const json schedule = answer(terms);
  EXPECT_EQ(schedule["installments"][0]["total"], "1066.19");
  EXPECT_EQ(schedule["installments"][11]["total"], "1066.14");
  EXPECT_EQ(schedule["totals"]["interest"], "794.23");
  EXPECT_EQ(schedule["totals"]["total"], "12794.23");
}

TEST(ScheduleLine, FieldsLeftOutHaveTheirDefaults) {
  const json schedule = answer(json::parse(R"({"id":7,"currency":"CNY","principal":"1000.00",
    "disbursed_on":"2026-01-31","installments":3,"method":"interest_free"})"));
  EXPECT_EQ(schedule["id"], 7);
  EXPECT_EQ(schedule["installments"][0]["due_on"], "2026-02-28");
  EXPECT_EQ(schedule["installments"][1]["due_on"], "2026-03-31");
  EXPECT_EQ(schedule["installments"][2]["principal"], "333.34");
  EXPECT_EQ(schedule["annual_rate_percent"]["nominal"], "0.00");
}

TEST(ScheduleLine, RoundingNamesTheSplitRulesOfTheDomain) {
  const std::vector<std::pair<const char*, std::vector<std::string>>> cases = {
      {R"({"mode":"DOWN","remainder":"LAST"})", {"166.66", "166.70"}},
      {R"({"mode":"FLOOR","remainder":"FIRST"})", {"166.70", "166.66"}},
      {R"({"mode":"HALF_UP","remainder":"LAST"})", {"166.67", "166.65"}},
      {R"({"mode":"HALF_UP","remainder":"CUMULATIVE"})", {"166.67", "166.67"}},
      {R"({"mode":"DOWN","remainder":"LARGEST_REMAINDER"})", {"166.67", "166.66"}},
  };
  for (const auto& [rounding, first_and_last] : cases) {
    json terms = plan_a();
    terms["rounding"] = json::parse(rounding);
    const json schedule = answer(terms);
    EXPECT_EQ(schedule["installments"][0]["principal"], first_and_last[0]) << rounding;
    EXPECT_EQ(schedule["installments"][5]["principal"], first_and_last[1]) << rounding;
  }
}

TEST(ScheduleLine, AmountsHaveTheDecimalsOfTheirCurrency) {
  json terms = plan_a();
  terms["currency"] = "JPY";
  terms["principal"] = "1000";
  EXPECT_EQ(answer(terms)["installments"][5]["principal"], "170");
  terms["currency"] = "KWD";
  terms["principal"] = "1000.000";
  EXPECT_EQ(answer(terms)["installments"][5]["principal"], "166.670");
}

json with(const char* patch) {
  json terms = plan_a();
  terms.merge_patch(json::parse(patch));
  const json schedule = answer(terms);
  EXPECT_FALSE(schedule.contains("error")) << patch << " " << schedule;
  return schedule;
}

// domain.md, table of §2 and its examples.
TEST(ScheduleLine, HasEveryMethod) {
  const json upfront = with(R"({"method":"upfront_fee"})");
  EXPECT_EQ(upfront["installments"][0]["total"], "202.66");
  EXPECT_EQ(upfront["installments"][1]["total"], "166.66");
  const json on_day_0 = with(R"({"method":"upfront_fee","upfront_fee_on":"disbursement"})");
  EXPECT_EQ(on_day_0["installments"][0]["due_on"], "2026-06-18");
  EXPECT_EQ(on_day_0["installments"][0]["upfront"], true);
  EXPECT_EQ(on_day_0["installments"][0]["total"], "36.00");

  const json balloon = with(R"({"method":"balloon","principal":"10000.00","balloon":"4000.00",
    "installments":12,"rate":{"percent":"1","per":"period"},
    "rounding":{"mode":"HALF_UP","remainder":"LAST"}})");
  EXPECT_EQ(balloon["installments"][0]["total"], "573.09");

  const json daily = with(R"({"method":"daily_interest","installments":1,"day_count":"ACT/365F",
    "disbursed_on":"2026-06-01","first_due_on":"2026-07-01","rate":{"percent":"0.05","per":"day"},
    "rounding":{"mode":"HALF_UP","remainder":"LAST"}})");
  EXPECT_EQ(daily["totals"]["interest"], "15.00");

  const json four = with(R"({"method":"interest_free","rate":null,"principal":"100.00",
    "installments":4,"every":{"count":2,"unit":"week"},"first_due_on":"2026-06-18"})");
  EXPECT_EQ(four["installments"][0]["due_on"], "2026-06-18");
  EXPECT_EQ(four["installments"][3]["due_on"], "2026-07-30");
  EXPECT_EQ(four["installments"][3]["total"], "25.00");
}

TEST(ScheduleLine, HasEveryOption) {
  const json down = with(R"({"down_payment_percent":"10"})");
  EXPECT_EQ(down["installments"][0]["due_on"], "2026-06-18");
  EXPECT_EQ(down["installments"][0]["principal"], "100.00");
  EXPECT_EQ(down["totals"]["principal"], "1000.00");

  const json grace = with(R"({"grace":{"principal":2,"interest_free":1}})");
  EXPECT_EQ(grace["installments"][0]["principal"], "0.00");
  EXPECT_EQ(grace["installments"][0]["fee"], "0.00");
  EXPECT_EQ(grace["installments"][1]["fee"], "6.00");
  EXPECT_EQ(grace["installments"][2]["principal"], "250.00");

  const json paid_twice = with(R"({"method":"interest_free","rate":null,
    "disbursements":[{"date":"2026-06-18","amount":"400.00"},
                     {"date":"2026-07-20","amount":"600.00"}]})");
  EXPECT_EQ(paid_twice["totals"]["principal"], "1000.00");
  EXPECT_EQ(paid_twice["installments"][0]["principal"], "66.66");

  const json fees = with(R"({"fees":[{"date":"2026-08-01","amount":"2.50"}]})");
  EXPECT_EQ(fees["installments"][1]["fee"], "8.50");

  const json multiples = with(R"({"multiples_of":"10.00"})");
  EXPECT_EQ(multiples["totals"]["principal"], "1000.00");

  // Half of the fee is somebody else's: 0.30 % of 1000.00 a period.
  EXPECT_EQ(with(R"({"subsidy_percent":"50"})")["totals"]["fee"], "18.00");
  EXPECT_EQ(with(R"({"last_due_on":"2026-12-24"})")["installments"][5]["due_on"], "2026-12-24");
}

// 10 October 2026 is a worked Saturday in China and 11 a Sunday; weekends alone move the first.
TEST(ScheduleLine, MovesDueDatesToBusinessDays) {
  const auto weekends = scheduling::Calendar::make(
      {.name = "WEEKENDS", .first_year = 2026, .last_year = 2026, .off = {}, .work = {}});
  const auto worked = scheduling::Calendar::make({.name = "CN",
                                                  .first_year = 2026,
                                                  .last_year = 2026,
                                                  .off = {},
                                                  .work = {*base::parse_day("2026-10-10")}});
  const FindCalendar find = [&](std::string_view name) {
    return name == "CN" ? &*worked : name == "WEEKENDS" ? &*weekends : nullptr;
  };
  const auto due = [&](const char* calendar, std::size_t k) {
    json terms = plan_a();
    terms["business_day"] = {{"convention", "FOLLOWING"}, {"calendar", json::parse(calendar)}};
    return json::parse(schedule_line(terms.dump(), find).json)["installments"][k]["due_on"];
  };
  EXPECT_EQ(due(R"("WEEKENDS")", 3), "2026-10-12");
  EXPECT_EQ(due(R"("CN")", 3), "2026-10-10");
  EXPECT_EQ(due(R"(["CN","WEEKENDS"])", 3), "2026-10-12");
  json late = plan_a();
  late["first_due_on"] = "2026-11-10";
  late["business_day"] = {{"convention", "FOLLOWING"}, {"calendar", "CN"}};
  const json refused = json::parse(schedule_line(late.dump(), find).json)["error"];
  EXPECT_EQ(refused["code"], "calendar_year_missing");
  EXPECT_EQ(refused["detail"], "installment 3 needs 2027, and CN is loaded for 2026 to 2026");
}

TEST(ScheduleLine, RefusesByCode) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {R"({"id":null})", "missing_field"},
      {R"({"id":1.5})", "wrong_type"},
      {R"({"currency":null})", "missing_field"},
      {R"({"currency":"CNX"})", "unknown_currency"},
      {R"({"currency":1})", "wrong_type"},
      {R"({"principal":1000})", "wrong_type"},
      {R"({"principal":"1,000.00"})", "bad_amount"},
      {R"({"principal":"1000.000"})", "bad_amount"},
      {R"({"principal":"99999999999999999999"})", "amount_too_large"},
      {R"({"principal":"5000000000000000.00"})", "principal_too_large"},
      {R"({"principal":"0.00"})", "principal_not_positive"},
      {R"({"principal":"-5.00"})", "principal_not_positive"},
      {R"({"principal":"5.99"})", "principal_too_small"},
      {R"({"disbursed_on":"2026-02-30"})", "bad_date"},
      {R"({"first_due_on":"2026-06-17"})", "first_due_before_disbursement"},
      {R"({"first_due_on":20260710})", "wrong_type"},
      {R"({"installments":0})", "installments_out_of_range"},
      {R"({"installments":-1})", "installments_out_of_range"},
      {R"({"installments":601})", "installments_out_of_range"},
      {R"({"installments":99999999999999999999})", "wrong_type"},
      {R"({"installments":9999999999999})", "installments_out_of_range"},
      {R"({"installments":-9999999999999})", "installments_out_of_range"},
      {R"({"installments":6.0})", "wrong_type"},
      {R"({"installments":"6"})", "wrong_type"},
      {R"({"every":{"count":0}})", "period_out_of_range"},
      {R"({"every":{"count":367}})", "period_out_of_range"},
      {R"({"every":{"unit":"year"}})", "unknown_value"},
      {R"({"every":{"extra":1}})", "unknown_field"},
      {R"({"every":"month"})", "wrong_type"},
      {R"({"method":"gift"})", "unknown_value"},
      {R"({"method":"level_payment","balloon":"1.00"})", "balloon_out_of_range"},
      {R"({"method":"balloon","balloon":"1000.01"})", "balloon_out_of_range"},
      {R"({"method":"balloon","balloon":1000})", "wrong_type"},
      {R"({"rate":null})", "missing_field"},
      {R"({"rate":{"percent":"-1"}})", "bad_rate"},
      {R"({"rate":{"percent":0.6}})", "wrong_type"},
      {R"({"rate":{"percent":"0.1234567"}})", "bad_rate"},
      {R"({"rate":{"percent":"1001"}})", "rate_out_of_range"},
      {R"({"rate":{"percent":"101"}})", "rate_out_of_range"},
      {R"({"rate":{"per":"day"},"day_count":"SAME_AS_PERIOD"})", "rate_has_no_period"},
      {R"({"rate":{"per":"decade"}})", "unknown_value"},
      {R"({"method":"interest_free"})", "rate_on_interest_free"},
      {R"({"day_count":"ACT/ACT-ICMA"})", "unknown_value"},
      {R"({"rounding":{"mode":"ROUND"}})", "unknown_value"},
      {R"({"rounding":{"remainder":"NOBODY"}})", "unknown_value"},
      {R"({"rounding":{"mode":null}})", "missing_field"},
      {R"({"method":"level_payment","rounding":{"remainder":"FIRST"}})", "unsupported"},
      {R"({"balloon":"100.00"})", "balloon_out_of_range"},
      {R"({"end_of_month":1})", "wrong_type"},
      {R"({"multiples_of":"0.00"})", "multiple_out_of_range"},
      {R"({"multiples_of":"5000.00"})", "multiple_out_of_range"},
      {R"({"down_payment_percent":"100"})", "down_payment_out_of_range"},
      {R"({"down_payment_percent":"x"})", "bad_rate"},
      {R"({"grace":{"principal":6}})", "grace_out_of_range"},
      {R"({"grace":{"interest":-1}})", "grace_out_of_range"},
      {R"({"grace":{"free":1}})", "unknown_field"},
      {R"({"grace":{"unpaid_interest":"capitalized"}})", "option_not_for_method"},
      {R"({"disbursements":{}})", "wrong_type"},
      {R"({"disbursements":[1]})", "wrong_type"},
      {R"({"disbursements":[{"date":"2026-06-18","amount":"999.99"}]})",
       "disbursements_out_of_order"},
      {R"({"disbursements":[{"date":"2026-06-18"}]})", "missing_field"},
      {R"({"later_disbursement":"added_on_top","rounding":{"remainder":"FIRST"}})",
       "option_not_for_method"},
      {R"({"fees":[{"date":"2026-06-17","amount":"1.00"}]})", "fee_out_of_range"},
      {R"({"fees":[{"date":"2026-07-17","amount":"0.00"}]})", "fee_out_of_range"},
      {R"({"fees":[{"date":"2026-07-17","amount":"1.00","why":""}]})", "unknown_field"},
      {R"({"emi_adjust":"fineract"})", "option_not_for_method"},
      {R"({"upfront_fee_on":"disbursement"})", "option_not_for_method"},
      {R"({"subsidy_percent":"33.333"})", "bad_rate"},
      {R"({"subsidy_percent":"100.01"})", "bad_rate"},
      {R"({"last_due_on":"2026-11-10"})", "due_dates_out_of_order"},
      {R"({"business_day":{"convention":"FOLLOWING"}})", "missing_field"},
      {R"({"business_day":{"convention":"NEVER","calendar":"X"}})", "unknown_value"},
      {R"({"business_day":{"convention":"FOLLOWING","calendar":"X"}})", "unknown_calendar"},
      {R"({"business_day":{"convention":"FOLLOWING","calendar":[]}})", "too_many"},
      {R"({"installment":6})", "unknown_field"},
      {R"({"end_of_month":true})", ""},
      {R"({"method":"balloon"})", ""},
      // What is done anyway may be said.
      {R"({"end_of_month":false})", ""},
      {R"({"emi_adjust":"none"})", ""},
      {R"({"rate":{"percent":"0"}})", ""},
      {R"({"method":"interest_free","rate":null})", ""},
  };
  for (const auto& [patch, expected] : cases) EXPECT_EQ(code_with(patch), expected) << patch;
}

TEST(ScheduleLine, RefusesWhatIsNotOneObject) {
  EXPECT_EQ(code(""), "not_json");
  EXPECT_EQ(code("{"), "not_json");
  EXPECT_EQ(code("{} {}"), "not_json");
  EXPECT_EQ(code("{\"id\":\"\xff\"}"), "not_json");
  EXPECT_EQ(code("[]"), "not_an_object");
  EXPECT_EQ(code("null"), "not_an_object");
  EXPECT_EQ(code("{\"id\":NaN}"), "not_json");
  EXPECT_EQ(code(R"({"id":"a","id":"b"})"), "duplicate_field");
  EXPECT_EQ(code(R"({"id":"a","rate":{"per":"day","per":"period"}})"), "duplicate_field");
  EXPECT_EQ(code(std::string(1 << 20, '[')), "too_deep");
  EXPECT_EQ(code(R"({"id":[[[[[[[[[1]]]]]]]]]})"), "too_deep");
}

TEST(ScheduleLine, AnErrorNamesTheLineAndTheField) {
  json terms = plan_a();
  terms["rate"]["perr"] = "day";
  const json error = answer(terms);
  EXPECT_EQ(error["id"], "a");
  EXPECT_EQ(error["error"]["field"], "rate.perr");
  EXPECT_EQ(error["error"]["detail"], "\"rate.perr\" is no field");
  EXPECT_TRUE(json::parse(schedule_line("nothing").json)["id"].is_null());
  std::string too_long;
  append_line_too_long(10, too_long);
  EXPECT_EQ(json::parse(too_long)["error"]["code"], "line_too_long");
}

// Any bytes at all: an answer that is one line of JSON, and no crash.
TEST(ScheduleLine, AnswersAnything) {
  const std::string good = plan_a().dump();
  tests::property("mutations", [&good] {
    std::string line = good;
    const int edits = *rc::gen::inRange(1, 5);
    for (int e = 0; e < edits; ++e) {
      const auto at = *rc::gen::inRange<std::size_t>(0, line.size());
      if (*rc::gen::arbitrary<bool>()) {
        line[at] = *rc::gen::arbitrary<char>();
      } else {
        line.erase(at, *rc::gen::inRange<std::size_t>(0, 20));
        if (line.empty()) line = " ";
      }
    }
    const ScheduleLine answered = schedule_line(line);
    RC_ASSERT(answered.json.find('\n') == std::string::npos);
    RC_ASSERT(json::parse(answered.json).contains("error") == answered.failed);
  });
}

}  // namespace
}  // namespace cli
