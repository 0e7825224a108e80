#include "engine/table_diff.h"

#include <algorithm>
#include <compare>
#include <deque>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace engine {
namespace {

struct Absent {
  bool operator==(const Absent&) const = default;
};
struct Amount {
  std::int64_t minor = 0;
  base::Currency currency;
  bool operator==(const Amount&) const = default;
};
struct Percent {
  std::int64_t hundredths = 0;
  bool operator==(const Percent&) const = default;
};
using Field = std::variant<Absent, std::string, base::Day, std::int64_t, Amount, Percent>;
using Row = std::vector<Field>;

/// Keeps the rows of a source until they are compared.
class RowReader : public TableWriter {
 public:
  explicit RowReader(std::unique_ptr<TableSource> source) : source_(std::move(source)) {}

  /// The first row that was not dropped; nothing at the end.
  const Row* peek() {
    while (rows_.empty() && has_more_) has_more_ = source_->append_rows(*this);
    return rows_.empty() ? nullptr : &rows_.front();
  }
  void drop() { rows_.pop_front(); }

  void text(std::string_view field) override { row_.emplace_back(std::string(field)); }
  void day(base::Day day) override { row_.emplace_back(day); }
  void number(std::int64_t number) override { row_.emplace_back(number); }
  void amount(std::int64_t minor, base::Currency currency) override {
    row_.emplace_back(Amount{minor, currency});
  }
  void percent(std::int64_t hundredths) override { row_.emplace_back(Percent{hundredths}); }
  void absent() override { row_.emplace_back(Absent{}); }
  void end_row() override { rows_.push_back(std::exchange(row_, {})); }

 private:
  std::unique_ptr<TableSource> source_;
  std::deque<Row> rows_;
  Row row_;
  bool has_more_ = true;
};

std::weak_ordering compare_fields(const Field& a, const Field& b) {
  CHECK(a.index() == b.index(), "a column with fields of different kinds is no key");
  if (const auto* text = std::get_if<std::string>(&a)) return *text <=> std::get<std::string>(b);
  if (const auto* day = std::get_if<base::Day>(&a)) {
    return base::days_between(std::get<base::Day>(b), *day) <=> 0;
  }
  return std::get<std::int64_t>(a) <=> std::get<std::int64_t>(b);
}

void write(TableWriter& rows, std::string_view change, const Row& row) {
  rows.text(change);
  for (const Field& field : row) {
    if (const auto* text = std::get_if<std::string>(&field)) {
      rows.text(*text);
    } else if (const auto* day = std::get_if<base::Day>(&field)) {
      rows.day(*day);
    } else if (const auto* number = std::get_if<std::int64_t>(&field)) {
      rows.number(*number);
    } else if (const auto* amount = std::get_if<Amount>(&field)) {
      rows.amount(amount->minor, amount->currency);
    } else if (const auto* percent = std::get_if<Percent>(&field)) {
      rows.percent(percent->hundredths);
    } else {
      rows.absent();
    }
  }
  rows.end_row();
}

class TableDiff : public TableSource {
 public:
  TableDiff(std::unique_ptr<TableSource> before, std::unique_ptr<TableSource> after,
            std::vector<std::size_t> key)
      : before_(std::move(before)), after_(std::move(after)), key_(std::move(key)) {}

  bool append_rows(TableWriter& rows) override {
    constexpr int kRowsAtOnce = 1'000;
    for (int i = 0; i < kRowsAtOnce; ++i) {
      if (!step(rows)) return false;
    }
    return true;
  }

 private:
  /// Compares the next row; false at the end of both.
  bool step(TableWriter& rows) {
    const Row* before = before_.peek();
    const Row* after = after_.peek();
    if (before == nullptr && after == nullptr) return false;
    const std::weak_ordering order = before == nullptr  ? std::weak_ordering::greater
                                     : after == nullptr ? std::weak_ordering::less
                                                        : compare_keys(*before, *after);
    if (order < 0) {
      write(rows, "removed", *before);
      before_.drop();
    } else if (order > 0) {
      write(rows, "added", *after);
      after_.drop();
    } else {
      if (*before != *after) {
        write(rows, "before", *before);
        write(rows, "after", *after);
      }
      before_.drop();
      after_.drop();
    }
    return true;
  }

  std::weak_ordering compare_keys(const Row& a, const Row& b) const {
    for (const std::size_t column : key_) {
      const auto order = compare_fields(a.at(column), b.at(column));
      if (order != 0) return order;
    }
    return std::weak_ordering::equivalent;
  }

  RowReader before_;
  RowReader after_;
  std::vector<std::size_t> key_;
};

class SmallDiff : public TableSource {
 public:
  SmallDiff(std::unique_ptr<TableSource> before, std::unique_ptr<TableSource> after,
            std::size_t key)
      : before_(std::move(before)), after_(std::move(after)), key_(key) {}

  bool append_rows(TableWriter& rows) override {
    std::vector<Row> gone;
    for (; const Row* row = before_.peek(); before_.drop()) gone.push_back(*row);
    for (; const Row* row = after_.peek(); after_.drop()) {
      const auto same =
          std::ranges::find_if(gone, [&](const Row& g) { return has_key_of(g, *row); });
      if (same == gone.end()) {
        write(rows, "added", *row);
        continue;
      }
      if (*same != *row) {
        write(rows, "before", *same);
        write(rows, "after", *row);
      }
      gone.erase(same);
    }
    for (const Row& row : gone) write(rows, "removed", row);
    return false;
  }

 private:
  bool has_key_of(const Row& a, const Row& b) const {
    const auto end = static_cast<std::ptrdiff_t>(key_);
    return std::equal(a.begin(), a.begin() + end, b.begin(), b.begin() + end);
  }

  RowReader before_;
  RowReader after_;
  std::size_t key_;
};

}  // namespace

std::unique_ptr<TableSource> small_diff_of(std::unique_ptr<TableSource> before,
                                           std::unique_ptr<TableSource> after, std::size_t key) {
  return std::make_unique<SmallDiff>(std::move(before), std::move(after), key);
}

TableHead diff_head(TableHead head) {
  head.columns.insert(head.columns.begin(), {"change", 9});
  return head;
}

std::unique_ptr<TableSource> diff_of(std::unique_ptr<TableSource> before,
                                     std::unique_ptr<TableSource> after,
                                     std::vector<std::size_t> key) {
  return std::make_unique<TableDiff>(std::move(before), std::move(after), std::move(key));
}

}  // namespace engine
