#include "cli/schedule_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cli/json_fields.h"
#include "scheduling/annual_rate.h"
#include "scheduling/schedule.h"

namespace cli {
namespace {

/// Appends the pieces of a line; what a million lines spend most of their time on.
class LineWriter {
 public:
  explicit LineWriter(int exponent) : exponent_(exponent) { text_.reserve(4096); }

  LineWriter& raw(std::string_view text) {
    text_ += text;
    return *this;
  }
  LineWriter& number(std::int64_t value) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    text_.append(digits.begin(), end);
    return *this;
  }
  /// ,"name":"12.30"
  LineWriter& amount(std::string_view key, std::int64_t minor) {
    raw(key);
    if (minor < 0) text_ += '-';
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), std::abs(minor)).ptr;
    const auto count = static_cast<int>(end - digits.begin());
    const int whole = std::max(count - exponent_, 0);
    if (whole == 0) text_ += '0';
    text_.append(digits.data(), static_cast<std::size_t>(whole));
    if (exponent_ > 0) {
      text_ += '.';
      text_.append(static_cast<std::size_t>(std::max(exponent_ - count, 0)), '0');
      text_.append(digits.data() + whole, static_cast<std::size_t>(count - whole));
    }
    text_ += '"';
    return *this;
  }
  LineWriter& rate(std::string_view key, std::optional<double> percent, int decimals) {
    raw(key);
    if (!percent) return raw("null");
    text_ += '"';
    text_ += scheduling::disclosed(*percent, decimals);
    text_ += '"';
    return *this;
  }
  std::string take() { return std::move(text_); }

 private:
  int exponent_;
  std::string text_;
};

std::string render(const std::string& id, const scheduling::Schedule& schedule,
                   const scheduling::AnnualRates& rates) {
  LineWriter line(schedule.currency.exponent());
  line.raw(R"({"id":)").raw(id).raw(R"(,"installments":[)");
  for (const scheduling::Installment& i : schedule.installments) {
    line.raw(&i == schedule.installments.data() ? R"({"number":)" : R"(,{"number":)")
        .number(i.number)
        .raw(R"(,"due_on":")")
        .raw(base::to_string(i.due))
        .amount(R"(","principal":")", i.principal_minor)
        .amount(R"(,"interest":")", i.interest_minor)
        .amount(R"(,"fee":")", i.fee_minor)
        .amount(R"(,"total":")", i.total_minor())
        .amount(R"(,"balance":")", i.balance_minor)
        .raw(i.is_upfront ? R"(,"upfront":true})" : "}");
  }
  const std::int64_t principal = schedule.principal_minor();
  const std::int64_t interest = schedule.interest_minor();
  const std::int64_t fee = schedule.fee_minor();
  line.amount(R"(],"totals":{"principal":")", principal)
      .amount(R"(,"interest":")", interest)
      .amount(R"(,"fee":")", fee)
      .amount(R"(,"total":")", principal + interest + fee)
      .rate(R"(},"annual_rate_percent":{"nominal":)", rates.nominal, 2)
      .rate(R"(,"irr_effective":)", rates.irr_effective, 2)
      .rate(R"(,"reg_z":)", rates.reg_z, 2)
      .rate(R"(,"eu":)", rates.eu, 1)
      .rate(R"(,"act365_effective":)", rates.act365_effective, 2)
      .raw("}}");
  return line.take();
}

/// `id` is JSON already.
ScheduleLine failure(const std::string& id, const Problem& problem) {
  nlohmann::ordered_json error;
  error["error"]["code"] = problem.code;
  if (!problem.field.empty()) error["error"]["field"] = problem.field;
  error["error"]["detail"] = problem.detail;
  const std::string text = error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return {fmt::format("{{\"id\":{},{}", id, text.substr(1)), true};
}

}  // namespace

ScheduleLine schedule_line(std::string_view line, const FindCalendar& find_calendar) {
  std::string id = "null";
  try {
    const Json parsed = parse_json(line);
    if (parsed.type != Json::Type::Object) {
      throw Problem{"not_an_object", "", "a line is one JSON object"};
    }
    Fields fields(parsed, "");
    const Json& written_id = fields.require("id");
    if (written_id.type != Json::Type::String && written_id.type != Json::Type::Integer) {
      throw Problem{"wrong_type", "id", "\"id\" must be a string or a whole number"};
    }
    id = written_id.written();
    const scheduling::Terms terms = read_terms(fields, find_calendar);
    const auto schedule = scheduling::make_schedule(terms);
    if (!schedule) return failure(id, problem_of(schedule.error(), terms));
    return {render(id, *schedule, scheduling::annual_rates(*schedule, terms)), false};
  } catch (const Problem& problem) {
    return failure(id, problem);
  }
}

ScheduleLine schedule_line_too_long(std::size_t max) {
  return failure("null", {"line_too_long", "", fmt::format("a line has at most {} bytes", max)});
}

}  // namespace cli
