#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/log.h"

namespace roost::channel {

/// Which of the application's functions is called, for the log.
struct CallSite {
  std::string_view what;  // "join", "handler", "terminate" …
  std::string_view topic;
  std::string_view event;         // empty if there is none
  std::string_view channel = {};  // the class; empty if it is none
};

namespace detail {
bool invoke(Log& log, const CallSite& site, void (*call)(void*), void* function);
}

/// Calls code of the application. False: it threw, which has been logged once, with its place. The only other catch
/// between the application and the engine is that of HTTP routes, which makes a response of it (server/routes.cc).
template <typename Function>
bool invoke(Log& log, const CallSite& site, Function&& function) {
  return detail::invoke(
      log, site, [](void* f) { (*static_cast<std::remove_reference_t<Function>*>(f))(); }, std::addressof(function));
}

}  // namespace roost::channel
