#include "balls/world.h"

#include <cmath>

namespace balls {
namespace {

constexpr double kFriction = 0.4;  // of the speed, lost in a second
constexpr double kKick = 0.05;

void move(double& at, double& speed, double seconds) {
  at += speed * seconds;
  if (at < 0 || at > 1) {
    at = at < 0 ? -at : 2 - at;
    speed = -speed;
  }
  at = std::fmin(std::fmax(at, 0), 1);
  speed *= 1 - kFriction * seconds;
}

}  // namespace

World::World(int count) {
  for (int i = 0; i < count; ++i) {
    const double angle = 6.2832 * i / count;
    state_.balls.push_back(
        {0.5 + 0.3 * std::cos(angle), 0.5 + 0.3 * std::sin(angle), std::sin(angle), std::cos(angle)});
  }
}

void World::step(double seconds) {
  ++state_.turn;
  for (Ball& ball : state_.balls) {
    move(ball.x, ball.vx, seconds);
    move(ball.y, ball.vy, seconds);
  }
}

void World::kick(double x, double y) {
  for (Ball& ball : state_.balls) {
    const double dx = ball.x - x, dy = ball.y - y, square = dx * dx + dy * dy + 0.01;
    ball.vx += kKick * dx / square;
    ball.vy += kKick * dy / square;
  }
}

}  // namespace balls
