#include <gtest/gtest.h>

#include <roost/testing.hpp>

#include "ship.h"

TEST(Ship, AnswersAHail) {
  roost::testing::Server server;
  server.app().socket("/socket").channel<Ship>("ship");
  server.connect().join("ship").call("hail");
}
