// The contract server: the application that the conformance suite talks to.

#include <roost/app.hpp>

#include "api.h"
#include "mounts.h"

int main(int argc, char** argv) {
  roost::Options defaults;
  defaults.presence.diff_frames_per_second = 0;  // as Phoenix, change by change: what clients are told can be compared
  auto app = roost::App::from_args(argc, argv, defaults);
  contract::add_mounts(app);
  contract::add_api(app);
  return app.run();
}
