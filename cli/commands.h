// The commands of the program, one function each, in the order the help shows them.
#pragma once

#include "cli/command.h"

namespace cli {

}  // namespace cli
