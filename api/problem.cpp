#include "api/problem.h"

#include <array>
#include <nlohmann/json.hpp>

namespace api {
namespace {

constexpr std::array kCodes = std::to_array<std::string_view>({
    "REQUEST_MALFORMED",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "SCOPE_MISSING",
    "NOT_FOUND",
    "MERCHANT_UNKNOWN",
    "METHOD_NOT_ALLOWED",
    "NOT_ACCEPTABLE",
    "REQUEST_TIMEOUT",
    "BODY_NOT_ACCEPTED",
    "URI_TOO_LONG",
    "PARAMETER_INVALID",
    "TOO_MANY_REQUESTS",
    "REQUEST_TOO_LARGE",
    "INTERNAL_ERROR",
    "TOO_MANY_CONNECTIONS",
    "DATABASE_UNAVAILABLE",
    "BOOK_MISSING",
});

}  // namespace

std::span<const std::string_view> problem_codes() { return kCodes; }

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 413:
      return "Payload Too Large";
    case 414:
      return "URI Too Long";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

std::string to_json(const Problem& problem) {
  nlohmann::ordered_json json = {{"type", "about:blank"},
                                 {"title", title_of(problem.status)},
                                 {"status", problem.status},
                                 {"code", problem.code},
                                 {"detail", problem.detail}};
  if (!problem.field.empty()) {
    json["errors"] = nlohmann::ordered_json::array(
        {{{"field", problem.field}, {"value", problem.value}, {"rule", problem.rule}}});
  }
  // What a client sent may not be UTF-8.
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Problem unauthenticated() {
  return {401, "UNAUTHENTICATED",
          "A valid API key is needed: Authorization: Bearer fq_… (fenqi key create makes one)."};
}
Problem key_of_another_merchant() {
  return {403, "FORBIDDEN", "This API key belongs to another merchant."};
}
Problem scope_missing(std::string_view scope) {
  return {403, "SCOPE_MISSING",
          "This API key may not do this: it needs the scope " + std::string(scope) + "."};
}
Problem not_found() { return {404, "NOT_FOUND", "There is nothing at this address."}; }
Problem merchant_unknown(const std::string& ref) {
  return {404, "MERCHANT_UNKNOWN", "There is no merchant \"" + ref + "\"."};
}
Problem method_not_allowed(const std::string& method) {
  return {405, "METHOD_NOT_ALLOWED", method + " is not possible here; GET and HEAD are."};
}
Problem not_acceptable() {
  return {406, "NOT_ACCEPTABLE",
          "Offered are application/json and text/csv, and of feeds application/x-ndjson."};
}
Problem body_not_accepted() { return {413, "BODY_NOT_ACCEPTED", "Requests have no body here."}; }
Problem request_malformed() { return {400, "REQUEST_MALFORMED", "This is no HTTP request."}; }
Problem request_too_large() {
  return {431, "REQUEST_TOO_LARGE", "The request line and headers are too large."};
}
Problem request_too_slow() {
  return {408, "REQUEST_TIMEOUT", "The request took too long to arrive."};
}
Problem uri_too_long() { return {414, "URI_TOO_LONG", "The address is too long."}; }
Problem parameter_invalid(std::string field, std::string value, std::string rule) {
  std::string detail = field + " " + rule + ".";
  return {422,
          "PARAMETER_INVALID",
          std::move(detail),
          std::move(field),
          std::move(value),
          std::move(rule)};
}
Problem too_many_requests() {
  Problem problem{429, "TOO_MANY_REQUESTS",
                  "This key has as many requests under way as it may have at once."};
  problem.retry_after_seconds = 1;
  return problem;
}
Problem too_many_connections() {
  Problem problem{503, "TOO_MANY_CONNECTIONS", "The server has as many connections as it can."};
  problem.retry_after_seconds = 1;
  return problem;
}
Problem unavailable() {
  Problem problem{503, "DATABASE_UNAVAILABLE", "The books can't be reached at the moment."};
  problem.retry_after_seconds = 1;
  return problem;
}
Problem book_missing() {
  Problem problem{503, "BOOK_MISSING", "The database has no book yet."};
  problem.retry_after_seconds = 30;
  return problem;
}
Problem internal_error() {
  return {500, "INTERNAL_ERROR", "Something broke here; the server's log says what."};
}

}  // namespace api
