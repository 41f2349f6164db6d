#include "chat/store.h"

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace chat {
namespace {

const demo::User kAnn{"u_1", "Ann"};

/// A store in a file of its own, which can be opened again.
class StoreTest : public testing::Test {
 protected:
  StoreTest()
      : path_(testing::TempDir() + "roost_store_" + testing::UnitTest::GetInstance()->current_test_info()->name()) {
    remove();
    reopen();
  }
  ~StoreTest() override {
    store_.reset();
    remove();
  }

  void reopen() {
    store_.reset();
    store_ = std::make_unique<Store>(path_);
  }
  Store& store() { return *store_; }
  std::string refusal(std::string_view name) {
    const auto room = store().create_room(name);
    return room ? "created " + room->id : room.error();
  }
  std::vector<std::string> bodies(std::string_view room, std::int64_t count) {
    std::vector<std::string> bodies;
    for (const Message& message : store().last_messages(room, count)) bodies.push_back(message.body);
    return bodies;
  }

 private:
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  const std::string path_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, HasTheGeneralRoomFromTheStart) {
  EXPECT_EQ(store().rooms(), (std::vector<RoomInfo>{{"general", "General"}}));
}

TEST_F(StoreTest, CreatesARoomWithATrimmedNameAndItsSlug) {
  const RoomInfo robots{"robots-co", "Robots & Co"};
  EXPECT_EQ(store().create_room("  Robots & Co "), robots);
  EXPECT_EQ(store().room("robots-co"), robots);
  EXPECT_EQ(store().rooms(), (std::vector<RoomInfo>{{"general", "General"}, robots}));
}

TEST_F(StoreTest, KnowsNoOtherRoom) {
  EXPECT_EQ(store().room("robots"), std::nullopt);
}

TEST_F(StoreTest, RefusesARoomWhoseIdIsTaken) {
  EXPECT_EQ(refusal("general!"), "there is a room of that name already");
}

TEST_F(StoreTest, RefusesNamesThatAreEmptyOrTooLongOrHaveNoLetter) {
  EXPECT_EQ(refusal("  "), "a room needs a name");
  EXPECT_EQ(refusal("?!"), "a name needs a letter or a digit");
  EXPECT_EQ(refusal(std::string(kRoomNameLettersMax + 1, 'a')), "that name is too long");
}

TEST_F(StoreTest, MeasuresNamesInCharacters) {
  std::string name;
  for (std::size_t i = 0; i < kRoomNameLettersMax; ++i) name += "\u00e9";
  EXPECT_TRUE(store().create_room(name).has_value());
}

TEST_F(StoreTest, RefusesMoreThanTheMostRooms) {
  for (std::size_t i = 1; i < kRoomsMax; ++i) ASSERT_TRUE(store().create_room("room " + std::to_string(i)).has_value());
  EXPECT_EQ(refusal("one more"), "there are too many rooms");
}

TEST_F(StoreTest, GivesTheLastMessagesOldestFirst) {
  for (const char* body : {"one", "two", "three"}) store().add_message("general", kAnn, body, 1.5);
  store().add_message("elsewhere", kAnn, "other", 1.5);
  EXPECT_EQ(bodies("general", 2), (std::vector<std::string>{"two", "three"}));
  EXPECT_EQ(bodies("general", 50), (std::vector<std::string>{"one", "two", "three"}));
}

TEST_F(StoreTest, GivesBackAllFieldsOfAMessage) {
  const std::string body("it's \"\u20ac\" \0 fine", 17);
  const Message added = store().add_message("general", kAnn, body, 1700000000.123);
  const Message read = store().last_messages("general", 1).at(0);
  EXPECT_EQ(read.id, added.id);
  EXPECT_EQ(read.user.id, "u_1");
  EXPECT_EQ(read.user.name, "Ann");
  EXPECT_EQ(read.body, body);
  EXPECT_EQ(read.at, 1700000000.123);
}

TEST_F(StoreTest, RemembersAcrossARestart) {
  ASSERT_TRUE(store().create_room("Robots").has_value());
  const auto id = store().add_message("robots", kAnn, "hi", 1).id;
  reopen();
  EXPECT_EQ(store().rooms().size(), 2u);
  EXPECT_EQ(bodies("robots", 50), (std::vector<std::string>{"hi"}));
  EXPECT_GT(store().add_message("robots", kAnn, "again", 2).id, id);
}

TEST_F(StoreTest, ForgetsMessagesBeyondTheMost) {
  for (std::int64_t i = 0; i < kMessagesKeptMax + 3; ++i) store().add_message("general", kAnn, std::to_string(i), 1);
  const auto kept = bodies("general", 2 * kMessagesKeptMax);
  EXPECT_EQ(kept.size(), static_cast<std::size_t>(kMessagesKeptMax));
  EXPECT_EQ(kept.front(), "3");
}

TEST_F(StoreTest, CallsStoredInTheOrderOfTheIdsFromAnyThread) {
  std::vector<std::int64_t> ids;  // guarded by the store: one message at a time
  const auto write = [this, &ids] {
    for (int i = 0; i < 50; ++i)
      store().add_message("general", kAnn, "hi", 1, [&ids](const Message& message) { ids.push_back(message.id); });
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(write);
  }
  EXPECT_EQ(ids.size(), 200u);
  EXPECT_TRUE(std::ranges::is_sorted(ids));
}

TEST(Store, SaysWhichFileItCannotOpen) {
  try {
    Store store("/nowhere/chat.db");
    FAIL() << "opened";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()), "open /nowhere/chat.db: unable to open database file");
  }
}

}  // namespace
}  // namespace chat
