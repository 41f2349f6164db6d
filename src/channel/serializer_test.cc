// Clients with an application's own serializer beside clients of V2, on one shard.
#include "channel/channel_testing.h"
#include "test/line_serializer.h"
#include "wire/custom_serializer.h"

namespace roost::channel::testing {
namespace {

class CustomFormat : public ChannelTest {
 protected:
  std::unique_ptr<Client> line_client() { return shard.client(lines); }
  std::unique_ptr<Client> line_member() {
    auto client = line_client();
    client->says("1\t1\troom:a\tphx_join\t{}");
    EXPECT_THAT(client->received(), ElementsAre("reply\t1\t1\troom:a\tok\t{}"));
    return client;
  }
  const wire::CustomSerializer lines{std::make_shared<roost::testing::LineSerializer>()};
};

TEST_F(CustomFormat, JoinsSaysAndLeaves) {
  shard.on("say", [](Scripted& channel, const Payload& payload) {
    channel.push("heard", payload);
    return ok({{"a", 1}});
  });
  const auto client = line_member();
  client->says("1\t\"x\"\troom:a\tsay\t{\"b\":2}");
  EXPECT_THAT(client->received(),
              ElementsAre("push\t1\tnull\troom:a\theard\t{\"b\":2}", "reply\t1\t\"x\"\troom:a\tok\t{\"a\":1}"));
  client->says("1\t3\troom:a\tphx_leave\t{}");
  EXPECT_THAT(client->received(), ElementsAre("reply\t1\t3\troom:a\tok\t{}", "close\t1\t1\troom:a\tphx_close\t{}"));
}

TEST_F(CustomFormat, HeartbeatsAndUnknownTopicsAreAnswered) {
  const auto client = line_client();
  client->says("null\t7\tphoenix\theartbeat\t{}");
  client->says("null\t8\tnowhere\tsay\t{}");
  EXPECT_THAT(client->received(), ElementsAre("reply\tnull\t7\tphoenix\tok\t{}",
                                              "reply\tnull\t8\tnowhere\terror\t{\"reason\":\"unmatched topic\"}"));
}

TEST_F(CustomFormat, SharesTopicsWithOtherFormats) {
  shard.on("say", [](Scripted& channel, const Payload& payload) {
    channel.broadcast("said", payload);
    return noreply;
  });
  const auto one = line_member(), two = line_member();
  const auto other = shard.member();
  one->says("1\t2\troom:a\tsay\t{\"b\":2}");
  EXPECT_THAT(one->received(), ElementsAre("broadcast\tnull\tnull\troom:a\tsaid\t{\"b\":2}"));
  EXPECT_THAT(two->received(), ElementsAre("broadcast\tnull\tnull\troom:a\tsaid\t{\"b\":2}"));
  EXPECT_THAT(other->received(), ElementsAre(broadcast("room:a", "said", "{\"b\":2}")));
}

TEST_F(CustomFormat, BytesStayBytes) {
  shard.on("echo", [](Scripted&, const Payload& payload) { return ok(payload); });
  const auto client = line_member();
  EXPECT_TRUE(client->sends_binary("1\t2\troom:a\techo\t\xff"));
  EXPECT_THAT(client->received(), ElementsAre("binary " + FakeOutlet::hex("reply\t1\t2\troom:a\tok\t\xff")));
}

TEST_F(CustomFormat, X1_WhatItCannotReadEndsTheConnection) {
  const auto client = line_member();
  const auto other = shard.member();
  for (const char* wrong :
       {"half a line", "1\t2\troom:a\tsay\t{\"b\":", "1,2\t2\troom:a\tsay\t{}", "1\t\"\troom:a\tsay\t{}"})
    EXPECT_FALSE(client->sends(wrong)) << wrong;
  EXPECT_THAT(other->received(), IsEmpty());
}

TEST_F(CustomFormat, APushThatItCannotWriteCrashesTheChannel) {
  shard.on("say", [](Scripted& channel, const Payload&) {
    channel.push("with\ttab", {});
    return noreply;
  });
  const auto client = line_member();
  client->says("1\t2\troom:a\tsay\t{}");
  EXPECT_THAT(client->received(), ElementsAre("error\t1\t1\troom:a\tphx_error\t{\"reason\":\"channel_crash\"}"));
  EXPECT_THAT(shard.log.lines, ::testing::Contains(HasSubstr("a field with a tab")));
}

TEST_F(CustomFormat, AReplyThatItCannotWriteCrashesTheChannel) {
  shard.on("say", [](Scripted&, const Payload&) { return Reply(Response{"with\ttab", {}}); });
  const auto client = line_member();
  client->says("1\t2\troom:a\tsay\t{}");
  EXPECT_THAT(client->received(), ElementsAre("error\t1\t1\troom:a\tphx_error\t{\"reason\":\"channel_crash\"}"));
}

TEST_F(CustomFormat, ABroadcastThatItCannotWriteLeavesItsSubscribersOut) {
  const auto client = line_member();
  const auto other = shard.member();
  shard.broadcasts("room:a", "with\ttab");
  EXPECT_THAT(client->received(), IsEmpty());
  EXPECT_THAT(other->received(), ElementsAre(broadcast("room:a", "with\\ttab")));
  EXPECT_THAT(shard.log.lines, ::testing::Contains(HasSubstr("a field with a tab")));
  shard.broadcasts("room:a", "plain");
  EXPECT_THAT(client->received(), ElementsAre("broadcast\tnull\tnull\troom:a\tplain\t{}"));
}

/// Joins are answered, ends cannot be written.
class EndlessSerializer final : public Serializer {
 public:
  std::string_view name() const override { return "endless"; }
  std::expected<ClientMessage, std::string> decode(std::string_view bytes, bool binary) const override {
    return lines_.decode(bytes, binary);
  }
  std::expected<EncodedMessage, std::string> encode(const ServerMessage& message) const override {
    if (message.kind == ServerMessage::Kind::error) return std::unexpected("no word for it");
    return lines_.encode(message);
  }

 private:
  roost::testing::LineSerializer lines_;
};

TEST_F(CustomFormat, AnEndThatItCannotWriteEndsTheConnection) {
  shard.on("throw", [](Scripted&, const Payload&) -> Reply { throw std::runtime_error("boom"); });
  const wire::CustomSerializer endless(std::make_shared<EndlessSerializer>());
  const auto client = shard.client(endless);
  client->says("1\t1\troom:a\tphx_join\t{}");
  client->says("1\t2\troom:a\tthrow\t{}");
  EXPECT_THAT(client->received(), ElementsAre("reply\t1\t1\troom:a\tok\t{}"));
  EXPECT_THAT(client->closes(), ElementsAre(Outlet::Close::undecodable));
}

TEST(SerializerOffers, NameWhatIsWrong) {
  SocketMount mount("/socket");
  const auto lines = std::make_shared<roost::testing::LineSerializer>();
  mount.serializer("~> 3.0.0", lines).serializer("~> 4.0", lines);
  EXPECT_EQ(mount.serializers_.size(), 2u);
  for (const char* wrong : {"3.0.0", "~> 3", "", "~> 3.0.0-rc"}) try {
      mount.serializer(wrong, lines);
      ADD_FAILURE() << wrong << " was taken";
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), HasSubstr("\"" + std::string(wrong) + "\""));
    }
  EXPECT_THROW(mount.serializer("~> 3.0.0", nullptr), std::invalid_argument);
}

}  // namespace
}  // namespace roost::channel::testing
