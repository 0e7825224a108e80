// What goes wrong over HTTP, as RFC 9457 says it. docs/errors.md lists every code.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace api {

inline constexpr const char* kProblemType = "application/problem+json";

/// A field of the request that is wrong: its name, what was given, and the rule.
struct FieldError {
  std::string field;
  std::string value;
  std::string rule;
};

struct Problem {
  int status = 500;
  std::string code;    ///< stable, for programs
  std::string detail;  ///< a sentence, for people
  std::string field = {};
  std::string value = {};
  std::string rule = {};
  int retry_after_seconds = 0;  ///< above 0: told to the client
};

/// {"type":"about:blank","title":…,"status":…,"code":…,"detail":…,"errors":[{field,value,rule}]}
std::string to_json(const Problem& problem);

std::string_view title_of(int status);

/// Every code there is, for the test that compares docs/errors.md.
std::span<const std::string_view> problem_codes();

Problem unauthenticated();
Problem key_of_another_merchant();
Problem scope_missing(std::string_view scope);
Problem not_found();
Problem merchant_unknown(const std::string& ref);
Problem method_not_allowed(const std::string& method);
Problem not_acceptable();
Problem body_not_accepted();
Problem request_malformed();
Problem request_too_large();
Problem request_too_slow();
Problem uri_too_long();
Problem parameter_invalid(std::string field, std::string value, std::string rule);
Problem too_many_requests();
Problem too_many_connections();
Problem unavailable();
Problem book_missing();
Problem internal_error();

}  // namespace api
