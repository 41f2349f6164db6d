#include <cstdint>

#include <gtest/gtest.h>

#include <roost/typescript.hpp>

namespace roost {

namespace chat {
struct User {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(User, (), (id))
enum class Color { red, green };
BOOST_DESCRIBE_ENUM(Color, red, green)
struct Message {
  std::int64_t id = 0;
  User user;
  std::optional<std::string> body;
  std::vector<std::optional<double>> marks;
  std::map<std::string, std::vector<User>> readers;
  Color color = Color::red;
  bool read = false;
  boost::json::value more;
  std::vector<Message> answers;
};
BOOST_DESCRIBE_STRUCT(Message, (), (id, user, body, marks, readers, color, read, more, answers))
}  // namespace chat

namespace clicks {
struct User {
  int hits = 0;
};
BOOST_DESCRIBE_STRUCT(User, (), (hits))
struct Contract {};
BOOST_DESCRIBE_STRUCT(Contract, (), ())
template <typename T>
struct Pair {
  T one, other;
};
BOOST_DESCRIBE_STRUCT(Pair<int>, (), (one, other))
}  // namespace clicks

namespace {

template <typename T>
std::string type() {
  TypeScript typescript;
  return typescript.type<T>();
}

TEST(TypeScriptOf, PlainTypes) {
  EXPECT_EQ(type<bool>(), "boolean");
  EXPECT_EQ(type<std::uint8_t>(), "number");
  EXPECT_EQ(type<double>(), "number");
  EXPECT_EQ(type<std::string>(), "string");
  EXPECT_EQ(type<Bytes>(), "string");  // base64
  EXPECT_EQ(type<boost::json::value>(), "unknown");
  EXPECT_EQ(type<boost::json::object>(), "Readonly<Record<string, unknown>>");
  EXPECT_EQ(type<boost::json::array>(), "readonly unknown[]");
}

TEST(TypeScriptOf, TypesMadeOfOthers) {
  EXPECT_EQ(type<std::vector<std::string>>(), "readonly string[]");
  EXPECT_EQ(type<std::vector<std::vector<int>>>(), "readonly (readonly number[])[]");
  EXPECT_EQ(type<std::optional<int>>(), "number | null");
  EXPECT_EQ((type<std::map<std::string, bool>>()), "Readonly<Record<string, boolean>>");
  EXPECT_EQ(type<chat::Color>(), "'red' | 'green'");
  EXPECT_EQ(type<std::vector<chat::Color>>(), "readonly ('red' | 'green')[]");
}

TEST(TypeScriptOf, AStructIsAnInterfaceThatMayHoldItself) {
  TypeScript typescript;
  EXPECT_EQ(typescript.type<chat::Message>(), "Message");
  EXPECT_EQ(typescript.declarations(),
            "export interface Message {\n"
            "  readonly id: number\n"
            "  readonly user: User\n"
            "  readonly body?: string\n"
            "  readonly marks: readonly (number | null)[]\n"
            "  readonly readers: Readonly<Record<string, readonly User[]>>\n"
            "  readonly color: 'red' | 'green'\n"
            "  readonly read: boolean\n"
            "  readonly more: unknown\n"
            "  readonly answers: readonly Message[]\n"
            "}\n\n"
            "export interface User {\n"
            "  readonly id: string\n"
            "}\n\n");
}

TEST(TypeScriptOf, TwoStructsOfOneNameAreToldApart) {
  TypeScript typescript;
  EXPECT_EQ(typescript.type<chat::User>(), "User");
  EXPECT_EQ(typescript.type<clicks::User>(), "ClicksUser");
  EXPECT_EQ(typescript.type<chat::User>(), "User");
  EXPECT_EQ(typescript.type<clicks::Contract>(), "ClicksContract");
  EXPECT_EQ(typescript.type<clicks::Pair<int>>(), "Pair_int");
}

}  // namespace
}  // namespace roost
