#include "http/response_head.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "http/request_head.h"

namespace agora_exporter::http {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

bool is_clean(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0x20 && u != 0x7f;
  });
}

bool is_servers_own(std::string_view name) {
  constexpr std::array<std::string_view, 4> kOwn{"Content-Length", "Date", "Connection", "Transfer-Encoding"};
  return std::any_of(kOwn.begin(), kOwn.end(), [&](auto own) { return equal_ignoring_case(own, name); });
}

}  // namespace

std::string http_date(std::int64_t unix_seconds) {
  using namespace std::chrono;
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_seconds at{seconds{unix_seconds}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays[weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

bool bodyless(int status) { return status == 204 || status == 304; }

std::string response_head(const Response& response, const ResponseFrame& frame) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  head.append(reason_of(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    if (is_servers_own(name) || !is_clean(name) || !is_clean(value)) continue;
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (frame.date != 0) head.append("Date: ").append(http_date(frame.date)).append("\r\n");
  if (!bodyless(response.status)) {
    head.append("Content-Length: ").append(std::to_string(frame.declared_length)).append("\r\n");
  }
  if (!frame.keep_alive) head.append("Connection: close\r\n");
  if (frame.keep_alive && frame.http_1_0) head.append("Connection: keep-alive\r\n");
  return head.append("\r\n");
}

Response plain_answer(int status, std::string_view text) {
  Response response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  response.pieces = {std::string(text) + "\n"};
  return response;
}

}  // namespace agora_exporter::http
