#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace roost::ws {

/// Masks or unmasks `bytes` in place (RFC 6455 §5.3). Returns whether all of them are ASCII then: nearly all text is,
/// and needs no other look to be UTF-8.
///
/// `key`: the four bytes of the masking key, loaded as they lie in the frame (memcpy, so in the machine's byte order).
/// `offset`: how many bytes of the frame's payload came before `bytes`.
bool unmask(std::span<char> bytes, std::uint32_t key, std::uint64_t offset = 0);

}  // namespace roost::ws
