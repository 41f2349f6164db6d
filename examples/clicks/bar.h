#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include <roost/app.hpp>

#include "clicks/tally.h"

namespace clicks {

/// What nodes say to each other, on the topic kNodes that no client can join.
inline constexpr const char* kNodes = "clicks:nodes";
/// `click`: one was counted on `node`.
struct Click {
  std::string node;
  Update update;
};
BOOST_DESCRIBE_STRUCT(Click, (), (node, update))
/// `known`: so many clicks of each node are known to me; who knows of more says it.
struct Known {
  std::map<std::string, std::int64_t> clicks;
};
BOOST_DESCRIBE_STRUCT(Known, (), (clicks))
/// `part`: this is what `node` counted.
struct PartOf {
  std::string node;
  Part part;
};
BOOST_DESCRIBE_STRUCT(PartOf, (), (node, part))

/// The coffee bar: its clicks, on one node or on all of a cluster.
///
/// Each node counts the clicks of its own pages in an agent of its own, and tells the others of each: no node waits for
/// another, and none is special. A message may get lost, when NATS is away or a node stands still. So a node says now
/// and then how much it knows, and who knows more answers with that. Pages hear of the sum, from their own node.
///
/// The bar outlives the time in which the App runs.
class Bar {
 public:
  explicit Bar(roost::App& app);

  /// What a page that joins is shown.
  roost::Async<State> state() const;
  /// Counts a click: the button's total; nullopt if there is no such button.
  roost::Async<std::optional<std::int64_t>> click(std::string button, demo::User user);
  /// This node, in a cluster; nullopt: it is alone.
  std::optional<std::string> node() const;

 private:
  void hear(const roost::Broadcast& said);
  void hear_click(Click click);
  void hear_known(const Known& known);
  void hear_part(PartOf part);
  void say_known();
  void say_known_again_and_again();
  void show(const Tally& tally, const Update& of_part);
  void note(const Tally& tally);

  roost::App& app_;
  roost::Agent<Tally> tally_;
  roost::Subscription nodes_;

  std::mutex mutex_;
  Known known_;  // mutex_; of the tally, for comparing
};

}  // namespace clicks
