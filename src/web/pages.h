// Pages in the making, and the last one made. One page stands for one (World, Report): whoever asks for it
// while it is made, or again, shares its bytes. All but the jobs themselves runs in the event loop, so that
// no lock is needed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/base/log.h"
#include "agora_exporter/http/server.h"
#include "agora_exporter/report/report.h"
#include "agora_exporter/timeline/world.h"
#include "web/pool.h"

namespace agora_exporter::web {

// How a page is made; called by the workers, several at once.
struct Renderer {
  std::function<std::vector<std::string>(const timeline::World&, const report::Report&)> render;
  std::function<std::string(const std::vector<std::string>&)> gzip;
};

class Pages {
 public:
  // Runs a task in the event loop.
  using PostToLoop = std::function<void(std::function<void()>)>;

  // `pool` works for it until the pool ends, which must be before this does.
  Pages(Renderer renderer, Pool& pool, PostToLoop post, Log& log);
  ~Pages();

  // Answers with the page, or 503 if it would have to be made and no worker has room.
  void ask(std::shared_ptr<const timeline::World> world, std::shared_ptr<const report::Report> report,
           bool gzip, http::Responder respond);

 private:
  struct Page;

  std::shared_ptr<Page> find(const std::shared_ptr<const timeline::World>& world,
                             const std::shared_ptr<const report::Report>& report) const;
  // The jobs, in a worker: they touch nothing that the event loop writes meanwhile.
  void make_plain(const std::shared_ptr<Page>& page);
  void make_gzip(const std::shared_ptr<Page>& page, const http::SharedPieces& plain);
  // In the event loop again.
  void plain_made(const std::shared_ptr<Page>& page, http::SharedPieces plain);
  void gzip_made(const std::shared_ptr<Page>& page, http::SharedPieces gzip);
  void order_gzip(const std::shared_ptr<Page>& page);
  void failed(const std::shared_ptr<Page>& page, const std::string& why);
  void drop_outdated();

  const Renderer renderer_;
  Pool& pool_;
  const PostToLoop post_;
  Log& log_;
  std::vector<std::shared_ptr<Page>> pages_;  // in the order asked for
};

}  // namespace agora_exporter::web
