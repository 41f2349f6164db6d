#include "http/upgrade.h"

#include <gmock/gmock.h>

namespace roost::http {
namespace {

using testing::ElementsAre;

Request upgrade_with(std::vector<Header> headers) {
  Request request;
  request.method = "GET";
  request.headers = std::move(headers);
  return request;
}

Request good() {
  return upgrade_with({{"Host", "a"},
                       {"Upgrade", "websocket"},
                       {"Connection", "Upgrade"},
                       {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                       {"Sec-WebSocket-Version", "13"}});
}

Request without(std::string_view name) {
  Request request = good();
  std::erase_if(request.headers, [name](const Header& header) { return header.name == name; });
  return request;
}

Request with(std::string_view name, std::string value) {
  Request request = without(name);
  request.headers.push_back({std::string(name), std::move(value)});
  return request;
}

std::string complaint(const Request& request) {
  const auto upgrade = validate_upgrade(request);
  return upgrade ? "" : upgrade.error();
}

TEST(Upgrade, TakesKeyProtocolsAndExtensions) {
  Request request = good();
  request.headers.push_back({"Sec-WebSocket-Protocol", "phoenix , chat,"});
  request.headers.push_back({"Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits, x"});
  request.headers.push_back({"sec-websocket-extensions", "y"});
  const auto upgrade = validate_upgrade(request);
  ASSERT_TRUE(upgrade);
  EXPECT_EQ(upgrade->key, "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_THAT(upgrade->protocols, ElementsAre("phoenix", "chat"));
  EXPECT_THAT(upgrade->extensions, ElementsAre("permessage-deflate; client_max_window_bits", "x", "y"));
}

TEST(Upgrade, TokensAreFoundInListsAndLinesWhateverTheirCase) {
  EXPECT_EQ(complaint(with("Connection", "keep-alive, uPgRaDe")), "");
  EXPECT_EQ(complaint(with("Upgrade", "h2c, WebSocket")), "");
  EXPECT_EQ(complaint(with("Sec-WebSocket-Key", "abc")), "");
  Request lines = with("Connection", "keep-alive");
  lines.headers.push_back({"connection", "upgrade"});
  EXPECT_EQ(complaint(lines), "");
}

// The texts of WIRE A.5.
TEST(Upgrade, SaysWhatIsMissing) {
  EXPECT_EQ(complaint(without("Connection")), "'connection' header must contain 'upgrade', got []");
  EXPECT_EQ(complaint(with("Connection", "close")), "'connection' header must contain 'upgrade', got [\"close\"]");
  EXPECT_EQ(complaint(without("Upgrade")), "'upgrade' header must contain 'websocket', got []");
  EXPECT_EQ(complaint(with("Upgrade", "h2c")), "'upgrade' header must contain 'websocket', got [\"h2c\"]");
  EXPECT_EQ(complaint(without("Sec-WebSocket-Key")), "'sec-websocket-key' header is absent");
  EXPECT_EQ(complaint(without("Sec-WebSocket-Version")), "'sec-websocket-version' header must equal '13', got []");
  EXPECT_EQ(complaint(with("Sec-WebSocket-Version", "8")),
            "'sec-websocket-version' header must equal '13', got [\"8\"]");
  EXPECT_EQ(complaint(without("Host")), "'host' header is absent");
  Request twice = good();
  twice.headers.push_back({"sec-websocket-version", "\"8\\"});
  EXPECT_EQ(complaint(twice), "'sec-websocket-version' header must equal '13', got [\"13\", \"\\\"8\\\\\"]");
}

TEST(Upgrade, LooksInPhoenixOrder) {
  Request request = upgrade_with({});
  EXPECT_EQ(complaint(request), "'host' header is absent");
  request.method = "POST";
  EXPECT_EQ(complaint(request), "HTTP method POST unsupported");
  request.version_minor = 0;
  EXPECT_EQ(complaint(request), "HTTP version HTTP/1.0 unsupported");
}

TEST(Upgrade, TheTextIsBounded) {
  EXPECT_LT(complaint(with("Upgrade", std::string(60'000, 'x'))).size(), 700u);
}

TEST(Upgrade, AcceptKeyOfTheRfc) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Upgrade, AnswerHasWhatWasChosenAndNothingElse) {
  const auto upgrade = validate_upgrade(good()).value();
  EXPECT_EQ(encode_response(upgrade_response(upgrade, std::nullopt, std::nullopt), true, false, "D"),
            "HTTP/1.1 101 Switching Protocols\r\ndate: D\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\ncache-control: max-age=0, private, "
            "must-revalidate\r\n\r\n");
  const Response chosen = upgrade_response(upgrade, "phoenix", "permessage-deflate");
  EXPECT_THAT(chosen.headers, testing::Contains(Header{"sec-websocket-protocol", "phoenix"}));
  EXPECT_THAT(chosen.headers, testing::Contains(Header{"sec-websocket-extensions", "permessage-deflate"}));
}

}  // namespace
}  // namespace roost::http
