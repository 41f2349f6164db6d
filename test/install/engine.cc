// Starts, listens, stops.
#include <cstdio>

#include "ship.h"

int main(int argc, char** argv) {
  roost::Options defaults;
  defaults.port = 0;
  defaults.shards = 1;
  auto app = roost::App::from_args(argc, argv, defaults);
  app.socket("/socket").channel<Ship>("ship");
  if (const auto started = app.start(); !started) {
    std::fprintf(stderr, "engine: %s\n", started.error().c_str());
    return 1;
  }
  std::printf("listening: %s\n", app.port() > 0 ? "yes" : "no");
  app.stop();
}
