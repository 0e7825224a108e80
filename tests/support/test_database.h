// A fresh, migrated database for a test, on a server that all test programs share.
#pragma once

#include <string>

namespace tests {

/// Dropped when it goes out of scope. Made from a template that was migrated once, so it takes
/// a few hundredths of a second.
///
/// The server is an embedded one under $FENQI_TEST_HOME (set by the build), started on demand and
/// not durable; or, with FENQI_DATABASE_URL, the server it names, whose user needs CREATEDB.
class TestDatabase {
 public:
  static TestDatabase create();

  /// For a suite that makes its own tables: an empty database, nothing migrated.
  static TestDatabase create_empty();

  ~TestDatabase();
  TestDatabase(TestDatabase&& other) noexcept;
  TestDatabase& operator=(TestDatabase&&) = delete;

  /// As the owner of the books; Role::App of a store::Session works too.
  const std::string& conninfo() const { return conninfo_; }

 private:
  TestDatabase(std::string name, std::string conninfo);

  std::string name_;  // empty: moved from
  std::string conninfo_;
};

}  // namespace tests
