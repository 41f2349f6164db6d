#include "transport/longpoll_relay.h"

#include <deque>
#include <functional>
#include <random>

#include "channel/channel_testing.h"

// Two nodes in one thread, and what they say to each other in between, where a test can lose it.

namespace roost::transport {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Frame text(std::string_view bytes) {
  return Frame::make(bytes.size(), false, nullptr, [bytes](char* out) { std::ranges::copy(bytes, out); });
}

struct Net;

struct Node final : LongPollLink {
  Node(Net& net, std::string name, std::uint64_t server)
      : net(net), name(std::move(name)), tokens({'k', 'e', 'y'}, server) {
    shard.mount.longpoll({});
    mount = std::move(*Mount::prepare(shard.mount, {}));
  }
  ~Node();
  void send(std::string_view parcel) override;
  void send_to(std::string_view node, std::string_view parcel) override;

  LongPollSession& start() { return *polls.start(*mount, &wire::v2_json(), {}); }
  std::string token(const LongPollSession& session) const { return tokens.sign(session.id()); }

  Net& net;
  const std::string name;
  channel::testing::Shard shard;
  std::unique_ptr<const Mount> mount;
  LongPollTokens tokens;
  LongPolls polls{shard.host, tokens};
  LongPollRelay relay{shard.host, polls, *this};
};

struct Net {
  struct Parcel {
    Node* from;
    Node* to;
    std::string bytes;
  };
  std::vector<Node*> nodes;
  std::deque<Parcel> under_way;
  std::function<bool(const parcel::Message&)> lose = [](const auto&) { return false; };
  int copies = 1;

  void put(Node& from, Node& to, std::string_view bytes) {
    if (!lose(parcel::decode(bytes)->message))
      for (int i = 0; i < copies; ++i) under_way.push_back({&from, &to, std::string(bytes)});
  }
};

Node::~Node() {
  std::erase(net.nodes, this);
  polls.abort_all();
}
void Node::send(std::string_view parcel) {
  for (Node* to : net.nodes)
    if (to != this) net.put(*this, *to, parcel);
}
void Node::send_to(std::string_view node, std::string_view parcel) {
  for (Node* to : net.nodes)
    if (to->name == node) net.put(*this, *to, parcel);
}

/// What a client at the front heard.
struct Heard {
  std::vector<std::string> answers;
  bool there = true;
  LongPollFront::Respond respond() {
    return [this](const LongPollFront::Answer& answer) {
      if (!there) return false;
      std::string line = std::to_string(answer.status);
      for (const std::string_view each : answer.messages) line += " " + std::string(each);
      answers.push_back(line);
      return true;
    };
  }
};

class LongPollRelays : public ::testing::Test {
 protected:
  LongPollRelays() { net.nodes = {&front, &home}; }

  void run() {
    for (Node* node : net.nodes) node->shard.run();
    while (!net.under_way.empty()) {
      const Net::Parcel next = std::move(net.under_way.front());
      net.under_way.pop_front();
      next.to->relay.handle(next.from->name, next.bytes);
      for (Node* node : net.nodes) node->shard.run();
    }
  }
  void pass(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 100ms) {
      for (Node* node : net.nodes) node->shard.advance(100ms);
      run();
    }
  }
  std::optional<LongPollId> identify(const std::string& token) {
    std::optional<std::optional<LongPollId>> result;
    front.relay.front().identify(token, 1'000'000'000, 2s, [&](std::optional<LongPollId> id) { result = id; });
    run();
    if (!result) pass(2100ms);
    EXPECT_TRUE(result);
    return result.value_or(std::nullopt);
  }
  /// A session on `home` that `front` knows.
  LongPollSession& session() {
    LongPollSession& started = home.start();
    EXPECT_EQ(identify(home.token(started)), started.id());
    return started;
  }
  std::uint64_t poll(const LongPollId& id, Heard& client) {
    const auto number = front.relay.front().poll(id, 10s, client.respond());
    run();
    return number;
  }
  void nothing_is_kept() {
    EXPECT_EQ(front.relay.front().waiting(), 0u);
    EXPECT_EQ(home.relay.home().holds(), 0u);
  }
  template <typename Lost>
  void lose() {
    net.lose = [](const parcel::Message& message) { return std::holds_alternative<Lost>(message); };
  }
  void lose_nothing() {
    net.lose = [](const parcel::Message&) { return false; };
  }

  Net net;
  Node front{net, "front", 11};
  Node home{net, "home", 22};
  Heard heard, again;
};

TEST_F(LongPollRelays, ATokenOfAnotherNodeIsReadOnceThatNodeSaidWhoItIs) {
  LongPollSession& started = home.start();
  EXPECT_EQ(identify(home.token(started)), started.id());
  lose<parcel::Ask>();
  EXPECT_EQ(identify(home.token(started)), started.id()) << "known by now";
}

TEST_F(LongPollRelays, ATokenThatNobodyKnowsIsNoneAfterTheTimeout) {
  EXPECT_EQ(identify(LongPollTokens({'x'}, 33).sign({0, 1, 2, 3, 33})), std::nullopt);
  EXPECT_EQ(identify(LongPollTokens({'x'}, 22).sign({0, 1, 2, 3, 22})), std::nullopt) << "forged";
  EXPECT_EQ(identify("no token"), std::nullopt);
}

TEST_F(LongPollRelays, APollTakesWhatWaits) {
  LongPollSession& there = session();
  there.send(text("a"));
  there.send(text("b"));
  poll(there.id(), heard);
  EXPECT_THAT(heard.answers, ElementsAre("200 a b"));
  nothing_is_kept();
}

TEST_F(LongPollRelays, APollThatWaitsIsWokenAndTheNextGetsTheRest) {
  LongPollSession& there = session();
  poll(there.id(), heard);
  EXPECT_THAT(heard.answers, IsEmpty());
  there.send(text("a"));
  run();
  there.send(text("b"));
  run();
  EXPECT_THAT(heard.answers, ElementsAre("200 a"));
  poll(there.id(), again);
  EXPECT_THAT(again.answers, ElementsAre("200 b"));
  nothing_is_kept();
}

TEST_F(LongPollRelays, AWindowWithoutMessagesIsAnsweredWith204) {
  LongPollSession& there = session();
  poll(there.id(), heard);
  pass(10s);
  EXPECT_THAT(heard.answers, ElementsAre("204"));
  nothing_is_kept();
}

TEST_F(LongPollRelays, APostIsHandledAndItsReplyComesWithThePoll) {
  LongPollSession& there = session();
  front.relay.front().post(there.id(), {{false, R"(["1","1","phoenix","heartbeat",{}])"}}, 10s, heard.respond());
  run();
  EXPECT_THAT(heard.answers, ElementsAre("200"));
  poll(there.id(), again);
  EXPECT_THAT(again.answers, ElementsAre(R"(200 [null,"1","phoenix","phx_reply",{"response":{},"status":"ok"}])"));
  nothing_is_kept();
}

TEST_F(LongPollRelays, AnUndecodableMessageEndsTheSessionWith408) {
  LongPollSession& there = session();
  front.relay.front().post(there.id(), {{false, "no json"}}, 10s, heard.respond());
  run();
  EXPECT_THAT(heard.answers, ElementsAre("408"));
  nothing_is_kept();
}

TEST_F(LongPollRelays, ASessionThatEndedIsGone) {
  LongPollSession& there = session();
  const LongPollId id = there.id();
  there.end(EndReason::closed);
  poll(id, heard);
  front.relay.front().post(id, {{false, "[]"}}, 10s, heard.respond());
  run();
  EXPECT_THAT(heard.answers, ElementsAre("410", "410"));
  nothing_is_kept();
}

TEST_F(LongPollRelays, ASessionThatEndsAnswersThePollThatWaits) {
  LongPollSession& there = session();
  poll(there.id(), heard);
  there.end(EndReason::disconnected);
  run();
  EXPECT_THAT(heard.answers, ElementsAre("204"));
  nothing_is_kept();
}

TEST_F(LongPollRelays, AClientThatGoesWhileItWaitsTakesNothingWithIt) {
  LongPollSession& there = session();
  const auto number = poll(there.id(), heard);
  front.relay.front().forget(number);
  run();
  there.send(text("a"));
  run();
  EXPECT_THAT(heard.answers, IsEmpty());
  nothing_is_kept();
  poll(there.id(), again);
  EXPECT_THAT(again.answers, ElementsAre("200 a"));
}

TEST_F(LongPollRelays, AnAnswerThatCrossesTheClientsEndIsKeptForTheNextPoll) {
  LongPollSession& there = session();
  const auto number = poll(there.id(), heard);
  there.send(text("a"));
  home.shard.run();  // the answer is under way
  front.relay.front().forget(number);
  there.send(text("b"));
  run();
  EXPECT_THAT(heard.answers, IsEmpty());
  poll(there.id(), again);
  EXPECT_THAT(again.answers, ElementsAre("200 a b")) << "in their order";
  nothing_is_kept();
}

TEST_F(LongPollRelays, NothingIsGivenOutWhileMessagesAreUnconfirmed) {
  LongPollSession& there = session();
  std::vector<LongPollAnswer> answers;
  const auto keep = [&](LongPollAnswer answer) { answers.push_back(std::move(answer)); };
  there.send(text("a"));
  there.poll(keep);
  there.poll(keep);
  there.send(text("b"));
  home.shard.run();
  ASSERT_EQ(answers.size(), 1u);
  there.confirm(answers[0].receipt, parcel::Delivery::failed);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[1].messages.size(), 2u);
}

TEST_F(LongPollRelays, AnAnswerThatIsLostEndsTheSessionAndTheClientHears410) {
  LongPollSession& there = session();
  const LongPollId id = there.id();
  poll(id, heard);
  lose<parcel::Answer>();
  there.send(text("a"));
  run();
  lose_nothing();
  pass(5100ms);
  EXPECT_THAT(heard.answers, ElementsAre("410"));
  EXPECT_EQ(home.shard.metrics.read(Count::longpoll_uncertain), 1u);
  EXPECT_TRUE(home.shard.log.has("longpoll_uncertain"));
  poll(id, again);
  EXPECT_THAT(again.answers, ElementsAre("410"));
  nothing_is_kept();
}

TEST_F(LongPollRelays, AConfirmationThatIsLostEndsTheSessionSinceNobodyCanTell) {
  LongPollSession& there = session();
  const LongPollId id = there.id();
  lose<parcel::Confirm>();
  there.send(text("a"));
  poll(id, heard);
  EXPECT_THAT(heard.answers, ElementsAre("200 a"));
  pass(5100ms);
  poll(id, again);
  EXPECT_THAT(again.answers, ElementsAre("410")) << "never the same message twice";
  nothing_is_kept();
}

TEST_F(LongPollRelays, APollThatIsLostIsAnsweredWith204AndLosesNothing) {
  LongPollSession& there = session();
  poll(there.id(), again);
  pass(9s);
  lose<parcel::Poll>();
  poll(there.id(), heard);
  there.send(text("a"));
  run();
  EXPECT_THAT(again.answers, ElementsAre("200 a"));
  pass(14100ms);
  EXPECT_THAT(heard.answers, ElementsAre("204"));
  nothing_is_kept();
}

TEST_F(LongPollRelays, WhatComesTwiceCountsOnce) {
  LongPollSession& there = session();
  net.copies = 2;
  front.relay.front().post(there.id(), {{false, R"(["1","1","phoenix","heartbeat",{}])"}}, 10s, heard.respond());
  run();
  poll(there.id(), again);
  pass(1s);
  EXPECT_THAT(heard.answers, ElementsAre("200"));
  EXPECT_EQ(again.answers.size(), 1u);
  EXPECT_EQ(home.shard.metrics.read(Count::messages_in), 1u);
}

TEST_F(LongPollRelays, WhoGoesWhileItsPostIsHandledIsForgottenWithIt) {
  LongPollSession& started = session();
  const auto number =
      front.relay.front().post(started.id(), {{false, R"([null,"1","phoenix","heartbeat",{}])"}}, 10s, heard.respond());
  front.relay.front().abandon(number);
  run();
  EXPECT_THAT(heard.answers, IsEmpty());
  poll(started.id(), again);
  EXPECT_THAT(again.answers, ElementsAre(::testing::HasSubstr("phoenix"))) << "it was handled all the same";
  nothing_is_kept();
}

TEST_F(LongPollRelays, AServerThatIsSilentIsGone) {
  LongPollSession& there = session();
  const LongPollId id = there.id();
  poll(id, heard);
  net.nodes = {&front};  // it died
  pass(6s);
  EXPECT_THAT(heard.answers, ElementsAre("410"));
  EXPECT_EQ(front.relay.front().waiting(), 0u);
}

TEST_F(LongPollRelays, AServerThatAnswersPingsMayTakeItsTime) {
  LongPollSession& there = session();
  poll(there.id(), heard);
  pass(9s);
  EXPECT_THAT(heard.answers, IsEmpty());
}

TEST_F(LongPollRelays, AServerThatWasSilentForOldRequestsHasItsTimeForNewOnes) {
  LongPollSession& there = session();
  const LongPollId id = there.id();
  net.lose = [](const parcel::Message& message) {
    return std::holds_alternative<parcel::Poll>(message) || std::holds_alternative<parcel::Pong>(message);
  };
  front.relay.front().poll(id, -2s, heard.respond());  // is over after 2 s, and one ping
  pass(2s);
  EXPECT_THAT(heard.answers, ElementsAre("204"));
  lose_nothing();
  pass(8s);
  poll(id, again);
  pass(2s);
  EXPECT_THAT(again.answers, IsEmpty());
}

TEST_F(LongPollRelays, AFrontThatStopsSendsItsPollsElsewhereAndTakesNothingWithIt) {
  LongPollSession& there = session();
  poll(there.id(), heard);
  home.shard.executor->post([&there] { there.send(text("a")); });
  front.relay.front().drain();
  EXPECT_THAT(heard.answers, ElementsAre("204"));
  run();
  nothing_is_kept();
  poll(there.id(), again);
  EXPECT_THAT(again.answers, ElementsAre("200 a"));
}

TEST_F(LongPollRelays, ANodeThatWasStartedAnewSaysThatItsSessionsAreGone) {
  const LongPollId id = session().id();
  Node anew(net, "home", 23);
  poll(id, heard);
  net.nodes = {&front, &anew};
  pass(1200ms);
  EXPECT_THAT(heard.answers, ElementsAre("410"));
}

TEST_F(LongPollRelays, AGoodbyeIsHeardAtOnce) {
  const LongPollId id = session().id();
  poll(id, heard);
  home.send(longpoll_goodbye(22));
  run();
  EXPECT_THAT(heard.answers, ElementsAre("410"));
}

TEST_F(LongPollRelays, AFrontThatWasStartedAnewGetsNothingThatWasForTheOneBefore) {
  LongPollSession& there = session();
  poll(there.id(), heard);
  Node anew(net, "front", 12);
  net.nodes = {&anew, &home};
  there.send(text("a"));
  run();
  pass(5100ms);
  EXPECT_THAT(heard.answers, IsEmpty());
  EXPECT_EQ(home.polls.size(), 0u) << "nobody can tell who has it";
  EXPECT_EQ(home.relay.home().holds(), 0u);
}

/// Any message, mostly about what there is.
parcel::Parcel random_parcel(std::mt19937_64& random, const Node& to, const LongPollId& session) {
  const auto below = [&random](std::uint64_t end) { return random() % end; };
  const std::uint64_t servers[] = {11, 22, 33};
  const parcel::Place from{static_cast<std::uint32_t>(below(2)), servers[below(3)]};
  const parcel::Place place{0, below(8) ? to.tokens.server() : servers[below(3)]};
  LongPollId id = session;
  if (!below(4)) ++id.key;
  static const std::string secret(32, 'k');
  switch (below(10)) {
    case 0:
      return {place, from, parcel::Ask{}};
    case 1:
      return {place, from, parcel::Key{secret}};
    case 2:
      return {place, from, parcel::Ping{}};
    case 3:
      return {place, from, parcel::Pong{}};
    case 4:
      return {place, from, parcel::Bye{servers[below(3)]}};
    case 5:
      return {place, from, parcel::Poll{below(50), id}};
    case 6:
      return {place, from, parcel::Post{below(50), id, {{below(2) == 1, "[null,\"1\",\"phoenix\",\"heartbeat\",{}]"}}}};
    case 7:
      return {place, from, parcel::Forget{below(50)}};
    case 8:
      return {place, from, parcel::Answer{below(50), static_cast<int>(below(600)), {"a", "b"}}};
    default:
      return {place, from, parcel::Confirm{below(50), static_cast<parcel::Delivery>(below(3))}};
  }
}

TEST_F(LongPollRelays, WhateverOthersSayAShardLivesAndKeepsNothing) {
  std::mt19937_64 random(7);
  const char* names[] = {"front", "home", "stranger"};
  for (int round = 0; round < 100; ++round) {
    const LongPollId id = home.start().id();
    ASSERT_EQ(identify(home.tokens.sign(id)), id);
    Heard client;
    for (int step = 0; step < 100; ++step) {
      Node& to = random() % 2 ? front : home;
      to.relay.handle(names[random() % 3], parcel::encode(random_parcel(random, to, id)));
      if (LongPollSession* live = home.polls.find(id); live && step % 7 == 0) live->send(text("a"));
      if (step % 10 == 0) poll(id, client);
      if (step % 3 == 0) run();
    }
    pass(20s);
    EXPECT_EQ(client.answers.size(), 10u) << "each is answered";
    nothing_is_kept();
  }
}

}  // namespace
}  // namespace roost::transport
