#include "agent/store.h"

#include <fstream>

#include <gtest/gtest.h>

#include "agent/test_support.h"

namespace roost::agent {
namespace {

class StoreTest : public test::WithStoreFile {};

TEST_F(StoreTest, AnUnknownNameHasNoState) {
  EXPECT_EQ(open()->load("counter").value(), std::nullopt);
}

TEST_F(StoreTest, KeepsTheLastStateOfEachNameAcrossOpens) {
  {
    const auto store = open();
    ASSERT_TRUE(store->save(std::vector<Store::Entry>{{"a", "1"}, {"b", R"({"x":"ü"})"}}));
    ASSERT_TRUE(store->save(std::vector<Store::Entry>{{"a", "2"}}));
  }
  const auto store = open();
  EXPECT_EQ(store->load("a").value(), "2");
  EXPECT_EQ(store->load("b").value(), R"({"x":"ü"})");
}

TEST_F(StoreTest, AFileThatIsNoDatabaseIsAnErrorThatNamesIt) {
  std::ofstream(path()) << std::string(1000, 'x');
  const auto store = Store::open(path());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().message, "agents' store " + path() + ": file is not a database");
}

TEST_F(StoreTest, AFolderThatIsNotThereIsAnErrorThatNamesTheFile) {
  const auto store = Store::open(path() + ".d/none.db");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().message, "agents' store " + path() + ".d/none.db: unable to open database file");
}

TEST_F(StoreTest, TwoStoresOfOneFileSeeEachOther) {
  const auto one = open(), other = open();
  ASSERT_TRUE(one->save(std::vector<Store::Entry>{{"a", "1"}}));
  EXPECT_EQ(other->load("a").value(), "1");
}

}  // namespace
}  // namespace roost::agent
