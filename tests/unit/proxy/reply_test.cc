// Our own answers: what they say, to whom, and what they never say.
#include "proxy/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole::proxy {
namespace {

using http::FieldName;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr Error kRefused{
    .token = Token::connection_refused, .side = Side::upstream, .status = 502, .detail = "the connection was refused"};

std::string_view value(const Reply& reply, FieldName name) {
  const http::Field* field = reply.head.fields.find(name);
  return field ? field->value : std::string_view("(absent)");
}

ReplyFacts facts(const http::RequestHead* request) {
  return {.proxy_name = "porthole-abc",
          .flow = {42},
          .request = request,
          .loopback_client = true,
          .date = "Sun, 06 Nov 1994 08:49:37 GMT"};
}

TEST(Reply, IsProblemJsonByDefault) {
  Reply reply;
  compose_error(kRefused, facts(nullptr), reply);
  EXPECT_EQ(reply.head.status, 502);
  EXPECT_EQ(value(reply, FieldName::content_type), "application/problem+json");
  EXPECT_EQ(value(reply, FieldName::proxy_status),
            "porthole-abc; error=connection_refused; details=\"the connection was refused\"");
  EXPECT_THAT(reply.body, AllOf(HasSubstr("\"status\":502"), HasSubstr("\"token\":\"connection_refused\""),
                                HasSubstr("\"flow\":\"")));
  EXPECT_EQ(value(reply, FieldName::content_length), std::to_string(reply.body.size()));
}

TEST(Reply, IsAPageForBrowsersAndEscapesWhatTheyAskedFor) {
  http::RequestHead request;
  request.target_text = "http://h/<script>alert(1)</script>?token=secret";
  request.fields.add(FieldName::accept, "text/html,*/*");
  Reply reply;
  compose_error(kRefused, facts(&request), reply);
  EXPECT_EQ(value(reply, FieldName::content_type), "text/html; charset=utf-8");
  EXPECT_THAT(reply.body, AllOf(HasSubstr("&lt;script&gt;"), Not(HasSubstr("<script>")), Not(HasSubstr("secret"))));
}

TEST(Reply, TellsDetailsToLoopbackClientsOnly) {
  ReplyFacts from_afar = facts(nullptr);
  from_afar.loopback_client = false;
  Reply reply;
  compose_error(kRefused, from_afar, reply);
  EXPECT_EQ(value(reply, FieldName::proxy_status), "porthole-abc; error=connection_refused");
}

TEST(Reply, ServesAPageOnceToWhoHasIt) {
  control::Page page{.content_type = "text/plain", .body = "hi", .etag = "\"x1\"", .cache_control = "max-age=300"};
  http::RequestHead request;
  Reply fresh;
  compose_page(page, facts(&request), fresh);
  EXPECT_EQ(fresh.head.status, 200);
  EXPECT_EQ(value(fresh, FieldName::etag), "\"x1\"");
  request.fields.add(FieldName::if_none_match, "\"x1\"");
  Reply known;
  compose_page(page, facts(&request), known);
  EXPECT_EQ(known.head.status, 304);
  EXPECT_EQ(known.body, "");
}

// RFC 9110 §12.5.5 and §7.6.1: no Vary, no Connection option, nothing hop-by-hop; exactly these fields.
TEST(Reply, HasTheseFieldsAndNoOthers) {
  auto names = [](const Reply& reply) {
    std::string all;
    for (const http::Field& field : reply.head.fields) all += std::string(field.name) + " ";
    return all;
  };
  http::RequestHead request;
  request.fields.add(FieldName::accept, "text/html");
  Reply problem, page, trace, options, error_page;
  compose_error(kRefused, facts(nullptr), problem);
  compose_error(kRefused, facts(&request), error_page);
  compose_page({.content_type = "text/plain", .body = "hi", .etag = "\"x\"", .cache_control = {}}, facts(&request),
               page);
  compose_trace(facts(&request), trace);
  compose_options(facts(&request), options);
  EXPECT_EQ(names(problem), "Content-Type X-Content-Type-Options Cache-Control Proxy-Status Date Content-Length ");
  EXPECT_EQ(
      names(error_page),
      "Content-Type Content-Security-Policy X-Content-Type-Options Cache-Control Proxy-Status Date Content-Length ");
  EXPECT_EQ(names(page), "X-Content-Type-Options Cache-Control ETag Content-Type Date Content-Length ");
  EXPECT_EQ(names(trace), "Content-Type Date Content-Length ");
  EXPECT_EQ(names(options), "Allow Date Content-Length ");
}

// RFC 9110 §15.6.3 and §15.6.5: with an explanation.
TEST(Reply, SaysWhatHappenedAndWhatToDo) {
  for (auto status : {std::uint16_t{502}, std::uint16_t{504}}) {
    Error error = kRefused;
    error.status = status;
    Reply reply;
    compose_error(error, facts(nullptr), reply);
    EXPECT_THAT(reply.body, HasSubstr("\"detail\":\"The connection was refused. ")) << status;
    EXPECT_THAT(reply.body, Not(HasSubstr("refused. \""))) << status << ": no advice";
  }
}

TEST(Reply, ReflectsATraceWithoutSecrets) {
  http::RequestHead request;
  request.method_text = "TRACE";
  request.target_text = "http://h/";
  request.fields.add(FieldName::cookie, "secret");
  request.fields.add(FieldName::authorization, "secret");
  request.fields.add(FieldName::proxy_authorization, "secret");
  request.fields.add("X-A", "1");
  Reply reply;
  compose_trace(facts(&request), reply);
  EXPECT_EQ(reply.body, "TRACE http://h/ HTTP/1.1\r\nX-A: 1\r\n\r\n");
}

TEST(Reply, NamesTheMethodsForOptions) {
  Reply reply;
  compose_options(facts(nullptr), reply);
  EXPECT_EQ(reply.head.status, 200);
  EXPECT_NE(reply.head.fields.find("Allow"), nullptr);
}

}  // namespace
}  // namespace porthole::proxy
