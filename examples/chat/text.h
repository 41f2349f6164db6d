#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chat {

/// Without the ASCII white space at both ends. A view into `text`.
std::string_view trim(std::string_view text);

/// Characters (code points) in valid UTF-8.
std::size_t count_characters(std::string_view text);

/// A room's id, made of its name: small ASCII letters and digits, other scripts as they are, `-` for each run of
/// anything else between them. Empty if the name has nothing of that kind.
std::string slug(std::string_view name);

}  // namespace chat
