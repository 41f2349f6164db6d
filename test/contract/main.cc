// The contract server: the application that the conformance suite talks to.

#include <vector>

#include <roost/app.hpp>

#include "api.h"
#include "flags.h"
#include "mounts.h"

int main(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  const auto drain = contract::take_drain_flags(arguments);
  roost::Options defaults;
  defaults.presence.diff_frames_per_second = 0;  // as Phoenix, change by change: what clients are told can be compared
  auto app = roost::App::from_args(static_cast<int>(arguments.size()), arguments.data(), defaults);
  app.drain_options(drain);
  contract::add_mounts(app);
  contract::add_api(app);
  return app.run();
}
