#pragma once

#include <cstdint>
#include <vector>

#include <boost/describe.hpp>

// The engine: it knows nothing of clients.
namespace balls {

struct Ball {
  double x = 0, y = 0;    // 0 to 1
  double vx = 0, vy = 0;  // per second
};
BOOST_DESCRIBE_STRUCT(Ball, (), (x, y, vx, vy))

struct State {
  std::int64_t turn = 0;
  std::vector<Ball> balls;
};
BOOST_DESCRIBE_STRUCT(State, (), (turn, balls))

/// Balls in a box, which bounce off its walls and slow down.
class World {
 public:
  explicit World(int count);
  /// Time passes.
  void step(double seconds);
  /// Pushes every ball away from there, the near ones most.
  void kick(double x, double y);
  const State& state() const { return state_; }

 private:
  State state_;
};

}  // namespace balls
