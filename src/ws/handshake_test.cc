#include "ws/handshake.h"

#include <gtest/gtest.h>

namespace roost::ws {
namespace {

TEST(AcceptKey, KnowsTheExampleOfRfc6455) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(AcceptKey, AgreesWithARecordedPhoenix) {
  EXPECT_EQ(accept_key("MDEyMzQ1Njc4OWFiY2RlZg=="), "BACScCJPNqyz+UBoqMH89VmURoA=");
}

TEST(AcceptKey, TakesAnyLengthAsPhoenixDoes) {
  EXPECT_EQ(accept_key("").size(), 28u);
}

}  // namespace
}  // namespace roost::ws
