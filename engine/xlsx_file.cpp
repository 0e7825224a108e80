#include "engine/xlsx_file.h"

#include <fmt/format.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "base/check.h"

namespace engine {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr std::int64_t kExactMax = 999'999'999'999'999;  // the digits that a spreadsheet keeps

void check(lxw_error error) {
  if (error != LXW_NO_ERROR) {
    throw std::runtime_error(fmt::format("can't write the spreadsheet: {}", lxw_strerror(error)));
  }
}

std::string make_temporary_file() {
  std::string path = (std::filesystem::temp_directory_path() / "fenqi-xlsx-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) throw std::system_error(errno, std::generic_category(), path);
  close(file);
  return path;
}

lxw_datetime at_midnight(base::Day day) {
  const auto date = base::ymd(day);
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<int>(static_cast<unsigned>(date.month())),
          .day = static_cast<int>(static_cast<unsigned>(date.day())),
          .hour = 0,
          .min = 0,
          .sec = 0};
}

}  // namespace

XlsxFile::XlsxFile(std::string sheet_name, std::vector<XlsxColumn> columns, base::Day created)
    : sheet_name_(std::move(sheet_name)),
      columns_(std::move(columns)),
      path_(make_temporary_file()) {
  std::string directory = std::filesystem::path(path_).parent_path().string();
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  options.tmpdir = directory.data();
  workbook_ = workbook_new_opt(path_.c_str(), &options);
  CHECK(workbook_ != nullptr, "no memory for a spreadsheet");
  lxw_doc_properties properties{};
  properties.created = static_cast<std::time_t>(created.time_since_epoch().count()) * 24 * 60 * 60;
  check(workbook_set_properties(workbook_, &properties));
  header_format_ = workbook_add_format(workbook_);
  format_set_bold(header_format_);
  day_format_ = workbook_add_format(workbook_);
  format_set_num_format(day_format_, "yyyy-mm-dd");
  format_set_align(day_format_, LXW_ALIGN_LEFT);  // a name often follows
  begin_sheet();
}

XlsxFile::~XlsxFile() {
  if (workbook_ != nullptr) lxw_workbook_free(workbook_);
  if (finished_ != nullptr) std::fclose(finished_);
  unlink(path_.c_str());
}

void XlsxFile::begin_sheet() {
  ++sheets_;
  const std::string name = sheets_ == 1 ? sheet_name_ : fmt::format("{} {}", sheet_name_, sheets_);
  sheet_ = workbook_add_worksheet(workbook_, name.c_str());
  CHECK(sheet_ != nullptr, "no sheet {}", name);
  row_ = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto column = static_cast<lxw_col_t>(i);
    check(worksheet_set_column(sheet_, column, column, columns_[i].width, nullptr));
    check(worksheet_write_string(sheet_, 0, column, columns_[i].name.c_str(), header_format_));
  }
  worksheet_freeze_panes(sheet_, 1, 0);
  // On paper all columns side by side, under their names.
  constexpr std::uint8_t kPaperA4 = 9;
  worksheet_set_paper(sheet_, kPaperA4);
  worksheet_set_landscape(sheet_);
  worksheet_fit_to_pages(sheet_, 1, 0);
  check(worksheet_repeat_rows(sheet_, 0, 0));
  check(worksheet_set_footer(sheet_, "&L&A&R&P / &N"));
  end_row();
}

void XlsxFile::text(std::string_view field) {
  if (!field.empty()) {
    check(worksheet_write_string(sheet_, row_, column_, std::string(field).c_str(), nullptr));
  }
  ++column_;
}

void XlsxFile::day(base::Day day) {
  lxw_datetime date = at_midnight(day);
  check(worksheet_write_datetime(sheet_, row_, column_++, &date, day_format_));
}

void XlsxFile::number(std::int64_t number) {
  if (number > kExactMax || number < -kExactMax) return text(std::to_string(number));
  check(worksheet_write_number(sheet_, row_, column_++, static_cast<double>(number), nullptr));
}

void XlsxFile::percent(std::int64_t hundredths) {
  if (percent_format_ == nullptr) {
    percent_format_ = workbook_add_format(workbook_);
    format_set_num_format(percent_format_, "0.00");
  }
  check(worksheet_write_number(sheet_, row_, column_++,
                               std::strtod(base::to_decimal(hundredths, 2).c_str(), nullptr),
                               percent_format_));
}

void XlsxFile::amount(std::int64_t minor, base::Currency currency) {
  const std::string decimal = base::to_decimal(minor, currency.exponent());
  if (minor > kExactMax || minor < -kExactMax) return text(decimal);
  lxw_format*& format = amount_formats_[currency.exponent()];
  if (format == nullptr) {
    format = workbook_add_format(workbook_);
    format_set_num_format(format, ("#,##" + base::to_decimal(0, currency.exponent())).c_str());
  }
  // The nearest double to 15 digits comes back as the same 15 digits.
  check(worksheet_write_number(sheet_, row_, column_++, std::strtod(decimal.c_str(), nullptr),
                               format));
}

void XlsxFile::end_row() {
  column_ = 0;
  if (++row_ == LXW_ROW_MAX) begin_sheet();
}

void XlsxFile::finish() {
  check(workbook_close(std::exchange(workbook_, nullptr)));
  finished_ = std::fopen(path_.c_str(), "rb");
  if (finished_ == nullptr) throw std::system_error(errno, std::generic_category(), path_);
}

bool XlsxFile::read(std::string& out) {
  if (finished_ == nullptr) finish();
  std::array<char, kPieceBytes> piece;
  const std::size_t size = std::fread(piece.data(), 1, piece.size(), finished_);
  if (std::ferror(finished_)) throw std::system_error(errno, std::generic_category(), path_);
  out.append(piece.data(), size);
  return size > 0;
}

}  // namespace engine
