#include "tests/conformance/fineract_terms.h"

#include <fmt/format.h>

#include "base/check.h"

namespace tests::conformance {
namespace {

using nlohmann::json;
using scheduling::DayCount;
using scheduling::Method;
using scheduling::PeriodUnit;

/// The text of a field that may be absent, null, a number or a string.
std::string text_of(const json& terms, const char* name, const std::string& otherwise) {
  const auto found = terms.find(name);
  if (found == terms.end() || found->is_null()) return otherwise;
  return found->is_string() ? found->get<std::string>() : found->dump();
}

int whole_of(const json& terms, const char* name, int otherwise) {
  return std::stoi(text_of(terms, name, std::to_string(otherwise)));
}

int digits_of(const json& terms) { return whole_of(terms, "currency_digits", 2); }

base::Currency currency_of(const json& terms) {
  const int digits = digits_of(terms);
  for (const std::string& code : {text_of(terms, "currency", "EUR"), std::string("EUR"),
                                  std::string("JPY"), std::string("KWD")}) {
    const auto currency = base::Currency::find(code);
    if (currency && currency->exponent() == digits) return *currency;
  }
  CHECK(false, "no currency of {} decimals", digits);
  return {};
}

std::optional<PeriodUnit> unit_of(const json& terms) {
  const std::string unit = text_of(terms, "period_unit", "MONTHS");
  if (unit == "DAYS") return PeriodUnit::Day;
  if (unit == "WEEKS") return PeriodUnit::Week;
  if (unit == "MONTHS") return PeriodUnit::Month;
  return std::nullopt;
}

/// A percentage as a share scaled by 10^8.
std::int64_t e8_of_percent(const std::string& percent) {
  const auto rate = base::parse_percent(percent, base::RateBasis::PerYear365);
  CHECK(rate.has_value(), "a rate of {} %", percent);
  return rate->e8;
}

/// The day count of interest by days. The length of a month matters only where it is 30 days.
std::optional<DayCount> daily_count(const std::string& days_in_year) {
  if (days_in_year == "360") return DayCount::Act360;
  if (days_in_year == "365") return DayCount::Act365Fixed;
  if (days_in_year == "ACTUAL") return DayCount::ActAct31Dec;
  return std::nullopt;
}

/// How periods of a progressive loan bear interest: each as its part of the year that is named.
std::string read_progressive_interest(const json& json_terms, scheduling::Terms& terms) {
  const std::string year = text_of(json_terms, "days_in_year", "ACTUAL");
  const std::string month = text_of(json_terms, "days_in_month", "ACTUAL");
  const bool in_months = terms.dues.every.unit == PeriodUnit::Month;
  if (terms.rate.e8 == 0) return "";
  if (in_months && month == "30") {
    // 30 days of 360 are a twelfth.
    return year == "360" ? "" : "months of 30 days in a year that is not of 360";
  }
  if (terms.dues.every.unit == PeriodUnit::Week && year == "364") return "";  // 7 / 364 = 1 / 52
  terms.day_count = daily_count(year);
  return terms.day_count ? "" : "a year of " + year + " days";
}

/// Cumulative loans: a twelfth a month and so on, or by the day over a year of 365 unless named.
std::string read_cumulative_interest(const json& json_terms, scheduling::Terms& terms) {
  const std::string year = text_of(json_terms, "days_in_year", "ACTUAL");
  const bool in_days = terms.dues.every.unit == PeriodUnit::Day;
  if (terms.rate.e8 == 0) return "";
  if (text_of(json_terms, "interest_calculation_period", "") != "DAILY") {
    if (!in_days || year == "365" || year == "ACTUAL") return "";
    terms.rate.basis = base::RateBasis::PerYear360;
    return year == "360" ? "" : "a year of " + year + " days";
  }
  if (terms.dues.every.unit == PeriodUnit::Month && terms.method != Method::FlatInterest &&
      text_of(json_terms, "days_in_month", "ACTUAL") == "30") {
    return year == "360" ? "" : "months of 30 days in a year that is not of 360";
  }
  terms.day_count = year == "ACTUAL" ? DayCount::Act365Fixed : daily_count(year);
  if (!terms.day_count) return "a year of " + year + " days";
  if (terms.method == Method::LevelPayment && terms.dues.every.unit == PeriodUnit::Month) {
    terms.level_basis = scheduling::LevelBasis::MonthsOf30Days;
  }
  return "";
}

std::string read_method(const json& json_terms, scheduling::Terms& terms) {
  if (text_of(json_terms, "schedule_type", "CUMULATIVE") == "PROGRESSIVE") {
    if (terms.rate.e8 == 0) {
      terms.later_disbursement = scheduling::LaterDisbursement::AddedOnTop;
      return "";
    }
    terms.method = Method::LevelPayment;
    terms.emi_adjust = scheduling::EmiAdjust::Fineract;
    return read_progressive_interest(json_terms, terms);
  }
  const std::string amortization = text_of(json_terms, "amortization", "EQUAL_INSTALLMENTS");
  if (text_of(json_terms, "interest_method", "FLAT") == "FLAT") {
    terms.method = Method::FlatInterest;
    terms.later_disbursement = scheduling::LaterDisbursement::SpreadOverAll;
  } else if (amortization == "EQUAL_PRINCIPAL") {
    terms.method = Method::EqualPrincipal;
  } else {
    terms.method = Method::LevelPayment;
  }
  return read_cumulative_interest(json_terms, terms);
}

void read_money(const json& json_terms, base::Currency currency, scheduling::Terms& terms) {
  const int digits = currency.exponent();
  std::int64_t sum = 0;
  for (const json& one : json_terms.at("disbursements")) {
    terms.disbursements.push_back({day_of(one.at("date")), minor_of(one.at("amount"), digits)});
    sum += terms.disbursements.back().amount_minor;
  }
  terms.principal = {sum, currency};
  terms.disbursed_on = json_terms.contains("schedule_start") ? day_of(json_terms["schedule_start"])
                                                             : terms.disbursements.front().date;
  for (const json& charge : json_terms.value("charges", json::array())) {
    terms.fees.push_back({day_of(charge.at("due")), minor_of(charge.at("amount"), digits)});
  }
  terms.down_payment_e8 = e8_of_percent(text_of(json_terms, "down_payment_percent", "0"));
  const json multiple = text_of(json_terms, "installment_multiples_of", "0");
  terms.multiples_of_minor = minor_of(multiple, digits);
}

}  // namespace

bool is_fineract_file(const json& content) {
  return has_keys(first_of(content, "scenarios"), {"name", "terms", "schedule"});
}

base::Day day_of(const json& text) {
  const auto day = base::parse_day(text.get<std::string>());
  CHECK(day.has_value(), "{} is no date", text.dump());
  return *day;
}

std::int64_t minor_of(const json& text, int digits) {
  std::string written = text.is_string() ? text.get<std::string>() : text.dump();
  std::size_t point = written.find('.');
  if (point == std::string::npos) {
    point = written.size();
    written += '.';
  }
  written.resize(std::max(written.size(), point + 1 + static_cast<std::size_t>(digits)), '0');
  CHECK(written.find_first_not_of('0', point + 1 + static_cast<std::size_t>(digits)) ==
            std::string::npos,
        "{} has more than {} decimals", written, digits);
  written.resize(point + 1 + static_cast<std::size_t>(digits));
  written.erase(point, 1);
  return std::stoll(written);
}

FineractTerms read_fineract_terms(const json& json_terms) {
  FineractTerms read;
  scheduling::Terms& terms = read.terms;
  const std::optional<PeriodUnit> unit = unit_of(json_terms);
  if (!unit) return {{}, "periods of " + text_of(json_terms, "period_unit", "")};
  if (text_of(json_terms, "rounding", "HALF_EVEN") != "HALF_EVEN") return {{}, "another rounding"};

  read_money(json_terms, currency_of(json_terms), terms);
  terms.installment_count = whole_of(json_terms, "periods", 1);
  terms.dues = scheduling::order_mode(
      terms.disbursed_on, {.count = whole_of(json_terms, "repay_every", 1), .unit = *unit});
  if (text_of(json_terms, "fixed_length_days", "") != "") {
    terms.last_due_on =
        base::plus_days(terms.disbursed_on, whole_of(json_terms, "fixed_length_days", 0));
  }
  terms.rate = {e8_of_percent(text_of(json_terms, "annual_rate_percent", "0")),
                base::RateBasis::PerYear365};
  terms.grace = {.principal = whole_of(json_terms, "grace_on_principal", 0),
                 .interest = whole_of(json_terms, "grace_on_interest", 0),
                 .interest_free = whole_of(json_terms, "interest_free_periods", 0)};
  terms.split_rule = {base::Rounding::HalfEven, scheduling::Remainder::Last};
  terms.interest_rounding = base::Rounding::HalfEven;
  terms.principal_minor_min = 0;
  read.out_of_scope = read_method(json_terms, terms);
  return read;
}

bool is_penalty(const json& charge) {
  const std::string name = charge.at("charge").get<std::string>();
  return name.contains("NSF") || name.contains("PENALTY");
}

std::vector<FineractRow> rows_of(const scheduling::Schedule& schedule, const json& terms) {
  std::vector<FineractRow> rows;
  base::Day start = schedule.disbursed_on;
  for (const scheduling::Installment& one : schedule.installments) {
    rows.push_back({.due = one.due,
                    .days = one.is_upfront ? 0 : base::days_between(start, one.due),
                    .principal = one.principal_minor,
                    .interest = one.interest_minor,
                    .fees = one.fee_minor,
                    .penalties = 0,
                    .balance = one.balance_minor});
    if (!one.is_upfront) start = one.due;
  }
  for (const json& charge : terms.value("charges", json::array())) {
    if (!is_penalty(charge)) continue;
    const auto index = installment_carrying(schedule, day_of(charge.at("due")));
    CHECK(index.has_value(), "a charge that no installment carries");
    const std::int64_t amount = minor_of(charge.at("amount"), digits_of(terms));
    rows[*index].fees -= amount;
    rows[*index].penalties += amount;
  }
  return rows;
}

void expect_rows(Case& one, const std::vector<FineractRow>& ours, const json& scenario) {
  const json& theirs = scenario.at("schedule");
  const int digits = digits_of(scenario.at("terms"));
  one.expect("rows", std::int64_t{std::ssize(ours)}, std::int64_t{std::ssize(theirs)});
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    const json& row = theirs[i];
    const std::string n = fmt::format("row {} ", i + 1);
    one.expect(n + "due", base::to_string(ours[i].due), row.at("due").get<std::string>());
    if (row.contains("days"))
      one.expect(n + "days", std::int64_t{ours[i].days}, row["days"].get<std::int64_t>());
    const auto amount = [&](const char* field, std::int64_t value) {
      if (!row.contains(field)) return;
      one.expect(n + field, base::to_decimal(value, digits),
                 base::to_decimal(minor_of(row[field], digits), digits));
    };
    amount("principal", ours[i].principal);
    amount("interest", ours[i].interest);
    amount("fees", ours[i].fees);
    amount("penalties", ours[i].penalties);
    amount("total", ours[i].total());
    amount("balance", ours[i].balance);
  }
}

}  // namespace tests::conformance
