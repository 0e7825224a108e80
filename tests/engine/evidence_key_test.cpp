// The key file: made once, for its owner alone, never overwritten; and what is wrong with one.
#include "engine/evidence_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "base/hash.h"
#include "engine/seal.h"
#include "tests/engine/small_book.h"
#include "tests/support/test_database.h"

namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class EvidenceKey : public testing::Test {
 protected:
  ~EvidenceKey() override { fs::remove_all(directory_); }

  void write(const std::string& text, fs::perms mode = fs::perms::owner_read) {
    std::ofstream(file_) << text;
    fs::permissions(file_, mode);
  }

  static fs::path make_directory() {
    std::string name = (fs::temp_directory_path() / "fenqi_key_XXXXXX").string();
    return ::mkdtemp(name.data());
  }

  fs::path directory_ = make_directory();
  fs::path file_ = directory_ / "new" / "evidence.key";
};

TEST_F(EvidenceKey, IsMadeForItsOwnerAlone) {
  EXPECT_EQ(engine::load_evidence_key(file_), std::nullopt);
  const base::SecretSeed seed = engine::make_evidence_key(file_);
  struct stat status{};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(engine::load_evidence_key(file_), seed);
  EXPECT_THAT(engine::load_public_keys(engine::public_key_file(file_)),
              testing::ElementsAre(base::public_key_of(seed)));
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_ / "new"), {}), 2);
}

TEST_F(EvidenceKey, IsNeverOverwritten) {
  const base::SecretSeed seed = engine::make_evidence_key(file_);
  EXPECT_THAT([&] { engine::make_evidence_key(file_); },
              ThrowsMessage<engine::EvidenceKeyError>(
                  AllOf(HasSubstr(file_.string()), HasSubstr("File exists"))));
  EXPECT_EQ(engine::load_evidence_key(file_), seed);
}

TEST_F(EvidenceKey, TwoWhoMakeOneAtOnceGetTheSame) {
  const tests::TestDatabase database = tests::TestDatabase::create();
  std::vector<base::SecretSeed> seeds(2);
  {
    std::vector<std::jthread> threads;
    for (base::SecretSeed& seed : seeds) {
      threads.emplace_back([&] {
        store::Session session(database.conninfo());
        for (;;) {
          try {
            seed = engine::open_evidence_key(session, file_);
            return;
          } catch (const engine::EvidenceKeyError&) {  // both write beside it in one process
          }
        }
      });
    }
  }
  EXPECT_EQ(seeds[0], seeds[1]);
  EXPECT_EQ(engine::load_evidence_key(file_), seeds[0]);
}

TEST_F(EvidenceKey, ThatOthersMayReadIsRefused) {
  engine::make_evidence_key(file_);
  for (const auto mode : {0640, 0604, 0660, 0644}) {
    fs::permissions(file_, static_cast<fs::perms>(mode));
    EXPECT_THAT([&] { engine::load_evidence_key(file_); },
                ThrowsMessage<engine::EvidenceKeyError>(
                    AllOf(HasSubstr(file_.string()), HasSubstr("others may use it"))));
  }
}

TEST_F(EvidenceKey, OfAnotherFormIsRefused) {
  const std::string digits(64, 'a');
  fs::create_directories(file_.parent_path());
  for (const std::string& text : {std::string(), digits.substr(1), digits + "0", digits + "\n\n",
                                  std::string(64, 'A'), " " + digits}) {
    fs::remove(file_);
    write(text);
    EXPECT_THAT([&] { engine::load_evidence_key(file_); },
                ThrowsMessage<engine::EvidenceKeyError>(
                    AllOf(HasSubstr(file_.string()), HasSubstr("64 hexadecimal digits"))))
        << text;
  }
  fs::remove(file_);
  write(digits);
  EXPECT_TRUE(engine::load_evidence_key(file_));
  EXPECT_THAT([&] { engine::load_evidence_key(directory_); },
              ThrowsMessage<engine::EvidenceKeyError>(HasSubstr(directory_.string())));
  EXPECT_THAT([&] { engine::make_evidence_key("/dev/null/evidence.key"); },
              ThrowsMessage<engine::EvidenceKeyError>(HasSubstr("/dev/null/evidence.key")));
}

TEST_F(EvidenceKey, OfABookThatHasSealsIsNotReplacedUnasked) {
  const tests::TestDatabase database = tests::TestDatabase::create();
  store::Session session(database.conninfo(), store::Role::Owner);
  tests::make_small_book(session);
  EXPECT_THAT([&] { engine::open_evidence_key(session, file_); },
              ThrowsMessage<engine::EvidenceKeyError>(
                  AllOf(HasSubstr(file_.string()), HasSubstr("seals through 2026-06-23"))));
  EXPECT_FALSE(fs::exists(file_));
  const base::SecretSeed asked_for = engine::make_evidence_key(file_);
  EXPECT_EQ(engine::open_evidence_key(session, file_), asked_for);
}

// The old key is moved away; its public key stays.
TEST_F(EvidenceKey, AfterAChangeBothPublicKeysAreKnown) {
  const base::SecretSeed first = engine::make_evidence_key(file_);
  fs::rename(file_, directory_ / "old.key");
  const base::SecretSeed second = engine::make_evidence_key(file_);
  EXPECT_NE(first, second);
  EXPECT_THAT(engine::load_public_keys(engine::public_key_file(file_)),
              testing::ElementsAre(base::public_key_of(first), base::public_key_of(second)));
  fs::remove(engine::public_key_file(file_));
  const tests::TestDatabase database = tests::TestDatabase::create();
  store::Session session(database.conninfo());
  engine::open_evidence_key(session, file_);
  EXPECT_THAT(engine::load_public_keys(engine::public_key_file(file_)),
              testing::ElementsAre(base::public_key_of(second)));
  std::ofstream(engine::public_key_file(file_)) << "no key\n";
  EXPECT_THROW(engine::load_public_keys(engine::public_key_file(file_)), engine::EvidenceKeyError);
}

}  // namespace
