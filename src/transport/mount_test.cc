#include "transport/mount.h"

#include <gtest/gtest.h>

namespace roost::transport {
namespace {

std::string allowed(CheckOrigin check) {
  SocketMount mount("/socket");
  mount.check_origin(std::move(check));
  return (*Mount::prepare(mount, {.public_host = "example.org"}))->origins_allowed;
}

TEST(Mount, SaysWhichPagesMayConnect) {
  EXPECT_EQ(allowed(CheckOrigin::host()), "host example.org, by --public-host; see App::socket(…).check_origin");
  EXPECT_EQ(allowed(CheckOrigin::conn()), "pages of this server itself, by check_origin");
  EXPECT_EQ(allowed(CheckOrigin::list({"https://a.org", "//b.org"})), "https://a.org, //b.org, by check_origin");
}

}  // namespace
}  // namespace roost::transport
