#include "engine/input/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "tests/support/property.h"

namespace input {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A file with those bytes, gone with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes) {
    std::string pattern = (std::filesystem::temp_directory_path() / "fenqi-csv-XXXXXX").string();
    const int descriptor = ::mkstemp(pattern.data());
    path_ = pattern;
    std::ofstream(path_, std::ios::binary) << bytes;
    ::close(descriptor);
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string gzip(const std::string& bytes) {
  z_stream zip = {};
  deflateInit2(&zip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&zip, bytes.size()) + 64, '\0');
  zip.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  zip.avail_in = static_cast<unsigned>(bytes.size());
  zip.next_out = reinterpret_cast<unsigned char*>(packed.data());
  zip.avail_out = static_cast<unsigned>(packed.size());
  deflate(&zip, Z_FINISH);
  packed.resize(zip.total_out);
  deflateEnd(&zip);
  return packed;
}

struct Read {
  std::vector<std::int64_t> lines;
  std::vector<RecordFault> faults;
  std::vector<std::vector<std::string>> rows;
  std::optional<std::string> fault;
};

Read read(const std::string& bytes) {
  const TemporaryFile file(bytes);
  CsvReader reader{ByteSource(file.path())};
  Read read;
  Record record;
  while (reader.next(record)) {
    read.lines.push_back(record.line);
    read.faults.push_back(record.fault);
    read.rows.emplace_back(record.fields.begin(), record.fields.end());
  }
  read.fault = reader.source().fault();
  return read;
}

using Rows = std::vector<std::vector<std::string>>;

TEST(Csv, ReadsWhatRfc4180Says) {
  const std::vector<std::pair<std::string, Rows>> cases = {
      {"", {}},
      {"a", {{"a"}}},
      {"a,b\n", {{"a", "b"}}},
      {"a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
      {"a,b\r\nc,d", {{"a", "b"}, {"c", "d"}}},
      {"a,b\r", {{"a", "b"}}},
      {"a,\n,b\n,\n", {{"a", ""}, {"", "b"}, {"", ""}}},
      {"\"a\",\"b\"\r\n", {{"a", "b"}}},
      {"\"a,b\",\"c\nd\",\"e\"\"f\"\n", {{"a,b", "c\nd", "e\"f"}}},
      {"\"\",x\n", {{"", "x"}}},
      {"\"a\r\",x\n", {{"a\r", "x"}}},
      {"x,\"a\r\"\r\n", {{"x", "a\r"}}},
      {"\xef\xbb\xbf"
       "a,b\n",
       {{"a", "b"}}},
      {"a\n\n\r\nb\n", {{"a"}, {"b"}}},
      {"分期,免息\n", {{"分期", "免息"}}},
  };
  for (const auto& [bytes, rows] : cases) {
    for (const std::string& stored : {bytes, gzip(bytes)}) {
      const Read got = read(stored);
      EXPECT_EQ(got.rows, rows) << testing::PrintToString(bytes);
      EXPECT_THAT(got.faults, testing::Each(RecordFault::None));
      EXPECT_EQ(got.fault, std::nullopt);
    }
  }
}

TEST(Csv, CountsLinesWhereARecordStarts) {
  EXPECT_THAT(read("h\n\n\"a\nb\nc\"\r\nd\n").lines, ElementsAre(1, 3, 6));
}

TEST(Csv, GoesOnBehindABadRecord) {
  using enum RecordFault;
  const std::vector<std::pair<std::string, std::vector<RecordFault>>> cases = {
      {"a\nb\"c\nd\n", {None, StrayQuote, None}},
      {"a\n\"b\"c\nd\n", {None, StrayQuote, None}},
      {"a\n\"b\"c\"d\"\ne\n", {None, StrayQuote, None}},
      {std::string("a\nb\0c\nd\n", 8), {None, NulByte, None}},
      {"a\n\xff\nd\n", {None, InvalidUtf8, None}},
      {"a\nb,\xc3,\xa9\nd\n", {None, InvalidUtf8, None}},   // halves of one character
      {"a\n\xed\xa0\x80\nd\n", {None, InvalidUtf8, None}},  // a surrogate
      {"a\n\xc0\xaf\nd\n", {None, InvalidUtf8, None}},      // an overlong slash
      {"a\nb,\"c\nd\n", {None, QuoteNotClosed}},
      {"a\n" + std::string(2'000, ',') + "\nd\n", {None, TooManyFields, None}},
      {"a\n" + std::string(kRecordBytesMax + 1, 'x') + "\nd\n", {None, TooLong, None}},
      {"a\n\"" + std::string(kRecordBytesMax + 1, 'x') + "\"\nd\n", {None, TooLong, None}},
      {"a\n" + std::string(kRecordBytesMax - 1, 'x') + "\nd\n", {None, None, None}},
  };
  for (const auto& [bytes, faults] : cases) {
    EXPECT_EQ(read(bytes).faults, faults) << testing::PrintToString(bytes.substr(0, 40));
  }
}

TEST(Csv, RefusesAHundredMegabyteLineWithoutKeepingIt) {
  // 100 MB of one byte are some 100 kB of gzip.
  std::string bytes = "a\n";
  bytes.append(100'000'000, 'x');
  bytes += "\nb\n";
  const std::string packed = gzip(bytes);
  bytes.clear();
  bytes.shrink_to_fit();
  const Read got = read(packed);
  ASSERT_THAT(got.lines, ElementsAre(1, 2, 3));
  EXPECT_EQ(got.faults[1], RecordFault::TooLong);
  EXPECT_LE(got.rows[1].front().size(), kRecordBytesMax);
  EXPECT_EQ(got.rows[2], std::vector<std::string>{"b"});
}

TEST(Csv, SaysWhereAGzipBreaksOffAndKeepsWhatWasWhole) {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += "row," + std::to_string(i * 7919) + "\n";
  const std::string packed = gzip(bytes);
  const Read cut = read(packed.substr(0, packed.size() / 2));
  ASSERT_TRUE(cut.fault);
  EXPECT_THAT(*cut.fault, HasSubstr("truncated gzip"));
  EXPECT_GT(cut.rows.size(), 10'000U);
  EXPECT_LT(cut.rows.size(), 100'000U);

  std::string damaged = packed;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
  const Read bad = read(damaged);
  EXPECT_TRUE(bad.fault);

  EXPECT_EQ(read(packed + packed).rows.size(), 200'000U);  // two members
  EXPECT_TRUE(read(packed + "more").fault);                // no gzip behind the gzip
}

TEST(Csv, RefusesWhatIsNoFile) {
  auto refusal = [](const std::string& path) -> std::string {
    try {
      CsvReader reader{ByteSource(path)};
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  };
  EXPECT_THAT(refusal("."), HasSubstr("is a directory"));
  EXPECT_THAT(refusal("no/such/file.csv"), HasSubstr("can't be opened"));
  const TemporaryFile wide(
      std::string("\xff\xfe"
                  "a\0",
                  4));
  EXPECT_THAT(refusal(wide.path()), HasSubstr("is UTF-16"));
}

// Whatever the texts, what is written is what is read.
TEST(Csv, ReadsBackWhatItWrites) {
  const auto field = rc::gen::container<std::string>(
      rc::gen::element('a', 'b', ',', '"', '\n', '\r', ' ', ';', '0'));
  tests::property([&] {
    const auto rows = *rc::gen::nonEmpty(
        rc::gen::container<Rows>(rc::gen::container<std::vector<std::string>>(3, field)));
    std::string bytes;
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) bytes += (i > 0 ? "," : "") + csv_field(row[i]);
      bytes += "\r\n";
    }
    RC_ASSERT(read(bytes).rows == rows);
  });
}

// Whatever the bytes, reading ends, and no line is lost: the last record is reached.
TEST(Csv, SurvivesAnyBytes) {
  tests::property([] {
    const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
      RC_ASSERT_THROWS_AS(read(bytes), InputError);  // UTF-16: refused as a whole
      return;
    }
    const Read got = read(bytes);
    RC_ASSERT(got.lines.size() == got.rows.size());
    RC_ASSERT(std::is_sorted(got.lines.begin(), got.lines.end()));
  });
}

}  // namespace
}  // namespace input
