// A report as a table for people.
#pragma once

#include <iosfwd>

#include "engine/report.h"

namespace cli {

/// Read in a transaction of its own. Columns as wide as the first rows need them; numbers to the
/// right. Constant memory: what comes after these rows is printed as it is read.
void print_report(std::ostream& out, store::Session& session, const engine::Report& report);

}  // namespace cli
