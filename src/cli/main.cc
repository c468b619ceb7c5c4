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
  sigset_t awaited = stop_signals;
  sigaddset(&awaited, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of its connection

  agora_exporter::cli::Signals signals;
  signals.end_at_once = [&stop_signals](bool so) {
    pthread_sigmask(so ? SIG_UNBLOCK : SIG_BLOCK, &stop_signals, nullptr);
  };
  signals.wait = [&](const std::vector<std::string>&) {
    int received = 0;
    sigwait(&awaited, &received);
    if (received == SIGHUP) return agora_exporter::cli::Signal::reload;
    signals.end_at_once(true);  // a second signal, should the orderly stop hang
    return agora_exporter::cli::Signal::stop;
  };
  return agora_exporter::cli::run(std::vector<std::string>(argv + 1, argv + argc), std::cout, std::cerr,
                                  signals);
}
