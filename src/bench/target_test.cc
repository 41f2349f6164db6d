#include "bench/target.h"

#include <gtest/gtest.h>

namespace roost::bench {
namespace {

std::string path_of(std::string_view url) {
  const auto target = parse_target(url);
  return target ? target->path : target.error().message;
}

TEST(Target, APathGetsWhatPhoenixAsksFor) {
  EXPECT_EQ(path_of("ws://127.0.0.1:4000/socket"), "/socket/websocket?vsn=2.0.0");
  EXPECT_EQ(path_of("ws://127.0.0.1:4000/socket/"), "/socket/websocket?vsn=2.0.0");
  EXPECT_EQ(path_of("ws://127.0.0.1:4000/socket/websocket"), "/socket/websocket?vsn=2.0.0");
  EXPECT_EQ(path_of("ws://127.0.0.1:4000/socket?user_id=u{client}"), "/socket/websocket?user_id=u{client}&vsn=2.0.0");
  EXPECT_EQ(path_of("ws://127.0.0.1:4000/socket?vsn=1.0.0"), "/socket/websocket?vsn=1.0.0");
}

TEST(Target, KnowsHostPortAndWhetherItIsThisMachine) {
  const auto here = parse_target("ws://127.0.0.1:4321/socket");
  ASSERT_TRUE(here);
  EXPECT_EQ(here->authority(), "127.0.0.1:4321");
  EXPECT_EQ(ntohs(here->address.sin_port), 4321);
  EXPECT_TRUE(here->loopback);
  const auto there = parse_target("ws://192.0.2.1/socket");  // RFC 5737: nobody's; it is not contacted
  ASSERT_TRUE(there);
  EXPECT_EQ(there->port, 80);
  EXPECT_FALSE(there->loopback);
}

TEST(Target, KnowsTlsByTheSchemeAndWhomToAskFor) {
  const auto by_address = parse_target("wss://127.0.0.1/socket").value();
  EXPECT_TRUE(by_address.tls);
  EXPECT_EQ(by_address.port, 443);
  EXPECT_EQ(by_address.tls_name, "");
  EXPECT_EQ(parse_target("wss://localhost:4001/socket").value().tls_name, "localhost");
  EXPECT_FALSE(parse_target("ws://localhost:4001/socket").value().tls);
}

TEST(Target, SaysWhatIsWrongWithAUrl) {
  EXPECT_EQ(path_of("http://a/b"), "\"http://a/b\": a URL begins with ws:// or wss://");
  EXPECT_EQ(path_of("ws:///b"), "\"ws:///b\": there is no host");
  EXPECT_EQ(path_of("ws://127.0.0.1:0/b"), "\"ws://127.0.0.1:0/b\": the port is not in 1..65535");
  EXPECT_EQ(path_of("ws://127.0.0.1:99999/b"), "\"ws://127.0.0.1:99999/b\": the port is not in 1..65535");
}

TEST(Target, TheHandshakeOffersCompressionOnlyWhenAsked) {
  const auto target = parse_target("ws://127.0.0.1:4321/socket");
  const std::string plain = handshake_request(*target, false);
  EXPECT_TRUE(plain.starts_with("GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: 127.0.0.1:4321\r\n"));
  EXPECT_TRUE(plain.ends_with("\r\n\r\n"));
  EXPECT_FALSE(plain.contains("permessage-deflate"));
  EXPECT_TRUE(handshake_request(*target, true).contains("permessage-deflate"));
}

}  // namespace
}  // namespace roost::bench
