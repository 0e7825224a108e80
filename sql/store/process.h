// Doing things as another user of the system: PostgreSQL refuses to run as root, so a root that
// runs fenqi hands its server to somebody else.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace store {

struct OsUser {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;

  static OsUser current();
  static std::optional<OsUser> find(const std::string& name);
  static std::optional<OsUser> find(uid_t uid);
};

/// Runs `work` with that user's rights, in a child process unless we are that user already, and
/// hands back the string it returns. What it throws comes out as Unavailable with the same text.
std::string as_user(const OsUser& user, const std::function<std::string()>& work);

struct Finished {
  int status = -1;     ///< exit status; -1 if it was killed or couldn't be run
  std::string output;  ///< standard output and standard error, mixed
};

/// Runs a program to its end as that user. It dies with us.
Finished run_as(const OsUser& user, const std::vector<std::string>& command);

/// Starts a server as that user: in `directory`, in a session of its own, with its output appended
/// to `log`, and not our child, so that it outlives us and leaves no zombie. Returns its process
/// id.
pid_t start_daemon_as(const OsUser& user, const std::vector<std::string>& command,
                      const std::filesystem::path& directory, const std::filesystem::path& log);

/// The processes of PostgreSQL whose working directory is `directory`; needs the rights of their
/// user. A server's own process comes with its children.
std::vector<pid_t> postgres_processes_in(const std::filesystem::path& directory);

}  // namespace store
