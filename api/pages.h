// What needs no key: the page for who opens the server's address, and the description for programs.
#pragma once

#include <string>

namespace api {

std::string landing_page();
std::string openapi();  ///< OpenAPI 3.1, as JSON

}  // namespace api
