// balls: a simulation with a main loop of its own, which shows itself to every browser that looks.

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>

#include <roost/roost.hpp>

#include "balls/balls.h"

namespace {

constexpr int kBalls = 24;
constexpr std::chrono::milliseconds kTurn{50};  // 20 Hz

std::atomic<bool> asked_to_stop = false;
static_assert(std::atomic<bool>::is_always_lock_free);  // so a signal handler may set it

void ask_to_stop(int) {
  asked_to_stop = true;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);

  balls::World world(kBalls);
  auto app = roost::App::from_args(argc, argv);
  balls::Stage stage(app);
  app.static_files("/", BALLS_PAGE_DIR);
  if (std::filesystem::exists(BALLS_PHOENIX_DIR))
    app.static_files("/phoenix", BALLS_PHOENIX_DIR);
  else
    std::fprintf(stderr, "balls: the page needs the client that `npm ci` brings\n");
  if (const auto started = app.start(); !started) {
    std::fprintf(stderr, "balls: %s\n", started.error().c_str());
    return 1;
  }
  for (auto next = std::chrono::steady_clock::now(); !asked_to_stop; next += kTurn) {
    stage.turn(world, std::chrono::duration<double>(kTurn).count());
    std::this_thread::sleep_until(next);
  }
  app.stop();
}
