// error: is called from several threads at a time, so a lambda is not mutable
#include <roost/roost.hpp>

void mount(roost::App& app) {
  app.get("/count", [count = 0](const roost::HttpRequest&) mutable { return roost::HttpResponse::json(++count); });
}
