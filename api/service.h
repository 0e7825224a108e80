// The HTTP service: merchants fetch their statements. docs/api.md describes it for users.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/connections.h"

namespace api {

struct ServiceOptions {
  std::string host = "127.0.0.1";
  int port = 8080;          ///< 0: any free one
  std::size_t workers = 8;  ///< database connections, so statements at once
  std::string conninfo;     ///< a migrated database
  ConnectionLimits limits = {};
};

class Service {
 public:
  explicit Service(ServiceOptions options);
  ~Service();

  /// Takes the port. Returns the one it got; throws when it can't be had.
  int bind();
  /// Serves until `stop`.
  void run();
  /// From any thread, also before `run`: responses under way are finished.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// "127.0.0.1:8080", ":8080", "[::1]:8080" or "8080".
struct ListenAddress {
  std::string host;
  int port;
};
std::optional<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace api
