#include "sql/store/cluster.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>
#include <vector>

#include "sql/store/cluster_settings.h"
#include "sql/store/database.h"
#include "sql/store/rows.h"
#include "sql/store/session.h"

namespace fs = std::filesystem;

namespace store {

struct Cluster::Place {
  fs::path home;       // as an absolute path without symbolic links
  fs::path directory;  // the cluster: HOME/postgres, or where that links to
  fs::path data;
  fs::path log;
  fs::path socket_directory;
  OsUser user;  // whom the server runs as
  bool exists = false;
  bool is_noted = true;  // a cluster elsewhere knows its HOME
};

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int kOldestVersion = 15;
constexpr std::string_view kSocketName = ".s.PGSQL.5432";
constexpr std::size_t kSocketPathMax = 107;  // sockaddr_un.sun_path less its final zero
constexpr std::uintmax_t kLogSizeMax = 16 * 1024 * 1024;
constexpr auto kPoll = 20ms;
constexpr auto kOrphanPatience = 5s;
// Recovery after a crash reads up to max_wal_size of log; a slow disk takes minutes for it.
constexpr auto kPatience = 15min;

bool is_root() { return ::geteuid() == 0; }

std::string hash_of(const fs::path& path) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: a name, not a secret
  for (const char c : path.string()) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return fmt::format("{:016x}", hash);
}

std::string read_text(const fs::path& path, std::uintmax_t from = 0) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(from));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Replaces a file as a whole, so that a full disk doesn't leave half of it.
void write_text(const fs::path& path, std::string_view text) {
  const fs::path fresh = path.string() + ".new";
  const int file =
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  bool good = file >= 0;
  while (good && !text.empty()) {
    const ssize_t n = ::write(file, text.data(), text.size());
    good = n > 0 || errno == EINTR;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
  good = good && ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (good && ::rename(fresh.c_str(), path.c_str()) == 0) return;
  throw Unavailable(
      fmt::format("can't write {}: {}", path.string(), std::strerror(good ? errno : error)));
}

// What PostgreSQL or the system said, with the reason in front when it is that the disk is full.
std::string explained(const std::string& text, const fs::path& directory) {
  std::error_code unknown;
  const auto space = fs::space(directory, unknown);
  const bool is_full = text.find("No space left on device") != std::string::npos ||
                       (!unknown && space.available < 1024 * 1024);
  if (!is_full) return text;
  return fmt::format("no space left on the disk of {} ({} MB free): {}", directory.string(),
                     unknown ? 0 : space.available / (1024 * 1024), text);
}

// Holds the data directory's lock. The kernel lets go of it when the holder dies, however it does.
class HomeLock {
 public:
  explicit HomeLock(const fs::path& home) {
    const fs::path path = home / "lock";
    file_ = ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (file_ < 0) {
      throw Unavailable(
          explained(fmt::format("can't open {}: {}", path.string(), std::strerror(errno)), home));
    }
    const auto deadline = steady_clock::now() + kPatience;
    while (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      if (steady_clock::now() > deadline) {
        ::close(file_);
        throw Unavailable(fmt::format("another fenqi has held {} for too long", path.string()));
      }
      std::this_thread::sleep_for(kPoll);
    }
  }
  HomeLock(const HomeLock&) = delete;
  HomeLock& operator=(const HomeLock&) = delete;
  ~HomeLock() { ::close(file_); }

 private:
  int file_ = -1;
};

// A zombie is dead, even if nobody has buried it (process 1 of a container may not).
bool is_alive(pid_t pid) {
  const std::string stat = read_text(fmt::format("/proc/{}/stat", pid));
  const auto name_end = stat.rfind(") ");
  return name_end != std::string::npos && name_end + 2 < stat.size() && stat[name_end + 2] != 'Z' &&
         stat[name_end + 2] != 'X';
}

std::vector<pid_t> processes_of(const OsUser& user, const fs::path& data) {
  const std::string text = as_user(user, [&] {
    std::string pids;
    for (const pid_t pid : postgres_processes_in(data)) pids += fmt::format("{}\n", pid);
    return pids;
  });
  std::vector<pid_t> pids;
  for (const std::string& line : lines_of(text)) pids.push_back(std::stoi(line));
  return pids;
}

// The server's process, if it runs. postmaster.pid alone proves nothing: it survives a kill, its
// number may belong to another process by now, and a copied directory has the original's.
pid_t server_process(const OsUser& user, const fs::path& data) {
  const auto lines = lines_of(read_text(data / "postmaster.pid"));
  pid_t pid = 0;
  if (lines.empty()) return 0;
  std::from_chars(lines[0].data(), lines[0].data() + lines[0].size(), pid);
  if (pid <= 1 || !is_alive(pid)) return 0;
  const auto processes = processes_of(user, data);
  return std::ranges::find(processes, pid) == processes.end() ? 0 : pid;
}

// A socket's path must be short; and neither libpq's list of hosts nor a setting that is a list can
// hold every character that a directory's name may.
bool can_hold_socket(const fs::path& directory) {
  const std::string path = directory.string();
  return path.size() + 1 + kSocketName.size() <= kSocketPathMax &&
         path.find_first_of(",\"'\\\n\r\t") == std::string::npos;
}

fs::path choose_socket_directory(const fs::path& cluster) {
  if (const fs::path inside = cluster / "socket"; can_hold_socket(inside)) return inside;
  if (is_root()) return fs::path("/run") / ("fenqi-" + hash_of(cluster));
  return fs::path("/tmp") / fmt::format("fenqi-{}-{}", ::geteuid(), hash_of(cluster));
}

// The directory must be the server's alone: in /tmp, somebody else may have been there first.
void make_socket_directory(const OsUser& user, const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0) {
    if (::lchown(directory.c_str(), user.uid, user.gid) != 0) {
      throw Unavailable(fmt::format("can't give {} to {}: {}", directory.string(), user.name,
                                    std::strerror(errno)));
    }
  } else if (errno != EEXIST) {
    throw Unavailable(
        explained(fmt::format("can't make {}: {}", directory.string(), std::strerror(errno)),
                  directory.parent_path()));
  }
  struct stat found{};
  if (::lstat(directory.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) ||
      found.st_uid != user.uid || (found.st_mode & 0077) != 0) {
    throw Unavailable(
        fmt::format("{} must be a directory of {} that nobody else can enter; remove it",
                    directory.string(), user.name));
  }
}

fs::path newest_programs() {
  int newest = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const std::string name = entry.path().filename();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    if (fs::exists(entry.path() / "bin" / "postgres")) newest = std::max(newest, version);
  }
  if (newest >= kOldestVersion) return fmt::format("/usr/lib/postgresql/{}/bin", newest);
  throw Unavailable(
      "PostgreSQL 15 or newer is not installed (looked in /usr/lib/postgresql): apt-get install "
      "postgresql-15, or name a server in FENQI_DATABASE_URL");
}

fs::path programs_of(const fs::path& data) {
  const auto version = lines_of(read_text(data / "PG_VERSION"));
  if (version.empty()) return newest_programs();
  const fs::path programs = fs::path("/usr/lib/postgresql") / version[0] / "bin";
  if (fs::exists(programs / "postgres")) return programs;
  throw Unavailable(
      fmt::format("the database in {} was made by PostgreSQL {}, which is not installed",
                  data.string(), version[0]));
}

std::string quoted_value(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string conninfo_of(const fs::path& socket_directory, const std::string& database,
                        const std::string& role) {
  return fmt::format(
      "host={} port=5432 dbname={} user={} client_encoding=UTF8 application_name=fenqi",
      quoted_value(socket_directory.string()), quoted_value(database), quoted_value(role));
}

// Where the server listens: in the directory we would choose, or, when it was started by somebody
// for whom the choice was another, in the one it wrote down; but a copied directory has the note of
// the original's server.
fs::path live_socket_directory(const OsUser& user, const fs::path& data, const fs::path& chosen) {
  std::error_code unknown;
  if (fs::exists(chosen / kSocketName, unknown)) return chosen;
  const auto lines = lines_of(read_text(data / "postmaster.pid"));
  if (lines.size() >= 5 && !lines[4].empty() &&
      fs::exists(fs::path(lines[4]) / kSocketName, unknown) && server_process(user, data) != 0) {
    return lines[4];
  }
  return chosen;
}

PGPing ping(const fs::path& socket_directory) {
  return PQping(conninfo_of(socket_directory, "postgres", "postgres").c_str());
}

// Backends of a server that was killed finish their statement before they notice. They hold the
// shared memory, so a new server waits for them; the stubborn are told to go.
void wait_for_orphans(const OsUser& user, const fs::path& data) {
  const auto start = steady_clock::now();
  bool told = false;
  while (!processes_of(user, data).empty()) {
    const auto waited = steady_clock::now() - start;
    if (waited > 6 * kOrphanPatience) {
      throw Unavailable(fmt::format(
          "processes of an earlier server still use {}; end them and try again", data.string()));
    }
    if (waited > kOrphanPatience && !told) {
      told = true;
      as_user(user, [&] {
        for (const pid_t pid : postgres_processes_in(data)) ::kill(pid, SIGQUIT);
        return std::string();
      });
    }
    std::this_thread::sleep_for(kPoll);
  }
}

// The last of what the server's log says, without the times: why it ended.
std::string reason_in(const std::string& log) {
  constexpr std::size_t kLinesShown = 3;
  std::vector<std::string> said;
  for (const std::string& line : lines_of(log)) {
    for (const std::string_view kind : {"LOG:  ", "FATAL:  ", "PANIC:  ", "HINT:  ", "can't run"}) {
      if (const auto at = line.find(kind); at != std::string::npos) said.push_back(line.substr(at));
    }
  }
  if (said.empty()) return log;
  if (said.size() > kLinesShown) said.erase(said.begin(), said.end() - kLinesShown);
  return fmt::format("{}", fmt::join(said, "; "));
}

}  // namespace

Cluster::Cluster(fs::path home, bool durable) : home_(std::move(home)), durable_(durable) {}

// Finds the cluster of HOME; with `make`, which needs the lock, prepares the directory for a new
// one.
Cluster::Place Cluster::place(bool make) const {
  Place place;
  std::error_code error;
  place.home = fs::weakly_canonical(fs::absolute(home_), error);
  if (error) throw Unavailable(fmt::format("{}: {}", home_.string(), error.message()));
  const fs::path entry = place.home / "postgres";
  place.directory = entry;
  place.user = OsUser::current();
  const bool is_link = fs::is_symlink(fs::symlink_status(entry, error));
  if (is_link) {
    place.directory = fs::read_symlink(entry, error);
    if (!fs::exists(place.directory, error)) {
      throw Unavailable(fmt::format(
          "{} points to {}, which is gone; remove the link to start with an empty database",
          entry.string(), place.directory.string()));
    }
  }
  struct stat found{};
  const bool has_directory = ::stat(place.directory.c_str(), &found) == 0;
  if (has_directory && found.st_uid != ::geteuid()) {
    const auto owner = OsUser::find(found.st_uid);
    if (!is_root() || !owner) {
      throw Unavailable(fmt::format(
          "the database in {} belongs to {}: run fenqi as that user{}", place.directory.string(),
          owner ? owner->name : std::to_string(found.st_uid), is_root() ? "" : " or as root"));
    }
    place.user = *owner;
  } else if (is_root()) {
    const auto postgres = OsUser::find("postgres");
    if (!postgres) {
      throw Unavailable(
          "there is no user postgres for the server to run as (PostgreSQL refuses root): apt-get "
          "install postgresql-15");
    }
    place.user = *postgres;
  }

  if (!has_directory && make) {
    const auto give = [&](const fs::path& directory) {
      if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
        throw Unavailable(
            explained(fmt::format("can't make {}: {}", directory.string(), std::strerror(errno)),
                      directory.parent_path()));
      }
      return ::lchown(directory.c_str(), place.user.uid, place.user.gid) == 0 &&
             as_user(place.user, [&] {
               return std::string(::access(directory.c_str(), R_OK | W_OK | X_OK) == 0 ? "yes"
                                                                                       : "");
             }) == "yes";
    };
    if (!give(entry)) {
      fs::remove(entry, error);
      place.directory = fs::path("/var/lib/fenqi") / hash_of(place.home);
      fs::create_directories(place.directory.parent_path(), error);
      const bool is_new = !fs::exists(place.directory);
      if (!give(place.directory)) {
        throw Unavailable(fmt::format("{} can enter neither {} nor {}", place.user.name,
                                      place.home.string(), place.directory.string()));
      }
      fs::create_symlink(place.directory, entry);
      std::cerr << fmt::format("fenqi: {} can't enter {}, so the database is {} {}\n",
                               place.user.name, place.home.string(),
                               is_new ? "in" : "the earlier one in", place.directory.string());
    }
  }
  if (fs::is_symlink(fs::symlink_status(entry, error))) {
    // A home that was moved takes its link along; one that was copied must not share the database.
    const fs::path note = place.directory / "home";
    const auto lines = lines_of(read_text(note));
    place.is_noted = !lines.empty() && lines[0] == place.home.string();
    if (!place.is_noted && !lines.empty() &&
        fs::equivalent(fs::path(lines[0]) / "postgres", place.directory, error)) {
      throw Unavailable(fmt::format(
          "{} is a copy of {}, whose database is in {}; remove {} to start with an empty one",
          place.home.string(), lines[0], place.directory.string(), entry.string()));
    }
    if (!place.is_noted && make) {
      as_user(place.user, [&] {
        write_text(note, place.home.string() + "\n");
        return std::string();
      });
    }
  }
  place.data = place.directory / "data";
  place.log = place.directory / "server.log";
  place.socket_directory = choose_socket_directory(place.directory);
  place.exists = fs::exists(place.data / "PG_VERSION", error);
  return place;
}

// initdb works beside the final place and is renamed into it, so that one that was interrupted
// leaves no half of a database.
void Cluster::create(const Place& place) const {
  const fs::path fresh = place.directory / "data.new";
  wait_for_orphans(place.user, fresh);  // of an initdb that was killed
  as_user(place.user, [&] {
    fs::remove_all(fresh);
    return std::string();
  });
  std::vector<std::string> command = {newest_programs() / "initdb",
                                      "--pgdata=" + fresh.string(),
                                      "--username=postgres",
                                      "--auth=peer",
                                      "--encoding=UTF8",
                                      "--locale=C",
                                      "--lc-ctype=C.UTF-8",
                                      "--data-checksums"};
  if (!durable_) command.push_back("--no-sync");
  const Finished initdb = run_as(place.user, command);
  if (initdb.status != 0) {
    std::string reason;
    for (const std::string& line : lines_of(initdb.output)) {
      if (line.find("error:") != std::string::npos || line.find("FATAL:") != std::string::npos) {
        reason += (reason.empty() ? "" : "; ") + line;
      }
    }
    throw Unavailable(
        explained(fmt::format("can't make a database in {}: {}", place.directory.string(),
                              reason.empty() ? initdb.output : reason),
                  place.directory));
  }
  as_user(place.user, [&] {
    const fs::path conf = fresh / "postgresql.conf";
    write_text(conf, read_text(conf) + "\ninclude_if_exists = 'fenqi.conf'\n");
    fs::rename(fresh, place.data);
    return std::string();
  });
}

// Starts the server. Needs the lock, and no other process in the data directory.
void Cluster::launch(const Place& place) const {
  const fs::path programs = programs_of(place.data);
  make_socket_directory(place.user, place.socket_directory);
  std::uintmax_t log_offset = 0;
  const std::string log_size = as_user(place.user, [&] {
    if (::access((place.data / "PG_VERSION").c_str(), R_OK) != 0) {
      throw Unavailable(
          fmt::format("{} can't enter {} any more: open the directories above it "
                      "(chmod o+x), or move it",
                      place.user.name, place.data.string()));
    }
    // What a killed server left behind; nobody is here (the caller looked), so it is stale, even
    // if its number belongs to another process by now, at which PostgreSQL would balk.
    fs::remove(place.data / "postmaster.pid");
    fs::remove(place.socket_directory / kSocketName);
    fs::remove(place.socket_directory / (std::string(kSocketName) + ".lock"));
    std::error_code absent;
    if (fs::file_size(place.log, absent) > kLogSizeMax && !absent) {
      fs::rename(place.log, place.log.string() + ".1");
    }
    write_text(place.data / "fenqi.conf",
               cluster_settings(Machine::here(place.data), place.socket_directory, durable_));
    write_text(place.data / "pg_hba.conf", "local all all peer map=fenqi\n");
    std::string identities;
    for (const std::string& user : {std::string("root"), place.user.name}) {
      for (const std::string_view role : {"fenqi", "postgres"}) {
        identities += fmt::format("fenqi \"{}\" {}\n", user, role);
      }
    }
    write_text(place.data / "pg_ident.conf", identities);
    const auto size = fs::file_size(place.log, absent);
    return std::to_string(absent ? 0 : size);
  });
  log_offset = std::stoull(log_size);
  const pid_t server = start_daemon_as(
      place.user, {programs / "postgres", "-D", place.data.string()}, place.data, place.log);
  wait_until_ready(place, server, log_offset);
}

void Cluster::wait_until_ready(const Place& place, pid_t server, std::uintmax_t log_offset) const {
  const auto start = steady_clock::now();
  bool told = false;
  while (true) {
    const bool alive = is_alive(server);
    if (ping(live_socket_directory(place.user, place.data, place.socket_directory)) == PQPING_OK)
      return;
    if (!alive) {
      throw Unavailable(
          explained(fmt::format("the database didn't start: {} (log: {})",
                                reason_in(read_text(place.log, log_offset)), place.log.string()),
                    place.directory));
    }
    const auto waited = steady_clock::now() - start;
    if (waited > kPatience) {
      throw Unavailable(fmt::format("the database (process {}) doesn't answer; log: {}", server,
                                    place.log.string()));
    }
    if (waited > 5s && !told) {
      told = true;
      std::cerr << "fenqi: waiting for the database to recover\n";
    }
    std::this_thread::sleep_for(kPoll);
  }
}

void Cluster::start() {
  std::error_code error;
  fs::create_directories(home_, error);
  if (error) {
    throw Unavailable(explained(
        fmt::format("can't make the data directory {}: {}", home_.string(), error.message()),
        fs::absolute(home_).parent_path()));
  }
  if (const Place seen = place(false);
      seen.exists && seen.is_noted &&
      ping(live_socket_directory(seen.user, seen.data, seen.socket_directory)) == PQPING_OK) {
    return;
  }
  const HomeLock lock(fs::canonical(home_));
  const Place made = place(true);
  try {
    if (!made.exists) create(made);
    if (const pid_t server = server_process(made.user, made.data); server != 0) {
      const fs::path socket = live_socket_directory(made.user, made.data, made.socket_directory);
      const auto lines = lines_of(read_text(made.data / "postmaster.pid"));
      if (lines.size() >= 8 && lines[7].starts_with("ready") && !fs::exists(socket / kSocketName)) {
        throw Unavailable(fmt::format(
            "the database runs (process {}), but its socket is gone from {}: fenqi db stop, then "
            "try again",
            server, lines[4]));
      }
      wait_until_ready(made, server, fs::file_size(made.log, error));
      return;
    }
    wait_for_orphans(made.user, made.data);
    launch(made);
  } catch (const fs::filesystem_error& failure) {
    throw Unavailable(explained(failure.what(), made.directory));
  } catch (const Unavailable& failure) {
    const std::string text = explained(failure.what(), made.directory);
    if (text.starts_with("no space") && !std::string_view(failure.what()).starts_with("no space")) {
      throw Unavailable(text);
    }
    throw;
  }
}

bool Cluster::stop() {
  if (!fs::exists(home_)) return false;
  const HomeLock lock(fs::canonical(home_));
  const Place found = place(false);
  const pid_t server = found.exists ? server_process(found.user, found.data) : 0;
  if (server == 0) return false;
  as_user(found.user, [&] {
    ::kill(server, SIGINT);  // a "fast" shutdown: roll back what is in progress, checkpoint, end
    return std::string();
  });
  const auto start = steady_clock::now();
  while (is_alive(server)) {
    if (steady_clock::now() - start > kPatience) {
      throw Unavailable(fmt::format("the database (process {}) doesn't stop", server));
    }
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

void Cluster::make_database(const std::string& name) {
  Session session(conninfo("postgres", "postgres"), Role::Owner);
  query(session, "SELECT pg_advisory_lock(1)");  // two first commands at once
  session.execute(R"sql(
    DO $$
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fenqi_merchant') THEN
        CREATE ROLE fenqi_merchant NOLOGIN;
      END IF;
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fenqi_app') THEN
        CREATE ROLE fenqi_app NOLOGIN BYPASSRLS;
      END IF;
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fenqi') THEN
        CREATE ROLE fenqi LOGIN;
      END IF;
      GRANT fenqi_merchant TO fenqi_app;
      GRANT fenqi_app, pg_checkpoint, pg_monitor TO fenqi;
    END $$)sql");
  const Rows quoted = query(session,
                            "SELECT quote_ident($1) WHERE NOT EXISTS "
                            "(SELECT FROM pg_database WHERE datname = $1)",
                            Params().text(name));
  if (!quoted.empty()) {
    session.execute(fmt::format("CREATE DATABASE {} OWNER fenqi", quoted.text(0, 0)));
  }
}

ClusterStatus Cluster::status() const {
  const Place found = place(false);
  ClusterStatus status;
  status.exists = found.exists;
  status.directory = found.directory;
  if (!found.exists) return status;
  status.pid = server_process(found.user, found.data);
  status.socket_directory = live_socket_directory(found.user, found.data, found.socket_directory);
  const auto version = lines_of(read_text(found.data / "PG_VERSION"));
  status.version = version.empty() ? "" : version[0];
  return status;
}

std::string Cluster::conninfo(const std::string& database, const std::string& role) const {
  const Place found = place(false);
  return conninfo_of(live_socket_directory(found.user, found.data, found.socket_directory),
                     database, role);
}

fs::path Cluster::programs() const { return programs_of(place(false).data); }

}  // namespace store
