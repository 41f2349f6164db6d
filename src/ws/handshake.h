#pragma once

#include <string>
#include <string_view>

namespace roost::ws {

/// The Sec-WebSocket-Accept that proves this Sec-WebSocket-Key was understood (RFC 6455 §4.2.2, step 5.4).
/// `key`: the header's value without the white space around it; its form is not checked (PROTOCOL §4.1, step 7).
std::string accept_key(std::string_view key);

}  // namespace roost::ws
