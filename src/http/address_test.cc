#include "http/address.h"

#include <gtest/gtest.h>

namespace roost::http {
namespace {

std::string text(std::string_view address) {
  const auto parsed = Address::parse(address);
  return parsed ? parsed->text() : "none";
}

bool holds(std::string_view network, std::string_view address) {
  return Network::parse(network).value().contains(Address::parse(address).value());
}

std::string split(std::string_view node) {
  const auto parsed = AddressPort::parse(node);
  return parsed ? parsed->address.text() + " " + std::to_string(parsed->port) : "none";
}

TEST(Address, IsWrittenInOneWay) {
  EXPECT_EQ(text("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(text("255.255.255.255"), "255.255.255.255");
  EXPECT_EQ(text("2001:0DB8:0:0:0:0:0:1"), "2001:db8::1");
  EXPECT_EQ(text("::"), "::");
  EXPECT_EQ(text("1234:5678:9abc:def0:1234:5678:255.255.255.255"), "1234:5678:9abc:def0:1234:5678:ffff:ffff");
}

TEST(Address, OfIpv4WithinIpv6IsThatOfIpv4) {
  for (const char* spelling : {"::ffff:10.0.0.1", "::FFFF:a00:1", "0:0:0:0:0:ffff:10.0.0.1"}) {
    EXPECT_EQ(text(spelling), "10.0.0.1") << spelling;
    EXPECT_EQ(Address::parse(spelling), Address::parse("10.0.0.1")) << spelling;
  }
  EXPECT_NE(Address::parse("::10.0.0.1"), Address::parse("10.0.0.1"));  // deprecated: RFC 4291 §2.5.5.1
}

TEST(Address, NothingElseIsOne) {
  for (const char* none : {"",
                           " ",
                           "localhost",
                           "10.0.0",
                           "10.0.0.256",
                           "10.0.0.01",
                           "010.0.0.1",
                           "10.0.0.1 ",
                           "0xa.0.0.1",
                           "167772161",
                           "10.0.0.1:80",
                           "[::1]",
                           ":::",
                           "::1%lo",
                           "1::2::3",
                           "g::",
                           "unknown",
                           "_hidden",
                           "1234:5678:9abc:def0:1234:5678:255.255.255.2555",
                           "10.0.0.1/8"})
    EXPECT_EQ(text(none), "none") << none;
  EXPECT_EQ(text(std::string_view("::1\0", 4)), "none");
}

TEST(Network, HoldsWhatBeginsWithItsBits) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("172.16.0.0/12", "172.31.0.1"));
  EXPECT_FALSE(holds("172.16.0.0/12", "172.32.0.1"));
  EXPECT_TRUE(holds("192.168.1.7", "192.168.1.7"));
  EXPECT_FALSE(holds("192.168.1.7/32", "192.168.1.6"));
  EXPECT_TRUE(holds("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(holds("2001:db8::/32", "2001:db9::"));
  EXPECT_TRUE(holds("fe80::/10", "febf::1"));
  EXPECT_FALSE(holds("fe80::/10", "fec0::1"));
  EXPECT_TRUE(holds("::1/128", "::1"));
}

TEST(Network, OfOneKindHoldsNothingOfTheOther) {
  EXPECT_TRUE(holds("0.0.0.0/0", "8.8.8.8"));
  EXPECT_TRUE(holds("0.0.0.0/0", "::ffff:8.8.8.8"));
  EXPECT_FALSE(holds("0.0.0.0/0", "::1"));
  EXPECT_TRUE(holds("::/0", "2001:db8::1"));
  EXPECT_FALSE(holds("::/0", "8.8.8.8"));
  EXPECT_TRUE(holds("::ffff:10.0.0.0/104", "10.9.9.9"));
}

TEST(Network, NothingElseIsOne) {
  for (const char* none :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.1/8",
        "10/8", "::/129", "::1/64", "::ffff:10.0.0.0/8", "localhost", "10.0.0.0 / 8", "*"})
    EXPECT_FALSE(Network::parse(none)) << none;
}

TEST(AddressPort, ComesWithOrWithoutPortAndBrackets) {
  EXPECT_EQ(split("10.0.0.1"), "10.0.0.1 0");
  EXPECT_EQ(split("10.0.0.1:8080"), "10.0.0.1 8080");
  EXPECT_EQ(split("::1"), "::1 0");
  EXPECT_EQ(split("[::1]"), "::1 0");
  EXPECT_EQ(split("[2001:db8::1]:65535"), "2001:db8::1 65535");
  EXPECT_EQ(split("[::ffff:10.0.0.1]:1"), "10.0.0.1 1");
}

TEST(AddressPort, NothingElseIsOne) {
  for (const char* none :
       {"", ":", ":80", "[]", "[]:80", "[::1", "::1]", "[::1]80", "[::1]:", "[10.0.0.1]:80",
        "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:http", "10.0.0.1:080", "10.0.0.1:80:80", "[[::1]]", "unknown:80"})
    EXPECT_EQ(split(none), "none") << none;
}

TEST(AddressPort, EveryPrefixIsAnAddressOrNone) {
  const std::string_view whole = "[2001:db8::ffff:10.0.0.1]:65535";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto parsed = AddressPort::parse(whole.substr(0, size));
    EXPECT_EQ(parsed.has_value(), size >= 25 && size != 26) << size;  // whole at `]`, but not at `:`
    EXPECT_EQ(parsed ? parsed->address.text() : "2001:db8::ffff:a00:1", "2001:db8::ffff:a00:1") << size;
  }
}

}  // namespace
}  // namespace roost::http
