#pragma once

#include <string_view>

namespace roost::http {

/// The Content-Type of a file by its extension, case aside; texts with their charset, which is UTF-8.
/// application/octet-stream for what is not in the table.
std::string_view content_type(std::string_view file_name);

}  // namespace roost::http
