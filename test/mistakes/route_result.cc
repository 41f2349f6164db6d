// error: a route's function returns roost::HttpResponse or roost::Task<roost::HttpResponse>
#include <roost/roost.hpp>

void mount(roost::App& app) {
  app.get("/count", [](const roost::HttpRequest&) { return 7; });
}
