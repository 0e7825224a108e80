// fenqi import bill|bank: what a channel or a bank says, proven and kept.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "cli/command.h"
#include "engine/catalog.h"

namespace cli {

struct BillImportOptions {
  std::string file;
  std::string columns;  ///< of a CSV: time=paid_at,ref=order
  std::string rejects;
  std::string channel;
  std::string bank;
  std::string format = "auto";
  std::string date;
  std::string merchant_no;
  std::string sha1;
  std::string sha256;
  std::string currency;
  std::int64_t expect_rows = -1;  ///< below 0: not declared
  std::string expect_amount;
  bool is_bank = false;
  bool after_gap = false;
  bool is_dry_run = false;
  bool is_json = false;
};

void add_bill_options(CLI::App& command, BillImportOptions& options);

/// All of the file or nothing. A file with findings ends with BadData, one that is not the one that
/// was taken before for its date with Refused.
Exit import_bill(const BillImportOptions& options, const std::string& conninfo,
                 const std::shared_ptr<const engine::Catalog>& catalog);

}  // namespace cli
