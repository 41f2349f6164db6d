// The program `roost`.

#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "cli/bench.h"

int main(int argc, char** argv) {
  CLI::App cli("Roost: Phoenix Channels and Presence in C++.", "roost");
  cli.set_version_flag("--version", "roost 0.1.0");
  cli.require_subcommand(1);
  int status = 0;
  roost::cli::add_bench(cli, status);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "roost: %s\n", error.what());
    return 1;
  }
  return status;
}
