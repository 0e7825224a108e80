#include "engine/table_export.h"

#include <utility>

#include "engine/report_text.h"
#include "engine/xlsx_file.h"

namespace engine {
namespace {

/// Appends to whatever text `begin` was given last.
class CsvWriter : public TableWriter {
 public:
  void begin(std::string& out) { out_ = &out; }

  void text(std::string_view field) override {
    separate();
    append_csv(*out_, field);
  }
  void day(base::Day day) override { raw(base::to_string(day)); }
  void number(std::int64_t number) override { raw(std::to_string(number)); }
  void amount(std::int64_t minor, base::Currency currency) override {
    raw(base::to_decimal(minor, currency.exponent()));
  }
  void percent(std::int64_t hundredths) override { raw(base::to_decimal(hundredths, 2)); }
  void absent() override { separate(); }
  void end_row() override {
    *out_ += kCsvLineEnd;
    is_first_ = true;
  }

 private:
  void raw(std::string_view field) {
    separate();
    *out_ += field;
  }
  void separate() {
    if (!is_first_) *out_ += ',';
    is_first_ = false;
  }

  std::string* out_ = nullptr;
  bool is_first_ = true;
};

class JsonWriter : public TableWriter {
 public:
  explicit JsonWriter(const std::vector<TableColumn>& columns) {
    for (const TableColumn& column : columns) {
      keys_.push_back(keys_.empty() ? "{" : ",");
      append_json(keys_.back(), column.name);
      keys_.back() += ':';
    }
  }
  void begin(std::string& out) { out_ = &out; }

  void text(std::string_view field) override {
    key();
    append_json(*out_, field);
  }
  void day(base::Day day) override { text(base::to_string(day)); }
  void number(std::int64_t number) override {
    key();
    *out_ += std::to_string(number);
  }
  void amount(std::int64_t minor, base::Currency currency) override {
    text(base::to_decimal(minor, currency.exponent()));
  }
  void percent(std::int64_t hundredths) override { text(base::to_decimal(hundredths, 2)); }
  void absent() override {
    key();
    *out_ += "null";
  }
  void end_row() override {
    *out_ += "}\n";
    column_ = 0;
  }

 private:
  void key() { *out_ += keys_.at(column_++); }

  std::vector<std::string> keys_;  // with what stands before and after
  std::string* out_ = nullptr;
  std::size_t column_ = 0;
};

class XlsxWriter : public TableWriter {
 public:
  explicit XlsxWriter(XlsxFile& file) : file_(file) {}

  void text(std::string_view field) override { file_.text(field); }
  void day(base::Day day) override { file_.day(day); }
  void number(std::int64_t number) override { file_.number(number); }
  void amount(std::int64_t minor, base::Currency currency) override {
    file_.amount(minor, currency);
  }
  void percent(std::int64_t hundredths) override { file_.percent(hundredths); }
  void absent() override { file_.text(""); }
  void end_row() override { file_.end_row(); }

 private:
  XlsxFile& file_;
};

/// The snapshot, and in it the source.
struct OpenSource {
  OpenSource(store::Session& session,
             const std::function<std::unique_ptr<TableSource>(store::Session&)>& open)
      : transaction(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        rows(open(session)) {}

  store::Transaction transaction;
  std::unique_ptr<TableSource> rows;
};

/// Text that comes while it is read.
template <class Writer>
class TextTable : public Export {
 public:
  TextTable(std::unique_ptr<OpenSource> source, Writer writer, std::string head)
      : source_(std::move(source)), writer_(std::move(writer)), head_(std::move(head)) {}

  bool next(std::string& out) override {
    if (is_done_) return false;
    out += std::exchange(head_, {});
    writer_.begin(out);
    is_done_ = !source_->rows->append_rows(writer_);
    return true;
  }

 private:
  std::unique_ptr<OpenSource> source_;
  Writer writer_;
  std::string head_;
  bool is_done_ = false;
};

/// The rows are on the disk before the first byte of the file is known.
class XlsxTable : public Export {
 public:
  XlsxTable(std::unique_ptr<OpenSource> source, const TableHead& head)
      : source_(std::move(source)),
        file_(head.name, columns_of(head), head.created),
        writer_(file_) {}

  bool next(std::string& out) override {
    if (has_rows_) {
      has_rows_ = source_->rows->append_rows(writer_);
      return true;
    }
    return file_.read(out);
  }

 private:
  static std::vector<XlsxColumn> columns_of(const TableHead& head) {
    std::vector<XlsxColumn> columns;
    for (const TableColumn& column : head.columns) {
      columns.push_back({std::string(column.name), column.width});
    }
    return columns;
  }

  std::unique_ptr<OpenSource> source_;
  XlsxFile file_;
  XlsxWriter writer_;
  bool has_rows_ = true;
};

std::string csv_head(const TableHead& head) {
  std::string text;
  for (const TableColumn& column : head.columns) {
    if (!text.empty()) text += ',';
    text += column.name;
  }
  return text += kCsvLineEnd;
}

}  // namespace

std::unique_ptr<Export> export_table(
    store::Session& session, TableFormat format, TableHead head,
    const std::function<std::unique_ptr<TableSource>(store::Session&)>& source) {
  auto open = std::make_unique<OpenSource>(session, source);
  switch (format) {
    case TableFormat::Csv:
      return std::make_unique<TextTable<CsvWriter>>(std::move(open), CsvWriter(), csv_head(head));
    case TableFormat::Json:
      return std::make_unique<TextTable<JsonWriter>>(std::move(open), JsonWriter(head.columns), "");
    case TableFormat::Xlsx:
      return std::make_unique<XlsxTable>(std::move(open), head);
  }
  std::unreachable();
}

}  // namespace engine
