// What the embedded server is told when it starts: settings that suit the machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace store {

struct Machine {
  std::int64_t memory_bytes = 0;     ///< what we may use: the machine's, or our control group's
  std::int64_t free_disk_bytes = 0;  ///< where the data is
  int processors = 1;

  static Machine here(const std::filesystem::path& data);
};

/// The text of fenqi.conf, which postgresql.conf includes. Written anew at each start; what
/// somebody sets with ALTER SYSTEM wins over it.
/// A cluster that is not durable forgets its last commits when the machine (not the server)
/// fails: for tests.
std::string cluster_settings(const Machine& machine, const std::filesystem::path& socket_directory,
                             bool durable);

}  // namespace store
