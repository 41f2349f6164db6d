#include "pubsub/message.h"

#include <cstring>
#include <vector>

#include <gtest/gtest.h>

namespace roost::pubsub {
namespace {

std::size_t head(char*, std::size_t, bool) {
  return 0;
}

TEST(FrameCache, EncodesEachFormOnceHoweverManyThereAre) {
  constexpr std::size_t kSerializers = 9;  // with and without a head: 18 forms
  const int serializers[kSerializers] = {};
  FrameCache frames;
  std::vector<const Frame*> first;
  int encoded = 0;
  for (int subscriber = 0; subscriber < 3; ++subscriber) {
    std::size_t form = 0;
    for (const int& serializer : serializers)
      for (const FrameHead with : {static_cast<FrameHead>(nullptr), &head}) {
        const Frame& frame = frames.get(&serializer, with, [&] {
          ++encoded;
          return Frame::make(1, false, with, [form](char* out) { *out = static_cast<char>('a' + form); });
        });
        if (subscriber == 0) first.push_back(&frame);
        EXPECT_EQ(&frame, first[form]);
        EXPECT_EQ(frame.payload(), std::string(1, static_cast<char>('a' + form)));
        ++form;
      }
  }
  EXPECT_EQ(encoded, 18);
}

}  // namespace
}  // namespace roost::pubsub
