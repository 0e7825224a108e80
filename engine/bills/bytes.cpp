#include "engine/bills/bytes.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/bills/format.h"
#include "engine/input/byte_source.h"

namespace bills {
namespace {

class FileBytes : public Bytes {
 public:
  explicit FileBytes(input::ByteSource source) : source_(std::move(source)) {}
  std::size_t read(std::span<char> out) override { return source_.read(out); }
  std::optional<std::string> fault() const override { return source_.fault(); }

 private:
  input::ByteSource source_;
};

class TextBytes : public Bytes {
 public:
  explicit TextBytes(std::string text) : text_(std::move(text)) {}
  std::size_t read(std::span<char> out) override {
    const std::size_t size = std::min(out.size(), text_.size() - at_);
    std::memcpy(out.data(), text_.data() + at_, size);
    at_ += size;
    return size;
  }
  std::optional<std::string> fault() const override { return std::nullopt; }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

using Zip = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using Member = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

Member open_member(zip_t* zip, zip_uint64_t index) {
  return Member(zip_fopen_index(zip, index, 0), &zip_fclose);
}

class ZipBytes : public Bytes {
 public:
  ZipBytes(Zip zip, Member member, std::string name)
      : zip_(std::move(zip)), member_(std::move(member)), name_(std::move(name)) {}

  std::size_t read(std::span<char> out) override {
    const zip_int64_t got = zip_fread(member_.get(), out.data(), out.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    fault_ = fmt::format("{} is a damaged zip: {}", name_, zip_file_strerror(member_.get()));
    return 0;
  }
  std::optional<std::string> fault() const override { return fault_; }

 private:
  Zip zip_;  // before the member, which is closed first
  Member member_;
  std::string name_;
  std::optional<std::string> fault_;
};

/// The member whose first bytes are those of a bill.
std::unique_ptr<Bytes> open_zip(const std::string& path) {
  int error = 0;
  Zip zip(zip_open(path.c_str(), ZIP_RDONLY, &error), &zip_discard);
  if (!zip) throw input::InputError(path + " is a damaged zip");
  std::vector<zip_uint64_t> found;
  const zip_int64_t count = zip_get_num_entries(zip.get(), 0);
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
    const Member member = open_member(zip.get(), i);
    if (!member) continue;  // a folder, or encrypted
    std::string head(kHeadBytes, '\0');
    const zip_int64_t got = zip_fread(member.get(), head.data(), head.size());
    if (got <= 0) continue;
    head.resize(static_cast<std::size_t>(got));
    if (detect_format(head)) found.push_back(i);
  }
  if (found.size() != 1) {
    throw input::InputError(
        found.empty() ? fmt::format("{}: none of the {} files of the zip is a bill or a statement",
                                    path, count)
                      : fmt::format("{}: {} of the files of the zip are bills; unpack it and "
                                    "import them one by one",
                                    path, found.size()));
  }
  Member member = open_member(zip.get(), found.front());
  if (!member) throw input::InputError(path + " is a damaged zip");
  return std::make_unique<ZipBytes>(std::move(zip), std::move(member), path);
}

}  // namespace

std::unique_ptr<Bytes> open_bytes(const std::string& path) {
  if (path != "-") {
    input::ByteSource probe(path);
    std::string magic(4, '\0');
    const std::size_t got = probe.read(magic);
    if (std::string_view(magic).substr(0, got) == "PK\x03\x04") return open_zip(path);
  }
  return std::make_unique<FileBytes>(input::ByteSource(path));
}

std::unique_ptr<Bytes> text_bytes(std::string text) {
  return std::make_unique<TextBytes>(std::move(text));
}

}  // namespace bills
