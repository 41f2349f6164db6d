#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace roost::ws {

/// Masks or unmasks `bytes` in place (RFC 6455 §5.3).
///
/// `key`: the four bytes of the masking key, loaded as they lie in the frame (memcpy, so in the machine's byte order).
/// `offset`: how many bytes of the frame's payload came before `bytes`.
void unmask(std::span<char> bytes, std::uint32_t key, std::uint64_t offset = 0);

}  // namespace roost::ws
