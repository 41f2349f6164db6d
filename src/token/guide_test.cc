// The code of docs/guide/tokens.md, compiled and run. The last test compares the page with this file.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>

#include <roost/json.hpp>
#include <roost/jwt.hpp>
#include <roost/socket.hpp>
#include <roost/token.hpp>

#include "token/jwt_testing.h"
#include "token/token_testing.h"

namespace {

struct User {
  std::int64_t id;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(User, (), (id, name))

roost::ConnectResult authenticate(const roost::Token& tokens, const roost::ConnectInfo& info) {
  const auto user_id = tokens.verify("user socket", info.auth_token, {.max_age = std::chrono::days(14)});
  if (!user_id) return roost::reject(std::string(to_string(user_id.error())));
  if (!user_id->integer()) return roost::reject("invalid");
  return roost::accept(*user_id->integer());
}

std::optional<User> read_user(const roost::Term& data) {
  const auto json = data.to_json();
  if (!json) return std::nullopt;
  const auto user = roost::from_json<User>(*json);
  return user ? std::optional(*user) : std::nullopt;
}

std::string sign_user(const roost::Token& tokens, const User& user) {
  return tokens.sign("user", roost::Term::map({{"id", user.id}, {"name", user.name}}));
}

roost::JwtVerifier identity_provider(const std::string& key_set_file) {
  auto keys = roost::JwtKeys::from_jwks_file(key_set_file);
  if (!keys) throw std::runtime_error(keys.error());
  return {*keys, {.issuer = "https://id.example.com/", .audiences = {"chat"}}};
}

roost::ConnectResult authenticate(const roost::JwtVerifier& provider, const roost::ConnectInfo& info) {
  const auto claims = provider.verify(info.auth_token.value_or(""));
  if (!claims) return roost::reject(std::string(to_string(claims.error())));
  const auto* subject = claims->if_contains("sub");
  if (!subject || !subject->is_string()) return roost::reject("no subject");
  return roost::accept(std::string(subject->get_string()));
}

using roost::token::testing::kSecretKeyBase;

bool accepted(const roost::ConnectResult& result) {
  return std::holds_alternative<roost::Accept>(result);
}

TEST(TokenGuide, AcceptsATokenOfPhoenix) {
  const roost::Token tokens(kSecretKeyBase);
  roost::ConnectInfo info;
  EXPECT_EQ(std::get<roost::Reject>(authenticate(tokens, info)).reason, "missing");
  info.auth_token = tokens.sign("user socket", 42);
  EXPECT_TRUE(accepted(authenticate(tokens, info)));
  info.auth_token = tokens.sign("user socket", "42");
  EXPECT_FALSE(accepted(authenticate(tokens, info)));
}

TEST(TokenGuide, SignsAndReadsAUser) {
  const roost::Token tokens(kSecretKeyBase);
  const auto data = tokens.verify("user", sign_user(tokens, {7, "bob"}));
  ASSERT_TRUE(data);
  EXPECT_EQ(read_user(*data)->name, "bob");
  EXPECT_EQ(read_user(roost::Term::map({{roost::Atom{"id"}, 7}, {roost::Atom{"name"}, "eve"}}))->name, "eve");
  EXPECT_FALSE(read_user(7));
}

TEST(TokenGuide, AcceptsATokenOfAnIdentityProvider) {
  const std::string path = ::testing::TempDir() + "/roost_guide_jwks.json";
  const std::string secret(32, 's');
  std::ofstream(path) << R"({"keys":[{"kty":"oct","k":")" << roost::base64url_encode(secret) << "\"}]}";
  const auto provider = identity_provider(path);
  std::filesystem::remove(path);
  roost::ConnectInfo info;
  EXPECT_EQ(std::get<roost::Reject>(authenticate(provider, info)).reason, "malformed");
  info.auth_token = roost::token::testing::hmac_token(
      secret, R"({"iss":"https://id.example.com/","aud":"chat","sub":"bob","exp":99999999999})");
  EXPECT_TRUE(accepted(authenticate(provider, info)));
}

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(TokenGuide, ThePageHoldsJustThisCode) {
  const std::filesystem::path here(__FILE__);
  const auto page = text_of(here.parent_path() / "../../docs/guide/tokens.md");
  const auto code = text_of(here);
  constexpr std::string_view kFence = "```cpp\n";
  std::size_t blocks = 0;
  for (std::size_t at = page.find(kFence); at != std::string::npos; at = page.find(kFence, at), ++blocks) {
    at += kFence.size();
    const auto block = page.substr(at, page.find("```", at) - at);
    EXPECT_NE(code.find(block), std::string::npos) << block;
  }
  EXPECT_EQ(blocks, 6u);
}

}  // namespace
