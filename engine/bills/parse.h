// What the readers of the formats share: one file on its way, its columns, and its totals.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/bills/bill.h"
#include "engine/bills/decimal.h"
#include "engine/bills/reader.h"
#include "engine/bills/text.h"

namespace bills {

struct Parse {
  Text& text;
  const ReadOptions& options;
  RowSink& sink;
  Summary& summary;

  void finding(std::string_view code, std::int64_t line, std::string_view field,
               std::string_view value, std::string_view detail) const;
  /// The next line that can be used; one that can't is a finding. False at the end.
  bool next_line(std::string_view& line) const;
};

void read_wechat(Parse& parse);
void read_alipay(Parse& parse);
void read_camt053(Parse& parse);
void read_mt940(Parse& parse);
void read_declared_csv(Parse& parse);

/// Without spaces and tabs around it, and with half-width brackets: "订单金额（元）" of one bill is
/// "订单金额(元)" of another.
std::string plain_name(std::string_view name);
std::string_view trim(std::string_view text);

/// The header of a table. Columns are found by name.
class Header {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void set(std::span<const std::string_view> names);
  std::size_t size() const { return names_.size(); }
  const std::string& name(std::size_t column) const { return names_[column]; }
  /// The first of these that the file has.
  std::size_t find(std::initializer_list<std::string_view> names) const;
  /// The name that comes twice, if one does.
  std::optional<std::string> doubled() const;

 private:
  std::vector<std::string> names_;
};

/// The fields of one row, each read with a finding where it can't be.
class Fields {
 public:
  Fields(const Parse& parse, const Header& header) : parse_(parse), header_(header) {}

  std::vector<std::string_view> values;
  std::int64_t line = 0;

  /// Starts a row: false, and a finding, if it has not as many fields as the header.
  bool begin(std::int64_t line_number, std::size_t first_line_fields);
  bool is_good() const { return good_; }

  std::string_view text(std::size_t column) const;  ///< "" where there is no such column
  /// A number of a document: not empty unless `may_be_empty`, and no number of a spreadsheet.
  void ref(std::size_t column, std::string& out, bool may_be_empty = false);
  std::int64_t number(std::size_t column, int decimals);  ///< 0 where there is no such column
  std::int64_t not_negative(std::size_t column, int decimals);
  base::Currency currency(std::size_t column);
  date::local_seconds time(std::size_t column);
  void bad(std::string_view code, std::size_t column, std::string_view detail);

 private:
  const Parse& parse_;
  const Header& header_;
  bool good_ = true;
};

/// Compares what is declared with what was counted, and adds both to the summary.
void check_total(const Parse& parse, std::int64_t line, std::string_view name,
                 std::string_view declared, base::int128 counted, int decimals);

/// Whether balances follow from each other, in the order of the file or against it.
class BalanceChain {
 public:
  void add(std::int64_t line, std::int64_t amount, std::int64_t balance);
  bool holds() const { return down_broken_ == 0 || up_broken_ == 0; }
  std::int64_t broken_at() const { return std::max(down_broken_, up_broken_); }
  bool any() const { return any_; }
  std::int64_t opening() const { return is_down() ? first_ - first_amount_ : last_ - last_amount_; }
  std::int64_t closing() const { return is_down() ? last_ : first_; }

 private:
  bool is_down() const { return down_broken_ == 0; }

  bool any_ = false;
  std::int64_t first_ = 0;
  std::int64_t first_amount_ = 0;
  std::int64_t last_ = 0;
  std::int64_t last_amount_ = 0;
  std::int64_t down_broken_ = 0;  // the first line that does not follow from the one above it
  std::int64_t up_broken_ = 0;    // the first line from which the one above it does not follow
};

/// The date of a row is that of the bill.
void check_day(Fields& fields, const Summary& summary, std::size_t column, base::Day day);

/// The file is one merchant's, and the one that was expected.
void check_merchant(const Parse& parse, std::int64_t line, std::string_view field,
                    std::string_view value);

/// One currency a file: totals of several add up to nothing.
void check_currency(Fields& fields, Summary& summary, std::size_t column, base::Currency currency);

}  // namespace bills
