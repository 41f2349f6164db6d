#pragma once

namespace roost {

/// Prints the broken invariant with its place on stderr and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace roost

/// An invariant of ours; on in release builds too. Never on data that a peer controls.
#define ROOST_ASSERT(condition) \
  (static_cast<bool>(condition) ? void(0) : ::roost::assertion_failed(#condition, __FILE__, __LINE__))
