#pragma once

#include <string>
#include <vector>

namespace roost {

/// How this process is one node of a cluster: what is broadcast on one is heard on all, and presences are those of all.
/// The application is the same on one node and on ten. See docs/guide/clustering.md.
struct ClusterOptions {
  /// Servers of one NATS cluster, nats://[user:password@]host:4222 or tls://…; none: this node is alone.
  std::vector<std::string> nats = {};
  std::string node = {};              // stable over restarts, unique in the cluster; empty: roost@HOSTNAME:PORT
  std::string nats_prefix = "roost";  // of all subjects: clusters that share NATS servers differ in it
  std::string nats_credentials = {};  // a .creds file
  bool nats_tls = false;              // also for a nats:// URL
  std::string nats_ca = {};           // PEM file of who signed the servers' certificates; empty: the system's
  std::string nats_certificate = {};  // PEM files of this client's certificate
  std::string nats_key = {};          // and its key
};

/// Whether a node is whole.
enum class Health {
  ok,
  degraded,  // the way to the other nodes is gone, or not all of it works: clients of this node are served
};

}  // namespace roost
