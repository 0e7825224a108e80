// The embedded server: it must come up wherever its data directory is and whatever was killed.
#include "sql/store/cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "sql/store/cluster_settings.h"
#include "sql/store/database.h"
#include "sql/store/rows.h"
#include "sql/store/session.h"

namespace {

namespace fs = std::filesystem;
using store::Cluster;
using testing::HasSubstr;

// A directory of its own, which any user can enter, and the servers in it stopped afterwards.
class ClusterTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "fenqi-cluster-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    fs::permissions(directory_, fs::perms(0755));
  }

  void TearDown() override {
    for (const fs::path& home : homes_) {
      if (!fs::exists(home / "postgres")) continue;
      Cluster cluster(home);
      const fs::path place = cluster.status().directory;
      cluster.stop();
      fs::remove_all(place);
    }
    fs::remove_all(directory_);
  }

  // Not durable: what is tested here is processes and files, not the disk.
  Cluster cluster_in(const fs::path& name) {
    homes_.push_back(directory_ / name);
    return Cluster(homes_.back(), /*durable=*/false);
  }

  fs::path directory_;
  std::vector<fs::path> homes_;
};

std::string connect(const Cluster& cluster) {
  store::Session session(cluster.conninfo("postgres", "postgres"), store::Role::Owner);
  return std::string(store::query(session, "SHOW server_version").text(0, 0));
}

void remember(const Cluster& cluster) {
  store::Session session(cluster.conninfo("postgres", "postgres"), store::Role::Owner);
  session.execute("CREATE TABLE remembered (id int)");
}

bool remembers(const Cluster& cluster) {
  store::Session session(cluster.conninfo("postgres", "postgres"), store::Role::Owner);
  return store::query(session, "SELECT to_regclass('remembered') IS NOT NULL").boolean(0, 0);
}

template <class Work>
std::string failure(Work work) {
  try {
    work();
  } catch (const store::Unavailable& error) {
    return error.what();
  }
  return "nothing was thrown";
}

void kill_server(const Cluster& cluster) {
  const pid_t server = cluster.status().pid;
  ASSERT_GT(server, 1);
  ASSERT_EQ(::kill(server, SIGKILL), 0);
}

TEST_F(ClusterTest, StartsOnceAndStopsOnce) {
  Cluster cluster = cluster_in("home");
  EXPECT_FALSE(cluster.status().exists);
  EXPECT_FALSE(cluster.stop());
  cluster.start();
  const pid_t server = cluster.status().pid;
  EXPECT_GT(server, 0);
  cluster.start();
  EXPECT_EQ(cluster.status().pid, server);
  EXPECT_THAT(connect(cluster), HasSubstr("."));
  EXPECT_TRUE(cluster.stop());
  EXPECT_EQ(cluster.status().pid, 0);
  EXPECT_FALSE(cluster.stop());
}

TEST_F(ClusterTest, ListensOnAPrivateSocketOnly) {
  Cluster cluster = cluster_in("home");
  cluster.start();
  store::Session session(cluster.conninfo("postgres", "postgres"), store::Role::Owner);
  const auto setting = [&](const char* statement) {
    return std::string(store::query(session, statement).text(0, 0));
  };
  EXPECT_EQ(setting("SHOW listen_addresses"), "");
  EXPECT_EQ(setting("SHOW data_checksums"), "on");
  EXPECT_EQ(setting("SHOW server_encoding"), "UTF8");
  EXPECT_EQ(setting("SELECT string_agg(DISTINCT type || ' ' || auth_method, ',') "
                    "FROM pg_hba_file_rules"),
            "local peer");
  EXPECT_EQ(setting("SELECT count(*)::text FROM pg_hba_file_rules WHERE error IS NOT NULL"), "0");
  struct stat found{};
  ASSERT_EQ(::stat(cluster.status().socket_directory.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700U);
}

TEST_F(ClusterTest, KeepsASocketWhosePathWouldBeTooLongSomewhereElse) {
  Cluster cluster = cluster_in(fs::path(std::string(60, 'a')) / std::string(60, 'b') / "home");
  cluster.start();
  EXPECT_THAT(connect(cluster), HasSubstr("."));
  const std::string socket = cluster.status().socket_directory.string();
  EXPECT_LE(socket.size(), 90U);
  EXPECT_TRUE(cluster.stop());
  fs::remove_all(socket);
}

TEST_F(ClusterTest, TakesADirectoryWithAnyCharacters) {
  Cluster cluster = cluster_in("it's a \"home\", \\ with 分期 = 'x'");
  cluster.start();
  EXPECT_THAT(connect(cluster), HasSubstr("."));
  const fs::path socket = cluster.status().socket_directory;
  EXPECT_TRUE(cluster.stop());
  fs::remove_all(socket);
}

TEST_F(ClusterTest, RefusesASocketDirectoryThatSomebodyElseCanEnter) {
  const fs::path home = fs::path(std::string(60, 'a')) / std::string(60, 'b') / "home";
  Cluster cluster = cluster_in(home);
  cluster.start();
  const fs::path socket = cluster.status().socket_directory;
  cluster.stop();
  fs::permissions(socket, fs::perms(0777));
  EXPECT_THAT(failure([&] { cluster.start(); }), HasSubstr("nobody else can enter"));
  fs::remove_all(socket);
  cluster.start();
  EXPECT_THAT(connect(cluster), HasSubstr("."));
  cluster.stop();
  fs::remove_all(socket);
}

TEST_F(ClusterTest, ComesBackAfterItsServerWasKilled) {
  Cluster cluster = cluster_in("home");
  cluster.start();
  remember(cluster);
  for (int round = 0; round < 3; ++round) {
    kill_server(cluster);
    cluster.start();
    EXPECT_TRUE(remembers(cluster));
  }
}

// A backend that is busy doesn't notice that its server died; it holds the shared memory.
TEST_F(ClusterTest, WaitsForTheBackendsOfAKilledServer) {
  Cluster cluster = cluster_in("home");
  cluster.start();
  remember(cluster);
  store::Session busy(cluster.conninfo("postgres", "postgres"), store::Role::Owner);
  ASSERT_EQ(PQsendQuery(busy.pg(),
                        "DO $$ DECLARE t timestamptz := clock_timestamp() + interval '1 second'; "
                        "BEGIN WHILE clock_timestamp() < t LOOP END LOOP; END $$"),
            1);
  {
    store::Session watch(cluster.conninfo("postgres", "postgres"), store::Role::Owner);
    while (!store::query(watch,
                         "SELECT count(*) > 0 FROM pg_stat_activity "
                         "WHERE state = 'active' AND query LIKE 'DO $$ DECLARE t%'")
                .boolean(0, 0)) {
    }
  }
  kill_server(cluster);
  cluster.start();
  EXPECT_TRUE(remembers(cluster));
}

TEST_F(ClusterTest, IsNotFooledByALockFileThatNamesALivingProcess) {
  Cluster cluster = cluster_in("home");
  cluster.start();
  remember(cluster);
  const fs::path data = cluster.status().directory / "data";
  kill_server(cluster);
  std::string lines;
  {
    std::ifstream in(data / "postmaster.pid");
    std::string first;
    std::getline(in, first);
    lines.assign(std::istreambuf_iterator<char>(in), {});
  }
  std::ofstream(data / "postmaster.pid") << ::getpid() << "\n" << lines;
  EXPECT_EQ(cluster.status().pid, 0);
  cluster.start();
  EXPECT_TRUE(remembers(cluster));
}

TEST_F(ClusterTest, FollowsADataDirectoryThatWasMoved) {
  Cluster before = cluster_in("before");
  before.start();
  remember(before);
  before.stop();
  fs::rename(directory_ / "before", directory_ / "after");
  Cluster after = cluster_in("after");
  after.start();
  EXPECT_TRUE(remembers(after));

  // the same with a server that was killed, and with one that still runs
  kill_server(after);
  fs::rename(directory_ / "after", directory_ / "killed");
  Cluster killed = cluster_in("killed");
  killed.start();
  EXPECT_TRUE(remembers(killed));
  const pid_t server = killed.status().pid;
  fs::rename(directory_ / "killed", directory_ / "running");
  Cluster running = cluster_in("running");
  running.start();
  EXPECT_TRUE(remembers(running));
  EXPECT_EQ(running.status().pid, server);
}

TEST_F(ClusterTest, ACopyOfADataDirectoryIsADatabaseOfItsOwn) {
  Cluster original = cluster_in("original");
  original.start();
  const pid_t server = original.status().pid;
  original.stop();
  fs::copy(directory_ / "original", directory_ / "copy", fs::copy_options::recursive);
  if (::geteuid() == 0) {  // a copy by root belongs to root
    const fs::path from = directory_ / "original" / "postgres";
    struct stat owner{};
    ASSERT_EQ(::stat(from.c_str(), &owner), 0);
    for (const auto& entry : fs::recursive_directory_iterator(directory_ / "copy")) {
      ASSERT_EQ(::lchown(entry.path().c_str(), owner.st_uid, owner.st_gid), 0);
    }
  }
  original.start();
  EXPECT_NE(original.status().pid, server);
  // as a copy of a running one has it
  fs::copy_file(directory_ / "original/postgres/data/postmaster.pid",
                directory_ / "copy/postgres/data/postmaster.pid",
                fs::copy_options::overwrite_existing);
  Cluster copy = cluster_in("copy");
  EXPECT_EQ(copy.status().pid, 0);
  copy.start();
  EXPECT_NE(copy.status().pid, original.status().pid);
  remember(copy);
  EXPECT_FALSE(remembers(original));
}

TEST_F(ClusterTest, TwoFirstStartsAtOnceMakeOneServer) {
  std::array<pid_t, 4> servers{};
  homes_.push_back(directory_ / "home");
  std::vector<std::thread> threads;
  for (pid_t& server : servers) {
    threads.emplace_back([&] {
      Cluster cluster(directory_ / "home", /*durable=*/false);
      cluster.start();
      cluster.make_database("fenqi");
      server = cluster.status().pid;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(servers[0], 0);
  for (const pid_t server : servers) EXPECT_EQ(server, servers[0]);
}

TEST_F(ClusterTest, StartsAgainWhereMakingItWasInterrupted) {
  Cluster cluster = cluster_in("home");
  cluster.start();
  cluster.stop();
  const fs::path place = cluster.status().directory;
  fs::rename(place / "data", place / "data.new");
  fs::remove(place / "data.new" / "global" / "pg_control");
  EXPECT_FALSE(cluster.status().exists);
  cluster.start();
  EXPECT_THAT(connect(cluster), HasSubstr("."));
  EXPECT_FALSE(fs::exists(place / "data.new"));
}

TEST_F(ClusterTest, SaysWhyTheServerDoesNotStart) {
  Cluster cluster = cluster_in("home");
  cluster.start();
  cluster.stop();
  std::ofstream(cluster.status().directory / "data" / "postgresql.auto.conf")
      << "max_connections = 'many'\n";
  const std::string text = failure([&] { cluster.start(); });
  EXPECT_THAT(text, HasSubstr("max_connections"));
  EXPECT_THAT(text, HasSubstr("server.log"));
}

TEST_F(ClusterTest, RefusesAHomeItCannotMake) {
  std::ofstream(directory_ / "file") << "in the way";
  EXPECT_THAT(failure([&] { Cluster(directory_ / "file" / "home").start(); }),
              HasSubstr("can't make the data directory"));
}

TEST_F(ClusterTest, LivesElsewhereWhereItsUserCannotEnterTheHome) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root runs the server as somebody else";
  fs::create_directories(directory_ / "private");
  fs::permissions(directory_ / "private", fs::perms(0700));
  Cluster cluster = cluster_in("private/home");
  cluster.start();
  remember(cluster);
  EXPECT_TRUE(fs::is_symlink(directory_ / "private/home/postgres"));
  EXPECT_THAT(cluster.status().directory.string(), testing::StartsWith("/var/lib/fenqi/"));
  cluster.stop();

  // moved, it takes its database along; a copy doesn't share it
  fs::rename(directory_ / "private/home", directory_ / "private/moved");
  Cluster(directory_ / "private/moved", false).start();
  fs::rename(directory_ / "private/moved", directory_ / "private/again");  // while it runs
  Cluster moved = cluster_in("private/again");
  moved.start();
  EXPECT_TRUE(remembers(moved));
  fs::copy(directory_ / "private/again", directory_ / "private/copy",
           fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  EXPECT_THAT(failure([&] { Cluster(directory_ / "private/copy").start(); }),
              HasSubstr("is a copy of"));
  // stopped here: for ClusterTest it is where the link says
  fs::remove(directory_ / "private/copy/postgres");
}

TEST(ClusterSettings, SuitSmallAndLargeMachines) {
  constexpr std::int64_t kGiB = 1024LL * 1024 * 1024;
  const auto text = [](std::int64_t memory, std::int64_t disk) {
    return store::cluster_settings(
        {.memory_bytes = memory, .free_disk_bytes = disk, .processors = 2}, "/s", true);
  };
  EXPECT_THAT(text(kGiB / 2, kGiB), HasSubstr("shared_buffers = 64MB\n"));
  EXPECT_THAT(text(kGiB / 2, kGiB), HasSubstr("max_wal_size = 128MB\n"));
  EXPECT_THAT(text(8 * kGiB, 100 * kGiB), HasSubstr("shared_buffers = 2048MB\n"));
  EXPECT_THAT(text(64 * kGiB, 100 * kGiB), HasSubstr("shared_buffers = 4096MB\n"));
  EXPECT_THAT(text(64 * kGiB, 100 * kGiB), HasSubstr("max_wal_size = 4096MB\n"));
  for (const char* line : {"fsync = on\n", "synchronous_commit = on\n", "full_page_writes = on\n",
                           "plan_cache_mode = force_custom_plan\n",
                           "dynamic_shared_memory_type = mmap\n", "listen_addresses = ''\n"}) {
    EXPECT_THAT(text(8 * kGiB, 100 * kGiB), HasSubstr(line));
  }
}

TEST(OpenDatabase, SaysThatAServerOfTheUsersOwnIsAway) {
  const std::string text = failure([] {
    store::open_database(
        {.url = "postgresql://nobody@127.0.0.1:9/none", .home = "unused", .name = "fenqi"});
  });
  EXPECT_THAT(text, HasSubstr("127.0.0.1"));
}

}  // namespace
