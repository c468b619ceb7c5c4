// agora-exporter: the process around cli::run(), which is signals.
#include <pthread.h>

#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "agora_exporter/cli/run.h"

int main(int argc, char** argv) {
  // Blocked before the first thread starts, so that every thread leaves them to sigwait() below.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of its connection

  const auto wait_for_stop = [&stop_signals](const std::vector<std::string>&) {
    int received = 0;
    sigwait(&stop_signals, &received);
    // A second signal ends the process at once, should the orderly stop hang.
    pthread_sigmask(SIG_UNBLOCK, &stop_signals, nullptr);
  };
  return agora_exporter::cli::run(std::vector<std::string>(argv + 1, argv + argc), std::cout, std::cerr,
                                  wait_for_stop);
}
