#pragma once

#include <CLI/App.hpp>

namespace roost::cli {

/// Adds `bench` with its loads to the command line. When one runs, `status` becomes what the process is to end with: 0
/// if every delivery was right, 1 if not, 2 if the run could not begin.
void add_bench(CLI::App& cli, int& status);

}  // namespace roost::cli
