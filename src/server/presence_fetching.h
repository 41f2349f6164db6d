#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include <roost/presence.hpp>
#include <roost/task.hpp>

#include "base/executor.h"
#include "base/log.h"
#include "base/metrics.h"
#include "tracker/presence_json.h"

namespace roost::server {

/// One turn of the application's asynchronous fetch: several lists of a topic at the same time, which are done when all
/// are, or when their time is over. Destroyed before, it destroys the coroutines. Shard thread only.
class PresenceFetching {
 public:
  struct Site {
    Executor& executor;
    Log& log;
    Metrics& metrics;
  };
  struct Fetched {
    std::vector<tracker::FetchedFields> fields;  // by list; none for one that failed
    bool whole = true;                           // none failed
  };
  /// Called once, from the loop; may destroy this.
  using Done = std::move_only_function<void(Fetched)>;

  /// `fetch` outlives this. It is called here and now, but not for lists that are empty.
  PresenceFetching(const Site& site, std::string topic, const AsyncPresenceFetch& fetch, Duration timeout,
                   std::vector<boost::json::object> lists, Done done);
  PresenceFetching(const PresenceFetching&) = delete;

 private:
  struct Call {
    std::optional<Task<boost::json::object>> task;
    bool ended = false;
  };
  void begin(std::size_t number, const AsyncPresenceFetch& fetch, boost::json::object list);
  void end(std::size_t number);
  void fail(Count why, std::string_view error);
  void ended();
  void time_out(Duration after);
  void finish();

  const Site site_;
  const std::string topic_;
  Done done_;
  Fetched fetched_;
  std::vector<Call> calls_;
  std::size_t left_;
  Timer timer_;
  const std::shared_ptr<PresenceFetching*> self_ = std::make_shared<PresenceFetching*>(this);  // for what is posted
};

}  // namespace roost::server
