#include "web/text_answer.h"

#include <utility>

namespace agora_exporter::web {

http::Response text_answer(int status, std::string text) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}};
  text += '\n';
  response.pieces.push_back(std::move(text));
  return response;
}

}  // namespace agora_exporter::web
