#include "http/protocols.h"

#include <gmock/gmock.h>

namespace roost::http {
namespace {

const std::vector<std::string> kConfigured = {"sip", "chat"};

std::string choice(std::optional<std::string_view> header, const std::vector<std::string>& configured = kConfigured) {
  const auto chosen = choose_protocol(configured, header);
  return !chosen ? std::to_string(chosen.error().status) : chosen->value_or("none");
}

TEST(Subprotocol, FirstConfiguredOneThatWasOfferedIsChosen) {
  EXPECT_EQ(choice("sip"), "sip");
  EXPECT_EQ(choice("chat, sip"), "sip");
  EXPECT_EQ(choice("mqtt,chat"), "chat");
  EXPECT_EQ(choice("mqtt"), "403");
  EXPECT_EQ(choice("SIP"), "403");
  EXPECT_EQ(choice(""), "403");
  EXPECT_EQ(choice(std::nullopt), "none");
}

TEST(Subprotocol, WithoutConfigurationTheHeaderIsIgnored) {
  EXPECT_EQ(choice("mqtt, chat", {}), "none");
  EXPECT_EQ(choice(std::nullopt, {}), "none");
}

TEST(BearerToken, IsTakenOutOfTheOffer) {
  const auto offer = take_bearer_token("phoenix, base64url.bearer.phx.c2VjcmV0").value();
  EXPECT_EQ(offer.token, "secret");
  EXPECT_EQ(offer.header, "phoenix");
  EXPECT_EQ(take_bearer_token("base64url.bearer.phx.c2VjcmV0,a,b").value().header, "a, b");
  EXPECT_EQ(take_bearer_token("base64url.bearer.phx.").value().token, "");
}

TEST(BearerToken, BothAlphabetsPaddedOrNot) {
  for (const char* text : {"+/8=", "-_8=", "+/8", "-_8", "+_8"})
    EXPECT_EQ(take_bearer_token("base64url.bearer.phx." + std::string(text)).value().token, "\xfb\xff") << text;
}

TEST(BearerToken, AloneLeavesNoHeader) {
  const auto offer = take_bearer_token("base64url.bearer.phx.c2VjcmV0").value();
  EXPECT_EQ(offer.token, "secret");
  EXPECT_EQ(offer.header, std::nullopt);
  EXPECT_EQ(choice(offer.header, {"phoenix"}), "none") << "A6: 101 without a protocol";
}

TEST(BearerToken, NoneOrSeveralLeaveTheHeaderAsItIs) {
  for (const char* header :
       {"phoenix, 123", "", "base64url.bearer.phx.YQ, base64url.bearer.phx.Yg, phoenix", "base64url.bearer.phy.YQ"}) {
    const auto offer = take_bearer_token(header).value();
    EXPECT_EQ(offer.token, std::nullopt) << header;
    EXPECT_EQ(offer.header, header);
  }
  EXPECT_EQ(take_bearer_token(std::nullopt).value().header, std::nullopt);
}

TEST(BearerToken, BadBase64IsRefused) {
  for (const char* text : {"a", "a!b", "YQ===", "YQ=x", "Y Q"})
    EXPECT_EQ(take_bearer_token("phoenix, base64url.bearer.phx." + std::string(text)).error().status, 403) << text;
}

}  // namespace
}  // namespace roost::http
