// The contract server: the application that the conformance suite talks to.

#include <roost/app.hpp>

#include "api.h"
#include "mounts.h"

int main(int argc, char** argv) {
  auto app = roost::App::from_args(argc, argv);
  contract::add_mounts(app);
  contract::add_api(app);
  return app.run();
}
