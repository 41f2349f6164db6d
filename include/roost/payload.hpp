#pragma once

#include <expected>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <roost/braces.hpp>
#include <roost/bytes.hpp>
#include <roost/json.hpp>

namespace roost {

/// What a message carries: JSON text, or bytes.
///
/// A payload from a client is the text exactly as it was sent; it is parsed only when you ask (`as`, `json`), and one
/// that you pass on is never parsed at all. A `const Payload&` argument views the connection's buffer and lasts for the
/// call;
/// **copying a Payload always gives one that owns its bytes**, so a copy may be kept, captured, or moved to another
/// thread.
class Payload {
 public:
  /// `{}`
  Payload() = default;

  /// `{{"reason", "no such room"}, {"code", 7}}`: an object; see braces.hpp.
  Payload(std::initializer_list<Braces> json) : Payload(Braces(json).take()) {}
  /// Any JsonType: a described struct, a map, a number … Throws std::invalid_argument for NaN and infinity, which JSON
  /// has not, and for text that is not UTF-8.
  template <JsonType T>
  Payload(const T& value) : Payload(serialize(to_json(value))) {}
  /// A binary payload.
  Payload(const Bytes& bytes) : Payload(Payload::bytes(bytes.data)) {}
  Payload(const boost::json::value& value) : Payload(serialize(value)) {}
  Payload(const char* text) : Payload(boost::json::value(text)) {}
  Payload(std::string_view text) : Payload(boost::json::value(text)) {}

  /// For the error: a struct that nobody described.
  template <typename T>
  requires(std::is_class_v<T>&& std::is_aggregate_v<T> && !JsonType<T>) Payload(const T&) {
    static_assert(!std::is_class_v<T>,
                  "Roost: a payload is a type that JSON can hold; describe a struct with "
                  "BOOST_DESCRIBE_STRUCT(Type, (), (members))");
  }

  Payload(const Payload& other) : view_(other.view_), owner_(other.owner_), binary_(other.binary_) { own(); }
  Payload(Payload&& other) : view_(other.view_), owner_(std::move(other.owner_)), binary_(other.binary_) {
    own();
    other.view_ = {kEmptyObject, 2};
  }
  Payload& operator=(const Payload& other) { return *this = Payload(other); }
  Payload& operator=(Payload&& other) noexcept {
    std::swap(view_, other.view_);
    std::swap(owner_, other.owner_);
    std::swap(binary_, other.binary_);
    return *this;
  }

  /// A payload of bytes; clients see an ArrayBuffer. A copy is made.
  static Payload bytes(std::string_view bytes) { return Payload(SharedBytes::copy(bytes), true); }
  /// JSON text that you have already. Throws std::invalid_argument if it is not one valid JSON value.
  static Payload json_text(std::string_view text);
  /// Counted bytes as they are. JSON text is not checked: for text that was checked before, such as that of a Payload.
  static Payload trusted(SharedBytes bytes, bool binary) { return Payload(std::move(bytes), binary); }
  /// A view that owns nothing and lasts as long as `bytes` does. For transports; a copy of it owns.
  struct Borrowed;

  bool is_binary() const { return binary_; }
  bool is_json() const { return !binary_; }
  /// Whether it is a JSON object (looks at the first character).
  bool is_object() const;
  /// The JSON text, or the bytes. Lasts as long as this Payload.
  std::string_view view() const { return view_; }
  /// The same, counted; copies the bytes only if this one borrowed them.
  SharedBytes shared() const { return owner_.empty() ? SharedBytes::copy(view_) : owner_; }

  /// The parsed value; null for bytes. Of members with one name the first counts (PROTOCOL F17).
  boost::json::value json() const;
  /// Parsed as a T; the error says which field does not fit. A binary payload fits Bytes alone.
  template <JsonType T>
  std::expected<T, FieldError> as() const {
    if constexpr (std::is_same_v<T, Bytes>) {
      if (binary_) return Bytes{std::string(view_)};
    }
    if (binary_) return std::unexpected(FieldError{"", "JSON, not bytes"});
    return from_json<T>(json());
  }

 private:
  explicit Payload(SharedBytes bytes, bool binary) : owner_(std::move(bytes)), binary_(binary) {
    view_ = owner_.view();
  }
  explicit Payload(SharedBytes&& json) : Payload(std::move(json), false) {}
  static SharedBytes serialize(const boost::json::value& value);
  void own() {
    if (owner_.empty() && view_.data() != kEmptyObject) {
      owner_ = SharedBytes::copy(view_);
      view_ = owner_.view();
    }
  }

  static constexpr const char* kEmptyObject = "{}";
  friend struct Borrowed;

  std::string_view view_ = {kEmptyObject, 2};
  SharedBytes owner_;
  bool binary_ = false;
};

/// See Payload: holds a Payload that views `bytes`.
struct Payload::Borrowed {
  Borrowed(std::string_view bytes, bool binary) {
    payload.view_ = bytes;
    payload.binary_ = binary;
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  operator const Payload&() const { return payload; }
  Payload payload;
};

}  // namespace roost
