// Reads a bill into memory, for tests.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "engine/bills/reader.h"

namespace tests {

struct Collected : bills::RowSink {
  std::vector<bills::BillRow> rows;
  std::vector<bills::BankLine> lines;
  bills::Summary summary;

  void bill(const bills::BillRow& row) override { rows.push_back(row); }
  void bank(const bills::BankLine& line) override { lines.push_back(line); }

  /// "TOTALS_DISAGREE 12 手续费总金额", one a line: what was found wrong, in the file's order.
  std::string found() const {
    std::string text;
    for (const bills::Finding& f : summary.findings.kept()) {
      text += f.code + " " + std::to_string(f.line) + (f.field.empty() ? "" : " " + f.field) + "\n";
    }
    if (text.ends_with("\n")) text.pop_back();
    return text;
  }
};

inline Collected read_file(const std::string& path, const bills::ReadOptions& options = {}) {
  Collected collected;
  collected.summary = bills::read_bill(bills::open_bytes(path), options, collected);
  return collected;
}

inline Collected read_text(std::string text, const bills::ReadOptions& options = {}) {
  Collected collected;
  collected.summary = bills::read_bill(bills::text_bytes(std::move(text)), options, collected);
  return collected;
}

}  // namespace tests
