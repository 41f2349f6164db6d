#include "server/contract.h"

#include <gtest/gtest.h>

namespace roost {
namespace {

struct Token {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(Token, (), (token))
struct Note {
  std::string body;
};
BOOST_DESCRIBE_STRUCT(Note, (), (body))
struct Count {
  int count = 0;
};
BOOST_DESCRIBE_STRUCT(Count, (), (count))

class Desk : public Channel {
 public:
  static void events(Events<Desk>& on) {
    on.join_replies<std::vector<Note>>();
    on.event("add", &Desk::add).replies<Count>();
    on.event("raw", &Desk::raw);
    on.event("file", &Desk::file);
    on.event("clear", &Desk::clear);
    on.sends<Note>("it's new");
    on.tracks<Token>().shares<Count>();
  }
  JoinReply join(std::string_view, const Token&) { return ok(); }
  Reply add(const Note&) { return ok(Count{1}); }
  void raw(const Payload&) {}
  void file(const Bytes&) {}
  void clear() {}
};

class Quiet : public Channel {
 public:
  JoinReply join() { return ok(); }
};

TEST(TypeScriptContract, SaysWhatTheHandlersTakeAndWhatEventsSays) {
  App app;
  app.socket("/socket").channel<Desk>("desk:*").channel<Quiet>("quiet");
  app.socket("/other").channel<Quiet>("desk:*");
  EXPECT_EQ(app.typescript_contract(),
            "// Made of the server's channel classes (--contract-ts): change those, not this.\n"
            "import type {} from '@roost/react'\n"
            "\n"
            "export interface Count {\n"
            "  readonly count: number\n"
            "}\n"
            "\n"
            "export interface Note {\n"
            "  readonly body: string\n"
            "}\n"
            "\n"
            "export interface Token {\n"
            "  readonly token: string\n"
            "}\n"
            "\n"
            "export interface Contract {\n"
            "  readonly 'desk:{id}': {\n"
            "    readonly params: Token\n"
            "    readonly reply: readonly Note[]\n"
            "    readonly events: {\n"
            "      readonly 'it\\'s new': Note\n"
            "    }\n"
            "    readonly pushes: {\n"
            "      readonly 'add': { readonly payload: Note; readonly reply: Count }\n"
            "      readonly 'clear': object\n"
            "      readonly 'file': { readonly payload: ArrayBuffer }\n"
            "      readonly 'raw': object\n"
            "    }\n"
            "    readonly presence: Token\n"
            "    readonly state: Count\n"
            "  }\n"
            "  readonly 'quiet': {\n"
            "  }\n"
            "}\n"
            "\n"
            "declare module '@roost/react' {\n"
            "  interface Register {\n"
            "    readonly contract: Contract\n"
            "  }\n"
            "}\n");
}

class Early : public Channel {
 public:
  static void events(Events<Early>& on) { on.replies<Count>(); }
  JoinReply join() { return ok(); }
};

TEST(TypeScriptContract, ARepliesThatBelongsToNoEventIsAMistake) {
  App app;
  EXPECT_THROW(app.socket("/socket").channel<Early>("early"), std::logic_error);
}

}  // namespace
}  // namespace roost
