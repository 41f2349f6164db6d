// The code of docs/guide/typescript.md, compiled and run. `./dev check` compares the page with this file.
#include <gtest/gtest.h>

#include <roost/roost.hpp>

namespace notes {

struct Note {
  std::int64_t id = 0;
  std::string body;
  std::optional<std::string> color;
};
BOOST_DESCRIBE_STRUCT(Note, (), (id, body, color))

struct NewNote {
  std::string body;
};
BOOST_DESCRIBE_STRUCT(NewNote, (), (body))

struct Person {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Person, (), (name))

class Desk : public roost::Channel {
 public:
  static void events(roost::Events<Desk>& on) {
    on.join_replies<std::vector<Note>>();         // ok(…) of join
    on.event("add", &Desk::add).replies<Note>();  // its payload is what add takes
    on.sends<Note>("added");                      // pushed or broadcast
    on.tracks<Person>();                          // metas of presences
  }

  roost::JoinReply join() { return roost::ok(notes_); }
  roost::Reply add(NewNote wanted) {
    notes_.push_back({static_cast<std::int64_t>(notes_.size()), wanted.body, {}});
    broadcast("added", notes_.back());
    return roost::ok(notes_.back());
  }

 private:
  std::vector<Note> notes_;
};

constexpr const char* kContract = R"(
export interface NewNote {
  readonly body: string
}

export interface Note {
  readonly id: number
  readonly body: string
  readonly color?: string
}

export interface Person {
  readonly name: string
}

export interface Contract {
  readonly 'desk:{id}': {
    readonly reply: readonly Note[]
    readonly events: {
      readonly 'added': Note
    }
    readonly pushes: {
      readonly 'add': { readonly payload: NewNote; readonly reply: Note }
    }
    readonly presence: Person
  }
}
)";

}  // namespace notes

namespace {

TEST(TypeScriptGuide, TheContractIsWhatThePageShows) {
  roost::App app;
  app.socket("/socket").channel<notes::Desk>("desk:*");
  EXPECT_TRUE(app.typescript_contract().contains(notes::kContract)) << app.typescript_contract();
}

}  // namespace
