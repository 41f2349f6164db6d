#pragma once

#include <charconv>
#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>

#include <roost/events.hpp>
#include <roost/payload.hpp>
#include <roost/task.hpp>

/// HTTP routes of the application's own: App::get, post, put, patch, del, route.
///
///     app.get("/api/rooms/{id}", [&](const roost::HttpRequest& request) -> roost::HttpResponse {
///       const auto room = rooms.find(request.param("id"));
///       if (!room) return roost::HttpResponse::error(404, "no such room");
///       return roost::HttpResponse::json(*room);                       // a described struct
///     });
///     app.post("/api/rooms", [&](const roost::HttpRequest&, NewRoom room) -> roost::Task<roost::HttpResponse> {
///       const auto work = [room] { return insert(room); };
///       const auto id = co_await app.blocking(work);
///       co_return roost::HttpResponse::json({{"id", id}}, 201);
///     });
///
/// **Paths.** A segment in braces is a variable: it takes one whole segment, which is not empty, percent-decoded; any
/// text may be in it, `/` and `..` among it. Other segments are compared decoded, case counts. Empty segments do not
/// count: "/a//b/" is "/a/b".
///
/// **Which one answers.** Sockets before routes before files. Among the routes of the method: from the left, a segment
/// that is written out wins over a variable, so "/rooms/new" over "/rooms/{id}", in whatever order they were added.
/// HEAD is answered by the route for GET, unless it has its own. A path that has routes, but none for the method, is
/// answered with 405 and never by a file. Refused by App::start: two routes of one method that take the same paths, one
/// that a socket hides, and a path that is none.
///
/// **What Roost answers itself** is JSON with a "reason": 400 for a path or a query that is not UTF-8, or (with "path"
/// and "expected") a body that does not fit its type; 404; 405 with Allow; 413; 415 for a typed body that does not say
/// it is JSON; 500 for a throw, which the log has once. OPTIONS is answered with 204 and Allow.
namespace roost {

namespace http {
struct Request;
}

/// A parameter that does not fit its type: `path` is "/" and its name.
struct ParamError : FieldError {};

namespace detail {

/// The value that the text of a parameter stands for, if it is a T.
template <typename T>
std::expected<T, FieldError> from_param(const boost::json::value& value) {
  if constexpr (IsOptional<T>::value) {
    if (value.is_null()) return T{};
    auto inner = from_param<typename T::value_type>(value);
    if (!inner) return std::unexpected(std::move(inner.error()));
    return T(std::move(*inner));
  } else if constexpr (std::is_same_v<T, bool>) {
    if (value.is_string() && value.get_string() == "true") return true;
    if (value.is_string() && value.get_string() == "false") return false;
    return misfit("one of true, false");
  } else if constexpr (std::is_arithmetic_v<T>) {
    T number{};
    if (value.is_string()) {
      const std::string_view text = value.get_string();
      const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
      if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return number;
    }
    if constexpr (std::is_integral_v<T>)
      return misfit(integer_range<T>());
    else
      return misfit("number");
  } else {
    return from_json<T>(value);
  }
}

}  // namespace detail

/// A request to one of the application's own routes. It and its views last until it was answered, for a coroutine too:
/// one may take it as const&.
struct HttpRequest {
  HttpRequest(const http::Request& request, boost::json::object params);

  std::string_view method;  // "GET"
  std::string_view path;    // without the query, as sent
  std::string_view query;   // the raw text behind the question mark
  std::string_view body;
  /// Variables of the route's path over those of the query: strings, and nested objects and arrays for `a[b]=1` and
  /// `a[]=1` (PROTOCOL U4). All is UTF-8.
  boost::json::object params;

  /// The header's first value, or "". Case does not count.
  std::string_view header(std::string_view name) const;

  /// A parameter that is text; `fallback` if it is missing or something else.
  std::string_view param(std::string_view name, std::string_view fallback = "") const;
  /// A parameter as a number, bool ("true", "false"), enum, std::string, or std::optional of these: `const auto page =
  /// request.param<std::optional<int>>("page");`. If it does not fit: `return HttpResponse::invalid(page.error());`
  template <JsonType T>
  std::expected<T, ParamError> param(std::string_view name) const {
    const boost::json::value* value = params.if_contains(name);
    auto result = detail::from_param<T>(value ? *value : boost::json::value());
    if (!result)
      return std::unexpected(ParamError{{detail::path_segment(name) + result.error().path, result.error().expected}});
    return std::move(*result);
  }

  /// Whether the body says that it is JSON: application/json, or application/…+json.
  bool is_json() const;
  /// The body as JSON, whatever it says it is; the error says which field does not fit. If it does not:
  /// `return HttpResponse::invalid(body.error());`. What a handler's second argument does by itself.
  template <JsonType T>
  std::expected<T, FieldError> as() const {
    const auto value = parse_body();
    if (!value) return std::unexpected(FieldError{"", "JSON"});
    return from_json<T>(*value);
  }

 private:
  std::optional<boost::json::value> parse_body() const;

  const http::Request* request_;
};

/// What a route answers. A status outside of 200..599 is a bug, and answers 500.
struct HttpResponse {
  int status = 200;
  std::string body = {};
  std::string content_type = "text/plain; charset=utf-8";  // empty: none
  std::vector<std::pair<std::string, std::string>> headers = {};

  static HttpResponse text(std::string body, int status = 200) { return {.status = status, .body = std::move(body)}; }
  /// Any JsonType or JSON in braces: `HttpResponse::json(room)`, `HttpResponse::json({{"id", 7}}, 201)`. Bytes go as
  /// application/octet-stream.
  static HttpResponse json(const Payload& value, int status = 200);
  /// {"reason": reason}
  static HttpResponse error(int status, std::string_view reason);
  /// 400 {"reason":"invalid payload","path":…,"expected":…}, as a channel answers.
  static HttpResponse invalid(const FieldError& error);
  /// 400 {"reason":"invalid parameter","path":"/page","expected":…}
  static HttpResponse invalid(const ParamError& error);
  /// 204
  static HttpResponse no_content() { return {.status = 204, .content_type = ""}; }
  /// 303 by default: the client fetches `location` with GET.
  static HttpResponse redirect(std::string location, int status = 303) {
    return {.status = status, .content_type = "", .headers = {{"location", std::move(location)}}};
  }
};

/// What a route's function returns: a response, or a coroutine that returns one. While a coroutine waits, its
/// connection's later requests wait, too, and nothing else does. If the client goes, the coroutine is destroyed where
/// it waits; what it waited for goes on and its result is dropped.
class HttpAnswer {
 public:
  HttpAnswer(HttpResponse response) : value(std::move(response)) {}
  HttpAnswer(Task<HttpResponse> task) : value(std::move(task)) {}
  std::variant<HttpResponse, Task<HttpResponse>> value;
};

/// Answers a request. Runs on the connection's shard, so on several threads at a time, and must not block: what does
/// goes into co_await app.blocking(…). A throw answers 500.
using HttpHandler = std::function<HttpAnswer(const HttpRequest&)>;

/// Of one route.
struct RouteOptions {
  /// Body of a request [request]; nullopt: HttpLimits::body_bytes_max. Beyond: 413, and the connection closes.
  std::optional<std::size_t> body_bytes_max = {};
};

namespace detail {

/// Result and arguments of a function or of an object that is called like one.
template <typename F>
struct Function : Method<int> {};
template <typename R, typename... A>
struct Function<R (*)(A...)> : Method<R (HttpRequest::*)(A...)> {};
template <typename F>
requires requires {
  &F::operator();
}
struct Function<F> : Method<decltype(&F::operator())> {};

/// What a route's function has to return; false after a static_assert.
template <typename R>
constexpr bool fits_answer() {
  constexpr bool fits = std::is_convertible_v<R, HttpAnswer>;
  static_assert(fits, "Roost: a route's function returns roost::HttpResponse or roost::Task<roost::HttpResponse>");
  return fits;
}

/// The type of the body that a route's function takes behind `Before` other arguments; void after a static_assert.
template <typename F, std::size_t Before>
constexpr auto body_type() {
  using Argument = typename Function<F>::template Argument<Before>;
  using Body = std::remove_cvref_t<Argument>;
  if constexpr (!JsonType<Body>)
    static_assert(kNever<F>,
                  "Roost: the body is a type that JSON can hold; describe a struct with "
                  "BOOST_DESCRIBE_STRUCT(Type, (), (members))");
  else if constexpr (std::is_lvalue_reference_v<Argument> && !std::is_const_v<std::remove_reference_t<Argument>>)
    static_assert(kNever<F>, "Roost: take the body by value or as const&");
  else if constexpr (IsTask<typename Function<F>::Result>::value && std::is_reference_v<Argument>)
    static_assert(kNever<F>, "Roost: a coroutine takes the body by value: a reference is gone after the first wait");
  else
    return std::type_identity<Body>();
}

template <typename F>
constexpr std::size_t argument_count() {
  if constexpr (Function<F>::is_method)
    return Function<F>::count;
  else
    return 0;
}

/// The body as a Body, or 415, or 400.
template <typename Body>
std::expected<Body, HttpResponse> typed_body(const HttpRequest& request) {
  if (!request.is_json()) return std::unexpected(HttpResponse::error(415, "the body must be application/json"));
  auto body = request.as<Body>();
  if (!body) return std::unexpected(HttpResponse::invalid(body.error()));
  return std::move(*body);
}

/// Whether F is a lambda that changes what it holds; after a static_assert.
template <typename F, typename... A>
constexpr bool is_mutable() {
  constexpr bool is = std::is_invocable_v<F&, A...> && !std::is_invocable_v<const F&, A...>;
  static_assert(!is, "Roost: a route's function is called from several threads at a time, so a lambda is not mutable");
  return is;
}

/// A handler that takes the body behind `Before` other arguments.
template <std::size_t Before, typename F>
HttpHandler make_body_handler(F function) {
  if constexpr (!std::is_void_v<decltype(body_type<F, Before>())>) {
    using Body = typename decltype(body_type<F, Before>())::type;
    if constexpr (Before == 1 && !is_mutable<F, const HttpRequest&, Body>()) {
      if constexpr (fits_answer<typename Function<F>::Result>())
        return [function](const HttpRequest& request) -> HttpAnswer {
          auto body = typed_body<Body>(request);
          if (!body) return std::move(body.error());
          return function(request, std::move(*body));
        };
    } else if constexpr (Before == 0 && !is_mutable<F, Body>()) {
      if constexpr (fits_answer<typename Function<F>::Result>())
        return [function](const HttpRequest& request) -> HttpAnswer {
          auto body = typed_body<Body>(request);
          if (!body) return std::move(body.error());
          return function(std::move(*body));
        };
    }
  }
  return nullptr;
}

/// A handler out of what an application may write: `(const HttpRequest&)`, `()`, `(const HttpRequest&, Body)`,
/// `(Body)`.
template <typename F>
HttpHandler make_http_handler(F function) {
  if constexpr (is_mutable<F, const HttpRequest&>() || is_mutable<F>()) {
    return nullptr;
  } else if constexpr (std::is_invocable_v<const F&, const HttpRequest&>) {
    if constexpr (fits_answer<std::invoke_result_t<const F&, const HttpRequest&>>())
      return [function](const HttpRequest& request) -> HttpAnswer { return function(request); };
  } else if constexpr (std::is_invocable_v<const F&>) {
    if constexpr (fits_answer<std::invoke_result_t<const F&>>())
      return [function](const HttpRequest&) -> HttpAnswer { return function(); };
  } else if constexpr (argument_count<F>() == 1) {
    return make_body_handler<0>(std::move(function));
  } else if constexpr (argument_count<F>() == 2) {
    using First = typename Function<F>::template Argument<0>;
    if constexpr (std::is_same_v<First, const HttpRequest&>)
      return make_body_handler<1>(std::move(function));
    else
      static_assert(kNever<F>, "Roost: a route's function takes a const roost::HttpRequest&, then the body");
  } else {
    static_assert(kNever<F>, "Roost: a route's function takes a const roost::HttpRequest&, then perhaps the body");
  }
  return nullptr;
}

}  // namespace detail

}  // namespace roost
