#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace roost {

/// RFC 4648 §4, with padding.
std::string base64_encode(std::string_view bytes);
/// RFC 4648 §5, without padding.
std::string base64url_encode(std::string_view bytes);

/// Which texts a decoder takes.
enum class Base64 { standard_padded, standard, url, either };

/// The bytes of `text`, or nullopt when it holds another character or has a length that cannot be.
/// `standard_padded` demands the padding; the others take it or leave it. `either` takes both alphabets.
std::optional<std::string> base64_decode(std::string_view text, Base64 form);

}  // namespace roost
