#pragma once

#include <expected>
#include <string>
#include <vector>

#include <roost/options.hpp>

namespace roost::server {

/// What the command line asks for instead of Options.
struct Exit {
  int status;        // 0: --help was asked for; 2: something is wrong
  std::string text;  // for stdout, or for stderr
};

/// Flags over environment over the file that --config names, over `defaults`. Everything that is wrong is named, a line
/// each, with what is allowed; unknown flags and keys with what they may have been meant to be.
std::expected<Options, Exit> parse_options(int argc, const char* const* argv, Options defaults = {});

/// What is wrong with options that were set by hand, e.g. "shards: 65 is not in 0..64"; empty: nothing.
std::string check_options(const Options& options);

}  // namespace roost::server
