// The shapes that join and handlers may have; see roost/events.hpp.
#include "channel/channel_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

struct Params {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Params, (), (name))

struct JoinsWithNothing final : Channel {
  Response join() const noexcept { return ok("nothing"); }
};
struct JoinsWithTopic final : Channel {
  JoinReply join(std::string topic) { return ok(topic); }
};
struct JoinsWithParams final : Channel {
  JoinReply join(const Params& params) { return ok(params.name); }
};
struct JoinsWithBoth final : Channel {
  Task<JoinReply> join(std::string topic, Params params) {
    co_await sleep_for(milliseconds(1));
    co_return ok(topic + " " + params.name);
  }
};
struct JoinsRaw final : Channel {
  JoinReply join(const Payload& params) { return ok(params); }
};
struct JoinsNever final : Channel {
  Task<Refusal> join() {
    co_await sleep_for(milliseconds(1));
    co_return refuse("never");
  }
};
/// What two classes have in common.
struct Base : Channel {
  JoinReply join(std::string_view topic) { return ok(topic); }
  Reply shared() { return ok("shared"); }
};
struct Derived final : Base {
  static void events(Events<Derived>& on) { on.event("shared", &Derived::shared); }
};

class Shapes : public ::testing::Test {
 protected:
  Shapes() {
    shard.mount.channel<JoinsWithNothing>("nothing")
        .channel<JoinsWithTopic>("topic")
        .channel<JoinsWithParams>("params")
        .channel<JoinsWithBoth>("both")
        .channel<JoinsRaw>("raw")
        .channel<JoinsNever>("never")
        .channel<Derived>("derived");
    client = shard.client();
  }
  std::vector<std::string> joins(std::string_view topic, std::string_view params = "{}") {
    client->says(frame("1", "1", topic, "phx_join", params));
    shard.advance(milliseconds(1));
    return client->received();
  }
  Shard shard;
  std::unique_ptr<Client> client;
};

TEST_F(Shapes, JoinTakesTopicAndParamsEitherOrNone) {
  EXPECT_THAT(joins("nothing"), ElementsAre(reply("1", "1", "nothing", "ok", R"("nothing")")));
  EXPECT_THAT(joins("topic"), ElementsAre(reply("1", "1", "topic", "ok", R"("topic")")));
  EXPECT_THAT(joins("params", R"({"name":"Ann"})"), ElementsAre(reply("1", "1", "params", "ok", R"("Ann")")));
  EXPECT_THAT(joins("both", R"({"name":"Ann"})"), ElementsAre(reply("1", "1", "both", "ok", R"("both Ann")")));
  EXPECT_THAT(joins("raw", "[1, 2]"), ElementsAre(reply("1", "1", "raw", "ok", "[1, 2]")));
}

TEST_F(Shapes, JoinRefusesParamsThatDoNotFit) {
  const std::string misfit = R"({"reason":"invalid payload","path":"/name","expected":"string"})";
  EXPECT_THAT(joins("params"), ElementsAre(reply("1", "1", "params", "error", misfit)));
  EXPECT_THAT(joins("both", R"({"name":7})"), ElementsAre(reply("1", "1", "both", "error", misfit)));
  EXPECT_EQ(client->session().channels(), 0u);
}

TEST_F(Shapes, ACoroutineMayReturnARefusalAlone) {
  EXPECT_THAT(joins("never"), ElementsAre(reply("1", "1", "never", "error", R"("never")")));
}

TEST_F(Shapes, JoinAndHandlersMayBeThoseOfABase) {
  EXPECT_THAT(joins("derived"), ElementsAre(reply("1", "1", "derived", "ok", R"("derived")")));
  client->says(frame("1", "2", "derived", "shared"));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "derived", "ok", R"("shared")")));
}

TEST_F(Shapes, AClassWithoutEventsHandlesNone) {
  joins("nothing");
  client->says(frame("1", "2", "nothing", "x"));
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "nothing")));
}

class Otherwise final : public Channel {
 public:
  static void events(Events<Otherwise>& on) { on.event("known", &Otherwise::known).otherwise(&Otherwise::unknown); }
  JoinReply join() { return ok(); }
  Reply known() { return ok("known"); }
  Task<Reply> unknown(std::string event, Params params) {
    co_await sleep_for(milliseconds(1));
    co_return ok(event + " " + params.name);
  }
};

TEST_F(Shapes, TheHandlerOfOtherEventsIsTypedToo) {
  shard.mount.channel<Otherwise>("otherwise");
  joins("otherwise");
  client->says(frame("1", "2", "otherwise", "known"));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "otherwise", "ok", R"("known")")));
  client->says(frame("1", "3", "otherwise", "what", R"({"name":"Ann"})"));
  shard.advance(milliseconds(1));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "3", "otherwise", "ok", R"("what Ann")")));
  client->says(frame("1", "4", "otherwise", "what"));
  EXPECT_THAT(client->received(), ElementsAre(HasSubstr("/name")));
}

TEST_F(Shapes, ABroadcastOnAnotherTopicReachesIt) {
  shard.on("announce", [](Scripted& room, const Payload& payload) {
    room.broadcast_on("room:b", "news", payload);
    return ok();
  });
  client->joins("room:b");
  auto other = shard.member();
  other->says(frame("1", "2", "room:a", "announce", R"({"a":1})"));
  EXPECT_THAT(client->received(), ElementsAre(broadcast("room:b", "news", R"({"a":1})")));
  EXPECT_THAT(other->received(), ElementsAre(reply("1", "2", "room:a")));
}

}  // namespace
}  // namespace roost::channel::testing
