// Presence as a channel calls it (include/roost/channel.hpp).
#include "channel/channel_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

using Presences = ChannelTest;

TEST_F(Presences, AreTrackedUpdatedAndUntracked) {
  shard.on("all", [](Scripted& room, const Payload&) {
    auto here = room.presence();
    EXPECT_EQ(here.track("ada", {{"at", 1}}), "F1");
    EXPECT_EQ(here.track("ada", {{"at", 1}}), std::unexpected(PresenceError::already_tracked));
    EXPECT_EQ(here.update("ada", {{"at", 2}}), "F2");
    EXPECT_EQ(here.update("bob", {{"at", 2}}), std::unexpected(PresenceError::nopresence));
    EXPECT_EQ(here.update("ada",
                          [](boost::json::object old) {
                            EXPECT_EQ(old.at("phx_ref"), "F2");
                            return boost::json::object{{"at", old.at("at").get_int64() + 1}};
                          }),
              "F3");
    here.untrack("ada");
    here.untrack("nobody");
    return ok();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","all",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a")));
  EXPECT_THAT(shard.presence.calls,
              ElementsAre(R"(track room:a ada {"phx_ref":"F1","at":1})",
                          R"(update room:a ada {"phx_ref":"F2","phx_ref_prev":"F1","at":2})",
                          R"(update room:a ada {"phx_ref":"F3","phx_ref_prev":"F2","at":3})", "untrack room:a ada"));
}

TEST_F(Presences, EndWithTheirChannel) {
  shard.on("here", [](Scripted& room, const Payload&) {
    (void)room.track("ada", {});
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","here",{}])");
  shard.presence.calls.clear();
  client->says(R"(["1","3","room:a","phx_leave",{}])");
  EXPECT_THAT(shard.presence.calls, ElementsAre("untrack_all room:a"));
}

TEST_F(Presences, StateIsPushedWithTheChannelsJoinRef) {
  script.join = [](Scripted& room, const Payload&) {
    room.after_join([&room] {
      (void)room.track("ada", {});
      room.push_presence_state();
    });
    return ok();
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(reply("1", "1", "room:a"),
                          push("1", "room:a", "presence_state", R"({"ada":{"metas":[{"phx_ref":"F1"}]}})")));
}

TEST_F(Presences, StateOfAChannelThatLeftMeanwhileIsDropped) {
  shard.on("state", [](Scripted& room, const Payload&) {
    room.push_presence_state();
    return stop();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","state",{}])");
  EXPECT_THAT(client->received(), ElementsAre(closed("1", "room:a")));
}

TEST_F(Presences, AreListedInATask) {
  shard.on("list", [](Scripted& room, const Payload&) -> Reply {
    (void)room.track("ada", {{"deep", Payload::json_text(std::string(50, '[') + std::string(50, ']')).json()}});
    return [](Scripted& self) -> Task<Reply> {
      const auto all = co_await self.presence().list();
      const auto ada = co_await self.presence().get_by_key("ada");
      const auto bob = co_await self.presence().get_by_key("bob");
      co_return ok({{"keys", all.size()}, {"ada", ada.is_object()}, {"bob", bob}});
    }(room);
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","list",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a", "ok", R"({"keys":1,"ada":true,"bob":[]})")));
}

/// What a call comes to: "ok", or its error.
std::string outcome(const std::expected<std::string, PresenceError>& result) {
  return result ? "ok" : std::string(to_string(result.error()));
}

TEST_F(Presences, BeyondALimitAreRefusedAndTheChannelLives) {
  shard.host.presences.key_bytes_max = 3;
  shard.host.presences.meta_bytes_max = 20;
  shard.host.presences.keys_per_channel_max = 2;
  shard.on("here", [](Scripted& room, const Payload&) {
    const boost::json::object large = {{"m", std::string(20, 'm')}};
    EXPECT_EQ(outcome(room.track("four", {})), "key_too_long");
    EXPECT_EQ(outcome(room.track("ada", large)), "meta_too_large");
    EXPECT_EQ(outcome(room.track("ada", {})), "ok");
    EXPECT_EQ(outcome(room.presence().update("ada", large)), "meta_too_large");
    EXPECT_EQ(outcome(room.track("bob", {})), "ok");
    EXPECT_EQ(outcome(room.track("cyd", {})), "too_many_own_keys");
    room.presence().untrack("ada");
    EXPECT_EQ(outcome(room.track("cyd", {})), "ok");
    EXPECT_THROW((void)room.track("k", 7), std::invalid_argument);
    return ok();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","here",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a")));
  EXPECT_EQ(shard.presence.calls.size(), 4u);
  EXPECT_EQ(shard.metrics.read(Count::limit_presence_bytes), 3u);
  EXPECT_EQ(shard.metrics.read(Count::limit_presence_own_keys), 1u);
}

TEST_F(Presences, AreCalledAsOftenAsTheSocketMay) {
  shard.limits.presence_calls = {.per_second = 10, .burst = 3};
  std::vector<std::string> outcomes;
  shard.on("track", [&outcomes](Scripted& room, const Payload& key) {
    outcomes.push_back(outcome(room.track(std::string(key.view()), {})));
    return noreply;
  });
  shard.on("list", [](Scripted& room, const Payload&) -> Reply {
    return [](Scripted& self) -> Task<Reply> {
      try {
        co_await self.presence().list();
      } catch (const WorkRefused& refused) {
        co_return error({{"reason", refused.limit()}});
      }
      co_return ok();
    }(room);
  });
  auto client = shard.member();
  const auto tracks = [&client](int n) {
    client->says(R"(["1","2","room:a","track",{"n":)" + std::to_string(n) + "}]");
  };
  for (int n = 0; n < 4; ++n) tracks(n);
  EXPECT_THAT(outcomes, ElementsAre("ok", "ok", "ok", "too_many_calls"));
  client->says(R"(["1","3","room:a","list",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "3", "room:a", "error", R"({"reason":"presence_calls"})")));
  EXPECT_EQ(shard.metrics.read(Count::limit_presence_calls), 2u);
  shard.advance(std::chrono::milliseconds(100));
  tracks(4);
  EXPECT_EQ(outcomes.back(), "ok");
}

TEST_F(Presences, OfOneSocketDoNotCountForAnother) {
  shard.limits.presence_calls = {.per_second = 1, .burst = 1};
  std::vector<std::string> outcomes;
  shard.on("track", [&outcomes](Scripted& room, const Payload&) {
    outcomes.push_back(outcome(room.track("ada", {})));
    return noreply;
  });
  for (int i = 0; i < 2; ++i) shard.member()->says(R"(["1","2","room:a","track",{}])");
  EXPECT_THAT(outcomes, ElementsAre("ok", "ok"));
}

TEST_F(Presences, ThatTheHomeRefusesAreGoneAndTheChannelIsTold) {
  std::vector<std::string> told;
  script.refused = [&told](Scripted& room, std::string_view key, PresenceError why) {
    told.push_back(std::string(key) + " " + std::string(to_string(why)));
    EXPECT_EQ(outcome(room.presence().update(key, Payload())), "nopresence");
  };
  shard.on("track", [](Scripted& room, const Payload&) {
    EXPECT_EQ(outcome(room.track("ada", {})), "ok");
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","track",{}])");
  shard.presence.refused(PresenceError::too_many_keys);
  EXPECT_THAT(told, IsEmpty()) << "in its turn";
  shard.run();
  EXPECT_THAT(told, ElementsAre("ada too_many_keys"));
  client->says(R"(["1","3","room:a","track",{}])");
  EXPECT_EQ(shard.presence.calls.size(), 2u) << "it may be tried again";
  EXPECT_THAT(client->received(), IsEmpty());
}

TEST_F(Presences, ARefusalOfWhatWasTrackedAnewMeanwhileIsPast) {
  int told = 0;
  script.refused = [&told](Scripted&, std::string_view, PresenceError) { ++told; };
  shard.on("track", [](Scripted& room, const Payload&) {
    room.presence().untrack("ada");
    EXPECT_EQ(outcome(room.track("ada", {})), "ok");
    return noreply;
  });
  shard.on("update", [](Scripted& room, const Payload&) {
    EXPECT_EQ(outcome(room.presence().update("ada", Payload())), "ok");
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","track",{}])");
  auto first = std::move(shard.presence.refused);
  client->says(R"(["1","3","room:a","track",{}])");
  first(PresenceError::too_many_metas);
  client->says(R"(["1","4","room:a","update",{}])");
  EXPECT_EQ(told, 0);
  EXPECT_THAT(client->received(), IsEmpty());
}

TEST_F(Presences, ARefusalThatComesAfterTheChannelIsNothing) {
  shard.on("track", [](Scripted& room, const Payload&) {
    (void)room.track("ada", {});
    return stop();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","track",{}])");
  shard.presence.refused(PresenceError::too_many_keys);
  EXPECT_THAT(client->received(), ElementsAre(closed("1", "room:a")));
}

}  // namespace
}  // namespace roost::channel::testing
