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
      {R"({"principal":"99999999999999999999"})", "principal_too_large"},
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
      {R"({"method":"balloon"})", "unsupported"},
      {R"({"method":"upfront_fee"})", "unsupported"},
      {R"({"rate":null})", "missing_field"},
      {R"({"rate":{"percent":"-1"}})", "bad_rate"},
      {R"({"rate":{"percent":0.6}})", "wrong_type"},
      {R"({"rate":{"percent":"0.1234567"}})", "bad_rate"},
      {R"({"rate":{"percent":"1001"}})", "rate_out_of_range"},
      {R"({"rate":{"percent":"101"}})", "rate_out_of_range"},
      {R"({"rate":{"per":"day"},"day_count":"SAME_AS_PERIOD"})", "unsupported"},
      {R"({"rate":{"per":"year365"}})", "unsupported"},
      {R"({"rate":{"per":"decade"}})", "unknown_value"},
      {R"({"method":"interest_free"})", "rate_on_interest_free"},
      {R"({"day_count":"ACT/ACT-ICMA"})", "unknown_value"},
      {R"({"rounding":{"mode":"UP"}})", "unsupported"},
      {R"({"rounding":{"remainder":"CUMULATIVE"}})", "unsupported"},
      {R"({"rounding":{"mode":null}})", "missing_field"},
      {R"({"method":"level_payment","rounding":{"remainder":"FIRST"}})", "unsupported"},
      {R"({"balloon":"100.00"})", "unsupported"},
      {R"({"end_of_month":true})", "unsupported"},
      {R"({"installment":6})", "unknown_field"},
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
  EXPECT_EQ(json::parse(schedule_line_too_long(10).json)["error"]["code"], "line_too_long");
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
