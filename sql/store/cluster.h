// The embedded PostgreSQL: a private server of the installed binaries, under a data directory.
//
//   HOME/lock                 held while somebody starts or stops the server
//   HOME/postgres/            the cluster, owned by the user its server runs as; or a symbolic link
//                             to it, where that user can't enter HOME (see below)
//   HOME/postgres/data/       PostgreSQL's own directory
//   HOME/postgres/socket/     its Unix socket, unless that path is too long for one
//   HOME/postgres/server.log
//
// PostgreSQL refuses to run as root. Started by root, the server runs as the owner of the data,
// which is `postgres` for a new one; where that user can't enter HOME, the cluster lives in
// /var/lib/fenqi/<hash of HOME>. There is no TCP port, and no password: the operating system says
// who is at the other end of the socket (`peer`).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "sql/store/process.h"

namespace store {

struct ClusterStatus {
  bool exists = false;
  pid_t pid = 0;  ///< 0 if the server isn't running
  std::filesystem::path directory;
  std::filesystem::path socket_directory;
  std::string version;  ///< "15"
};

class Cluster {
 public:
  /// `home` needs not exist. A cluster that is not durable is for tests: see cluster_settings.h.
  explicit Cluster(std::filesystem::path home, bool durable = true);

  /// Makes the cluster if there is none, and sees to it that its server runs and accepts
  /// connections. Cheap when it does. Commands that do this at the same time wait for each other.
  void start();

  /// Stops the server, rolling back what is in progress; false if it wasn't running.
  bool stop();

  /// Makes the roles and the database, owned by `fenqi`, where they are missing.
  void make_database(const std::string& name);

  ClusterStatus status() const;

  /// How to connect; the server must be running. The role is `fenqi`, the owner of the books, or
  /// `postgres`, the superuser.
  std::string conninfo(const std::string& database, const std::string& role = "fenqi") const;

  /// The directory of PostgreSQL's programs that suits the cluster.
  std::filesystem::path programs() const;

 private:
  struct Place;
  Place place(bool make) const;
  void create(const Place& place) const;
  void launch(const Place& place) const;
  void wait_until_ready(const Place& place, pid_t server, std::uintmax_t log_offset) const;

  std::filesystem::path home_;
  bool durable_;
};

}  // namespace store
