// Clients that ask for more than their share, and what it costs the server and the others.
#include "api_testing.h"

namespace roost::api_test {
namespace {

class Room final : public Channel {};

TEST(Limits, APingFloodFromAClientThatDoesNotReadIsOwedTheLatestPong) {
  App app(quiet());
  app.socket("/socket").channel<Room>("room:*");
  const Running running(app);
  WebSocketClient client(app.port());
  ASSERT_EQ(client.answer.status, 101);
  // 24 MB of pongs: more than the system takes for a peer that does not read, and the outbox' budget.
  constexpr int kPings = 200'000;
  std::string flood;
  for (int i = 1; i <= kPings; ++i) {
    std::string payload = std::to_string(i);
    payload.resize(120, ' ');
    flood += WebSocketClient::frame(payload, 9);
    if (i % 1'000 == 0) client.http().send(std::exchange(flood, {}));
  }
  int last = 0, pongs = 0;
  while (last < kPings) {
    const std::string pong = client.next();
    ASSERT_EQ(pong.size(), 120u) << pong;
    const int number = std::stoi(pong);
    ASSERT_GT(number, last);
    last = number;
    ++pongs;
  }
  EXPECT_LT(pongs, kPings);
}

}  // namespace
}  // namespace roost::api_test
