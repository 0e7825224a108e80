// GET /v1/limit-changes: a page of the feed of limit changes.
#pragma once

#include <httplib.h>

#include <optional>

#include "api/problem.h"
#include "sql/store/session.h"

namespace api {

/// Fills the response, or says why not. Whose key it is was checked before.
std::optional<Problem> answer_limit_changes(const httplib::Request& request,
                                            httplib::Response& response, store::Session& session);

}  // namespace api
