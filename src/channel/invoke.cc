#include "channel/invoke.h"

#include <exception>

namespace roost::channel::detail {

bool invoke(Log& log, const CallSite& site, void (*call)(void*), void* function) {
  const auto report = [&log, &site](std::string_view error) {
    log.write(
        LogLevel::error, "channel crashed",
        {{"in", site.what}, {"topic", site.topic}, {"event", site.event}, {"channel", site.channel}, {"error", error}});
  };
  try {
    call(function);
    return true;
  } catch (const std::exception& error) {
    report(error.what());
  } catch (...) {
    report("not a std::exception");
  }
  return false;
}

}  // namespace roost::channel::detail
