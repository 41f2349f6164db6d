#pragma once

#include <expected>
#include <string>

#include <roost/app.hpp>

namespace roost::server {

/// What the command line and the environment ask for instead of Options.
struct Exit {
  int status;        // 0: --help was asked for; 2: something is wrong
  std::string text;  // for stdout, or for stderr
};

/// Flags over environment over defaults. A wrong value is named with its flag and what is allowed.
std::expected<Options, Exit> parse_options(int argc, const char* const* argv);

/// What is wrong with options that were set by hand, e.g. "shards: 65 is not in 0..64"; empty: nothing.
std::string check_options(const Options& options);

}  // namespace roost::server
