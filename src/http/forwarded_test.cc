#include "http/forwarded.h"

#include <gmock/gmock.h>

#include "http/forwarded_elements.h"

namespace roost::http {
namespace {

using ::testing::HasSubstr;

using Lines = std::vector<std::string_view>;

TrustedProxies trust(const std::vector<std::string>& entries) {
  return TrustedProxies::parse(entries).value();
}

/// The client of a request from `peer` when 10.0.0.0/8 and ::1 are trusted.
std::string client(std::string_view peer, const Lines& x_forwarded_for) {
  const auto found = client_address(trust({"10.0.0.0/8", "::1"}), AddressPort::parse(peer).value(), x_forwarded_for);
  return found.address.text() + (found.port ? " " + std::to_string(found.port) : "");
}

/// "address port scheme://host:port" of a request from 10.0.0.1:4711, which is trusted, with Host: inner:8080.
std::string source(const std::vector<Header>& headers, std::string_view peer = "10.0.0.1") {
  Request request;
  request.headers = headers;
  request.headers.push_back({"Host", "inner:8080"});
  const RequestSource found = request_source(trust({"10.0.0.0/8"}), request, peer, 4711, false);
  return found.address + " " + std::to_string(found.port) + " " + found.origin.scheme + "://" + found.origin.host +
         ":" + std::to_string(found.origin.port);
}

std::string elements(const Lines& lines) {
  std::string text;
  for (const ForwardedElement& element : parse_forwarded(lines))
    text += "<" + element.node + "|" + element.proto + "|" + element.host + ">";
  return text;
}

TEST(TrustedProxies, AreAddressesAndNetworks) {
  const TrustedProxies proxies = trust({"127.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32"});
  for (const char* address : {"127.0.0.1", "10.1.2.3", "::1", "2001:db8::5", "::ffff:10.1.2.3"})
    EXPECT_TRUE(proxies.contains(*Address::parse(address))) << address;
  for (const char* address : {"127.0.0.2", "11.0.0.0", "::2", "2001:db9::"})
    EXPECT_FALSE(proxies.contains(*Address::parse(address))) << address;
  EXPECT_FALSE(TrustedProxies().contains(*Address::parse("127.0.0.1")));
}

TEST(TrustedProxies, AWrongEntryIsNamed) {
  for (const char* wrong : {"", "proxy.local", "10.0.0.0/33", "10.0.0.1/8", "*", "10.0.0.1:80"})
    EXPECT_THAT(TrustedProxies::parse({"127.0.0.1", wrong}).error().message,
                HasSubstr("\"" + std::string(wrong) + "\""));
}

TEST(ClientAddress, IsThePeerUnlessThePeerIsTrusted) {
  EXPECT_EQ(client("192.0.2.1:5000", {"8.8.8.8"}), "192.0.2.1 5000");
  EXPECT_EQ(client("10.0.0.1:5000", {}), "10.0.0.1 5000");
  EXPECT_EQ(client("10.0.0.1:5000", {"", " , "}), "10.0.0.1 5000");
}

TEST(ClientAddress, IsTheRightmostThatIsNoProxy) {
  EXPECT_EQ(client("10.0.0.1", {"8.8.8.8"}), "8.8.8.8");
  EXPECT_EQ(client("10.0.0.1", {"6.6.6.6, 8.8.8.8"}), "8.8.8.8");  // 6.6.6.6: the client's own word
  EXPECT_EQ(client("10.0.0.1", {"6.6.6.6, 8.8.8.8, 10.0.0.2, 10.0.0.3"}), "8.8.8.8");
  EXPECT_EQ(client("::1", {"2001:db8::9,10.0.0.2"}), "2001:db8::9");
}

TEST(ClientAddress, TakesLinesInTheirOrder) {
  EXPECT_EQ(client("10.0.0.1", {"6.6.6.6", "8.8.8.8", "10.0.0.2"}), "8.8.8.8");
  EXPECT_EQ(client("10.0.0.1", {"10.0.0.2", "6.6.6.6, 8.8.8.8"}), "8.8.8.8");
}

TEST(ClientAddress, IsTheLeftmostWhenAllAreProxies) {
  EXPECT_EQ(client("10.0.0.1", {"10.0.0.9, 10.0.0.2"}), "10.0.0.9");
}

TEST(ClientAddress, StopsBeforeWhatIsNoAddress) {
  EXPECT_EQ(client("10.0.0.1:5000", {"8.8.8.8, unknown"}), "10.0.0.1 5000");
  EXPECT_EQ(client("10.0.0.1", {"8.8.8.8, _hidden, 10.0.0.2"}), "10.0.0.2");
  EXPECT_EQ(client("10.0.0.1", {"8.8.8.8, 10.0.0.256"}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {"garbage, 8.8.8.8"}), "8.8.8.8");
}

TEST(ClientAddress, TakesPortsBracketsAndMappedAddresses) {
  EXPECT_EQ(client("10.0.0.1", {"8.8.8.8:1234"}), "8.8.8.8 1234");
  EXPECT_EQ(client("10.0.0.1", {"[2001:db8::9]:1234"}), "2001:db8::9 1234");
  EXPECT_EQ(client("10.0.0.1", {"[2001:db8::9]"}), "2001:db8::9");
  EXPECT_EQ(client("::ffff:10.0.0.1", {"::ffff:8.8.8.8, ::ffff:10.0.0.2"}), "8.8.8.8");
}

TEST(RequestSource, OfAStrangerIsItsOwnWord) {
  const std::vector<Header> claims = {{"X-Forwarded-For", "8.8.8.8"},
                                      {"X-Forwarded-Proto", "https"},
                                      {"X-Forwarded-Host", "example.com"},
                                      {"Forwarded", "for=8.8.8.8;proto=https;host=example.com"}};
  EXPECT_EQ(source(claims, "192.0.2.1"), "192.0.2.1 4711 http://inner:8080");
  EXPECT_EQ(source(claims, "no address"), "no address 4711 http://inner:8080");
}

TEST(RequestSource, BehindAProxyIsWhatTheProxySays) {
  EXPECT_EQ(source({}), "10.0.0.1 4711 http://inner:8080");
  EXPECT_EQ(
      source({{"x-forwarded-for", "8.8.8.8"}, {"x-forwarded-proto", "https"}, {"x-forwarded-host", "example.com"}}),
      "8.8.8.8 0 https://example.com:443");
  EXPECT_EQ(source({{"x-forwarded-for", "8.8.8.8:99"}, {"x-forwarded-host", "example.com:8443"}}),
            "8.8.8.8 99 http://example.com:8443");
  EXPECT_EQ(source({{"x-forwarded-proto", "https"}}), "10.0.0.1 4711 https://inner:8080");
  EXPECT_EQ(source({{"x-forwarded-host", "[2001:db8::1]:81"}}), "10.0.0.1 4711 http://2001:db8::1:81");
}

TEST(RequestSource, KnowsTheSchemesThatProxiesWrite) {
  for (const char* proto : {"https", "HTTPS", "wss"})
    EXPECT_EQ(source({{"x-forwarded-proto", proto}, {"x-forwarded-host", "a"}}), "10.0.0.1 4711 https://a:443")
        << proto;
  for (const char* proto : {"http", "ws", "ftp", "", "https:"})
    EXPECT_EQ(source({{"x-forwarded-proto", proto}, {"x-forwarded-host", "a"}}), "10.0.0.1 4711 http://a:80") << proto;
}

TEST(RequestSource, AHostThatIsNoneIsNotThere) {
  for (const char* host : {"", "a b", "a/b", "<a>", "a\"b"})
    EXPECT_EQ(source({{"x-forwarded-host", host}}), "10.0.0.1 4711 http://inner:8080") << host;
}

TEST(RequestSource, TakesSchemeAndHostFromTheFarthestTrustedProxy) {
  // The client claims a and ftp; the outer proxy adds b and https, the inner one, 10.0.0.2's neighbour, c and http.
  EXPECT_EQ(source({{"x-forwarded-for", "6.6.6.6, 8.8.8.8, 10.0.0.2"},
                    {"x-forwarded-proto", "ftp, https, http"},
                    {"x-forwarded-host", "a, b, c"}}),
            "8.8.8.8 0 https://b:443");
  // One that overwrites where the other adds.
  EXPECT_EQ(
      source({{"x-forwarded-for", "8.8.8.8, 10.0.0.2"}, {"x-forwarded-proto", "https"}, {"x-forwarded-host", "b"}}),
      "8.8.8.8 0 https://b:443");
  // Trust ends at the first proxy: what stands further left is the client's word.
  EXPECT_EQ(
      source({{"x-forwarded-for", "8.8.8.8"}, {"x-forwarded-proto", "https, http"}, {"x-forwarded-host", "a, b"}}),
      "8.8.8.8 0 http://b:80");
}

TEST(RequestSource, ReadsForwardedWhenThereAreNoXHeaders) {
  EXPECT_EQ(source({{"Forwarded", "for=8.8.8.8;proto=https;host=example.com"}}), "8.8.8.8 0 https://example.com:443");
  EXPECT_EQ(source({{"Forwarded", "for=\"[2001:db8::9]:99\";host=\"a:81\""}}), "2001:db8::9 99 http://a:81");
  EXPECT_EQ(
      source({{"Forwarded", "for=6.6.6.6;host=x"}, {"Forwarded", "for=8.8.8.8;proto=https, for=10.0.0.2;proto=http"}}),
      "8.8.8.8 0 https://inner:8080");
  EXPECT_EQ(source({{"Forwarded", "for=_secret;proto=https"}}), "10.0.0.1 4711 https://inner:8080");
}

TEST(RequestSource, XHeadersWinOverForwarded) {
  EXPECT_EQ(source({{"Forwarded", "for=6.6.6.6;proto=https;host=evil"}, {"X-Forwarded-For", "8.8.8.8"}}),
            "8.8.8.8 0 http://inner:8080");
  EXPECT_EQ(source({{"Forwarded", "for=6.6.6.6;host=evil"}, {"X-Forwarded-Proto", "https"}}),
            "10.0.0.1 4711 https://inner:8080");
}

TEST(RequestSource, WhatAClientLeavesOpenSwallowsNothing) {
  // A proxy added the last element behind what the client had sent.
  EXPECT_EQ(source({{"Forwarded", "for=\"6.6.6.6, for=8.8.8.8"}}), "10.0.0.1 4711 http://inner:8080");
  EXPECT_EQ(source({{"Forwarded", "for=6.6.6.6;host=\"evil, for=\"[2001:db8::9]\""}}),
            "10.0.0.1 4711 http://inner:8080");
  EXPECT_EQ(source({{"Forwarded", "for=\"6.6.6.6"}, {"Forwarded", "for=8.8.8.8"}}), "8.8.8.8 0 http://inner:8080");
}

TEST(Forwarded, ElementsAreTakenApart) {  // RFC 7239 §4, its examples among them
  EXPECT_EQ(elements({"for=\"_gazonk\""}), "<_gazonk||>");
  EXPECT_EQ(elements({"For=\"[2001:db8:cafe::17]:4711\""}), "<[2001:db8:cafe::17]:4711||>");
  EXPECT_EQ(elements({"for=192.0.2.60;proto=http;by=203.0.113.43"}), "<192.0.2.60|http|>");
  EXPECT_EQ(elements({"for=192.0.2.43, for=198.51.100.17"}), "<192.0.2.43||><198.51.100.17||>");
  EXPECT_EQ(elements({"for=a", "for=b,for=c"}), "<a||><b||><c||>");
  EXPECT_EQ(elements({"by=x, for=a"}), "<||><a||>");
  EXPECT_EQ(elements({"host=\"a\\\"b\" ; for=[::1]:80 ;; secret=1"}), "<[::1]:80||a\"b>");
  EXPECT_EQ(elements({"", " ", ",", ", ,for=a,, "}), "<a||>");
}

TEST(Forwarded, AnErrorMakesTheRestOfItsLineSayNothing) {
  for (const char* wrong : {"for", "for=", "=a", "for=\"a", "for=\"a\\", "for=\"\"", "for=a b", "for=\"a\"b", "f r=a",
                            "for=a;for=b", "for=a\"b\"", "for:a, for=b"})
    EXPECT_EQ(elements({"for=x, " + std::string(wrong)}), "<x||><||>") << wrong;
}

TEST(Forwarded, EveryPrefixIsTaken) {
  const std::string_view whole =
      "for=\"[2001:db8::17]:4711\";proto=https;host=\"a\\\"b\", for=10.0.0.1;by=_x , for=unknown";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    EXPECT_LE(parse_forwarded({whole.substr(0, size)}).size(), 3u) << size;
    parse_forwarded({whole.substr(0, size), whole.substr(size)});
  }
}

}  // namespace
}  // namespace roost::http
