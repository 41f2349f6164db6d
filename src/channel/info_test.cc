// ChannelRef: what other threads and other channels say to a channel (PROTOCOL R11).
#include <optional>
#include <stdexcept>
#include <thread>

#include "channel/behaviour_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

class Infos : public BehaviourTest {
 protected:
  Infos() {
    script.told = [](Scripted& room, const std::string& text) {
      room.push("told", {{"text", text}});
      return noreply;
    };
    script.join = [this](Scripted& room, const Payload&) -> JoinReply {
      ref = room.self();
      return join();
    };
  }
  static std::string told(std::string_view text) { return "push \"told\" {\"text\":\"" + std::string(text) + "\"}"; }
  std::function<JoinReply()> join = [] { return ok(); };
  ChannelRef ref;
};

TEST_F(Infos, APostedMessageReachesItsHandler) {
  auto room = member();
  ref.post(std::string("one"));
  const ChannelRef copy = ref;
  copy.post(std::string("two"));
  EXPECT_THAT(room.heard(), ElementsAre(told("one"), told("two")));
}

TEST_F(Infos, AnyThreadMayPost) {
  auto room = member();
  std::thread([copy = ref] {
    copy.post(std::string("from afar"));
    copy.push("pushed", {{"from", "afar"}});
  }).join();
  EXPECT_THAT(room.heard(), ElementsAre(told("from afar"), R"(push "pushed" {"from":"afar"})"));
}

TEST_F(Infos, WhatComesBeforeTheJoinIsAnsweredWaits) {
  join = []() -> JoinReply {
    return []() -> Task<JoinReply> {
      co_await sleep_for(milliseconds(10));
      co_return ok();
    }();
  };
  auto room = server.connect().start_join("room:a");
  ref.post(std::string("early"));
  room.expect_nothing();
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre(R"(reply to "1": ok {})", told("early")));
}

TEST_F(Infos, WaitBehindACoroutine) {
  on("wait", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      co_await sleep_for(milliseconds(10));
      co_return ok();
    }();
  });
  auto room = member();
  room.push("wait");
  ref.post(std::string("later"));
  room.expect_nothing();
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre(R"(reply to "2": ok {})", told("later")));
}

TEST_F(Infos, ForAChannelThatIsGoneAreNothing) {
  ChannelRef().post(std::string("nobody"));
  ChannelRef().push("nobody");
  auto client = server.connect();
  auto left = client.join("room:a");
  const ChannelRef of_left = ref;
  left.leave();
  auto next = client.join("room:a");  // another channel on the same topic
  of_left.post(std::string("lost"));
  of_left.push("lost");
  auto other = server.connect();
  other.join("room:a");
  const ChannelRef of_closed = ref;
  other.close();
  of_closed.post(std::string("lost"));
  of_closed.push("lost");
  next.expect_nothing();
}

TEST_F(Infos, OutliveTheShard) {
  ChannelRef late;
  {
    Script brief;
    brief.join = [&late](Scripted& room, const Payload&) -> JoinReply {
      late = room.self();
      return ok();
    };
    roost::testing::Server shortly;
    shortly.app().socket("/socket").channel<Scripted>("room:*", std::ref(brief));
    shortly.connect().join("room:a");
  }
  late.post(std::string("lost"));
  late.push("lost");
}

TEST_F(Infos, OfATypeWithoutAHandlerAreAWarning) {
  on("ping", answers);
  auto room = member();
  ref.post(7);
  room.expect_nothing();
  room.call("ping");
  EXPECT_THAT(server.log(), ElementsAre("warn message without an info handler "
                                        "channel=roost::channel::testing::Scripted topic=room:a type=int"));
}

TEST_F(Infos, MayStopTheChannel) {
  script.told = [](Scripted&, const std::string& reason) { return stop(reason); };
  auto room = member();
  ref.post(std::string("enough"));
  ref.post(std::string("too late"));
  EXPECT_THAT(room.heard(), ElementsAre("crash (phx_error)"));
  EXPECT_THAT(script.said, ElementsAre("terminate enough"));
}

TEST_F(Infos, ThatThrowCrashTheChannel) {
  script.told = [](Scripted&, const std::string&) -> Reply { throw std::runtime_error("boom"); };
  auto room = member();
  ref.post(std::string("x"));
  EXPECT_THAT(room.heard(), ElementsAre("crash (phx_error)"));
  EXPECT_THAT(server.log(), ElementsAre(HasSubstr("channel crashed in=info topic=room:a")));
}

TEST_F(Infos, MoreThanTheInboxHoldsCrashTheChannel) {
  auto room = member();
  for (std::size_t i = 0; i <= kInboxItems; ++i) ref.post(std::string("x"));
  room.expect_crashed();
  server.expect_logged("inbox full");
}

TEST_F(Infos, F8_APushOfSomethingElseThanAnObjectThrowsHere) {
  EXPECT_THROW(ref.push("x", 7), std::invalid_argument);
  EXPECT_THROW(ref.push(std::string(256, 'e'), Payload::bytes("x")), std::invalid_argument);
}

/// A class of its own for what Scripted cannot say: messages of several types, one of which can only be moved.
struct Price {
  std::unique_ptr<int> cents;
};
struct Tick {};

class Ticker final : public Channel {
 public:
  explicit Ticker(ChannelRef& ref) : ref_(ref) {}
  static void events(Events<Ticker>& on) { on.info(&Ticker::price).info(&Ticker::tick); }
  JoinReply join() {
    ref_ = self();
    return ok();
  }

 private:
  void price(Price price) { push("price", {{"cents", *price.cents}}); }
  Task<void> tick(Tick) {
    co_await sleep_for(milliseconds(1));
    push("tick");
  }
  ChannelRef& ref_;
};

TEST_F(Infos, HaveOneHandlerForEachType) {
  server.app().socket("/socket").channel<Ticker>("ticker", std::ref(ref));
  auto ticker = server.connect().join("ticker");
  ref.post(Tick());
  ref.post(Price{std::make_unique<int>(250)});
  server.advance(milliseconds(1));
  EXPECT_THAT(ticker.heard(), ElementsAre(R"(push "tick" {})", R"(push "price" {"cents":250})"));
}

}  // namespace
}  // namespace roost::channel::testing
