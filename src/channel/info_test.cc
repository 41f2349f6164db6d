// ChannelRef: what other threads and other channels say to a channel (PROTOCOL R11).
#include <stdexcept>
#include <thread>

#include "channel/channel_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

class Infos : public ChannelTest {
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
  static std::string told(std::string_view text) {
    return push("1", "room:a", "told", "{\"text\":\"" + std::string(text) + "\"}");
  }
  std::function<JoinReply()> join = [] { return ok(); };
  ChannelRef ref;
};

TEST_F(Infos, APostedMessageReachesItsHandler) {
  auto client = shard.member();
  ref.post(std::string("one"));
  const ChannelRef copy = ref;
  copy.post(std::string("two"));
  EXPECT_THAT(client->received(), ElementsAre(told("one"), told("two")));
}

TEST_F(Infos, AnyThreadMayPost) {
  auto client = shard.member();
  std::thread([copy = ref] {
    copy.post(std::string("from afar"));
    copy.push("pushed", {{"from", "afar"}});
  }).join();
  EXPECT_THAT(client->received(), ElementsAre(told("from afar"), push("1", "room:a", "pushed", R"({"from":"afar"})")));
}

TEST_F(Infos, WhatComesBeforeTheJoinIsAnsweredWaits) {
  join = []() -> JoinReply {
    return []() -> Task<JoinReply> {
      co_await sleep_for(milliseconds(10));
      co_return ok();
    }();
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  ref.post(std::string("early"));
  EXPECT_THAT(client->received(), IsEmpty());
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a"), told("early")));
}

TEST_F(Infos, WaitBehindACoroutine) {
  shard.on("wait", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      co_await sleep_for(milliseconds(10));
      co_return ok();
    }();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","wait",{}])");
  ref.post(std::string("later"));
  EXPECT_THAT(client->received(), IsEmpty());
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a"), told("later")));
}

TEST_F(Infos, ForAChannelThatIsGoneAreNothing) {
  ChannelRef().post(std::string("nobody"));
  ChannelRef().push("nobody");
  auto client = shard.member();
  client->says(R"(["1","2","room:a","phx_leave",{}])");
  client->joins("room:a", "3");  // another channel on the same topic
  ref = std::exchange(ref, ChannelRef());
  auto old = shard.member();
  const ChannelRef gone = ref;
  old->vanishes();
  gone.post(std::string("lost"));
  gone.push("lost");
  EXPECT_THAT(client->received(), IsEmpty());
}

TEST_F(Infos, OutliveTheShard) {
  ChannelRef late;
  {
    Shard brief;
    brief.script.join = [&late](Scripted& room, const Payload&) -> JoinReply {
      late = room.self();
      return ok();
    };
    auto client = brief.member();
  }
  late.post(std::string("lost"));
  late.push("lost");
}

TEST_F(Infos, OfATypeWithoutAHandlerAreAWarning) {
  auto client = shard.member();
  ref.post(7);
  EXPECT_THAT(client->received(), IsEmpty());
  EXPECT_EQ(client->session().channels(), 1u);
  EXPECT_EQ(shard.log.count("warn message without an info handler "
                            "channel=roost::channel::testing::Scripted topic=room:a type=int"),
            1u);
}

TEST_F(Infos, MayStopTheChannel) {
  script.told = [](Scripted&, const std::string& reason) { return stop(reason); };
  auto client = shard.member();
  ref.post(std::string("enough"));
  ref.post(std::string("too late"));
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
  EXPECT_THAT(script.said, ElementsAre("terminate enough"));
}

TEST_F(Infos, ThatThrowCrashTheChannel) {
  script.told = [](Scripted&, const std::string&) -> Reply { throw std::runtime_error("boom"); };
  auto client = shard.member();
  ref.post(std::string("x"));
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
  EXPECT_EQ(shard.log.count("channel crashed in=info topic=room:a"), 1u);
}

TEST_F(Infos, MoreThanTheInboxHoldsCrashTheChannel) {
  auto client = shard.member();
  for (std::size_t i = 0; i <= shard.limits.inbox_items_max; ++i) ref.post(std::string("x"));
  EXPECT_THAT(client->received(), ::testing::Contains(crashed("1", "room:a")));
  EXPECT_TRUE(shard.log.has("inbox full"));
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
  shard.mount.channel<Ticker>("ticker", std::ref(ref));
  auto client = shard.client();
  client->joins("ticker");
  ref.post(Tick());
  ref.post(Price{std::make_unique<int>(250)});
  shard.advance(milliseconds(1));
  EXPECT_THAT(client->received(),
              ElementsAre(push("1", "ticker", "tick"), push("1", "ticker", "price", R"({"cents":250})")));
}

}  // namespace
}  // namespace roost::channel::testing
