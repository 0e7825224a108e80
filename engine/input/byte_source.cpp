#include "engine/input/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace input {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, with a gzip header

}  // namespace

struct ByteSource::Impl {
  std::string name;
  int descriptor = -1;
  bool owns_descriptor = false;
  bool started = false;
  bool is_gzip = false;
  bool at_end = false;     // the descriptor has no more
  bool in_member = false;  // inside a gzip member
  z_stream zip = {};
  bool zip_is_open = false;
  std::array<unsigned char, kPieceBytes> piece = {};
  std::size_t begin = 0;  // what is left of `piece`
  std::size_t end = 0;
  std::uint64_t taken = 0;
  std::optional<std::uint64_t> total;
  std::optional<std::string> fault;

  ~Impl() {
    if (zip_is_open) inflateEnd(&zip);
    if (owns_descriptor) ::close(descriptor);
  }

  void refill() {
    if (begin < end || at_end) return;
    begin = end = 0;
    while (true) {
      const ssize_t got = ::read(descriptor, piece.data(), piece.size());
      if (got > 0) {
        end = static_cast<std::size_t>(got);
        taken += end;
        return;
      }
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fault = fmt::format("{} can't be read: {}", name, std::strerror(errno));
      at_end = true;
      return;
    }
  }

  /// Makes sure that the first two bytes are in one piece, and looks at them.
  void start() {
    started = true;
    refill();
    if (end - begin == 1) {  // a pipe may deliver one byte alone
      const ssize_t got = ::read(descriptor, piece.data() + end, piece.size() - end);
      if (got > 0) {
        end += static_cast<std::size_t>(got);
        taken += static_cast<std::size_t>(got);
      }
    }
    is_gzip = end - begin >= 2 && piece[begin] == 0x1f && piece[begin + 1] == 0x8b;
  }

  std::size_t read_plain(std::span<char> out) {
    refill();
    const std::size_t size = std::min(out.size(), end - begin);
    std::memcpy(out.data(), piece.data() + begin, size);
    begin += size;
    return size;
  }

  bool open_member() {
    if (!zip_is_open) {
      if (inflateInit2(&zip, kGzipWindow) != Z_OK) throw std::bad_alloc();
      zip_is_open = true;
    } else {
      inflateReset(&zip);
    }
    in_member = true;
    return true;
  }

  std::size_t read_gzip(std::span<char> out) {
    while (!fault) {
      refill();
      if (!in_member) {
        while (begin < end && piece[begin] == 0) {  // tape padding, as gzip allows
          ++begin;
          if (begin == end) refill();
        }
        if (begin == end) return 0;
        open_member();
      }
      if (begin == end) {
        fault =
            fmt::format("{} is a truncated gzip file: it breaks off after {} bytes", name, taken);
        return 0;
      }
      zip.next_in = piece.data() + begin;
      zip.avail_in = static_cast<unsigned>(end - begin);
      zip.next_out = reinterpret_cast<unsigned char*>(out.data());
      zip.avail_out = static_cast<unsigned>(out.size());
      const int result = inflate(&zip, Z_NO_FLUSH);
      begin = end - zip.avail_in;
      const std::size_t made = out.size() - zip.avail_out;
      if (result == Z_STREAM_END) {
        in_member = false;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        fault = fmt::format("{} is a damaged gzip file near byte {}: {}", name,
                            taken - (end - begin), zip.msg != nullptr ? zip.msg : "no details");
      }
      if (made > 0) return made;
    }
    return 0;
  }
};

ByteSource::ByteSource(const std::string& path) : impl_(std::make_unique<Impl>()) {
  impl_->name = path == "-" ? "standard input" : path;
  if (path == "-") {
    impl_->descriptor = STDIN_FILENO;
  } else {
    impl_->descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (impl_->descriptor < 0) {
      throw InputError(fmt::format("{} can't be opened: {}", path, std::strerror(errno)));
    }
    impl_->owns_descriptor = true;
  }
  struct stat about = {};
  if (::fstat(impl_->descriptor, &about) != 0) return;
  if (S_ISDIR(about.st_mode)) throw InputError(fmt::format("{} is a directory, not a file", path));
  if (S_ISREG(about.st_mode)) impl_->total = static_cast<std::uint64_t>(about.st_size);
}

ByteSource::~ByteSource() = default;
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;

const std::string& ByteSource::name() const { return impl_->name; }

std::size_t ByteSource::read(std::span<char> out) {
  if (!impl_->started) impl_->start();
  if (out.empty()) return 0;
  return impl_->is_gzip ? impl_->read_gzip(out) : impl_->read_plain(out);
}

std::optional<std::string> ByteSource::fault() const { return impl_->fault; }
std::uint64_t ByteSource::bytes_taken() const { return impl_->taken; }
std::optional<std::uint64_t> ByteSource::bytes_total() const { return impl_->total; }

}  // namespace input
