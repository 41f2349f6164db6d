#include "transport/longpoll.h"

#include <gmock/gmock.h>

namespace roost::transport {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> texts(const LongPollBody& body) {
  std::vector<std::string> all;
  for (const LongPollMessage& message : body.messages) all.push_back((message.binary ? "binary " : "") + message.bytes);
  return all;
}
LongPollBody lines(std::string_view body) {
  return split_longpoll_body("application/x-ndjson", body);
}

TEST(LongPollBody, L5_OfAnotherContentTypeItIsOneMessage) {
  EXPECT_THAT(texts(split_longpoll_body("application/json", "[1]\n[2]")), ElementsAre("[1]\n[2]"));
  EXPECT_THAT(texts(split_longpoll_body("application/x-ndjson; charset=utf-8", "[1]\n[2]")), ElementsAre("[1]\n[2]"));
}

TEST(LongPollBody, L5_OfNdjsonEachLineIsOne) {
  EXPECT_THAT(texts(lines("[1]\r\n[2]\naGk=\n\n")), ElementsAre("[1]", "[2]", "binary hi"));
  EXPECT_THAT(texts(lines("")), IsEmpty());
}

TEST(LongPollBody, L5_TheFirstHundredLinesCount) {
  std::string body;
  for (std::size_t i = 0; i <= kLongPollLinesMax; ++i) body += "[]\n";
  EXPECT_EQ(lines(body).messages.size(), kLongPollLinesMax);
}

TEST(LongPollBody, WhatComesBeforeAnUndecodableLineIsKept) {
  EXPECT_FALSE(lines("[1]\n[2]").undecodable);
  const LongPollBody body = lines("[1]\n!!!\n[2]");
  EXPECT_THAT(texts(body), ElementsAre("[1]"));
  EXPECT_TRUE(body.undecodable);
}

}  // namespace
}  // namespace roost::transport
