#pragma once

#include <string>

#include "bench/result.h"

namespace roost::bench {

/// A page about a run that stands alone: one file, no scripts, no requests; light or dark as its reader likes.
std::string to_html(const Result& result);

}  // namespace roost::bench
