#include "broker/subject.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roost::broker {
namespace {

TEST(Subject, TopicsStayReadable) {
  const Subjects subjects("roost");
  EXPECT_EQ(subjects.topic("room:42"), "roost.t.room:42");
  EXPECT_EQ(subjects.node("roost@host-1"), "roost.n.roost@host-1");
  EXPECT_EQ(subjects.service("presence"), "roost.s.presence");
}

TEST(Subject, WhatMeansSomethingToTheBrokerIsEscaped) {
  EXPECT_EQ(subject_token("a.b"), "a%2Eb");
  EXPECT_EQ(subject_token("*>"), "%2A%3E");
  EXPECT_EQ(subject_token(" \t\r\n"), "%20%09%0D%0A");
  EXPECT_EQ(subject_token("%2E"), "%252E");
  EXPECT_EQ(subject_token("\xc3\xa4"), "%C3%A4");
  EXPECT_EQ(subject_token(""), "%");
}

TEST(Subject, LongTextsAreHashed) {
  const std::string fits(kTokenBytesMax, 'x');
  EXPECT_EQ(subject_token(fits), fits);
  EXPECT_EQ(subject_token(fits + "x").size(), 18u);
  EXPECT_NE(subject_token(fits + "x"), subject_token(fits + "y"));
  EXPECT_THAT(subject_token(std::string(kTokenBytesMax, '.')), ::testing::StartsWith("%h"));
}

TEST(Subject, APrefixIsAFewPlainTokens) {
  for (const char* good : {"roost", "prod.chat-1", "A_b"}) EXPECT_TRUE(valid_prefix(good)) << good;
  for (const char* bad : {"", ".a", "a.", "a..b", "a b", "a.*", ">", "\xc3\xa4"})
    EXPECT_FALSE(valid_prefix(bad)) << bad;
  EXPECT_FALSE(valid_prefix(std::string(101, 'a')));
}

}  // namespace
}  // namespace roost::broker
