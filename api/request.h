// Reading a request strictly: the path, the parameters, what the client accepts, its key.
#pragma once

#include <httplib.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace api {

/// The segments of the path, percent-decoded each: "/v1/a%2Fb" is {"v1", "a/b"}. Nothing if a
/// segment is no valid UTF-8 without control characters.
std::optional<std::vector<std::string>> path_segments(const std::string& target);

bool is_plain_utf8(std::string_view text);

/// What of `offered` the Accept header likes best; ties go to the first. Nothing: none of it.
std::optional<std::size_t> preferred(const std::string& accept,
                                     const std::vector<std::string_view>& offered);

/// The API key from Authorization: Bearer or X-Api-Key; empty if there is none.
std::string api_key_of(const httplib::Request& request);

/// Whether If-None-Match names this tag (weak comparison).
bool names_etag(const std::string& if_none_match, std::string_view etag);

}  // namespace api
