#include "sql/store/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "sql/store/database.h"

namespace store {
namespace {

[[noreturn]] void fail(std::string_view what) {
  throw Unavailable(fmt::format("{}: {}", what, std::strerror(errno)));
}

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) fail("can't make a pipe");
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }
  int writer() const { return ends_[1]; }

  void close_writer() {
    ::close(ends_[1]);
    ends_[1] = -1;
  }

  std::string read_all() {
    std::string all;
    std::array<char, 4096> buffer{};
    while (true) {
      const ssize_t n = ::read(ends_[0], buffer.data(), buffer.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return all;
      all.append(buffer.data(), static_cast<std::size_t>(n));
    }
  }

 private:
  std::array<int, 2> ends_ = {-1, -1};
};

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(file, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

pid_t fork_or_throw() {
  const pid_t child = ::fork();
  if (child < 0) fail("can't start a process");
  return child;
}

// In a child only. There is no way back.
void become(const OsUser& user) {
  if (::geteuid() == user.uid) return;
  if (::initgroups(user.name.c_str(), user.gid) != 0 || ::setgid(user.gid) != 0 ||
      ::setuid(user.uid) != 0) {
    fail(fmt::format("can't run as {}", user.name));
  }
}

// In a child only. PostgreSQL's programs take no setting from the caller's environment, speak
// English (we read their messages) and start with plain signals.
void set_up_environment() {
  for (const char* name : {"PGDATA", "PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGDATABASE",
                           "PGOPTIONS", "PGSERVICE", "PGSSLMODE", "LANGUAGE"}) {
    ::unsetenv(name);
  }
  ::setenv("LC_ALL", "C", 1);
  ::setenv("TZ", "UTC", 1);
  ::umask(077);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGINT, SIG_DFL);
}

[[noreturn]] void execute(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  const std::string text = fmt::format("can't run {}: {}\n", command[0], std::strerror(errno));
  write_all(STDERR_FILENO, text);
  ::_exit(127);
}

void redirect(int from, int to) {
  if (::dup2(from, to) < 0) ::_exit(126);
}

OsUser from_entry(const passwd& entry) { return {entry.pw_uid, entry.pw_gid, entry.pw_name}; }

}  // namespace

OsUser OsUser::current() {
  const uid_t uid = ::geteuid();
  if (const auto user = find(uid)) return *user;
  throw Unavailable(fmt::format("user {} has no name on this system", uid));
}

std::optional<OsUser> OsUser::find(const std::string& name) {
  const passwd* entry = ::getpwnam(name.c_str());
  return entry == nullptr ? std::nullopt : std::optional(from_entry(*entry));
}

std::optional<OsUser> OsUser::find(uid_t uid) {
  const passwd* entry = ::getpwuid(uid);
  return entry == nullptr ? std::nullopt : std::optional(from_entry(*entry));
}

std::string as_user(const OsUser& user, const std::function<std::string()>& work) {
  if (::geteuid() == user.uid) return work();
  Pipe answer;
  const pid_t child = fork_or_throw();
  if (child == 0) {
    int status = 1;
    try {
      become(user);
      write_all(answer.writer(), work());
      status = 0;
    } catch (const std::exception& error) {
      write_all(answer.writer(), error.what());
    }
    ::_exit(status);
  }
  answer.close_writer();
  std::string text = answer.read_all();
  if (wait_for(child) != 0) throw Unavailable(text.empty() ? "a helper process died" : text);
  return text;
}

Finished run_as(const OsUser& user, const std::vector<std::string>& command) {
  Pipe output;
  const pid_t child = fork_or_throw();
  if (child == 0) {
    redirect(output.writer(), STDOUT_FILENO);
    redirect(output.writer(), STDERR_FILENO);
    try {
      become(user);
    } catch (const std::exception& error) {
      write_all(STDERR_FILENO, error.what());
      ::_exit(126);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::chdir("/") != 0) ::_exit(126);
    set_up_environment();
    execute(command);
  }
  output.close_writer();
  Finished finished;
  finished.output = output.read_all();
  finished.status = wait_for(child);
  return finished;
}

pid_t start_daemon_as(const OsUser& user, const std::vector<std::string>& command,
                      const std::filesystem::path& directory, const std::filesystem::path& log) {
  Pipe answer;
  const pid_t child = fork_or_throw();
  if (child == 0) {
    try {
      become(user);
      ::setsid();
      const int null = ::open("/dev/null", O_RDWR);
      const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
      if (file < 0) fail(fmt::format("can't write {}", log.string()));
      if (::chdir(directory.c_str()) != 0) fail(fmt::format("can't enter {}", directory.string()));
      const pid_t daemon = fork_or_throw();
      if (daemon != 0) {
        write_all(answer.writer(), std::to_string(daemon));
        ::_exit(0);
      }
      redirect(null, STDIN_FILENO);
      redirect(file, STDOUT_FILENO);
      redirect(file, STDERR_FILENO);
      ::close_range(3, ~0U, 0);
      set_up_environment();
      execute(command);
    } catch (const std::exception& error) {
      write_all(answer.writer(), error.what());
      ::_exit(1);
    }
  }
  answer.close_writer();
  const std::string text = answer.read_all();
  if (wait_for(child) != 0) throw Unavailable(text.empty() ? "a helper process died" : text);
  return static_cast<pid_t>(std::stol(text));
}

std::vector<pid_t> postgres_processes_in(const std::filesystem::path& directory) {
  struct stat wanted{};
  if (::stat(directory.c_str(), &wanted) != 0) return {};
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    // what is not ours to look at, or gone meanwhile, fails here
    struct stat actual{};
    if (::stat((entry.path() / "cwd").c_str(), &actual) != 0) continue;
    if (actual.st_dev != wanted.st_dev || actual.st_ino != wanted.st_ino) continue;
    std::error_code ignored;
    const auto program = std::filesystem::read_symlink(entry.path() / "exe", ignored);
    if (program.filename().string().starts_with("postgres")) found.push_back(pid);
  }
  return found;
}

}  // namespace store
