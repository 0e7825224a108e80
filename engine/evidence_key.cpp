#include "engine/evidence_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/hash.h"
#include "sql/store/database.h"
#include "sql/store/seal_store.h"

namespace engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 1 << 20;  // of public keys; nobody has that many

[[noreturn]] void fail(const fs::path& file, std::string_view what) {
  throw EvidenceKeyError(fmt::format("the evidence key file {}: {}", file.string(), what));
}

[[noreturn]] void fail_with_errno(const fs::path& file, std::string_view what) {
  const std::string reason = std::strerror(errno);
  fail(file, fmt::format("{}: {}", what, reason));
}

/// Closed when it goes out of scope.
class File {
 public:
  File(const fs::path& path, int flags, mode_t mode = 0)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string read_all(const File& file, const fs::path& path) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t size = ::read(file.descriptor(), buffer, sizeof buffer);
    if (size < 0) fail_with_errno(path, "it can't be read");
    if (size == 0) return text;
    text.append(buffer, static_cast<std::size_t>(size));
    if (text.size() > kFileBytesMax) fail(path, "it is too long to be a key");
  }
}

void write_all(const File& file, const fs::path& path, std::string_view text) {
  // One write: what two processes append to the public keys does not mix.
  const ssize_t size = ::write(file.descriptor(), text.data(), text.size());
  if (size != static_cast<ssize_t>(text.size()) || ::fsync(file.descriptor()) != 0) {
    fail_with_errno(path, "it can't be written");
  }
}

template <class Key>
Key key_of(std::string_view bytes) {
  Key key;
  std::ranges::copy(bytes, key.begin());
  return key;
}

void add_public_key(const fs::path& key_file, const base::PublicKey& key) {
  const fs::path path = public_key_file(key_file);
  const std::vector<base::PublicKey> known = load_public_keys(path);
  if (std::ranges::find(known, key) != known.end()) return;
  const File file(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (!file.is_open()) fail_with_errno(path, "it can't be made");
  write_all(file, path, base::to_hex(key) + "\n");
}

}  // namespace

fs::path evidence_key_file() {
  const char* value = std::getenv("FENQI_EVIDENCE_KEY");
  if (value != nullptr && *value != '\0') return value;
  return store::DatabaseConfig::from_environment().home / "evidence.key";
}

fs::path public_key_file(const fs::path& key_file) { return key_file.string() + ".pub"; }

std::optional<base::SecretSeed> load_evidence_key(const fs::path& path) {
  const File file(path, O_RDONLY);
  if (!file.is_open()) {
    if (errno == ENOENT) return std::nullopt;
    fail_with_errno(path, "it can't be read");
  }
  struct stat status{};
  if (::fstat(file.descriptor(), &status) != 0) fail_with_errno(path, "it can't be read");
  if (!S_ISREG(status.st_mode)) fail(path, "it is not a regular file");
  if ((status.st_mode & 077) != 0) {
    fail(path, fmt::format("its mode is {:04o}, so that others may use it; if nobody did, chmod "
                           "0600 it, else make a new key",
                           status.st_mode & 07777));
  }
  std::string text = read_all(file, path);
  if (text.ends_with('\n')) text.pop_back();
  const auto seed = base::parse_hex(text);
  if (!seed || seed->size() != std::tuple_size_v<base::SecretSeed>) {
    fail(path, "it does not hold 64 hexadecimal digits; restore it from its backup");
  }
  return key_of<base::SecretSeed>(*seed);
}

base::SecretSeed make_evidence_key(const fs::path& path) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  base::SecretSeed seed;
  randombytes_buf(seed.data(), seed.size());
  // Written beside it and linked: whole or not there, and of two who make one the first wins.
  const fs::path partial = fmt::format("{}.{}.partial", path.string(), ::getpid());
  {
    const File file(partial, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!file.is_open()) fail_with_errno(path, "it can't be made");
    try {
      write_all(file, path, base::to_hex(seed) + "\n");
    } catch (...) {
      ::unlink(partial.c_str());
      throw;
    }
  }
  const int linked = ::link(partial.c_str(), path.c_str());
  const int reason = errno;
  ::unlink(partial.c_str());
  errno = reason;
  if (linked != 0) fail_with_errno(path, "it can't be made");
  add_public_key(path, base::public_key_of(seed));
  return seed;
}

base::SecretSeed open_evidence_key(store::Session& session, const fs::path& path) {
  auto seed = load_evidence_key(path);
  if (!seed) {
    if (const auto signed_seal = store::find_last_signed_seal(session)) {
      fail(path,
           fmt::format("it is not there, and the seals through {} are signed with the key {}; "
                       "bring that file here, say where it is with FENQI_EVIDENCE_KEY, or "
                       "make a new one with fenqi evidence new-key",
                       base::to_string(signed_seal->seal.business_date),
                       base::to_hex(signed_seal->signature->key)));
    }
    try {
      return make_evidence_key(path);
    } catch (const EvidenceKeyError&) {
      seed = load_evidence_key(path);  // somebody else may have made it just now
      if (!seed) throw;
    }
  }
  add_public_key(path, base::public_key_of(*seed));
  return *seed;
}

std::vector<base::PublicKey> load_public_keys(const fs::path& path) {
  const File file(path, O_RDONLY);
  if (!file.is_open()) {
    if (errno == ENOENT) return {};
    fail_with_errno(path, "it can't be read");
  }
  const std::string text = read_all(file, path);
  std::vector<base::PublicKey> keys;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto key = base::parse_hex(line);
    if (!key || key->size() != std::tuple_size_v<base::PublicKey>) {
      fail(path, "it does not hold public keys, one a line, of 64 hexadecimal digits");
    }
    keys.push_back(key_of<base::PublicKey>(*key));
  }
  return keys;
}

std::vector<base::PublicKey> trusted_public_keys() {
  return load_public_keys(public_key_file(evidence_key_file()));
}

}  // namespace engine
