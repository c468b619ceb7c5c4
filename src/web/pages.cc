#include "web/pages.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "agora_exporter/exposition/page.h"

namespace agora_exporter::web {
namespace {

template <class T>
bool same(const std::weak_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return !a.owner_before(b) && !b.owner_before(a);
}

http::Response page_answer(http::SharedPieces pieces, bool gzip) {
  http::Response response;
  response.headers = {{"Content-Type", exposition::kContentType}, {"Vary", "Accept-Encoding"}};
  if (gzip) response.headers.emplace_back("Content-Encoding", "gzip");
  response.shared = std::move(pieces);
  return response;
}

http::Response error_answer(int status, std::string text) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  response.pieces = {std::move(text)};
  return response;
}

void answer_all(std::vector<http::Responder>& waiting, const http::Response& response) {
  for (const auto& respond : std::exchange(waiting, {})) respond(response);
}

}  // namespace

struct Pages::Page {
  // Which page this is. Weak, so that a page kept for the next scrape keeps no World alive; the owner's
  // identity is not used again while this stands.
  std::weak_ptr<const timeline::World> world;
  std::weak_ptr<const report::Report> report;
  // What the job needs; gone once it is made.
  std::shared_ptr<const timeline::World> world_to_render;
  std::shared_ptr<const report::Report> report_to_render;

  http::SharedPieces plain;
  http::SharedPieces gzip;
  bool gzip_ordered = false;
  std::vector<http::Responder> plain_waiting;
  std::vector<http::Responder> gzip_waiting;
};

Pages::Pages(Renderer renderer, Pool& pool, PostToLoop post, Log& log)
    : renderer_(std::move(renderer)), pool_(pool), post_(std::move(post)), log_(log) {}

Pages::~Pages() = default;

std::shared_ptr<Pages::Page> Pages::find(const std::shared_ptr<const timeline::World>& world,
                                         const std::shared_ptr<const report::Report>& report) const {
  const auto found = std::find_if(pages_.begin(), pages_.end(), [&](const auto& page) {
    return same(page->world, world) && same(page->report, report);
  });
  return found == pages_.end() ? nullptr : *found;
}

void Pages::ask(std::shared_ptr<const timeline::World> world, std::shared_ptr<const report::Report> report,
                bool gzip, http::Responder respond) {
  auto page = find(world, report);
  if (!page) {
    page = std::make_shared<Page>();
    page->world = world;
    page->report = report;
    page->world_to_render = std::move(world);
    page->report_to_render = std::move(report);
    if (!pool_.post([this, page] { make_plain(page); })) {
      return respond(error_answer(503, "too many pages are asked for at once\n"));
    }
    pages_.push_back(page);
  }
  if (gzip && page->gzip) return respond(page_answer(page->gzip, true));
  if (!gzip && page->plain) return respond(page_answer(page->plain, false));
  (gzip ? page->gzip_waiting : page->plain_waiting).push_back(std::move(respond));
  if (gzip && page->plain) order_gzip(page);
}

// In a worker.
void Pages::make_plain(const std::shared_ptr<Page>& page) {
  try {
    auto plain = std::make_shared<const std::vector<std::string>>(
        renderer_.render(*page->world_to_render, *page->report_to_render));
    post_([this, page, plain] { plain_made(page, plain); });
  } catch (const std::exception& error) {
    post_([this, page, why = std::string(error.what())] { failed(page, why); });
  }
}

// In a worker.
void Pages::make_gzip(const std::shared_ptr<Page>& page, const http::SharedPieces& plain) {
  try {
    auto gzip = std::make_shared<std::vector<std::string>>();
    gzip->push_back(renderer_.gzip(*plain));
    post_([this, page, gzip] { gzip_made(page, gzip); });
  } catch (const std::exception& error) {
    post_([this, page, why = std::string(error.what())] { failed(page, why); });
  }
}

void Pages::plain_made(const std::shared_ptr<Page>& page, http::SharedPieces plain) {
  page->plain = std::move(plain);
  page->world_to_render.reset();
  page->report_to_render.reset();
  answer_all(page->plain_waiting, page_answer(page->plain, false));
  drop_outdated();
  if (!page->gzip_waiting.empty()) order_gzip(page);
}

void Pages::order_gzip(const std::shared_ptr<Page>& page) {
  if (page->gzip_ordered) return;
  page->gzip_ordered = pool_.post([this, page, plain = page->plain] { make_gzip(page, plain); });
  // No worker has room: the page as it is does for who would have liked it smaller.
  if (!page->gzip_ordered) answer_all(page->gzip_waiting, page_answer(page->plain, false));
}

void Pages::gzip_made(const std::shared_ptr<Page>& page, http::SharedPieces gzip) {
  page->gzip = std::move(gzip);
  answer_all(page->gzip_waiting, page_answer(page->gzip, true));
}

void Pages::failed(const std::shared_ptr<Page>& page, const std::string& why) {
  log_.error("a page could not be made", {{"error", why}});
  const auto answer = error_answer(500, "the page could not be made; the log says why\n");
  answer_all(page->plain_waiting, answer);
  answer_all(page->gzip_waiting, answer);
  pages_.erase(std::remove(pages_.begin(), pages_.end(), page), pages_.end());
}

// A page is worth keeping until a newer one stands.
void Pages::drop_outdated() {
  const auto made = [](const auto& page) { return page->plain != nullptr; };
  const auto newest = std::find_if(pages_.rbegin(), pages_.rend(), made);
  if (newest == pages_.rend()) return;
  const auto end = std::prev(newest.base());
  pages_.erase(std::remove_if(pages_.begin(), end, made), end);
}

}  // namespace agora_exporter::web
