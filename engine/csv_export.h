// What the exports in CSV share: one record, and the file that is made of them.
#pragma once

#include <string>
#include <string_view>

#include "engine/exports.h"
#include "engine/report_text.h"
#include "sql/store/session.h"

namespace engine {

/// Joins fields into one record.
class CsvRecord {
 public:
  explicit CsvRecord(std::string& out) : out_(out) {}
  ~CsvRecord() { out_ += kCsvLineEnd; }
  CsvRecord(const CsvRecord&) = delete;
  CsvRecord& operator=(const CsvRecord&) = delete;

  CsvRecord& text(std::string_view field) {
    begin();
    append_csv(out_, field);
    return *this;
  }
  CsvRecord& ready(std::string_view fields) {  // one or several, escaped already
    begin();
    out_ += fields;
    return *this;
  }
  CsvRecord& day(base::Day day) { return ready(base::to_string(day)); }
  CsvRecord& number(std::int64_t number) { return ready(std::to_string(number)); }
  CsvRecord& amount(std::int64_t minor, base::Currency currency) {
    return ready(base::to_decimal(minor, currency.exponent()));
  }

 private:
  void begin() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  std::string& out_;
  bool first_ = true;
};

/// The header once, then what `rows` appends until it returns false.
class CsvExport : public Export {
 public:
  CsvExport(store::Session& session, std::string_view header)
      : transaction_(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"), header_(header) {}

  bool next(std::string& out) final {
    if (done_) return false;
    if (!begun_) {
      out += header_;
      out += kCsvLineEnd;
    }
    begun_ = true;
    done_ = !append_rows(out);
    return true;
  }

 protected:
  /// Appends some records; false after the last.
  virtual bool append_rows(std::string& out) = 0;

 private:
  store::Transaction transaction_;
  std::string_view header_;
  bool begun_ = false;
  bool done_ = false;
};

}  // namespace engine
