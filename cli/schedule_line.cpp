#include "cli/schedule_line.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/json_fields.h"
#include "cli/line_writer.h"
#include "scheduling/annual_rate.h"
#include "scheduling/schedule.h"

namespace cli {
namespace {

/// `id` is JSON already.
void render(const std::string& id, const scheduling::Schedule& schedule,
            const scheduling::AnnualRates& rates, std::string& text) {
  text.append(R"({"id":)").append(id).append(R"(,"installments":[)");
  LineWriter line(text, schedule.currency.exponent());
  for (const scheduling::Installment& i : schedule.installments) {
    if (&i != schedule.installments.data()) line.raw(",");
    line.raw(R"({"number":)").whole(static_cast<std::uint64_t>(i.number));
    line.raw(R"(,"due_on":")").day(i.due);
    line.raw(R"(","principal":")").amount(i.principal_minor);
    line.raw(R"(","interest":")").amount(i.interest_minor);
    line.raw(R"(","fee":")").amount(i.fee_minor);
    line.raw(R"(","total":")").amount(i.total_minor());
    line.raw(R"(","balance":")").amount(i.balance_minor);
    line.raw(i.is_upfront ? R"(","upfront":true})" : R"("})");
    line.end_row();
  }
  const std::int64_t principal = schedule.principal_minor();
  const std::int64_t interest = schedule.interest_minor();
  const std::int64_t fee = schedule.fee_minor();
  line.raw(R"(],"totals":{"principal":")").amount(principal);
  line.raw(R"(","interest":")").amount(interest);
  line.raw(R"(","fee":")").amount(fee);
  line.raw(R"(","total":")").amount(principal + interest + fee);
  line.raw(R"("},"annual_rate_percent":{"nominal":)").rate(rates.nominal, 2);
  line.raw(R"(,"irr_effective":)").rate(rates.irr_effective, 2);
  line.raw(R"(,"reg_z":)").rate(rates.reg_z, 2);
  line.raw(R"(,"eu":)").rate(rates.eu, 1);
  line.raw(R"(,"act365_effective":)").rate(rates.act365_effective, 2);
  line.raw("}}").end_row();
}

/// `id` is JSON already.
std::string failure(const std::string& id, const Problem& problem) {
  nlohmann::ordered_json error;
  error["error"]["code"] = problem.code;
  if (!problem.field.empty()) error["error"]["field"] = problem.field;
  error["error"]["detail"] = problem.detail;
  const std::string text = error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return fmt::format("{{\"id\":{},{}", id, text.substr(1));
}

}  // namespace

bool append_schedule_line(std::string_view line, const FindCalendar& find_calendar,
                          std::string& text) {
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
    if (!schedule) throw problem_of(schedule.error(), terms);
    render(id, *schedule, scheduling::annual_rates(*schedule, terms), text);
    return true;
  } catch (const Problem& problem) {
    text += failure(id, problem);
    return false;
  }
}

void append_line_too_long(std::size_t max, std::string& text) {
  text += failure("null", {"line_too_long", "", fmt::format("a line has at most {} bytes", max)});
}

}  // namespace cli
