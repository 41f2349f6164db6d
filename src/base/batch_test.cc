#include "base/batch.h"

#include <string>

#include <gtest/gtest.h>

namespace roost {
namespace {

Frame frame(std::string_view text) {
  return Frame::make(text.size(), false, nullptr, [text](char* out) { std::memcpy(out, text.data(), text.size()); });
}

/// Takes each frame that a batch comes back with, and asks for the next.
struct Taker final : BatchTaker {
  std::string got;
  bool again = true;
  void more(Batch& batch) override {
    got += batch.view(batch.last());
    if (again) batch.come_back(*this);
  }
};

class Batches : public testing::Test {
 protected:
  boost::intrusive_ptr<Batch> batch = new Batch(frame("one."));
  boost::intrusive_ptr<Taker> taker = new Taker;
};

TEST_F(Batches, ShareTheirOnlyFrameWithoutACopy) {
  const Frame only = frame("a frame");
  const Batch alone(only);
  EXPECT_EQ(alone.view(0).data(), only.framed().data());
  EXPECT_EQ(alone.size(), 7u);
}

TEST_F(Batches, GrowFrameByFrame) {
  batch->append(frame("two."));
  EXPECT_EQ(batch->last(), 4u);
  batch->append(frame("three."));
  EXPECT_EQ(batch->view(0), "one.two.three.");
  EXPECT_EQ(batch->view(batch->last()), "three.");
}

TEST_F(Batches, APieceStaysAsItWasWhileTheBatchGrows) {
  std::string all = "one.";
  std::vector<std::pair<Batch::Piece, std::string>> pieces;
  for (int i = 0; i < 300; ++i) {
    pieces.emplace_back(batch->piece(0), all);
    batch->append(frame(std::to_string(i)));
    all += std::to_string(i);
  }
  EXPECT_EQ(batch->view(0), all);
  for (const auto& [piece, text] : pieces)
    EXPECT_EQ(piece.bytes.view().substr(piece.begin, piece.end - piece.begin), text);
}

TEST_F(Batches, ComeBackWithTheNextFrameToWhomAsked) {
  batch->come_back(*taker);
  batch->append(frame("two."));
  batch->append(frame("three."));
  taker->again = false;
  batch->append(frame("four."));
  batch->append(frame("five."));
  EXPECT_EQ(taker->got, "two.three.four.");
}

TEST_F(Batches, DoNotComeBackToWhoLeft) {
  const boost::intrusive_ptr<Taker> other = new Taker;
  batch->come_back(*taker);
  batch->come_back(*other);
  batch->leave(*taker);
  batch->append(frame("two."));
  EXPECT_EQ(taker->got, "");
  EXPECT_EQ(other->got, "two.");
}

TEST_F(Batches, LetGoOfThoseThatWaitWhenSealed) {
  batch->come_back(*taker);
  batch->seal();
  EXPECT_EQ(taker->use_count(), 1u);
  batch->come_back(*taker);
  EXPECT_EQ(taker->use_count(), 1u);
}

}  // namespace
}  // namespace roost
