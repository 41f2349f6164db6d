// error: a coroutine takes the body by value
#include <roost/roost.hpp>

struct NewRoom {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(NewRoom, (), (name))

void mount(roost::App& app) {
  app.post("/rooms", [](const roost::HttpRequest&, const NewRoom& room) -> roost::Task<roost::HttpResponse> {
    co_return roost::HttpResponse::json(room);
  });
}
