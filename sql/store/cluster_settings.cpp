#include "sql/store/cluster_settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace store {
namespace {

constexpr std::int64_t kMiB = 1024 * 1024;

std::int64_t in_mib(std::int64_t bytes, std::int64_t low, std::int64_t high) {
  return std::clamp(bytes / kMiB, low, high);
}

// A quoted setting that holds one directory of a list: quoted once as a list element, once as a
// string.
std::string quoted_directory(const std::string& path) {
  std::string quoted;
  for (const char c : path) {
    if (c == '"' || c == '\'' || c == '\\') quoted += c;
    quoted += c;
  }
  return fmt::format("'\"{}\"'", quoted);
}

}  // namespace

Machine Machine::here(const std::filesystem::path& data) {
  Machine machine;
  machine.memory_bytes =
      static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  std::int64_t limit = 0;  // absent, or the word "max": no limit
  if (std::ifstream file("/sys/fs/cgroup/memory.max"); file >> limit && limit > 0) {
    machine.memory_bytes = std::min(machine.memory_bytes, limit);
  }
  std::error_code ignored;
  machine.free_disk_bytes =
      static_cast<std::int64_t>(std::filesystem::space(data, ignored).available);
  machine.processors = std::max(1, static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)));
  return machine;
}

std::string cluster_settings(const Machine& machine, const std::filesystem::path& socket_directory,
                             bool durable) {
  const std::int64_t memory = machine.memory_bytes;
  std::string text = "# Written by fenqi at each start: don't edit, use ALTER SYSTEM.\n";
  const auto set = [&text](std::string_view name, std::string_view value) {
    text += fmt::format("{} = {}\n", name, value);
  };
  const auto set_mib = [&](std::string_view name, std::int64_t mib) {
    set(name, fmt::format("{}MB", mib));
  };

  // Who can connect: whoever can enter the socket's directory, and pg_hba.conf says as whom.
  set("listen_addresses", "''");
  set("port", "5432");
  set("unix_socket_directories", quoted_directory(socket_directory.string()));
  set("unix_socket_permissions", "0700");
  set("max_connections", "50");
  set("cluster_name", "'fenqi'");

  // Memory. A quarter of the machine, but the buffers of a small one go to its other programs.
  set_mib("shared_buffers",
          durable ? in_mib(memory < 1024 * kMiB ? memory / 8 : memory / 4, 32, 4096) : 128);
  set_mib("effective_cache_size", in_mib(memory / 2, 64, 65536));
  set_mib("maintenance_work_mem", in_mib(memory / 16, 16, 512));
  set_mib("work_mem", in_mib(memory / 128, 4, 64));
  set("dynamic_shared_memory_type", "mmap");  // a small /dev/shm is no obstacle
  set("max_parallel_workers", std::to_string(machine.processors));
  set("max_parallel_workers_per_gather", std::to_string(std::min(2, machine.processors)));

  // The log. Rare checkpoints write each page less often; a small disk can't hold that much log.
  set_mib("max_wal_size", in_mib(machine.free_disk_bytes / 8, 128, 4096));
  set_mib("min_wal_size", in_mib(machine.free_disk_bytes / 64, 80, 512));
  set("checkpoint_timeout", "15min");
  set("wal_compression", "lz4");
  set("fsync", durable ? "on" : "off");
  set("synchronous_commit", "on");
  set("full_page_writes", durable ? "on" : "off");

  // Plans. Statements are prepared while the tables are empty, so a plan is made for each run; and
  // compiling one costs more than our statements take.
  set("plan_cache_mode", "force_custom_plan");
  set("jit", "off");
  set("random_page_cost", "1.1");
  set("autovacuum", "on");

  set("timezone", "'UTC'");
  set("log_timezone", "'UTC'");
  set("datestyle", "'iso, ymd'");
  set("lc_messages", "'C'");
  set("logging_collector", "off");
  set("log_line_prefix", "'%m [%p] %q%u@%d '");
  set("log_checkpoints", "off");
  return text;
}

}  // namespace store
