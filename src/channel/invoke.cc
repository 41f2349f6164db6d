#include "channel/invoke.h"

#include <exception>

namespace roost::channel::detail {

bool invoke(Log& log, const CallSite& site, void (*call)(void*), void* function) {
  try {
    call(function);
    return true;
  } catch (const std::exception& error) {
    log.write(LogLevel::error, "channel crashed",
              {{"in", site.what}, {"topic", site.topic}, {"event", site.event}, {"error", error.what()}});
  } catch (...) {
    log.write(LogLevel::error, "channel crashed",
              {{"in", site.what}, {"topic", site.topic}, {"event", site.event}, {"error", "not a std::exception"}});
  }
  return false;
}

}  // namespace roost::channel::detail
